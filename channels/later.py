"""What reads is imported when something is first read.

A process that accepts builds every channel and reads nothing, and what reads is the larger half of a channel: receivers
open a tenth of a second sooner without it (ADR 18). Whoever reads imports it with the rest (ingest/nursery.py).
"""

from collections.abc import Callable, Sequence
from functools import cached_property

from domain.afterwards import Afterword
from domain.interaction import Ignored, Interaction
from domain.ports import Decode
from domain.raw import RawInteraction


class ReadLater:
    """A Decode: what `load` imports and returns, loaded once, when there is something to read. It can be pickled."""

    def __init__(self, load: Callable[[], Decode]) -> None:
        self._load = load

    @cached_property
    def _loaded(self) -> Decode:
        return self._load()

    def __call__(self, raw: RawInteraction) -> Sequence[Interaction | Afterword] | Ignored:
        return self._loaded(raw)
