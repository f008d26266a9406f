"""From a mail on the wire to its committed ticket and outbox row, with the daemon as it ships.

    python -m benchmarks.end_to_end [--messages N] [--connections C] [--stored N ...] [--memory N] [--paced]

The daemon runs as `balcao run` with the shipped rules; acknowledgements go to a local sink. The load generator runs
on the same machine and its cost is part of the figure. One JSON line per figure.
"""

import argparse
import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.machine import Stolen, machine, smtp_sink, smtp_source
from benchmarks.paced import drive_paced
from benchmarks.seed import seed

ROOT = Path(__file__).resolve().parents[1]
BALCAO = Path(sys.executable).with_name("balcao")
SIZE = 4096

SETTINGS = """\
version: 1
name: Bench
var: var
rules: {rules}
web: {{public: "127.0.0.1:{public}", private: "127.0.0.1:{private}"}}
log: {{format: json, level: {level}}}
database: {database}
acknowledgement: {{budgets: {{per_address: 100000000, per_domain: 100000000, all: 100000000, same_text: null}}}}
channels:
  email:
    kind: smtp
    listen: ["127.0.0.1:{smtp}"]
    address: suporte@localhost
    recipients: ["@localhost"]
    max_connections: 1000
    max_connections_per_address: 1000
    {relay}
"""


def free_ports(count):
    opened = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in opened]
    for server in opened:
        server.close()
    return ports


class Desk:
    """A daemon in `folder`."""

    def __init__(self, folder: Path, relay_port: int | None, database: str = "null") -> None:
        self.folder = folder
        smtp, public, private = free_ports(3)
        self.smtp, self.private = smtp, private
        relay = f"relay: {{host: 127.0.0.1, port: {relay_port}, tls: none}}" if relay_port else ""
        (folder / "balcao.yaml").write_text(
            SETTINGS.format(
                smtp=smtp,
                public=public,
                private=private,
                rules=ROOT / "config" / "rules.yaml",
                level="info",
                relay=relay,
                database=database,
            )
        )

    @contextmanager
    def running(self):
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen([BALCAO, "run", "-c", self.folder / "balcao.yaml"], stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 60
            while not self.ready():
                log_end = (self.folder / "log").read_text()[-2000:]
                assert process.poll() is None, log_end
                assert time.monotonic() < deadline, log_end
                time.sleep(0.1)
            self.process = psutil.Process(process.pid)
            yield self
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.private}{path}", timeout=10) as answer:
            return answer.read().decode()

    def ready(self):
        try:
            return json.loads(self.get("/readyz"))["ready"]
        except OSError:
            return False

    def metrics(self):
        lines = self.get("/metrics").splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}

    def done(self):
        return self.metrics().get('balcao_settled_total{fate="done"}', 0.0)

    def family(self):
        return [self.process, *self.process.children(recursive=True)]

    def cpu(self):
        return sum(sum(process.cpu_times()[:2]) for process in self.family())

    def resident(self):
        return sum(process.memory_info().rss for process in self.family())

    def wait_for(self, done, within=300.0):
        deadline = time.monotonic() + within
        while self.done() < done:
            assert time.monotonic() < deadline, f"{self.done()} of {done}"
            time.sleep(0.05)


def blast(port: int, messages: int, connections: int) -> None:
    """As fast as it goes: Postfix's smtp-source if there is one, else an asyncio client in a process of its own."""
    generator = smtp_source()
    if generator:
        command = [*generator, "-d", "-l", str(SIZE), "-m", str(messages), "-s", str(connections)]
        command += ["-f", "ana@exemplo.com", "-t", "suporte@localhost", f"127.0.0.1:{port}"]
    else:
        code = "import asyncio; from benchmarks._mail_load import drive; "
        command = [sys.executable, "-c", code + f"asyncio.run(drive({port}, {messages}, {connections}, {SIZE}))"]
    subprocess.run(command, check=True, capture_output=True, timeout=600)


