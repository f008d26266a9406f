"""Who only looks is told whether a lease is renewed still, on SQLite and PostgreSQL."""

import asyncio

import pytest

from ingest import holding
from ingest.supervise import spawn
from store import leases
from store.ledger import JournalLedger
from tests.store.conftest import (
    backend,
    fresh_url,
    journal,
    open_database,
    open_journal,
    postgres_server,
    postgres_templates,
    sqlite_templates,
    templates,
)

__all__ = [
    "backend",
    "fresh_url",
    "journal",
    "open_database",
    "open_journal",
    "postgres_server",
    "postgres_templates",
    "sqlite_templates",
    "templates",
]


@pytest.fixture(autouse=True)
def short_looks(monkeypatch):
    monkeypatch.setattr(holding, "ASK", 0.02)
    monkeypatch.setattr(holding, "WATCHED_FOR", 0.5)


async def renewed(journal, here, *living):
    return await holding.renewed(journal, await journal.read(leases.held), here, set(living))


async def test_what_is_held_here_is_renewed_while_the_role_that_renews_it_lives(journal):
    ledger = JournalLedger(journal)
    await ledger.lease("chores", "us", None)
    await ledger.lease("imap:caixa", "us", None)

    assert await renewed(journal, "us", "work", "receive") == {"chores", "imap:caixa"}
    assert await renewed(journal, "us", "work") == {"chores"}
    assert await renewed(journal, "us", "receive") == {"imap:caixa"}
    assert await renewed(journal, "us") == set()


async def test_what_another_node_holds_is_renewed_if_its_count_moves(journal):
    ledger = JournalLedger(journal)
    await ledger.lease("chores", "dead", None)
    await ledger.lease("imap:caixa", "alive", None)

    async def renewing():
        while True:
            await ledger.lease("imap:caixa", "alive", None)
            await asyncio.sleep(0.02)

    task = spawn(renewing(), name="another node")
    assert await renewed(journal, "us", "work", "receive") == {"imap:caixa"}
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
