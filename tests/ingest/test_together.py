"""Two nodes at one PostgreSQL: what one accepts wakes the worker of the other, which never looks by itself."""

from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import pytest

from config.settings import load
from domain.raw import Fate, RawInteraction
from ingest import daemon as daemons
from ingest.admission import Admission
from ingest.daemon import Daemon
from ingest.doors import ticket_store
from ingest.journals import open_journal
from ingest.parts import rules, worker
from ingest.receiving import intake_of
from ingest.rulebook import Rulebook
from ingest.together import together
from ingest.wiring import build_channels, create_first_secrets
from store.engines import Database
from tests.patience import PATIENCE, until
from tests.pipeline import install
from tests.store.conftest import on_server, postgres_server, run_sql

__all__ = ["postgres_server"]

NEVER = 20 * PATIENCE
"""Seconds between two looks of a worker that nobody wakes."""


@pytest.fixture
async def url(postgres_server):
    await run_sql(postgres_server, "CREATE DATABASE balcao_together")
    yield on_server(postgres_server, "balcao_together")
    await run_sql(postgres_server, "DROP DATABASE balcao_together WITH (FORCE)")


@asynccontextmanager
async def node(folder, url, role, *parts):
    """One node in a folder of its own, with these parts open, as `ingest/app.py` opens them."""
    folder.mkdir()
    install(folder)
    written = folder / "balcao.yaml"
    kept = [line for line in written.read_text().splitlines() if not line.startswith("store:")]
    written.write_text("\n".join([*kept, f'database: "{url}"', "worker: {processes: 1}"]))
    settings = load(written)
    create_first_secrets(settings)
    async with AsyncExitStack() as stack:
        journal = await stack.enter_async_context(open_journal(settings))
        one = Daemon(
            settings=settings,
            roles=frozenset([role]),
            channels=build_channels(settings),
            rulebook=Rulebook(settings.rules_path),
            journal=journal,
            store=await stack.enter_async_context(Database.open(settings.store_url)),
            admission=Admission(settings.journal.memory, lambda: False),
        )
        for part in parts:
            await stack.enter_async_context(part(one))
        yield one


def looks_of(one):
    """What each look of its worker into the journal found, as a list that grows."""
    looks, claim = [], one.journal.claim

    async def noted(limit):
        looks.append(found := await claim(limit))
        return found

    one.journal.claim = noted
    return looks


def mail(number):
    return RawInteraction(
        channel="email",
        dedup_key=f"k{number}",
        received_at=datetime.now(UTC),
        payload=f"From: ana@cliente.example\r\nMessage-ID: <{number}@x.example>\r\n\r\noi\r\n".encode(),
        envelope={"mail_from": "ana@cliente.example", "rcpt_to": ["suporte@exemplo.com.br"]},
    )


async def test_what_one_node_accepts_wakes_the_worker_of_another_at_once(tmp_path, url, monkeypatch):
    monkeypatch.setattr(daemons, "POLL_TOGETHER", NEVER)
    async with (
        node(tmp_path / "works", url, "work", ticket_store, together, rules, worker) as works,
        node(tmp_path / "takes", url, "receive", together) as takes,
    ):
        looks, intake = looks_of(works), intake_of(takes)
        assert works.poll(url) == NEVER
        assert works.node != takes.node
        for filed in range(1, 4):
            await intake.accept(mail(filed))
            await until(lambda: works.metrics.settled.labels("done")._value.get() == filed)  # noqa: B023 - called at once
            await until(lambda: not looks[-1] and not works.work.is_set())  # it has looked again, and sleeps
        assert (await works.journal.counts())[Fate.DONE] == 3
