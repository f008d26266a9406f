"""Group commit: what waits is committed together, once, and then everybody is told.

    submit ─▶ [ queue ] ─▶ take all that waits ─▶ commit once ─▶ wake every caller
                                                    │ this batch cannot be written now ─▶ every caller is told so
                                                    └ something in it is wrong         ─▶ each item alone

It never waits for a batch to fill: alone, an item is committed at once; under load, batches grow by themselves
while the one before them is being synced to disk.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from copy import copy
from typing import Any, Generic, Protocol, TypeVar

from domain.errors import IntakeUnavailable, StoreUnavailable

Item = TypeVar("Item")


class Noted(Protocol):
    """Hears of every commit that holds new entries: how many, how long it took, whether it could be written."""

    def __call__(self, items: int, seconds: float, *, well: bool) -> None: ...


def unheard(items: int, seconds: float, *, well: bool) -> None:
    """Nobody wants to know."""


NOT_NOW = (IntakeUnavailable, StoreUnavailable)


class Spawn(Protocol):
    """Starts a kept, named, watched task (`ingest.supervise.spawn`)."""

    def __call__(self, coroutine: Coroutine[Any, Any, None], *, name: str) -> "asyncio.Task[None]": ...


class GroupWriter(Generic[Item]):
    """`commit` writes a batch in one transaction and returns one result per item.

    `bound` items may wait; more are refused. `largest` items share a commit. The task starts with the first item.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Item]], Awaitable[Sequence[Any]]],
        *,
        spawn: Spawn,
        name: str,
        bound: int = 10_000,
        largest: int = 1_000,
    ) -> None:
        self._commit = commit
        self._spawn = spawn
        self._name = name
        self._bound = bound
        self._largest = largest
        self._queue: deque[tuple[Item, asyncio.Future[Any]]] = deque()
        self._stirred = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    def submit(self, item: Item) -> "asyncio.Future[Any]":
        """A future of the item's result. Raises IntakeUnavailable when nothing more can be taken."""
        if self._closing:
            raise IntakeUnavailable("the database writer has stopped")
        if len(self._queue) >= self._bound:
            raise IntakeUnavailable("too much is waiting to be written")
        if self._task is None:
            self._task = self._spawn(self._run(), name=self._name)
        future: asyncio.Future[Any] = self._task.get_loop().create_future()
        self._queue.append((item, future))
        self._stirred.set()
        return future

    @property
    def is_half_full(self) -> bool:
        return len(self._queue) * 2 >= self._bound

    async def close(self) -> None:
        """Commit what waits, then stop."""
        self._closing = True
        self._stirred.set()
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        batch: list[tuple[Item, asyncio.Future[Any]]] = []
        try:
            while await self._something_waits():
                batch = [self._queue.popleft() for _ in range(min(len(self._queue), self._largest))]
                await self._write(batch)
        finally:
            self._closing = True
            _tell(batch, IntakeUnavailable("the database writer stopped"))
            _tell(self._queue, IntakeUnavailable("the database writer stopped"))

    async def _something_waits(self) -> bool:
        """False once closing and nothing is left."""
        while not self._queue:
            if self._closing:
                return False
            self._stirred.clear()
            await self._stirred.wait()
        return True

    async def _write(self, batch: Sequence[tuple[Item, "asyncio.Future[Any]"]]) -> None:
        try:
            results = await self._commit([item for item, _ in batch])
        except NOT_NOW as error:
            _tell(batch, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, its callers must hear of it
            if len(batch) == 1:
                _tell(batch, error)
                return
            for one in batch:
                await self._write([one])
        else:
            for (_, future), result in zip(batch, results, strict=True):
                if not future.done():
                    future.set_result(result)


def _tell(batch: Sequence[tuple[Any, "asyncio.Future[Any]"]] | deque[Any], error: Exception) -> None:
    """Every caller gets an error of its own: a shared one would collect all their tracebacks."""
    for _, future in batch:
        if not future.done():
            own = copy(error) if isinstance(error, NOT_NOW) else error
            future.set_exception(own)
