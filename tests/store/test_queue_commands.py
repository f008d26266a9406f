"""`balcao journal` where entries wait in RabbitMQ: what cannot be listed is said, never passed over."""

import asyncio
import random

import pytest

from config.settings import load
from ingest.commands.databases import with_journal
from tests.ingest.desk import install
from tests.store.test_journal_contract import many


@pytest.fixture
def installation(tmp_path):
    """A function: settings with the journal at `address`, and its archive made."""

    def make(address):
        made = install(tmp_path)
        journal = f'journal: {{url: "{address}", queue: balcao.{random.getrandbits(64):x}}}\n'
        made.config.write_text(made.config.read_text() + journal)
        assert made.run("db", "upgrade").exit_code == 0
        return made

    return make


def accept(installation, count):
    async def append(journal):
        await asyncio.gather(*map(journal.append, many(count)))

    with_journal(load(installation.config), append)


def test_what_waits_in_the_queue_is_told_as_a_count(installation, rabbitmq):
    made = installation(rabbitmq)
    assert made.run("journal", "list").stderr == "", "nothing waits"
    accept(made, 3)

    listed = made.run("journal", "list", "--fate", "waiting")
    assert (listed.exit_code, listed.stdout) == (0, "Nenhum registro.\n")
    assert listed.stderr.startswith("3 esperam nas filas do RabbitMQ")
    assert made.run("journal", "list", "--fate", "done").stderr == ""
    assert made.json("journal", "list") == [], "one document, whatever is said beside it"
    assert made.json("status", code=1)["journal"]["counts"]["waiting"] == 3
    shown = made.run("journal", "show", "7" * 16)
    assert (shown.exit_code, "pode estar esperando no RabbitMQ" in shown.stderr) == (1, True)


def test_a_broker_that_is_away_keeps_nobody_from_the_archive(installation):
    listed = installation("amqp://127.0.0.1:1").run("journal", "list")
    assert (listed.exit_code, listed.stdout) == (0, "Nenhum registro.\n")
    assert listed.stderr.startswith("o RabbitMQ não diz quantos mais esperam: ")
