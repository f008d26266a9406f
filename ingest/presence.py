"""This process among those that share its `var/`: says that it lives, and hears the others.

With role `all` there are no others: parts and figures are our own, and the file serves `balcao status` alone.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import structlog
from prometheus_client import CollectorRegistry

from ingest import figures, signs
from ingest.daemon import Daemon
from ingest.roles import ROLES, is_everything, name_of, run_folder
from ingest.supervise import Part, ended

log = structlog.get_logger()

EVERY = 5.0
"""Seconds between two signs of life."""


class Presence:
    """What the private site shows: `ready`, `parts` and `registry`."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._since = datetime.now(UTC)
        self.alone = is_everything(daemon.roles)
        self.file = run_folder(daemon.settings.var_path) / f"{name_of(daemon.roles)}.json"

    def sign(self) -> signs.Sign:
        liveness = self._daemon.liveness
        return signs.Sign(
            roles=self._daemon.roles,
            process=os.getpid(),
            host=socket.gethostname(),
            since=self._since,
            at=datetime.now(UTC),
            opened=liveness.opened,
            parts=dict(liveness.parts),
            figures=[] if self.alone else figures.write_down(self._daemon.metrics.registry),
        )

    def everyone(self) -> list[signs.Sign]:
        """Ourselves as we are now, and what the others last said."""
        others = signs.heard(self.file.parent, datetime.now(UTC))
        return [self.sign(), *(sign for sign in others if not sign.roles & self._daemon.roles)]

    def ready(self) -> bool:
        return self._daemon.liveness.ready if self.alone else signs.together(self.everyone(), ROLES)[0]

    def parts(self) -> dict[str, Part]:
        return self._daemon.liveness.parts if self.alone else signs.together(self.everyone(), ROLES)[1]

    @property
    def registry(self) -> CollectorRegistry:
        return self._daemon.metrics.registry if self.alone else figures.registry_of(self._figures)

    def _figures(self) -> Iterator[tuple[str, figures.Written]]:
        for sign in self.everyone():
            yield name_of(sign.roles), sign.figures

    async def say(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await asyncio.to_thread(signs.write, self.file, self.sign())
            except OSError as error:
                log.warning("sign_of_life_not_written", error=str(error))
            await asyncio.sleep(EVERY)


@asynccontextmanager
async def present(daemon: Daemon) -> AsyncIterator[None]:
    """The part: from before anything opens until everything is closed."""
    presence = Presence(daemon)
    try:
        async with ended(daemon.vital(presence.say(), name="presence")):
            yield
    finally:
        with suppress(OSError):
            presence.file.unlink(missing_ok=True)
