"""What reads is imported when something is first read.

A process that accepts builds every channel and reads nothing, and what reads is the larger half of a channel: receivers
open a tenth of a second sooner without it (ADR 18). Whoever reads imports it with the rest (ingest/nursery.py).
"""

from collections.abc import Callable, Sequence
from functools import cache

from domain.afterwards import Afterword
from domain.interaction import Ignored, Interaction
from domain.ports import Decode
from domain.raw import RawInteraction


def read_later(load: Callable[[], Decode]) -> Decode:
    """What `load` imports and returns, loaded once, when there is something to read."""
    loaded = cache(load)

    def decode(raw: RawInteraction) -> Sequence[Interaction | Afterword] | Ignored:
        return loaded()(raw)

    return decode
