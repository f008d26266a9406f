"""Outgoing messages for tests, and a relay that does as it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiosmtpd.smtp import SMTP

from domain.outgoing import OutgoingMessage

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def message(**given) -> OutgoingMessage:
    return OutgoingMessage(
        **{
            "outbox_id": 7,
            "channel": "canal",
            "ticket": 42,
            "to": "ana@cliente.example",
            "subject": "[#42] Recebemos sua mensagem",
            "text": "Olá,\n\nseu chamado é o 42.\n",
            "html": None,
            "language": "pt-BR",
            "automatic": True,
            "idempotency_key": "ack:42",
            "message_id": "<balcao.42.0123456789abcdef01234567@exemplo.com>",
            "in_reply_to": "<1@cliente.example>",
            "references": ("<0@cliente.example>", "<1@cliente.example>"),
            "sender": "suporte@exemplo.com",
            "reply_to": "suporte+abcdefghijklmnopqrstuvwxyz234567@exemplo.com",
            "attempts": 0,
            "created_at": NOW,
            **given,
        }
    )


@dataclass
class Relay:
    """An aiosmtpd handler with scripted answers: by command, one after the other; "drop" cuts the connection."""

    script: dict[str, list[str]] = field(default_factory=dict)
    received: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    def _next(self, server, command, otherwise):
        answers = self.script.get(command, [])
        answer = answers.pop(0) if answers else otherwise
        if answer == "drop":
            server.transport.abort()
        return answer

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        envelope.mail_from = address or "<>"
        return self._next(server, "MAIL", "250 OK")

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        envelope.rcpt_tos.append(address)
        return self._next(server, "RCPT", "250 OK")

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        answer = self._next(server, "DATA", "250 OK queued as ABC")
        if answer.startswith("250") or answer == "drop":
            self.received.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return answer

    async def handle_RSET(self, server, session, envelope):  # noqa: N802
        return self._next(server, "RSET", "250 OK")


@asynccontextmanager
async def relaying(script=None, *, host="127.0.0.1", implicit=None, **settings) -> AsyncIterator[Relay]:
    """`implicit`: the context of a relay that speaks TLS from the first byte on."""
    relay, loop, seen = Relay(script or {}), asyncio.get_running_loop(), []

    def connected():
        relay.connections += 1
        seen.append(SMTP(relay, hostname="relay", enable_SMTPUTF8=True, loop=loop, **settings))
        return seen[-1]

    server = await loop.create_server(connected, host, 0, ssl=implicit)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
        for protocol in seen:
            if protocol.transport is not None:
                protocol.transport.abort()
            if protocol._handler_coroutine is not None:
                protocol._handler_coroutine.cancel()  # a failed STARTTLS tells it nothing
        await asyncio.gather(*(p._handler_coroutine for p in seen if p._handler_coroutine), return_exceptions=True)
