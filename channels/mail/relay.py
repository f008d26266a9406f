"""Mail out to the configured relay.

What a failure means (RFC 5321 §4.2.1):

    no connection, 4xx or 5xx to our greeting                   away: the others wait, too
    5xx to our credentials                                      the same, and a person must mend the settings
    4xx, silence or a break before the content                  temporary: try again later
    5xx, an address no mail can go to                           permanent: bury
    silence or a break after the content, or an answer that     outcome unknown: the relay may have it
    nobody can read
"""

import re
import ssl
from collections.abc import Callable
from datetime import datetime

from aiosmtplib import SMTP, SMTPDataError, SMTPException, SMTPResponseException, SMTPServerDisconnected

from channels.mail.compose import Envelope, composed, envelope_of
from channels.mail.options import Relay
from channels.mail.pool import ConnectionPool
from domain.errors import SendFailed
from domain.mailbox import Mailbox
from domain.outgoing import OutgoingMessage

TIMEOUT_SECONDS = 60.0
CONTENT_SECONDS = 600.0
"""A relay that scans what it is given may take long to answer (RFC 5321 §4.5.3.2.6); to give up early is to doubt."""
_GO_ON = 354
_FIRST_DOTS = re.compile(rb"^\.", re.MULTILINE)
_NOT_LET_IN = frozenset({530, 534, 535, 538})  # our credentials or TLS settings, not this message


class RelaySender:
    """Sends over pooled connections. `password` is the revealed one; `tls` None: as the system's authorities vouch."""

    def __init__(
        self,
        relay: Relay,
        mailbox: Mailbox,
        *,
        hostname: str,
        password: str | None,
        tls: ssl.SSLContext | None = None,
        now: Callable[[], datetime],
        timeout: float = TIMEOUT_SECONDS,
        content_timeout: float = CONTENT_SECONDS,
    ) -> None:
        self._relay = relay
        self._mailbox = mailbox
        self._hostname = hostname
        self._password = password
        self._tls = tls
        self._now = now
        self._timeout = timeout
        self._content_timeout = content_timeout
        self._pool = ConnectionPool(self._connect)

    async def send(self, message: OutgoingMessage) -> str:
        """The relay's answer to the content, which often names its queue id. Raises SendFailed."""
        envelope = envelope_of(message, self._mailbox)
        if envelope is None:
            raise SendFailed("the recipient is not a mail address", permanent=True)
        content = await composed(message, self._mailbox, self._now())
        try:
            try:
                return await self._try(envelope, content)
            except SMTPServerDisconnected:  # a kept connection had gone stale, before any content was sent
                return await self._try(envelope, content)
        except SMTPResponseException as error:
            raise _refused(error) from error
        except (SMTPException, OSError) as error:
            raise SendFailed("the relay fell silent", permanent=False, detail=repr(error)) from error

    async def close(self) -> None:
        await self._pool.close()

    async def _try(self, envelope: Envelope, content: bytes) -> str:
        async with self._pool.client() as client:
            await _announce(client, envelope)
            return await _hand_over(client, content, self._content_timeout)

    async def _connect(self) -> SMTP:
        relay = self._relay
        client = SMTP(
            hostname=relay.host,
            port=relay.port,
            local_hostname=self._hostname,
            timeout=self._timeout,
            use_tls=relay.tls == "implicit",
            start_tls=relay.tls == "starttls",
            tls_context=self._tls,
            username=relay.username,
            password=self._password,
        )
        try:
            await client.connect()
        except SMTPResponseException as error:
            client.close()
            reason = f"the relay does not let us in ({error.code})"
            raise SendFailed(
                reason,
                permanent=False,
                away=error.code not in _NOT_LET_IN,
                credentials=error.code in _NOT_LET_IN,
                detail=error.message,
            ) from error
        except (SMTPException, OSError) as error:
            client.close()
            reason, why = "the relay cannot be reached", str(error) or repr(error)
            raise SendFailed(reason, permanent=False, away=True, detail=why) from error
        return client


async def _announce(client: SMTP, envelope: Envelope) -> None:
    """MAIL and RCPT; nothing can have been delivered yet."""
    if client.is_ehlo_or_helo_needed:
        await client.ehlo()
    options = []
    if envelope.needs_smtputf8:
        if not client.supports_extension("smtputf8"):
            raise SendFailed("the relay takes no addresses outside ASCII", permanent=True)
        options.append("SMTPUTF8")
    await client.mail(envelope.sender, options=options, encoding="utf-8")
    await client.rcpt(envelope.recipient, encoding="utf-8")


async def _hand_over(client: SMTP, content: bytes, seconds: float) -> str:
    """aiosmtplib's own `data` does not tell whether it broke before the content or after it."""
    opened = await client.execute_command(b"DATA")
    if opened.code != _GO_ON or client.protocol is None:
        raise SMTPDataError(opened.code, opened.message)
    try:
        client.protocol.write(_FIRST_DOTS.sub(b"..", content) + b".\r\n")
        response = await client.protocol.read_response(timeout=seconds)
    except (SMTPException, OSError) as error:
        raise _unknown(repr(error)) from error
    if 200 <= response.code < 300:
        return response.message
    if 400 <= response.code < 600:
        raise SMTPDataError(response.code, response.message)
    raise _unknown(f"{response.code} {response.message}")


def _unknown(detail: str) -> SendFailed:
    return SendFailed(
        "the connection broke while the mail was handed over", permanent=False, outcome_unknown=True, detail=detail
    )


def _refused(error: SMTPResponseException) -> SendFailed:
    """The relay's words go into the log, not to people who did not ask."""
    permanent = 500 <= error.code < 600 and error.code not in _NOT_LET_IN
    return SendFailed(f"the relay answered {error.code}", permanent=permanent, detail=error.message)
