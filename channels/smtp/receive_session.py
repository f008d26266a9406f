"""One SMTP connection: aiosmtpd's protocol and TLS, our own loops.

aiosmtpd spends its time in a line-by-line DATA loop, in logging and in a general-purpose address parser.
Here `_handle_client` is replaced: lines go to `Dialogue`, content is read up to CR LF . CR LF in pieces of the
stream's buffer size, and nothing is logged while all is well.

    read a line ─▶ Dialogue.answer ─▶ reply ─▶ read content ─▶ unstuff dots ─▶ intake.accept ─▶ 250
                                            └▶ over the limit: read on and forget, then 552 or 452

Patience: `timeout` for each line or 64 kB of content, and twice that from one finished message to the next.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from ssl import SSLContext
from typing import Any

import structlog
from aiosmtpd.smtp import SMTP

from channels.smtp.options import Options
from channels.smtp.receive_dialogue import (
    BAD_LINE,
    LINE_TOO_LONG,
    LONGEST_LINE,
    NO_ROOM,
    OUR_FAULT,
    TOO_BIG,
    Dialogue,
    Step,
)
from channels.smtp.receive_limits import Limits
from channels.smtp.receive_raw import raw_mail
from domain.errors import IntakeUnavailable
from domain.mailbox import Mailbox
from domain.ports import Intake

BUFFER = 64 * 1024
LINGER_SECONDS = 5.0
_PATIENCE_FOR_A_MESSAGE = 2
_PATIENCE_WITH_TOO_BIG = 4
_LINE_END = b"\r\n"
_CONTENT_END = b"\r\n.\r\n"
_CONTROLS = bytes(range(0x20)) + b"\x7f"
_NO_HOOKS = object()

log = structlog.get_logger(__name__)
logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd tells every connection; we tell what matters


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
    sessions: set["Session"]


class Session(SMTP):  # type: ignore[misc]  # aiosmtpd ships no types
    """The protocol object of one connection; `peer` is the client's address."""

    line_length_limit = BUFFER  # what aiosmtpd gives its StreamReader as limit

    def __init__(self, reception: Reception, peer: str) -> None:
        options = reception.options
        super().__init__(
            _NO_HOOKS,
            hostname=reception.hostname,
            tls_context=reception.tls,
            timeout=options.timeout.total_seconds(),
            loop=asyncio.get_running_loop(),
        )
        self._reception = reception
        self._peer = peer
        self._held = 0
        self._heard_at = self._finished_at = self.loop.time()
        self.busy = False
        self.accepting = False
        self._dialogue = Dialogue(
            hostname=reception.hostname,
            mailbox=reception.mailbox,
            limits=reception.limits,
            max_message=options.max_message,
            max_recipients=options.max_recipients,
            tls=reception.tls is not None,
        )

    # -- the conversation ------------------------------------------------------------------------------------

    async def _handle_client(self) -> None:
        self._reception.sessions.add(self)
        try:
            await self._converse()
        except (OSError, EOFError):
            pass  # the client went away; what was not answered was not promised
        finally:
            self._release()
            self._reception.sessions.discard(self)
            self.hang_up()

    async def _converse(self) -> None:
        self.say(self._dialogue.greeting())
        step = Step.GO_ON
        while step is not Step.HANG_UP:
            line = await self._read_line()
            reply, step = self._dialogue.mistake(line[1]) if isinstance(line, tuple) else self._answer(line)
            self.say(reply)
            if step is Step.READ_CONTENT:
                step = await self._take_content()
            elif step is Step.START_TLS:
                step = await self._start_tls()
            if self._paused:
                await self._drain_helper()

    def _answer(self, line: bytes) -> tuple[bytes, Step]:
        try:
            return self._dialogue.answer(line)
        except Exception:  # noqa: BLE001  # our bug must never be told to the client as a permanent refusal
            log.exception("smtp_command_failed", channel=self._reception.channel, peer=self._peer)
            return OUR_FAULT, Step.GO_ON
