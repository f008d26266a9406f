"""Start a daemon in a temporary directory, send it one morning's traffic, show what became of it.

    sinks ─▶ daemon ─▶ the steps of demo/traffic.py, over real sockets ─▶ tables ─▶ exit 0 only if all is as expected

Run with `make demo`; `--picture FILE.svg` also draws what was shown (`make picture`).
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import aiosmtplib
from rich.console import Console

from channels.signing import SigningKey, sign
from demo import calls, outage
from demo.judging import judge
from demo.mailbox import PASSWORD, Mailbox, mailbox
from demo.picture import canvas, draw
from demo.showing import show
from demo.sinks import MailSink, sinks
from demo.traffic import MAILBOX_STEP, STEPS, Step, reply_to
from ingest.presentation.status import show_status

BALCAO = Path(sys.executable).with_name("balcao")
CONFIG = Path(__file__).parent.parent / "config"
PATIENCE = 90.0
PIPE_WIDTH = 150
GLANCE = 80

SETTINGS = """\
version: 1
name: Exemplo Sistemas
var: var
rules: rules.yaml
web: {{public: "127.0.0.1:{public}", private: "127.0.0.1:{private}"}}
log: {{format: json, level: warning}}
channels:
  email:
    kind: smtp
    listen: ["127.0.0.1:{smtp}"]
    address: suporte@exemplo.com.br
    recipients: ["@exemplo.com.br"]
    relay: {{host: 127.0.0.1, port: {mail_sink}, tls: none}}
  site:
    kind: webhook
    secrets: [file:var/secrets/site.key]
    reply: {{url: "http://127.0.0.1:{chat_sink}/answers", secret: file:var/secrets/answers.key}}
  telefone:
    kind: voice
    secrets: [file:var/secrets/telefone.key]
{calls}"""


def free_ports(count: int) -> list[int]:
    opened = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in opened]
    for server in opened:
        server.close()
    return ports


class Desk:
    """The running daemon and the ways to reach it."""

    def __init__(self, folder: Path, ports: dict[str, int]) -> None:
        self.folder = folder
        self.ports = ports
        self.config = folder / "balcao.yaml"

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """The daemon as a process, from ready to stopped."""
        with (self.folder / "daemon.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                BALCAO, "run", "--config", self.config, stdout=log, stderr=log, cwd=self.folder
            )
        try:
            await until(self._ready, "the daemon to be ready")
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            await process.wait()

    async def _ready(self) -> bool:
        with contextlib.suppress(aiohttp.ClientError):
            async with aiohttp.ClientSession() as http, http.get(self._private("/readyz")) as answer:
                return bool((await answer.json())["ready"])
        return False

    def _private(self, path: str) -> str:
        return f"http://127.0.0.1:{self.ports['private']}{path}"

    async def send(self, step: Step, body: bytes | dict[str, Any], recipient: str) -> None:
        if isinstance(body, bytes):
            smtp = aiosmtplib.SMTP(hostname="127.0.0.1", port=self.ports["smtp"], start_tls=False)
            async with smtp:
                await smtp.mail(step.sender)
                await smtp.rcpt(recipient)
                await smtp.data(body)
        else:
            await self.post(step.channel, step.name, body)

    async def post(self, channel: str, name: str, value: Mapping[str, Any]) -> None:
        """Signed; `name` is the id of this post."""
        body, now = json.dumps(value).encode(), time.time()
        secret = (self.folder / "var" / "secrets" / f"{channel}.key").read_text().strip()
        headers = sign(SigningKey.from_text(secret), message_id=f"demo-{name.encode().hex()}", body=body, now=now)
        url = f"http://127.0.0.1:{self.ports['public']}/hooks/{channel}"
        headers["Content-Type"] = "application/json"
        async with aiohttp.ClientSession() as http, http.post(url, data=body, headers=headers) as answer:
            answer.raise_for_status()

    async def tickets(self) -> list[dict[str, Any]]:
        process = await asyncio.create_subprocess_exec(
            BALCAO, "tickets", "export", "--config", self.config, stdout=asyncio.subprocess.PIPE, cwd=self.folder
        )
        output, _ = await process.communicate()
        return [json.loads(line) for line in output.splitlines()]

    async def ignored(self) -> list[dict[str, Any]]:
        """Entries of the journal that became nothing, with their reasons."""
        command = ("journal", "list", "--fate", "ignored", "--json", "--config", self.config)
        process = await asyncio.create_subprocess_exec(
            BALCAO, *command, stdout=asyncio.subprocess.PIPE, cwd=self.folder
        )
        output, _ = await process.communicate()
        entries: list[dict[str, Any]] = json.loads(output)
        return entries

    async def fetched(self) -> bool:
        """Whether the mailbox has been looked into, and its mail is here."""
        return any(source["accepted"] for source in (await self.status())["sources"])

    async def looked(self) -> bool:
        """Whether the mailbox has been looked into: only what arrives from then on is taken."""
        return any(source["looked_at"] for source in (await self.status())["sources"])

    async def until_settled(self) -> None:
        await until(self.settled, "the desk to be through with everything")

    async def settled(self) -> bool:
        """Whether nothing waits any more."""
        status = await self.status()
        waiting = [status["journal"]["counts"][fate] for fate in ("waiting", "claimed")]
        return not any([*waiting, *(status["outbox"].get(state) for state in ("pending", "sending"))])

    async def status(self) -> Any:
        process = await asyncio.create_subprocess_exec(
            BALCAO, "status", "--json", "--config", self.config, stdout=asyncio.subprocess.PIPE, cwd=self.folder
        )
        output, _ = await process.communicate()
        return json.loads(output)


async def until(condition: Any, what: str) -> None:
    """Wait for `await condition()` to be true; raises TimeoutError that says what was missed."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not await condition():  # noqa: ASYNC110 - what is waited for happens in another process
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise TimeoutError(f"waited {PATIENCE:.0f} s for {what}") from None


