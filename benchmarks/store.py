"""What journal and ticket store cost, on SQLite in a temporary directory.

    python -m benchmarks.store [--profile]

One JSON line per figure. `append`: acknowledged appends per second of N concurrent callers with 4 kB payloads,
as a ratio of one commit per entry by bare sqlite3 (WAL, FULL), measured right before and after. `claim_settle`
and `file` give CPU microseconds per entry or ticket: all threads of the process, kernel included.
"""

import asyncio
import cProfile
import json
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.machine import machine
from domain.facts import Facts
from domain.interaction import Interaction, Medium, Party
from domain.ports import Journal
from domain.raw import Fate, Outcome, RawInteraction
from domain.surroundings import Lookup
from domain.ticket import Acknowledgement, Filing, Placement, Road
from domain.verdict import Decision, Match, Verdict
from ingest.supervise import spawn
from store import desk
from store.engines import Database
from store.journal import DatabaseJournal
from store.migrating import upgrade

PAYLOAD = random.Random(1).randbytes(4096)
CALLERS = (1, 10, 50)
SECONDS = 3.0
BATCH = 200
TICKETS = 10_000
NOW = datetime(2026, 11, 22, 5, 30, tzinfo=UTC)


def say(**figure: object) -> None:
    print(json.dumps(figure), flush=True)


def raw(number: int) -> RawInteraction:
    return RawInteraction(
        channel="suporte",
        dedup_key=random.randbytes(32).hex(),
        received_at=NOW,
        payload=PAYLOAD,
        envelope={"mail_from": f"cliente{number}@exemplo.com", "rcpt_to": ["suporte@empresa.example"], "peer": "::1"},
    )


def one_by_one(folder: Path) -> float:
    """Commits per second of the simplest durable thing: sqlite3, one row, one commit."""
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS raw (id TEXT PRIMARY KEY, payload BLOB)")
    count, end = 0, time.perf_counter() + SECONDS / 2
    while time.perf_counter() < end:
        connection.execute("INSERT INTO raw VALUES (?, ?)", (os.urandom(12).hex(), PAYLOAD))
        count += 1
    connection.close()
    return count / (SECONDS / 2)


async def append(journal: Journal, callers: int) -> tuple[float, float]:
    """Acknowledged appends per second, and CPU microseconds of each."""
    count, end = 0, time.perf_counter() + SECONDS
    ready = [raw(number) for number in range(30_000)]

    async def caller() -> None:
        nonlocal count
        while time.perf_counter() < end and ready:
            await journal.append(ready.pop())
            count += 1

    begun, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(caller() for _ in range(callers)))
    return count / (time.perf_counter() - begun), (time.process_time() - cpu) / count * 1e6


