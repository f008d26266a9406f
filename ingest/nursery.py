"""Where worker processes come from: one process that has imported all they need, and forks them (ADR 18).

    worker opens ─▶ nursery: imports ─▶ child, child, …: each is there in a moment and shares what was imported

It is the fork server of `multiprocessing`, which starts a new one if it is gone when the next child is wanted.
"""

from collections.abc import Iterable, Iterator
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from multiprocessing.synchronize import RLock

from channels import KINDS


class Nursery(ForkServerContext):
    """Keeps its locks for as long as it is there: a child that is just being born when its pool ends still looks for
    them by name, and would tell of a missing one in a traceback."""

    def __init__(self) -> None:
        super().__init__()
        self._locks: list[RLock] = []

    def RLock(self) -> RLock:  # noqa: N802 - the library's name
        lock = super().RLock()
        self._locks.append(lock)
        return lock


def open_nursery(kinds: Iterable[str]) -> Nursery:
    """Begin to import what children need that read channels of these `kinds`, and say how they are made.

    A kind that is not known has been told long before.
    """
    context = Nursery()
    context.set_forkserver_preload(["ingest.child", *modules_of(kinds)])
    forkserver.ensure_running()
    return context


def modules_of(kinds: Iterable[str]) -> Iterator[str]:
    """A channel imports what reads by itself only when it reads (channels/later.py)."""
    for kind in sorted(KINDS.keys() & set(kinds)):
        yield from (KINDS[kind], f"{KINDS[kind]}.decode")
