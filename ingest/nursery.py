"""Where worker processes come from: one process that has imported all they need, and forks them (ADR 18).

    worker opens ─▶ nursery: imports ─▶ child, child, …: each is there in a moment and shares what was imported

It is the fork server of `multiprocessing`, which starts a new one if it is gone when the next child is wanted.
"""

import multiprocessing
from collections.abc import Iterable
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext

from channels import KINDS


def open_nursery(kinds: Iterable[str]) -> ForkServerContext:
    """Begin to import what children need that read channels of these `kinds`, and say how they are made.

    A kind that is not known has been told long before.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["ingest.child", *sorted({KINDS[kind] for kind in kinds if kind in KINDS})])
    forkserver.ensure_running()
    return context
