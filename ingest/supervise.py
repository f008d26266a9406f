"""Tasks that are kept, watched and named, and the table that says which part is alive.

    STARTING ──▶ UP ◀──▶ DOWN (tries again by itself)
                  │
                  └────▶ FAILED (the process stops; its supervisor restarts it)

Receivers and other parts with a peer run under `keep_running`. The death of a worker, dispatcher or
scheduler is not survived: half a daemon is worse than a restart.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

import structlog

from domain.errors import Contested, CredentialsRejected, ReceiverError, SchemaTooNew

log = structlog.get_logger()

T = TypeVar("T")

FIRST_DELAY = 1.0
LONGEST_DELAY = 60.0
CREDENTIALS_DELAY = 300.0
_kept: set[asyncio.Task[Any]] = set()


def spawn(coroutine: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
    """Start a task that cannot be garbage-collected and whose failure is logged even if nobody awaits it."""
    task = asyncio.get_running_loop().create_task(coroutine, name=name)
    _kept.add(task)
    task.add_done_callback(_forget)
    return task


def _forget(task: asyncio.Task[Any]) -> None:
    _kept.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        told = {"reason": str(error)} if isinstance(error, SchemaTooNew) else {"exc_info": error}  # that is no bug
        log.error("task_failed", task=task.get_name(), **told)


class PartState(StrEnum):
    STARTING = "starting"
    UP = "up"
    DOWN = "down"
    FAILED = "failed"


@dataclass(slots=True)
class Part:
    state: PartState
    since: datetime
    last_success: datetime | None = None
    detail: str = ""


class Liveness:
    """State of every part by name, as shown at /readyz. `lost` hears of each part that was up and is no longer."""

    def __init__(self) -> None:
        self.lost: Callable[[str], None] = lambda _name: None
        self.parts: dict[str, Part] = {}
        self.opened = False
        """Whether every part has been started; before that nothing is ready."""

    def starting(self, name: str) -> None:
        self._set(name, PartState.STARTING, "")

    def up(self, name: str, detail: str = "") -> None:
        self._set(name, PartState.UP, detail)
        self.parts[name].last_success = datetime.now(UTC)

    def down(self, name: str, detail: str) -> None:
        self._set(name, PartState.DOWN, detail)

    def failed(self, name: str, detail: str) -> None:
        self._set(name, PartState.FAILED, detail)

    @property
    def ready(self) -> bool:
        return self.opened and all(part.state is PartState.UP for part in self.parts.values())

    def _set(self, name: str, state: PartState, detail: str) -> None:
        part = self.parts.get(name)
        now = datetime.now(UTC)
        if part is None:
            self.parts[name] = Part(state=state, since=now, detail=detail)
            return
        if part.state is not state:
            if part.state is PartState.UP:
                self.lost(name)
            part.since = now
            log.info("part_changed", part=name, state=state.value, detail=detail or None)
        part.state, part.detail = state, detail


async def keep_running(name: str, run: Callable[[Callable[[], None]], Awaitable[None]], liveness: Liveness) -> None:
    """Run `run(ready)` until cancelled; start it again with growing, jittered delays when it stops.

    An OSError before the first `ready()` (address in use, not allowed) is raised: a person must see it.
    """
    delay, was_ready = FIRST_DELAY, False

    def ready() -> None:
        nonlocal delay, was_ready
        delay, was_ready = FIRST_DELAY, True
        liveness.up(name)

    liveness.starting(name)
    while True:
        try:
            await run(ready)
            reason = "stopped by itself"
        except CredentialsRejected as error:
            reason, delay = str(error), CREDENTIALS_DELAY
            log.error("credentials_rejected", part=name, reason=reason)  # noqa: TRY400 - expected, no traceback
        except Contested as error:
            reason, delay = str(error), LONGEST_DELAY
            log.error("source_contested", part=name, reason=reason)  # noqa: TRY400 - as above
        except ReceiverError as error:
            reason = str(error)
        except OSError as error:
            if not was_ready:
                liveness.failed(name, str(error))
                raise
            reason = str(error)
        except Exception as error:
            reason = type(error).__name__
            log.exception("receiver_crashed", part=name)
        liveness.down(name, reason)
        await asyncio.sleep(delay * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
        delay = min(delay * 2, LONGEST_DELAY)


@asynccontextmanager
async def ended(task: asyncio.Task[Any]) -> AsyncIterator[None]:
    """Cancel `task` on leaving and wait for it."""
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await task
