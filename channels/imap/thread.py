"""One thread of our own for one connection: imapclient blocks, and no two threads may share a connection.

    loop ── submit(work) ──▶ [ queue ] ──▶ thread: one after the other ── call_soon_threadsafe ──▶ future

Work under way cannot be cancelled from outside; whoever closes the connection wakes it (client.break_off). The thread
is a daemon, so that a server which answers nothing does not keep the process from ending.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")
Job: TypeAlias = tuple[Callable[[], Any], "asyncio.Future[Any]"]


class OwnThread:
    def __init__(self, name: str) -> None:
        self._loop = asyncio.get_running_loop()
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def submit(self, work: Callable[[], T]) -> "asyncio.Future[T]":
        """Do `work` after everything that was submitted before. An error nobody waits for is no news."""
        future: asyncio.Future[T] = self._loop.create_future()
        future.add_done_callback(_look_at_error)
        self._jobs.put((work, future))
        return future

    def end(self, last: Callable[[], None]) -> None:
        """After what is under way and `last`; nobody waits for it."""
        future = self.submit(last)
        del future
        self._jobs.put(None)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            work, future = job
            if future.cancelled():
                continue
            result, problem = None, None
            try:
                result = work()
            except BaseException as error:  # noqa: BLE001 - it is raised where it is awaited
                problem = error
            with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
                self._loop.call_soon_threadsafe(_tell, future, result, problem)
            del job, work, future, result, problem  # megabytes, until the next job comes


def _tell(future: "asyncio.Future[Any]", result: Any, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


def _look_at_error(future: "asyncio.Future[Any]") -> None:
    if not future.cancelled():
        future.exception()
