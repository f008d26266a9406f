"""Several receivers of one channel, running as one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from domain.ports import Intake, Receiver


@dataclass(frozen=True, slots=True)
class Together:
    """Implements domain.ports.Receiver. What ends one of them ends all, and they are started again together."""

    receivers: tuple[Receiver, ...]

    async def run(self, intake: Intake, ready: Callable[[], None]) -> None:
        up = 0

        def one_is_ready() -> None:
            nonlocal up
            up += 1
            if up == len(self.receivers):
                ready()

        try:
            async with asyncio.TaskGroup() as group:
                for receiver in self.receivers:
                    group.create_task(receiver.run(intake, one_is_ready))
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
