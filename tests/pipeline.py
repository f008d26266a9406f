"""One installation inside the test's own process: what intake, worker and dispatcher do, step by step.

    house.mail(…) ─▶ journal ─▶ house.work() ─▶ real pipeline, real store ─▶ house.dispatch() ─▶ house.letters()

Everything is the daemon's own (settings, channels, journal, pipeline, dispatcher); only the processes are missing.
"""

import asyncio
import email
import itertools
import json
import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy

import structlog
from sqlalchemy import text

from channels.smtp.receive_dialogue import Transaction
from channels.smtp.receive_raw import raw_mail
from config.settings import load
from domain.raw import Fate, RawInteraction
from ingest.chats import senders_of
from ingest.dispatch import Dispatcher
from ingest.metrics import Metrics
from ingest.pipeline import Pipeline
from ingest.rulebook import RuleSource
from ingest.rulesets import compiled, tested
from ingest.supervise import Liveness, spawn
from ingest.wiring import build_channels, create_first_secrets
from ingest.wiring_work import open_pipeline
from store import outbox, queries
from store.engines import Database
from store.journal import DatabaseJournal
from store.migrating import upgrade
from tests.patience import PATIENCE

# Unless told otherwise, structlog spends seconds on drawing a traceback with all its local variables.
structlog.configure(
    processors=[
        structlog.processors.format_exc_info,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)

SETTINGS = """\
version: 1
name: Exemplo Ltda
token_key: file:var/secrets/token.key
agents: [maria@empresa.example, "@equipe.example"]
store: {{url: {store}}}
acknowledgement: {{budgets: {budgets}}}
channels:
  email:
    kind: smtp
    listen: ["127.0.0.1:0"]
    address: suporte@exemplo.com.br
    recipients: ["suporte@exemplo.com.br", "financeiro@exemplo.com.br", "@ajuda.exemplo.com.br"]
    plus_addressing: true
    trusted_authserv: [mx.exemplo.com.br]
  site:
    kind: webhook
    secrets: [file:var/secrets/site.key]
    reply: {{url: "https://chat.exemplo.com.br/balcao", secret: "file:var/secrets/reply.key"}}
  telefone:
    kind: voice
    secrets: [file:var/secrets/telefone.key]
  alertas:
    kind: alerts
    secrets: [file:var/secrets/alertas.key]
  batimentos:
    kind: heartbeat
    secrets: [file:var/secrets/batimentos.key]
    systems:
      backup: {{every: 10m, grace: 5m, name: Backup da padaria, labels: {{cliente: padaria}}}}
  bot:
    kind: telegram
    token: file:var/secrets/bot.key
    base_url: http://127.0.0.1:1
    groups: all
  chat:
    kind: chat
    origins: ["https://www.exemplo.com.br"]
    secrets: [file:var/secrets/chat.key]
    calendar: atendimento
"""
RULES = """\
version: 1
departments: {suporte: Suporte, financeiro: Financeiro}
default: {department: suporte, priority: Baixa}
calendars: {atendimento: {hours: {mon-fri: 09:00-18:00}}}
rules:
  - name: boleto
    when: {words: [boleto]}
    set: {department: financeiro, priority: Média}
tests:
  - name: um boleto
    given: {text: "o boleto venceu"}
    expect: {department: financeiro}
"""
BUDGETS = "{per_address: 10, per_domain: 200, all: 10000}"
SUPPORT = "suporte@exemplo.com.br"
ANA = "ana@cliente.example"
_numbers = itertools.count(1)


@dataclass
class House:
    """`restart()` forgets everything that a process forgets; `journal`, `database` are there to look into."""

    folder: object
    journal: DatabaseJournal
    database: Database
    pipeline: Pipeline
    source: RuleSource
    channels: dict

    # Coming in

    async def mail(self, body="Olá.", *, sender=ANA, to=SUPPORT, headers="", head=None, envelope=None):
        """Accept one mail; `head` replaces the usual header, `envelope` the sender's address on the wire."""
        number = next(_numbers)
        usual = f"From: {sender}\r\nTo: {to}\r\nSubject: Pedido {number}\r\nMessage-ID: <{number}@cliente.example>\r\n"
        content = f"{usual if head is None else head}{headers}\r\n{body}\r\n".encode("utf-8", "surrogateescape")
        return await self.accept_mail(content, envelope=sender if envelope is None else envelope, to=to)

    async def accept_mail(self, content, *, envelope=ANA, to=SUPPORT):
        """These bytes as DATA of one transaction; the receipt."""
        wanted = [to] if isinstance(to, str) else list(to)
        transaction = Transaction(mail_from=envelope, size=len(content), smtputf8=False, rcpt_to=wanted)
        return await self.journal.append(raw_mail("email", transaction, content, datetime.now(UTC), {}))

    async def json(self, channel, body, webhook_id=None, *, at=None):
        """A signed body that has passed its door, at a time of its own if one is given."""
        raw = RawInteraction(
            channel=channel,
            dedup_key=f"{channel}:{webhook_id or next(_numbers)}",
            received_at=at or datetime.now(UTC),
            payload=json.dumps(body).encode(),
            envelope={"headers": {}, "peer": "127.0.0.1"},
        )
        return await self.journal.append(raw)

    async def chat(self, words="oi", *, sender="v-1", conversation="c-1", **more):
        body = {"sender": {"id": sender, "name": "Bia"}, "conversation": conversation, "text": words, **more}
        return await self.json("site", body)

    # Being worked on

    async def work(self, limit=200):
        """Until nothing waits. Returns every outcome, in order."""
        outcomes = []
        while entries := await self.journal.claim(limit):
            report = await self.pipeline.process(entries, compiled(self.source))
            await self.journal.settle(report.outcomes)
            outcomes += report.outcomes
        return outcomes

    async def ticket_of(self, receipt):
        """Work, then the ticket that holds this entry's first message."""
        await self.work()
        return next(ticket for ticket in await self.tickets() if receipt.raw_id in raws_of(ticket))

    async def tickets(self):
        def unit(connection):
            return list(queries.export(connection, None))

        return await self.database.read(unit)

    async def ticket(self, number):
        return await self.database.read(lambda connection: queries.ticket(connection, number))

    async def solve(self, number, state="solved"):
        """What an agent does in a later issue."""
        statement = text("UPDATE tickets SET state = :state WHERE number = :number")
        await self.database.write(lambda connection: connection.execute(statement, {"state": state, "number": number}))

    # Going out

    async def dispatch(self, senders=None):
        """Send what waits, by the channels' own senders: mail becomes files in `var/outgoing`."""
        own = {name: one for name, one in senders_of(self.channels, self.database).items() if name != "site"}
        calm = asyncio.Event()
        calm.set()
        dispatcher = Dispatcher(
            database=self.database, files=self.pipeline._files, senders=own | (senders or {}),
            wake=asyncio.Event(), calm=calm, metrics=Metrics(),
            liveness=Liveness(), concurrency=8, per_destination=8, retry_delays=(60.0,), poll=0.01,
        )  # fmt: skip
        task = spawn(dispatcher.run(), name="dispatcher under test")
        try:
            async with asyncio.timeout(PATIENCE):
                while await self._unsent():
                    await asyncio.sleep(0.01)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _unsent(self):
        counts = await self.database.read(outbox.counts)
        return counts["pending"] + counts["sending"]

    def letters(self):
        """Every mail written so far, oldest first."""
        files = sorted((self.folder / "var" / "outgoing").glob("*.eml"))
        return [email.message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]

    async def outgoing(self):
        """Rows of the outbox as mappings: what a sender would be given, and more."""
        rows = text("SELECT * FROM outbox ORDER BY id")
        return await self.database.read(lambda connection: [dict(row) for row in connection.execute(rows).mappings()])

    async def answers(self):
        """state or reason of the answer to every message, oldest first."""
        return [row["reason"] or row["state"] for row in await self.outgoing()]

    async def restart(self):
        await self.close()
        fresh = await opened(self.folder)
        self.journal, self.database, self.pipeline, self.channels = (
            fresh.journal, fresh.database, fresh.pipeline, fresh.channels,
        )  # fmt: skip

    async def close(self):
        await self.journal.close()
        for database in (self.journal._database, self.database, self.pipeline._database):
            await database.close()


def raws_of(ticket):
    return [message["raw_id"] for message in ticket["messages"]]


def install(folder, *, templates=None, store="null", budgets=BUDGETS, rules=RULES, more=""):
    """Settings (`more` of them), rules and databases copied from `templates` (kind → migrated SQLite file)."""
    (folder / "balcao.yaml").write_text(SETTINGS.format(store=store, budgets=budgets) + more, encoding="utf-8")
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    (folder / "var").mkdir()
    for kind, name in (("journal", "journal.db"), ("desk", "balcao.db")):
        if templates:
            shutil.copy(templates[kind], folder / "var" / name)


async def ready_for_children(folder, *, processes):
    """The file of settings, once secrets and tickets' database are there, as a pool's children need them."""
    install(folder, more=f"worker: {{processes: {processes}}}\n")
    settings = load(folder / "balcao.yaml")
    create_first_secrets(settings)
    await upgrade(settings.store_url, "desk")
    return folder / "balcao.yaml"


async def opened(folder):
    """A house on what is installed in `folder`."""
    settings = load(folder / "balcao.yaml")
    create_first_secrets(settings)
    journal = DatabaseJournal(Database.open(settings.journal_url), spawn=spawn)
    await journal.follow()
    await journal.recover()
    return House(
        folder=folder,
        journal=journal,
        database=Database.open(settings.store_url),
        pipeline=open_pipeline(settings),
        source=tested(settings.rules_path),
        channels=build_channels(settings),
    )


@asynccontextmanager
async def house_in(folder, **options):
    install(folder, **options)
    house = await opened(folder)
    try:
        yield house
    finally:
        await house.close()


def fates(outcomes):
    return [outcome.fate for outcome in outcomes]


DONE = Fate.DONE
