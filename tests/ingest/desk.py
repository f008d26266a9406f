"""A small installation for tests of the command line: settings, rules, databases, a few tickets and entries."""

import asyncio
import json
import re
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner, Result

from domain.interaction import Interaction
from domain.raw import Fate, Outcome, RawInteraction
from ingest.cli import main
from ingest.supervise import spawn
from store import desk as store_desk
from store.engines import Database
from store.journal import DatabaseJournal
from store.migrating import upgrade
from tests.samples import NOON, mail
from tests.samples_filing import acknowledged

HOSTILE = "\x1b]0;dono\x07\x1b[2J\x9b31m\u202etxt.exe"
"""Renames the window, clears it, colours it, turns the text around."""

SETTINGS = """\
version: 1
name: Exemplo
timezone: America/Sao_Paulo
web: {public: "127.0.0.1:1", private: "127.0.0.1:1"}
channels:
  email:
    kind: smtp
    address: suporte@exemplo.com.br
  site:
    kind: webhook
    secrets: [file:var/secrets/site.key]
"""

RULES = """\
version: 1
departments:
  suporte: Suporte
  financeiro: Financeiro
default: {department: suporte, priority: Baixa}
rules:
  - name: boleto
    when: {words: [boleto, fatura]}
    set: {department: financeiro}
  - name: parado
    when: {words: [fora do ar]}
    set: {priority: Alta}
tests:
  - name: boleto vai ao financeiro
    given: {text: "Preciso da segunda via do boleto"}
    expect: {department: financeiro, priority: Baixa}
"""


@dataclass(frozen=True)
class Installation:
    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "balcao.yaml"

    @property
    def rules(self) -> Path:
        return self.folder / "rules.yaml"

    def run(self, *words: str, **options) -> Result:
        """`balcao WORDS -c …` in Portuguese, in this process."""
        return balcao(*words, "-c", str(self.config), **options)

    def json(self, *words: str, code: int = 0):
        result = self.run(*words, "--json")
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)


def balcao(*words: str, lang: str = "pt-BR", **options) -> Result:
    """An exception other than leaving is raised: a traceback is never an answer."""
    env = {"BALCAO_LANG": lang, "BALCAO_CONFIG": None, "COLUMNS": "160", "NO_COLOR": None, **options.pop("env", {})}
    return CliRunner().invoke(main, list(words), env=env, catch_exceptions=False, **options)


def install(folder: Path) -> Installation:
    """Settings and rules, without databases."""
    (folder / "balcao.yaml").write_text(SETTINGS)
    (folder / "rules.yaml").write_text(RULES)
    return Installation(folder)


async def fill(installation: Installation) -> None:
    """Two tickets (the second one hostile), one waiting, one quarantined and one done entry."""
    folder = installation.folder / "var"
    folder.mkdir(exist_ok=True)
    hostile = mail(identity="mail:2", message_id=None, subject=HOSTILE, text=f"Ol\u00e1\n{HOSTILE}")
    await file_tickets(f"sqlite:///{folder / 'balcao.db'}", mail(), hostile)
    await fill_journal(f"sqlite:///{folder / 'journal.db'}", HOSTILE, f"because {HOSTILE}")


async def file_tickets(url: str, *interactions: Interaction) -> None:
    """One ticket for each, numbered from 1."""
    await upgrade(url, "desk")
    database = Database.open(url)
    filings = [acknowledged(interaction, number) for number, interaction in enumerate(interactions, 1)]

    def unit(connection):
        store_desk.allocate_numbers(connection, len(filings))
        store_desk.file(connection, filings, NOON, "2026-11-22T12")

    await database.write(unit)
    await database.close()


async def fill_journal(url: str, words: str, reason: str) -> None:
    """A quarantined, a done and a waiting entry; `words` stand in subjects."""
    await upgrade(url, "journal")
    database = Database.open(url)
    journal = DatabaseJournal(database, spawn=spawn)
    for number, fate in enumerate((Fate.QUARANTINED, Fate.DONE, None)):
        receipt = await journal.append(
            RawInteraction(
                channel="email",
                dedup_key=f"key {number}",
                received_at=NOON,
                payload=f"Subject: {words}\r\n\r\nOl\u00e1 {number}\r\n".encode() + b"\xff\x00",
                envelope={"mail_from": "ana@cliente.example", "rcpt_to": ["suporte@exemplo.com.br"]},
            )
        )
        if fate is not None:
            await journal.claim(1)
            await journal.settle([Outcome(raw_id=receipt.raw_id, fate=fate, reason=reason)])
    await journal.close()
    await database.close()


def filled(folder: Path) -> Installation:
    installation = install(folder)
    asyncio.run(fill(installation))
    return installation


CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def controls_in(text: str) -> list[str]:
    """What a terminal would obey."""
    return CONTROLS.findall(text)
