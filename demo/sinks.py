"""The other side: a mail server that keeps what it is given, and a chat provider that does the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session


class MailSink:
    """Keeps (recipient, bytes) of every mail."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, bytes]] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        assert isinstance(envelope.content, bytes)
        self.mails += [(recipient, envelope.content) for recipient in envelope.rcpt_tos]
        return "250 2.0.0 Kept"


class ChatSink:
    """Keeps every answer posted to it."""

    def __init__(self) -> None:
        self.answers: list[dict[str, Any]] = []

    async def keep(self, request: web.Request) -> web.Response:
        self.answers.append(await request.json())
        return web.json_response({"id": f"answer-{len(self.answers)}"})


@asynccontextmanager
async def sinks() -> AsyncIterator[tuple[MailSink, int, ChatSink, int]]:
    """Both, with their ports on 127.0.0.1."""
    mail, chat = MailSink(), ChatSink()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(mail, enable_SMTPUTF8=True), "127.0.0.1", 0)
    site = web.Application()
    site.router.add_post("/answers", chat.keep)
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield mail, server.sockets[0].getsockname()[1], chat, runner.addresses[0][1]
    finally:
        await runner.cleanup()
        server.close()
