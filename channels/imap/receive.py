"""The mailbox channel's receiver: one visit per folder, each with a connection and a thread of its own.

wrong password, token refused twice    CredentialsRejected: the whole channel tries again slowly, with an alarm
connection broken, journal away        ReceiverError: the whole channel tries again soon; nothing was lost
a folder that cannot be opened         only this folder is tried again, after a pause; the trouble is written down
connection broken over some mails      only this folder is tried again, at once; if its server is away, see above
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import NoReturn, Protocol

import structlog

from channels.imap.client import FolderUnusable, Server
from channels.imap.login import Credentials
from channels.imap.taking import BrokenOverMails
from channels.imap.visit import Habits, Memory, Visit
from domain.errors import CredentialsRejected, IntakeUnavailable, ReceiverError
from domain.ports import Intake

AFTER_BREAK_SECONDS = 1.0

log = structlog.get_logger(__name__)


class Keys(Protocol):
    """Where credentials come from."""

    async def credentials(self, *, refused: Credentials | None = None) -> Credentials | None:
        """Credentials other than those that were `refused`; None when there are none. Raises ReceiverError."""


class ImapReceiver:
    """`backfill` asks for older mail, once for each folder."""

    def __init__(
        self,
        *,
        channel: str,
        server: Server,
        keys: Keys,
        folders: Sequence[str],
        habits: Habits,
        backfill: timedelta | None = None,
    ) -> None:
        self._channel = channel
        self._server = server
        self._keys = keys
        self._habits = habits
        self._memories = {name: Memory(backfill=backfill) for name in folders}
        self.reads = f"{server.host}:{server.port} {', '.join(folders)}"
        """What is fetched, for the person who starts us."""

    async def run(self, intake: Intake, ready: Callable[[], None]) -> None:
        """Receive until cancelled. Raises ReceiverError."""
        seen: set[str] = set()

        def looked(name: str) -> None:
            seen.add(name)
            if len(seen) == len(self._memories):
                ready()

        try:
            async with asyncio.TaskGroup() as group:
                for name in self._memories:
                    group.create_task(self._keep_visiting(name, intake, looked), name=f"{self._channel} {name}")
        except BaseExceptionGroup as errors:
            raise _most_telling(errors) from None

    async def _keep_visiting(self, name: str, intake: Intake, looked: Callable[[str], None]) -> None:
        while True:
            try:
                await self._visit(name, intake, lambda: looked(name))
            except FolderUnusable as error:
                pause, trouble = self._habits.poll, str(error)
            except BrokenOverMails as error:
                pause, trouble = AFTER_BREAK_SECONDS, str(error)
            await self._write_down(name, intake, trouble)
            looked(name)
            await asyncio.sleep(pause)

    async def _visit(self, name: str, intake: Intake, looked: Callable[[], None]) -> NoReturn:
        visit = Visit(
            self._channel, name, habits=self._habits, intake=intake, memory=self._memories[name], looked=looked
        )
        try:
            await self._log_in(visit)
            await visit.stay()
        except IntakeUnavailable as error:
            raise ReceiverError(f"mail stays in its folder: {error}", detail=error.detail) from error
        finally:
            visit.leave()

    async def _log_in(self, visit: Visit) -> None:
        """A token that is refused may have been withdrawn before its time: once more with a new one."""
        credentials = await self._keys.credentials()
        assert credentials is not None
        try:
            await visit.connect(self._server, credentials)
        except CredentialsRejected:
            renewed = await self._keys.credentials(refused=credentials)
            if renewed is None:
                raise
            await visit.connect(self._server, renewed)

    async def _write_down(self, name: str, intake: Intake, trouble: str) -> None:
        try:
            known = await intake.ledger.folder(self._channel, name)
            if known.trouble != trouble:
                log.error("folder_unusable", channel=self._channel, folder=name, reason=trouble)
                await intake.ledger.trouble(known.key, trouble)
        except IntakeUnavailable as error:
            raise ReceiverError(f"mail stays in its folder: {error}", detail=error.detail) from error


def _most_telling(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """Of what went wrong in several folders at once: a person's business first."""
    rejected = [error for error in errors.exceptions if isinstance(error, CredentialsRejected)]
    return (*rejected, *errors.exceptions)[0]
