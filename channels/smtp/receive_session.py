"""One SMTP connection: aiosmtpd's protocol and TLS, our own loops.

aiosmtpd spends its time in a line-by-line DATA loop, in logging and in a general-purpose address parser.
Here `_handle_client` is replaced: lines go to `Dialogue`, content is read in bulk by `ContentReader`, and
nothing is logged while all is well.

    read a line ─▶ Dialogue.answer ─▶ reply ─▶ read content ─▶ intake.accept ─▶ 250 Accepted as <id>
                                            └▶ over a limit: read on and forget, then 552 or 452
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from ssl import SSLContext
from typing import cast

import structlog
from aiosmtpd.smtp import SMTP, TLSSetupException

from channels.smtp.options import Options
from channels.smtp.receive_content import ContentReader, Overrun
from channels.smtp.receive_dialogue import (
    LINE_TOO_LONG,
    NO_ROOM,
    OUR_FAULT,
    SHARE_SPENT,
    TOO_BIG,
    Dialogue,
    Step,
)
from channels.smtp.receive_limits import Limits
from channels.smtp.receive_lmtp import LmtpDialogue
from channels.smtp.receive_patience import Patience
from channels.smtp.receive_raw import raw_mail
from domain.errors import IntakeUnavailable, ShareSpent
from domain.mailbox import Mailbox
from domain.ports import Intake

BUFFER = 64 * 1024
SHUTTING_DOWN = b"421 4.3.2 Going down, try again later"
_REFUSALS = {Overrun.TOO_BIG: TOO_BIG, Overrun.NO_ROOM: NO_ROOM, Overrun.ENDLESS: TOO_BIG}
_NO_HOOKS = object()

log = structlog.get_logger(__name__)
logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd tells of every connection; we tell what matters


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """What all sessions of one receiver share. `now` gives aware UTC."""

    channel: str
    hostname: str
    options: Options
    mailbox: Mailbox
    limits: Limits
    intake: Intake
    tls: SSLContext | None
    now: Callable[[], datetime]
    sessions: set["Session"] = field(default_factory=set)

    def dialogue(self, *, lmtp: bool) -> Dialogue:
        return (LmtpDialogue if lmtp else Dialogue)(
            hostname=self.hostname,
            mailbox=self.mailbox,
            limits=self.limits,
            max_message=self.options.max_message,
            max_recipients=self.options.max_recipients,
            tls=self.tls is not None,
        )


class Session(SMTP):
    """The protocol object of one connection; `peer` is the client's address."""

    line_length_limit = BUFFER  # aiosmtpd gives this to its StreamReader as limit

    def __init__(self, reception: Reception, peer: str, *, lmtp: bool = False) -> None:
        super().__init__(
            _NO_HOOKS,
            hostname=reception.hostname,
            tls_context=reception.tls,
            loop=asyncio.get_running_loop(),
        )
        self._reception = reception
        self._peer = peer
        self._dialogue = reception.dialogue(lmtp=lmtp)
        self._patience = Patience(self.loop, reception.options.timeout.total_seconds(), self.hang_up)
        self._content: ContentReader | None = None
        self._accepting = False
        self._dismissed = False

    async def _handle_client(self) -> None:
        try:
            await self._converse()
        except (OSError, EOFError):
            pass  # the client went away; what was not answered was not promised
        except asyncio.LimitOverrunError:
            self.say(LINE_TOO_LONG)
        finally:
            self._release()
            self.hang_up()

    async def _converse(self) -> None:
        self.say(self._dialogue.greeting())
        step = Step.GO_ON
        while step is not Step.HANG_UP:
            line = await self._reader.readuntil(b"\n")
            self._patience.heard()
            reply, step = self._answer(line)
            if step is Step.START_TLS:
                step = await self._start_tls()
                continue
            self.say(reply)
            if step is Step.READ_CONTENT:
                step = await self._take_content()
            if self._paused:  # type: ignore[attr-defined]  # asyncio's own flow control, no types
                await self._drain_helper()  # type: ignore[attr-defined]

    def _answer(self, line: bytes) -> tuple[bytes, Step]:
        try:
            return self._dialogue.answer(line)
        except Exception as error:  # noqa: BLE001  # our bug is never told as a permanent refusal
            return self._our_fault(error), Step.GO_ON

    async def _take_content(self) -> Step:
        options = self._reception.options
        self._content = ContentReader(self._reader, self._reception.limits, options.max_message, self._patience.heard)
        content = await self._content.read()
        if isinstance(content, bytes):
            reply = await self._accept(content)
        else:
            reply = _REFUSALS[content]
        self.say(self._dialogue.content_replies(reply))
        self._release()
        self._dialogue.content_done()
        self._patience.finished()
        return Step.HANG_UP if content is Overrun.ENDLESS or self._dismissed else Step.GO_ON

    async def _accept(self, content: bytes) -> bytes:
        """Answer 250 if and only if the intake has made the content durable."""
        transaction = self._dialogue.transaction
        assert transaction is not None
        connection = {"peer": self._peer, "helo": self._dialogue.client_name, "tls": self._dialogue.tls}
        self._accepting = True
        try:
            raw = raw_mail(self._reception.channel, transaction, content, self._reception.now(), connection)
            receipt = await self._reception.intake.accept(raw)
        except IntakeUnavailable as error:
            log.warning("mail_deferred", channel=self._reception.channel, reason=str(error), detail=error.detail)
            return SHARE_SPENT if isinstance(error, ShareSpent) else OUR_FAULT
        except Exception as error:  # noqa: BLE001  # our bug is never told as a permanent refusal
            return self._our_fault(error)
        finally:
            self._accepting = False
        return b"250 2.0.0 Accepted as " + receipt.raw_id.encode()

    async def _start_tls(self) -> Step:
        """aiosmtpd says 220, shakes hands, and drops what came in clear behind STARTTLS (attack 14)."""
        try:
            await super().smtp_STARTTLS("")
        except TLSSetupException:
            return Step.HANG_UP
        return Step.GO_ON

    def _release(self) -> None:
        if self._content is not None:
            self._content.release()
            self._content = None

    def _our_fault(self, error: Exception) -> bytes:
        log.error("mail_failed", channel=self._reception.channel, peer=self._peer, exc_info=error)
        return OUR_FAULT

    def say(self, reply: bytes) -> None:
        """Write one reply; the transport buffers it."""
        if not self._wire.is_closing():
            self._wire.write(reply + b"\r\n")

    def hang_up(self, reply: bytes | None = None) -> None:
        """Say `reply`, close, and do not wait for ever until the client has read it."""
        if reply is not None:
            self.say(reply)
        if not self._wire.is_closing():
            self._wire.close()
            self._patience.linger(self._wire.abort)

    def dismiss(self) -> asyncio.Task[None]:
        """The receiver stops: go, unless content is being made durable. Content half read is dropped unanswered."""
        self._dismissed = True
        if self._content is not None and not self._accepting:
            self.abort()
        elif not self._accepting:
            self.hang_up(SHUTTING_DOWN)
        assert self._handler_coroutine is not None
        return self._handler_coroutine

    def abort(self) -> None:
        self._wire.abort()

    # What asyncio and aiosmtpd call.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        over_tls = self._original_transport is not None
        self._wire = cast("asyncio.Transport", transport)
        super().connection_made(transport)
        if over_tls:
            self._dialogue.restart_over_tls()
        else:
            self._reception.sessions.add(self)

    def eof_received(self) -> bool:
        """A client that only stopped talking is still answered; over TLS there is no such half-closed state."""
        asyncio.StreamReaderProtocol.eof_received(self)
        return not self._dialogue.tls

    def connection_lost(self, error: Exception | None) -> None:
        """Unlike aiosmtpd's, this does not cancel the session: an accept under way is seen to its end."""
        self._patience.end()
        if self._original_transport is not None:
            self._original_transport.close()
        asyncio.StreamReaderProtocol.connection_lost(self, error)
        self._reception.sessions.discard(self)
        self._reception.limits.leave(self._peer)

    def _reset_timeout(self, duration: float | None = None) -> None:
        """aiosmtpd's timer is replaced by Patience."""

    async def handle_exception(self, error: Exception) -> str:
        """Never aiosmtpd's permanent 500 with the exception's text."""
        return self._our_fault(error).decode()
