"""Durable webhook accept against a bare aiohttp handler that reads the body and answers 200.

    python -m benchmarks.webhook_accept [--messages N] [--rounds R] [--connections C]

Every server runs in its own process; the load generator in this one. Rounds alternate bare and ours, so that what
else the machine does hits both. One JSON line per figure: median rates and the median of the rounds' ratios.

    bare       aiohttp.web.Application with one handler: await request.read(); return 200
    door       our public site and door before an intake that promises at once (what checking costs)
    appended   the same before a file: one write and one fsync for all who wait (the floor of durability)
    journal    the same before the real journal
"""

import argparse
import asyncio
import gc
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path

import psutil
from aiohttp import web

from benchmarks._load import Tally, drive
from channels.json_door import Door
from channels.signing import SigningKey, sign, standard_webhooks
from domain.ports import Intake
from domain.raw import RawInteraction, Receipt
from web.public import public_site
from web.serving import serve

SECRET = b"benchmark secret of thirty-two b"
KINDS = ("bare", "door", "appended", "journal")
TEXT = "Olá, não consigo emitir a nota fiscal: aparece erro 500 ao clicar em transmitir. " * 6


class PromisesAtOnce:
    """Keeps nothing."""

    async def accept(self, raw: RawInteraction) -> Receipt:
        return Receipt(raw_id=raw.dedup_key, duplicate=False)


class GroupCommit:
    """One write and one fsync for everything that waits."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("ab", buffering=0)
        self.waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self.thread = ThreadPoolExecutor(1)
        self.busy = False

    async def accept(self, raw: RawInteraction) -> Receipt:
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        self.waiting.append((raw.payload, done))
        if not self.busy:
            self.busy = True
            loop.call_soon(self.flush, loop)
        await done
        return Receipt(raw_id=raw.dedup_key, duplicate=False)

    def flush(self, loop: asyncio.AbstractEventLoop) -> None:
        batch, self.waiting = self.waiting, []
        written = loop.run_in_executor(self.thread, self.write, b"\n".join(payload for payload, _ in batch))
        written.add_done_callback(lambda _: self.wake(loop, [done for _, done in batch]))

    def write(self, content: bytes) -> None:
        self.file.write(content)
        os.fsync(self.file.fileno())

    def wake(self, loop: asyncio.AbstractEventLoop, batch: list[asyncio.Future[None]]) -> None:
        for done in batch:
            done.set_result(None)
        self.busy = bool(self.waiting)
        if self.busy:
            self.flush(loop)


class Appends:
    """The journal as an intake."""

    def __init__(self, journal) -> None:
        self.accept = journal.append


async def bare(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(text="ok")


async def intake_of(kind: str, var: Path, stack: AsyncExitStack) -> Intake:
    if kind != "journal":
        return GroupCommit(var / "log") if kind == "appended" else PromisesAtOnce()
    # The other servers must not pay for these imports.
    from ingest.supervise import spawn  # noqa: PLC0415
    from store.engines import Database  # noqa: PLC0415
    from store.journal import DatabaseJournal  # noqa: PLC0415
    from store.migrating import upgrade  # noqa: PLC0415

    url = f"sqlite:///{var / 'journal.db'}"
    await upgrade(url, "journal")
    database = Database.open(url)
    journal = DatabaseJournal(database, spawn=spawn, reserve=0, folder=var)
    await journal.follow()
    stack.push_async_callback(database.close)
    stack.push_async_callback(journal.close)
    return Appends(journal)


async def run_server(kind: str, var: Path) -> None:
    async with AsyncExitStack() as stack:
        if kind == "bare":
            runner = web.AppRunner(web.Application(), access_log=None)
            runner.app.router.add_post("/hooks/bench", bare)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
            await site.start()
            port = site.port
        else:
            door = Door(channel="bench", prove=standard_webhooks((SigningKey(SECRET),)), max_body=1_000_000)
            routes = door.routes(await intake_of(kind, var, stack))
            port = (await stack.enter_async_context(serve(public_site(routes), "127.0.0.1", 0))).port
        # As the daemon does when it is open; for the bare handler, too.
        gc.collect()
        gc.freeze()
        print(port, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def prepared_requests(count: int, first: int) -> list[bytes]:
    """`count` distinct signed requests of about 700 bytes of JSON."""
    key, now = SigningKey(SECRET), time.time()
    requests = []
    for number in range(first, first + count):
        payload = {"sender": {"id": f"u{number}", "name": "Ana Lúcia"}, "message_id": f"m{number}", "text": TEXT}
        body = json.dumps(payload).encode()
        headers = sign(key, message_id=f"msg_{number}", body=body, now=now)
        lines = [f"{name}: {value}" for name, value in headers.items()]
        lines += ["Host: localhost", "Content-Type: application/json", f"Content-Length: {len(body)}"]
        requests.append(("POST /hooks/bench HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode() + body)
    return requests


def one_round(kind: str, requests: list[bytes], connections: int) -> Tally:
    with tempfile.TemporaryDirectory() as var:
        server = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.webhook_accept", "--serve", kind, "--var", var],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            port = int(server.stdout.readline())
            process = psutil.Process(server.pid)
            before = sum(process.cpu_times()[:2])
            tally = asyncio.run(drive(port, requests, connections))
            tally.server_cpu = sum(process.cpu_times()[:2]) - before
        finally:
            server.communicate(timeout=20)
    unwanted = {status: n for status, n in tally.statuses.items() if status not in (b"200", b"202")}
    if unwanted or sum(tally.statuses.values()) != len(requests):
        raise SystemExit(f"{kind}: {tally.statuses} for {len(requests)} requests")
    return tally


def main() -> None:
    options = arguments()
    if options.serve:
        asyncio.run(run_server(options.serve, Path(options.var)))
        return
    kinds = [kind for kind in KINDS if kind != "journal" or importlib.util.find_spec("store.journal")]
    rounds: dict[str, list[Tally]] = {kind: [] for kind in kinds}
    for number in range(options.rounds):
        requests = prepared_requests(options.messages, number * options.messages)
        for kind in kinds:
            rounds[kind].append(one_round(kind, requests, options.connections))
    for kind in kinds:
        print(json.dumps(figure(kind, rounds, options)))


def figure(kind: str, rounds: dict[str, list[Tally]], options: argparse.Namespace) -> dict:
    pairs = list(zip(rounds[kind], rounds["bare"], strict=True))
    return {
        "figure": f"webhook accept, {kind}",
        "connections": options.connections,
        "messages": options.messages,
        "per_second": round(statistics.median(tally.rate for tally in rounds[kind])),
        "p99_ms": round(1000 * statistics.median(tally.quantile(0.99) for tally in rounds[kind]), 2),
        "ratio_to_bare": round(statistics.median(ours.rate / bare.rate for ours, bare in pairs), 3),
        "ratio_to_bare_of_totals": round(total_rate(rounds[kind]) / total_rate(rounds["bare"]), 3),
        "server_cpu_us": round(statistics.median(1e6 * tally.server_cpu / options.messages for tally in rounds[kind])),
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
    }


def total_rate(tallies: list[Tally]) -> float:
    return sum(sum(tally.statuses.values()) for tally in tallies) / sum(tally.seconds for tally in tallies)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=6_000, help="requests in each round")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--serve", choices=KINDS, help=argparse.SUPPRESS)
    parser.add_argument("--var", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
