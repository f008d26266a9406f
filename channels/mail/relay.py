"""Mail out to the configured relay.

What a failure means (RFC 5321 §4.2.1):

    4xx, no connection, silence or a break before the content   temporary: try again later
    5xx to our greeting or credentials                          temporary: a person must mend the settings
    5xx, an address no mail can go to                           permanent: bury
    silence or a break while the content was under way          outcome unknown: the relay may have it
"""

import ssl
from collections.abc import Callable
from datetime import datetime

from aiosmtplib import SMTP, SMTPException, SMTPResponseException, SMTPServerDisconnected

from channels.mail.compose import Envelope, composed, envelope_of
from channels.mail.options import Relay
from channels.mail.pool import ConnectionPool
from domain.errors import SendFailed
from domain.mailbox import Mailbox
from domain.outgoing import OutgoingMessage

TIMEOUT_SECONDS = 60.0
_NOT_LET_IN = frozenset({530, 534, 535, 538})  # our credentials or TLS settings, not this message


class RelaySender:
    """Sends over pooled connections. `password` is the revealed one."""

    def __init__(
        self,
        relay: Relay,
        mailbox: Mailbox,
        *,
        hostname: str,
        password: str | None,
        now: Callable[[], datetime],
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        self._relay = relay
        self._mailbox = mailbox
        self._hostname = hostname
        self._password = password
        self._now = now
        self._timeout = timeout
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
            raise SendFailed("the relay cannot be reached", permanent=False, detail=repr(error)) from error

    async def close(self) -> None:
        await self._pool.close()

    async def _try(self, envelope: Envelope, content: bytes) -> str:
        async with self._pool.client() as client:
            await _announce(client, envelope)
            return await _hand_over(client, content)

    async def _connect(self) -> SMTP:
        relay = self._relay
        client = SMTP(
            hostname=relay.host,
            port=relay.port,
            local_hostname=self._hostname,
            timeout=self._timeout,
            use_tls=relay.tls == "implicit",
            start_tls=relay.tls == "starttls",
            tls_context=None if relay.tls == "none" else ssl.create_default_context(),
            username=relay.username,
            password=self._password,
        )
        try:
            await client.connect()
        except SMTPResponseException as error:
            client.close()
            raise SendFailed(
                f"the relay does not let us in ({error.code})", permanent=False, detail=str(error)
            ) from error
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


async def _hand_over(client: SMTP, content: bytes) -> str:
    try:
        response = await client.data(content)
    except SMTPResponseException:
        raise
    except (SMTPException, OSError) as error:
        raise SendFailed(
            "the connection broke while the mail was handed over",
            permanent=False,
            outcome_unknown=True,
            detail=repr(error),
        ) from error
    return response.message


def _refused(error: SMTPResponseException) -> SendFailed:
    """The relay's words go into the log, not to people who did not ask."""
    permanent = 500 <= error.code < 600 and error.code not in _NOT_LET_IN
    return SendFailed(f"the relay answered {error.code}", permanent=permanent, detail=error.message)