async def claim_and_settle(journal: DatabaseJournal, entries: int) -> tuple[float, float]:
    """CPU microseconds per entry to claim and to settle, in batches."""
    claiming = settling = 0.0
    for _ in range(entries // BATCH):
        begun = time.process_time()
        claimed = await journal.claim(BATCH)
        middle = time.process_time()
        await journal.settle([Outcome(raw_id=entry.raw_id, fate=Fate.DONE, tickets=(1,)) for entry in claimed])
        claiming, settling = claiming + middle - begun, settling + time.process_time() - middle
    return claiming / entries * 1e6, settling / entries * 1e6


def filing(number: int, text: str) -> Filing:
    key = random.randbytes(16).hex()
    sender = f"cliente{key[:8]}@exemplo.com"
    interaction = Interaction(
        channel="suporte",
        identity=f"mail:{key}",
        medium=Medium.MAIL,
        sender=Party(address=sender, name="Maria José"),
        occurred_at=NOW,
        subject="Não consigo emitir o boleto",
        text=text,
        text_full=text,
        recipients=("suporte@empresa.example",),
        message_id=f"<{key}@exemplo.com>",
        envelope_sender=sender,
        return_path=sender,
    )
    facts = Facts(
        channel="suporte", medium="mail", occurred_at=NOW, sender=sender, subject=interaction.subject, text=text
    )
    matched = (Match(where="text", words=("boleto",)),)
    verdict = Verdict(
        ruleset="0123456789abcdef",
        fields={name: Decision(value=value, rule="boleto", matched=matched) for name, value in
                (("department", "financeiro"), ("priority", "Média"))},
        tags=(Decision(value="cobrança", rule="boleto", matched=matched),),
    )  # fmt: skip
    answer = Acknowledgement(
        channel="suporte", to=sender, subject=f"[#{number}] Recebemos sua mensagem", text="Olá!\n" * 100, html=None,
        language="pt-BR", idempotency_key=f"ack:{number}", message_id=f"<balcao.{number}.{key[:8]}@empresa.example>",
        in_reply_to=interaction.message_id, references=(interaction.message_id or "",),
    )  # fmt: skip
    return Filing(
        raw_id=f"{time.time_ns():016x}{number:08x}",
        interaction=interaction,
        facts=facts,
        verdict=verdict,
        placement=Placement(road=Road.OPENS, ticket=number, reason="new request"),
        answer=answer,
        spends=(("address", sender), ("domain", "exemplo.com"), ("all", "")),
        received_at=NOW,
    )


async def file(database: Database) -> dict[str, float]:
    """CPU microseconds per ticket of one pipeline transaction: surroundings, numbers, file, commit."""
    text = ("O boleto não abre quando clico no botão. " * 100)[:4000]
    cpu = wall = 0.0
    for first in range(1, TICKETS, BATCH):
        filings = [filing(number, text) for number in range(first, first + BATCH)]
        lookup = Lookup(
            identities=frozenset(one.interaction.identity for one in filings),
            message_ids=frozenset(f"<{one.raw_id}@x>" for one in filings[:20]),
            budgets=frozenset(spend for one in filings for spend in one.spends),
            period="2026-11-22T05",
        )

        def unit(connection, lookup=lookup, filings=filings):
            desk.surroundings(connection, lookup)
            desk.allocate_numbers(connection, len(filings))
            desk.file(connection, filings, NOW, "2026-11-22T05")

        begun, cpu_begun = time.perf_counter(), time.process_time()
        await database.write(unit)
        wall, cpu = wall + time.perf_counter() - begun, cpu + time.process_time() - cpu_begun
    return {"cpu_us": round(cpu / TICKETS * 1e6, 1), "per_second": round(TICKETS / wall)}


@contextmanager
def profiled(*, wanted: bool) -> Iterator[None]:
    profile = cProfile.Profile()
    if wanted:
        import threading  # noqa: PLC0415 - only here

        threading.setprofile(lambda *_: (threading.setprofile(None), profile.enable()))
    yield
    if wanted:
        profile.disable()
        profile.print_stats("tottime")


async def run(folder: Path) -> None:
    urls = {kind: f"sqlite:///{folder}/{kind}.db" for kind in ("journal", "desk")}
    for kind, url in urls.items():
        await upgrade(url, kind)
    say(figure="machine", machine=machine())
    database = Database.open(urls["journal"])
    journal = DatabaseJournal(database, spawn=spawn, folder=folder, reserve=1)
    for callers in CALLERS:
        before = one_by_one(folder)
        rate, cpu = await append(journal, callers)
        bare = (before + one_by_one(folder)) / 2
        say(figure="append", callers=callers, per_second=round(rate), cpu_us=round(cpu, 1),
            one_by_one=round(bare), ratio=round(rate / bare, 2))  # fmt: skip
    claim, settle = await claim_and_settle(journal, 4000)
    say(figure="claim_settle", batch=BATCH, claim_cpu_us=round(claim, 1), settle_cpu_us=round(settle, 1))
    await journal.close()
    await database.close()
    store = Database.open(urls["desk"])
    with profiled(wanted="--profile" in sys.argv):
        figures = await file(store)
    say(figure="file", batch=BATCH, tickets=TICKETS, message_bytes=4000, **figures)
    await store.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(run(Path(name)))