async def _send_all(desk: Desk, mail_sink: MailSink) -> None:
    for step in STEPS:
        body, recipient = step.body, step.recipient
        if step.replies_to is not None:

            async def arrived(to: str = step.sender) -> bool:
                return any(recipient == to for recipient, _ in mail_sink.mails)

            await until(arrived, f"the acknowledgement to {step.sender}")
            acknowledgement = next(content for to, content in mail_sink.mails if to == step.sender)
            body, recipient = reply_to(acknowledgement, step.sender)
        await desk.send(step, body, recipient)


async def _fetch_one(desk: Desk, box: Mailbox) -> None:
    await until(desk.looked, "the mailbox to be looked into")
    assert isinstance(MAILBOX_STEP.body, bytes)
    box.deliver(MAILBOX_STEP.body)
    await until(desk.fetched, "the mail to be fetched")


async def main(console: Console, glance: Console | None = None) -> int:
    """`glance`: where the status of the desk at work is shown."""
    with tempfile.TemporaryDirectory(prefix="balcao-demo-") as name:
        folder = Path(name)
        async with sinks() as (mail_sink, mail_port, chat_sink, chat_port), mailbox() as box:
            smtp, public, private = free_ports(3)
            ports = {"smtp": smtp, "public": public, "private": private}
            desk = Desk(folder, ports)
            settings = SETTINGS.format(**ports, mail_sink=mail_port, chat_sink=chat_port, calls=calls.SETTINGS)
            if box is not None:
                settings += box.settings(mail_port)
                (folder / "caixa.password").write_text(PASSWORD, encoding="utf-8")
            desk.config.write_text(settings + outage.SETTINGS, encoding="utf-8")
            (folder / "rules.yaml").write_bytes((CONFIG / "rules.yaml").read_bytes())
            try:
                async with desk.open():
                    await _send_all(desk, mail_sink)
                    for message_id, event in calls.told():
                        await desk.post(calls.CHANNEL, message_id, event)
                    if box is not None:
                        await _fetch_one(desk, box)
                    await until(desk.settled, "the desk to be through with everything")
                    await outage.play(desk.post, desk.until_settled)
                    if glance is not None:
                        show_status(await desk.status(), ZoneInfo("America/Sao_Paulo"), glance)
                    everything, ignored = await asyncio.gather(desk.tickets(), desk.ignored())
                    shown = await outage.shown(BALCAO, desk.config, everything)
            except (TimeoutError, OSError, aiohttp.ClientError, aiosmtplib.SMTPException) as error:
                console.print(f"[red]{type(error).__name__}: {error}[/red]")
                console.print(
                    (folder / "daemon.log").read_text(encoding="utf-8", errors="replace")[-4000:], markup=False
                )
                return 1
        steps = [*STEPS, MAILBOX_STEP] if box is not None else STEPS
        called = [ticket for ticket in everything if calls.is_of_the_day(ticket)]
        customers = [ticket for ticket in everything if not ticket["incident"] and ticket not in called]
        rows, complaints = judge(steps, customers, mail_sink.mails, chat_sink.answers)
        complaints += outage.complaints(everything)
        complaints_of_calls = calls.judge(called, [one["reason"] for one in ignored if one["channel"] == calls.CHANNEL])
        show(console, rows, mail_sink.mails, chat_sink.answers, complaints)
        calls.show(console, called, complaints_of_calls)
        console.print(shown)
        if box is None:
            console.print("Sem caixa postal por IMAP: o Dovecot não está instalado (Debian: dovecot-imapd).")
        return 1 if complaints or complaints_of_calls else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo", description="A morning's traffic through a real daemon.")
    parser.add_argument("--picture", type=Path, metavar="FILE.svg", help="draw what is shown into this file, too")
    return parser.parse_args()


if __name__ == "__main__":
    picture = arguments().picture
    if picture:
        shown, glance = canvas(), canvas(GLANCE)
    else:
        shown = Console(width=None if sys.stdout.isatty() or os.environ.get("COLUMNS") else PIPE_WIDTH)
        glance = None
    code = asyncio.run(main(shown, glance))
    if picture and glance and code == 0:
        draw(shown, picture, title="make demo")
        draw(glance, picture.with_name("status.svg"), title="balcao status")
    sys.exit(code)
