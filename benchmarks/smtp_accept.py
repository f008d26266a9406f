"""Durable SMTP accept against a bare aiosmtpd whose handler does nothing.

    python -m benchmarks.smtp_accept [--messages N] [--rounds R] [--connections C ...] [--kinds K ...]

Every server runs in its own process. The load is Postfix's `smtp-source` on kept connections when there is one
(PATH, or $SMTP_SOURCE with $LD_LIBRARY_PATH for an unpacked package), else an asyncio client in this process. Rounds
alternate between bare and ours, so that what else the machine does hits both. One JSON line per figure: median
rates and the median of the rounds' ratios.

    bare       aiosmtpd.smtp.SMTP as it comes, a handler that answers 250
    door       our receiver before an intake that promises one loop turn later, all who wait at once
    journal    our receiver before the real journal
"""

import argparse
import asyncio
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from aiosmtpd.smtp import SMTP

from benchmarks._mail_load import drive
from channels.smtp.options import Options
from channels.smtp.receive import SmtpReceiver
from domain.ports import Intake
from domain.raw import RawInteraction, Receipt

KINDS = ("bare", "door", "journal")
MESSAGE_BYTES = 4096


class Nothing:
    async def handle_DATA(self, server, session, envelope):  # noqa: N802, ARG002  aiosmtpd's names
        return "250 OK"


class BatchedPromise:
    """Keeps nothing; everybody who waits in one loop turn is woken by one call, as after a group commit."""

    def __init__(self) -> None:
        self.waiting: list[asyncio.Future[None]] = []

    async def accept(self, raw: RawInteraction) -> Receipt:
        loop = asyncio.get_running_loop()
        if not self.waiting:
            loop.call_soon(self.flush)
        done = loop.create_future()
        self.waiting.append(done)
        await done
        return Receipt(raw_id=raw.dedup_key[:32], duplicate=False)

    def flush(self) -> None:
        batch, self.waiting = self.waiting, []
        for done in batch:
            done.set_result(None)


class Appends:
    """The journal as an intake."""

    def __init__(self, journal) -> None:
        self.accept = journal.append


async def intake_of(kind: str, var: Path, stack: AsyncExitStack) -> Intake:
    if kind != "journal":
        return BatchedPromise()
    from ingest.supervise import spawn  # noqa: PLC0415  the other servers must not need them
    from store.engines import Database  # noqa: PLC0415
    from store.journal import DatabaseJournal  # noqa: PLC0415
    from store.migrating import upgrade  # noqa: PLC0415

    url = f"sqlite:///{var / 'journal.db'}"
    await upgrade(url, "journal")
    database = Database.open(url)
    journal = DatabaseJournal(database, spawn=spawn, reserve=0, folder=var)
    stack.push_async_callback(database.close)
    stack.push_async_callback(journal.close)
    return Appends(journal)


def options() -> Options:
    return Options.model_validate(
        {
            "listen": ["127.0.0.1:0"],
            "recipients": ["@localhost"],
            "max_connections": 1000,
            "max_connections_per_address": 1000,
        }
    )


async def run_server(kind: str, var: Path) -> None:
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack:
        intake = await intake_of(kind, var, stack)
        stopped = loop.run_in_executor(None, sys.stdin.read)
        if kind == "bare":
            server = await loop.create_server(lambda: SMTP(Nothing(), hostname="bench", loop=loop), "127.0.0.1", 0)
            print(server.sockets[0].getsockname()[1], flush=True)
            await stopped
            return
        receiver = SmtpReceiver(channel="bench", hostname="bench", options=options(), tls=None)
        running = asyncio.ensure_future(receiver.run(intake, lambda: print(receiver.addresses[0].port, flush=True)))
        await asyncio.wait([running, stopped], return_when=asyncio.FIRST_COMPLETED)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def smtp_source() -> str | None:
    return os.environ.get("SMTP_SOURCE") or shutil.which("smtp-source")


def load(port: int, messages: int, connections: int) -> float:
    """Messages per second."""
    generator = smtp_source()
    begun = time.perf_counter()
    if generator is None:
        asyncio.run(drive(port, messages, connections, MESSAGE_BYTES))
    else:
        command = [generator, "-d", "-l", str(MESSAGE_BYTES), "-m", str(messages), "-s", str(connections)]
        command += ["-f", "ana@exemplo.com", "-t", "suporte@localhost", f"127.0.0.1:{port}"]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    return messages / (time.perf_counter() - begun)


def one_round(kind: str, messages: int, connections: int) -> float:
    with tempfile.TemporaryDirectory() as var:
        server = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.smtp_accept", "--serve", kind, "--var", var],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            port = int(server.stdout.readline())
            load(port, connections * 5, connections)
            return load(port, messages, connections)
        finally:
            server.communicate(timeout=20)


def compare(kinds: list[str], connections: int, messages: int, rounds: int) -> None:
    rates: dict[str, list[float]] = {kind: [] for kind in ("bare", *kinds)}
    for _ in range(rounds):
        for kind, seen in rates.items():
            seen.append(one_round(kind, messages, connections))
    for kind in kinds:
        ratios = [ours / bare for ours, bare in zip(rates[kind], rates["bare"], strict=True)]
        figure = {
            "figure": f"smtp accept: {kind} against bare aiosmtpd",
            "connections": connections,
            "ratio": round(statistics.median(ratios), 2),
            "ours_per_s": round(statistics.median(rates[kind])),
            "bare_per_s": round(statistics.median(rates["bare"])),
            "message_bytes": MESSAGE_BYTES,
            "load": "smtp-source" if smtp_source() else "asyncio",
            "python": platform.python_version(),
        }
        print(json.dumps(figure), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 10, 50])
    parser.add_argument("--kinds", nargs="+", choices=KINDS[1:], default=list(KINDS[1:]))
    parser.add_argument("--serve", choices=KINDS, help=argparse.SUPPRESS)
    parser.add_argument("--var", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        asyncio.run(run_server(arguments.serve, arguments.var))
        return
    for connections in arguments.connections:
        compare(arguments.kinds, connections, arguments.messages, arguments.rounds)


if __name__ == "__main__":
    main()
