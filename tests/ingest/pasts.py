"""Tickets that the rules of the desk have judged, and people who corrected them."""

import asyncio
from dataclasses import replace

from config.reading import read
from store import desk as store_desk
from store.engines import Database
from store.migrating import upgrade
from tests.ingest.desk import RULES
from tests.samples import NOON, mail
from tests.samples_filing import acknowledged
from triage.engine import judge
from triage.loading import load

TEXTS = (
    "Preciso da segunda via do boleto",
    "O site está fora do ar",
    "Como instalo o certificado digital?",
    "A fatura veio errada e o site está fora do ar",
)


def judged(number, text, rules=RULES, **said):
    """A filing whose verdict is what `rules` say."""
    made = acknowledged(mail(identity=f"mail:{number}", message_id=None, text=text, **said), number)
    return replace(made, verdict=judge(load(read(rules, "rules.yaml"), rules), made.facts))


async def file_judged(url, filings, moves=()):
    """`moves`: (ticket, department, priority), in order."""
    await upgrade(url, "desk")
    database = Database.open(url)

    def unit(connection):
        store_desk.allocate_numbers(connection, len(filings))
        store_desk.file(connection, filings, NOON, "2026-11-22T12")
        for number, department, priority in moves:
            store_desk.move(connection, number, department, priority, "maria", NOON)

    await database.write(unit)
    await database.close()


def fill(installation, texts=TEXTS, moves=(), *, rules=RULES, **said):
    """Tickets 1, 2, … of these texts in the installation's own store."""
    folder = installation.folder / "var"
    folder.mkdir(exist_ok=True)
    subject = said.pop("subject", "Olá")
    filings = [judged(number, text, rules, subject=subject, **said) for number, text in enumerate(texts, 1)]
    asyncio.run(file_judged(f"sqlite:///{folder / 'balcao.db'}", filings, moves))
