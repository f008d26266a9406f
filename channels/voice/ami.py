"""A manager connection to Asterisk: what happens there is journaled as it comes (dialects.asterisk_ami reads it).

    connect ─▶ banner ─▶ Login ─▶ events … ─▶ each that tells of calls: journal
                           │ refused                 nothing for a while: Ping; no answer: lost
                           └▶ CredentialsRejected    lost: tried again with growing delays

Asterisk keeps nothing for who is away. So the ledger knows when we last heard of it, and after a gap we say from when
until when calls may have gone unheard (log event `ami_unheard`, and the channel's position in `balcao status`), and
count it (`Progress.unheard_since`). Their call detail records, if they are read too, fill it.
"""

import asyncio
import hashlib
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog

from channels.voice.dialects.asterisk_ami import FOLLOWED
from domain.errors import ConnectionLost, CredentialsRejected, IntakeUnavailable, ReceiverError
from domain.ports import Intake
from domain.raw import RawInteraction
from domain.source import Folder, Progress

log = structlog.get_logger()

NAME = "ami"
ANSWER_SECONDS = 10.0
QUIET_SECONDS = 30.0
"""Without a word from Asterisk; then it is asked, and given as long again."""
RECORD_SECONDS = 10.0
UNHEARD_SECONDS = 5.0
JOURNAL_DELAY = 1.0
LONGEST_BLOCK = 64 * 1024
_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class AmiReceiver:
    """Implements domain.ports.Receiver. `secret` opens the manager's account."""

    channel: str
    host: str
    port: int
    user: str
    secret: str
    tls: ssl.SSLContext | None = None
    quiet: float = QUIET_SECONDS
    clock: Callable[[], float] = time.time

    async def run(self, intake: Intake, ready: Callable[[], None]) -> None:
        reader, writer = await self._connected()
        try:
            await self._log_in(reader, writer)
            folder = await self._heard_again(intake)
            ready()
            await self._follow_to_the_end(reader, writer, intake, folder)
        except (OSError, EOFError, asyncio.LimitOverrunError) as error:
            raise ConnectionLost("the manager connection was cut", detail=repr(error)) from error
        except IntakeUnavailable as error:
            raise ReceiverError(f"calls cannot be taken down now: {error}", detail=error.detail) from error
        finally:
            writer.close()
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await writer.wait_closed()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await asyncio.open_connection(self.host, self.port, ssl=self.tls, limit=LONGEST_BLOCK)
        except (OSError, TimeoutError) as error:
            raise ConnectionLost(f"{self.host}:{self.port} cannot be reached", detail=repr(error)) from error

    async def _log_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                banner = await reader.readline()
                if not banner.startswith(b"Asterisk Call Manager/"):
                    raise ConnectionLost("what answers there is no Asterisk manager", detail=repr(banner[:80]))
                await self._say(writer, Action="Login", Username=self.user, Secret=self.secret, Events="on")
                answer = await self._answer(reader)
        except TimeoutError as error:
            raise ConnectionLost("the manager does not answer the login") from error
        if answer.get("response") != "Success":
            raise CredentialsRejected(f"the manager says: {answer.get('message', 'no')[:200]}")

    async def _answer(self, reader: asyncio.StreamReader) -> dict[str, str]:
        """Events may come before it."""
        while True:
            fields = _fields(await reader.readuntil(_END))
            if "response" in fields:
                return fields

    async def _say(self, writer: asyncio.StreamWriter, **fields: str) -> None:
        clean = {name: value.replace("\r", "").replace("\n", "") for name, value in fields.items()}
        writer.write("".join(f"{name}: {value}\r\n" for name, value in clean.items()).encode() + b"\r\n")
        await writer.drain()

    async def _heard_again(self, intake: Intake) -> Folder:
        folder = await intake.ledger.folder(self.channel, NAME)
        now = datetime.fromtimestamp(self.clock(), UTC)
        if folder.uid_validity is None:
            folder = replace(folder, uid_validity=1, began_at=now, looked_at=now)
            await intake.ledger.begin(folder)
        elif folder.looked_at is not None and (now - folder.looked_at).total_seconds() > UNHEARD_SECONDS:
            log.warning("ami_unheard", channel=self.channel, since=folder.looked_at.isoformat(), until=now.isoformat())
            await intake.ledger.record(folder.key, Progress(looked_at=now, unheard_since=folder.looked_at))
        await intake.ledger.trouble(folder.key, None)
        return folder

    async def _follow_to_the_end(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, intake: Intake, folder: Folder
    ) -> None:
        """Until it hung up, nothing was missed: coming back at once, we missed nothing."""
        try:
            await self._follow(reader, writer, intake, folder)
        except EOFError:
            await self._record(intake, folder)
            raise

    async def _follow(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, intake: Intake, folder: Folder
    ) -> None:
        asked, recorded = False, 0.0
        while True:
            try:
                async with asyncio.timeout(self.quiet):
                    block = await reader.readuntil(_END)
            except TimeoutError:
                if asked:
                    raise ConnectionLost("the manager has fallen silent") from None
                await self._say(writer, Action="Ping")
                asked = True
                continue
            asked = False
            await self._take(block, intake)
            if self.clock() - recorded > RECORD_SECONDS:
                recorded = self.clock()
                await self._record(intake, folder)

    async def _record(self, intake: Intake, folder: Folder) -> None:
        try:
            await intake.ledger.record(folder.key, Progress(looked_at=datetime.fromtimestamp(self.clock(), UTC)))
        except IntakeUnavailable:
            log.warning("ami_position_not_kept", channel=self.channel)

    async def _take(self, block: bytes, intake: Intake) -> None:
        """An event that tells of calls. Nobody tells it twice: while the journal is away, it waits."""
        fields = _fields(block)
        if fields.get("event") not in FOLLOWED:
            return
        now = self.clock()
        stamp = b"" if "timestamp" in fields else f"Timestamp: {now:.6f}\r\n".encode()
        payload = block[: -len(_END)] + b"\r\n" + stamp
        digest = hashlib.sha256(payload).hexdigest()[:40]
        raw = RawInteraction(
            channel=self.channel,
            dedup_key=f"{self.channel}:ami:{digest}",
            received_at=datetime.fromtimestamp(now, UTC),
            payload=payload,
            envelope={"peer": self.host},
        )
        while True:
            try:
                await intake.accept(raw)
            except IntakeUnavailable:
                await asyncio.sleep(JOURNAL_DELAY)
            else:
                return


def _fields(block: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in block.decode("utf-8", "replace").splitlines())
    return {name.strip().casefold(): value.strip() for name, colon, value in lines if colon}