def measure(desk: Desk, messages: int, connections: int) -> dict:
    blast(desk.smtp, 200, 10)
    desk.wait_for(200)
    stolen, before, cpu, begun = Stolen(), desk.done(), desk.cpu(), time.perf_counter()
    blast(desk.smtp, messages, connections)
    accepted = time.perf_counter() - begun
    desk.wait_for(before + messages)
    took = time.perf_counter() - begun
    return {
        "tickets_per_s": round(messages / took),
        "accepted_per_s": round(messages / accepted),
        "cpu_ms_per_ticket": round(1000 * (desk.cpu() - cpu) / messages, 3),
        "messages": messages,
        "stolen_share": stolen.share(),
    }


def latency(desk: Desk, rate: float, seconds: float) -> dict:
    """p99 from accept to committed ticket while `rate` messages a second arrive evenly."""
    before, stolen = desk.metrics(), Stolen()
    done = desk.done()
    messages = int(rate * seconds)
    asyncio.run(drive_paced(desk.smtp, messages, rate, 20, SIZE))
    desk.wait_for(done + messages)
    after = desk.metrics()
    prefix = 'balcao_accept_to_ticket_seconds_bucket{le="'
    counts = {
        float(name[len(prefix) : -2]): after[name] - before.get(name, 0.0) for name in after if name.startswith(prefix)
    }
    total = counts[float("inf")]
    p99 = next(bound for bound, count in sorted(counts.items()) if count >= 0.99 * total)
    return {"rate_per_s": round(rate), "messages": messages, "p99_below_s": p99,
            "share_below_250_ms": round(counts[0.25] / total, 4), "stolen_share": stolen.share()}  # fmt: skip


def emit(figure: str, **values) -> None:
    print(json.dumps({"figure": figure, **values, **machine()}), flush=True)


def fresh(stack_folder: Path, relay_port: int | None, stored: int) -> Desk:
    folder = stack_folder / f"stored-{stored}"
    folder.mkdir()
    desk = Desk(folder, relay_port)
    if stored:
        with desk.running():
            blast(desk.smtp, 1, 1)
            desk.wait_for(1)
        begun = time.perf_counter()
        seed(folder / "var" / "balcao.db", stored)
        size = (folder / "var" / "balcao.db").stat().st_size
        print(
            f"# stored {stored} tickets ({size / 1e6:.0f} MB) in {time.perf_counter() - begun:.0f} s", file=sys.stderr
        )
    return desk


def run(arguments, folder: Path, relay_port: int | None) -> None:
    rates = {}
    for stored in arguments.stored:
        desk = fresh(folder, relay_port, stored)
        with desk.running():
            values = measure(desk, arguments.messages, arguments.connections)
            rates[stored] = values["tickets_per_s"]
            ratio = {"ratio_to_fewest_stored": round(rates[min(rates)] / values["tickets_per_s"], 2)}
            emit("end to end", stored_tickets=stored, connections=arguments.connections, **values, **ratio)
            if stored == min(arguments.stored) and arguments.seconds:
                emit("latency at half load", **latency(desk, values["tickets_per_s"] / 2, arguments.seconds))
        shutil.rmtree(desk.folder)
    if arguments.memory:
        desk = fresh(folder, relay_port, 0)
        with desk.running():
            blast(desk.smtp, 5000, arguments.connections)
            desk.wait_for(5000)
            time.sleep(2)
            before = desk.resident()
            blast(desk.smtp, arguments.memory, arguments.connections)
            desk.wait_for(5000 + arguments.memory)
            time.sleep(2)
            after = desk.resident()
        emit("memory", messages=arguments.memory, before_mb=round(before / 1e6, 1), after_mb=round(after / 1e6, 1),
             grown_mb=round((after - before) / 1e6, 1))  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--stored", type=int, nargs="+", default=[0, 1000, 1_000_000])
    parser.add_argument("--seconds", type=float, default=15.0, help="of evenly paced load for the latency figure")
    parser.add_argument("--memory", type=int, default=50_000, help="messages for the memory figure; 0 leaves it out")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as name, smtp_sink() as relay_port:
        run(arguments, Path(name), relay_port)


if __name__ == "__main__":
    main()
