"""The journal that the settings choose: a database, or RabbitMQ's queues with an archive in the ticket database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from config.journal import Broker
from config.settings import Settings
from domain.errors import N_, ConfigError, IntakeUnavailable, Mistake, StoreUnavailable
from ingest.node import node_name
from ingest.remedies import told_at
from ingest.supervise import spawn
from store.engines import Database, is_shared
from store.journal import DatabaseJournal, WholeJournal
from store.migrating import upgrade

if TYPE_CHECKING:
    from store.queue_journal import QueueJournal
    from store.queues import QueueRefused

log = structlog.get_logger()


@asynccontextmanager
async def open_journal(settings: Settings) -> AsyncIterator[WholeJournal]:
    """As the daemon wants it. Raises ConfigError, and StoreUnavailable for a file of our own that cannot be used."""
    settings.var_path.mkdir(parents=True, exist_ok=True)
    broker = settings.broker
    if broker is not None:
        async with _archive(settings) as kept, _queues(settings, broker, kept) as queues:
            await _connect(settings, queues)
            yield queues
        return
    async with Database.open(settings.journal_url) as database:
        journal = DatabaseJournal(
            database,
            spawn=spawn,
            reserve=settings.journal.disk_reserve,
            watermark=settings.journal.disk_watermark,
            folder=settings.var_path,
            holder=node_name(settings.var_path),
        )
        try:
            await _ready_if_it_can_be(settings, journal)
            yield journal
        finally:
            await journal.close()


async def _ready_if_it_can_be(settings: Settings, journal: DatabaseJournal) -> None:
    """A server that is away, or whose schema another node is bringing up to date, is waited for behind open doors:
    until then everybody is told to try again."""
    try:
        with told_at(settings.journal_place, but=StoreUnavailable.PASSING):
            await make_ready(settings, journal)
    except StoreUnavailable as error:
        if not is_shared(settings.journal_url):
            raise
        log.warning("database_unreachable", error=error.in_full, detail=error.detail)


async def make_ready(settings: Settings, journal: WholeJournal) -> None:
    """The journal's tables, if they are not ready yet. Raises StoreUnavailable and SchemaTooNew."""
    if isinstance(journal, DatabaseJournal) and journal.is_ready:
        return
    await upgrade(settings.journal_url, "journal")
    if isinstance(journal, DatabaseJournal):
        await journal.follow()


@asynccontextmanager
async def beside_the_daemon(settings: Settings, database: Database) -> AsyncIterator[WholeJournal]:
    """As a command wants it, over the open `database` of its tables. Raises ConfigError."""
    journal = DatabaseJournal(database, spawn=spawn)
    try:
        if (broker := settings.broker) is None:
            yield journal
            return
        async with _queues(settings, broker, journal) as queues:
            yield queues
    finally:
        await journal.close()


@asynccontextmanager
async def _archive(settings: Settings) -> AsyncIterator[DatabaseJournal]:
    """Its tables are made with the tickets' (`ingest.doors.ticket_store`), for they may be away now."""
    async with Database.open(settings.journal_url) as database:
        kept = DatabaseJournal(database, spawn=spawn)
        try:
            yield kept
        finally:
            await kept.close()


@asynccontextmanager
async def _queues(settings: Settings, broker: Broker, kept: DatabaseJournal) -> AsyncIterator["QueueJournal"]:
    from store.queue_journal import QueueJournal, prefetch_for  # noqa: PLC0415 - aio-pika is slow to import

    prefetch = prefetch_for(settings.worker.processes, settings.worker.batch)
    journal = QueueJournal(broker.address, queue=broker.queue, kept=kept, tls=broker.tls, prefetch=prefetch)
    try:
        yield journal
    finally:
        await journal.close()


async def _connect(settings: Settings, journal: "QueueJournal") -> None:
    """A broker that is away is waited for: meanwhile everybody is told to try again. Raises ConfigError."""
    from store.queues import QueueRefused  # noqa: PLC0415 - as above

    try:
        await journal.connect()
    except QueueRefused as error:
        raise ConfigError([refusal(settings, error)]) from error
    except IntakeUnavailable as error:
        log.warning("broker_unreachable", error=str(error), detail=error.detail)


async def examine_broker(settings: Settings, broker: Broker) -> None:
    """Raises ConfigError for what keeps a start from working, IntakeUnavailable when the broker is away."""
    from store.queue_check import examine  # noqa: PLC0415 - as above
    from store.queues import QueueRefused  # noqa: PLC0415 - as above

    try:
        await examine(broker.address, broker.queue, tls=broker.tls, largest=settings.web.max_body)
    except QueueRefused as error:
        raise ConfigError([refusal(settings, error)]) from error


def refusal(settings: Settings, error: "QueueRefused") -> Mistake:
    """What a person must do about what the broker said."""
    key, text = _REMEDIES[error.why]
    place = settings.journal_places.get(key) or settings.journal_places["url"]
    return Mistake(place, text, {"queue": error.about, "size": error.about, "said": error.detail or "-"})


_REMEDIES = {
    "properties": (
        "queue",
        N_("the queue %(queue)s exists with other properties (%(said)s); empty and delete it, or choose another name"),
    ),
    "access": ("url", N_("this user may not configure, write and read the queue %(queue)s: %(said)s")),
    "missing": ("queue", N_("RabbitMQ has no queue %(queue)s any more: %(said)s")),
    "size": (
        "url",
        N_("RabbitMQ takes no entry of %(size)s bytes; write max_message_size into its rabbitmq.conf: %(said)s"),
    ),
    "login": ("url", N_("RabbitMQ refuses user, password or virtual host: %(said)s")),
}
