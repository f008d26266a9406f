"""What the databases of an installation tell of how it is: JSON-ready, for `balcao status`."""

from collections.abc import Set as AbstractSet
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, make_url

from config.settings import Settings
from domain.heartbeat import Watched
from domain.raw import Fate
from domain.source import FolderReport
from ingest import holding
from ingest.commands.shell import nearby
from ingest.node import known_name
from ingest.payloads import unused_secret
from ingest.presentation.moments import iso
from ingest.wiring import build_channel
from store import heartbeats, journal_queries, leases, outbox, remote_files, versions
from store.engines import Database
from store.journal import WholeJournal
from store.journal_queries import ChannelQueue
from store.ledger import JournalLedger
from store.migrating import Kind, newest

Document = dict[str, Any]


async def of_journal(settings: Settings, journal: WholeJournal, now: datetime, living: AbstractSet[str]) -> Document:
    """`living`: roles whose process lives here."""
    counts = await journal.counts()
    oldest = await journal.oldest_waiting(now)
    queues = await journal.read(journal_queries.by_channel)
    return {
        "journal": {
            "counts": {fate.value: counts.get(fate, 0) for fate in Fate},
            "oldest_waiting_s": None if oldest is None else round(oldest.total_seconds(), 3),
        },
        "channels": {name: _queue(queue, now) for name, queue in queues.items()},
        "sources": await _sources(journal),
        "leases": await _leases(journal, known_name(settings.var_path), living),
        "database": await journal.read(lambda connection: _database(connection, "journal", settings.journal_url)),
    }


async def _leases(journal: WholeJournal, here: str | None, living: AbstractSet[str]) -> list[Document]:
    """`taken_over_after_s`: how long another node must see that nobody renews; this one does not wait for itself."""
    held = await journal.read(leases.held)
    renewed = await holding.renewed(journal, held, here, living)
    return [
        {
            "name": name,
            "holder": lease.holder,
            "here": lease.holder == here,
            "renewed": name in renewed,
            "taken_over_after_s": None if name in renewed else holding.TAKEN_OVER_AFTER,
        }
        for name, lease in held.items()
    ]


def _queue(queue: ChannelQueue, now: datetime) -> Document:
    return {
        "last_accepted": iso(queue.last),
        "waiting": queue.waiting,
        "oldest_waiting_s": _age(queue.oldest, now),
    }


def _age(since: datetime | None, now: datetime) -> float | None:
    """Seconds."""
    return None if since is None else round((now - since).total_seconds(), 3)


async def _sources(journal: WholeJournal) -> list[Document]:
    """The folders we fetch from, and what is in them and not in the journal."""
    ledger = JournalLedger(journal)
    accepted = await ledger.accepted_counts()
    return [_source(report, accepted.get(report.folder.key, 0)) for report in await ledger.reports()]


def _source(report: FolderReport, accepted: int) -> Document:
    folder = report.folder
    gaps = [{"uid": gap.uid, "reason": gap.reason, "attempts": gap.attempts, "retry_at": iso(gap.retry_at)}
            for gap in report.gaps]  # fmt: skip
    return {
        "channel": folder.channel,
        "folder": folder.name,
        "uid_validity": folder.uid_validity,
        "upto": folder.upto,
        "accepted": accepted,
        "looked_at": iso(folder.looked_at),
        "backfill_since": iso(folder.backfill.since if folder.backfill else None),
        "trouble": folder.trouble,
        "missing": report.missing,
        "gaps": gaps,
    }


async def of_store(settings: Settings, database: Database, now: datetime) -> Document:
    watched = watched_systems(settings)

    def unit(connection: Connection) -> Document:
        return {
            "outbox": {state.value: count for state, count in outbox.counts(connection).items()},
            "outbox_oldest_s": _age(outbox.oldest_pending(connection), now),
            "files": {state.value: count for state, count in remote_files.counts(connection).items()},
            "heartbeats": reporting(connection, watched, now) if watched else [],
            "database": _database(connection, "desk", settings.store_url),
        }

    return await database.read(unit)


def _database(connection: Connection, kind: Kind, address: str | URL) -> Document:
    """`at` without user and password."""
    url = make_url(address)
    place = str(nearby(Path(url.database or "-"))) if url.host is None else f"{url.host}/{url.database}"
    revision = versions.current(connection, kind)
    return {"engine": connection.dialect.name, "at": place, "revision": revision, "expected": newest(kind)}


def watched_systems(settings: Settings) -> dict[str, tuple[Watched, ...]]:
    """Channel → the systems that must report to it. Raises ConfigError."""
    blocks = [block for block in settings.channels.values() if block.enabled and block.kind == "heartbeat"]
    return {block.name: tuple(build_channel(block, settings, reveal=unused_secret).watched) for block in blocks}


def reporting(connection: Connection, watched: dict[str, tuple[Watched, ...]], now: datetime) -> list[Document]:
    """Every system under watch: `never` heard of, `on time`, `late`, or `unheard` while nobody listens."""
    heard = heartbeats.last_heard(connection)
    since = heartbeats.listening_since(connection, now)
    return [
        _system(channel, one, heard.get((channel, one.name)), since, now)
        for channel, systems in watched.items()
        for one in systems
    ]


def _system(channel: str, one: Watched, last: datetime | None, since: datetime | None, now: datetime) -> Document:
    due = None if last is None else (max(last, since) if since else last) + one.every
    state = "on time"
    if last is None:
        state = "never"
    elif since is None:
        state = "unheard"
    elif one.missed(last, since, now) is not None:
        state = "late"
    return {
        "channel": channel,
        "system": one.name,
        "title": one.title,
        "state": state,
        "last_at": iso(last),
        "due_at": iso(due),
        "every_s": round(one.every.total_seconds()),
        "grace_s": round(one.grace.total_seconds()),
    }
