"""How far fetched sources were read: units of work on the journal's `source_…` tables.

`store.ledger` runs them in the journal's own commits.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select, update

from domain.source import Backfill, Folder, FolderReport, Gap, Progress
from store.bulk import INSERTERS, Bulk, Insert, Inserter, chunks, parameters
from store.journal_schema import source_folders, source_gaps, source_mails
from store.moments import to_micros

MOST_GAPS_SHOWN = 20

_MAIL = ("folder_id", "uid", "settled")
_GAP = ("folder_id", "uid", "reason", "attempts", "noted_at", "retry_at")


def _new_mail(insert: Inserter) -> Insert:
    return insert(source_mails).values(parameters(source_mails, _MAIL)).on_conflict_do_nothing()


def _noted_gap(insert: Inserter) -> Insert:
    statement = insert(source_gaps).values(parameters(source_gaps, _GAP))
    newer = {name: statement.excluded[name] for name in ("reason", "attempts", "retry_at")}
    return statement.on_conflict_do_update(index_elements=["folder_id", "uid"], set_=newer)


_ACCEPT = Bulk(_new_mail, _MAIL)
_NOTE_GAP = Bulk(_noted_gap, _GAP)


def folder(connection: Connection, channel: str, name: str) -> Folder:
    """As it is known; a new one is written down."""
    insert = INSERTERS[connection.dialect.name](source_folders)
    new = {"channel": channel, "folder": name, "start_uid": 1, "upto_uid": 0}
    connection.execute(insert.values(new).on_conflict_do_nothing())
    here = (source_folders.c.channel == channel) & (source_folders.c.folder == name)
    return _folder(connection.execute(select(source_folders).where(here)).one())


def begin(connection: Connection, begun: Folder) -> None:
    """Everything is as `begun` says; UIDs and gaps of an older UIDVALIDITY are forgotten."""
    for table in (source_mails, source_gaps):
        connection.execute(delete(table).where(table.c.folder_id == begun.key))
    _change(
        connection,
        begun.key,
        uid_validity=begun.uid_validity,
        start_uid=begun.start,
        upto_uid=begun.upto,
        began_at=begun.began_at,
        looked_at=begun.looked_at,
        **_backfill_columns(begun.backfill),
    )


class Change(NamedTuple):
    """How many gaps of a channel were `found`, how many are `closed`, and for how long it was `unheard`, if it was."""

    channel: str
    found: int
    closed: int
    unheard: timedelta | None


def record(connection: Connection, key: int, progress: Progress) -> Change | None:
    """See `domain.source.Progress`. None: it tells of no gap."""
    settled = set(progress.settled)
    _ACCEPT.run(connection, [(key, uid, uid in settled) for uid in progress.accepted])
    if late := [uid for uid in progress.settled if uid not in progress.accepted]:
        for chunk in chunks(late):
            of_these = (source_mails.c.folder_id == key) & source_mails.c.uid.in_(chunk)
            connection.execute(update(source_mails).where(of_these).values(settled=True))
    known = _gaps_among(connection, key, [gap.uid for gap in progress.gaps])
    closed = _forget_gaps(connection, key, (*progress.accepted, *progress.vanished))
    _NOTE_GAP.run(
        connection,
        [
            (key, gap.uid, gap.reason, gap.attempts, to_micros(gap.noted_at), to_micros(gap.retry_at))
            for gap in progress.gaps
        ],
    )
    _change(connection, key, looked_at=progress.looked_at)
    behind = (source_folders.c.id == key) & (source_folders.c.upto_uid < progress.upto)
    connection.execute(update(source_folders).where(behind).values(upto_uid=progress.upto))
    found = len(progress.gaps) - known
    unheard = progress.looked_at - progress.unheard_since if progress.unheard_since else None
    if not found and not closed and unheard is None:
        return None
    of_it = select(source_folders.c.channel).where(source_folders.c.id == key)
    return Change(connection.execute(of_it).scalar_one(), found, closed, unheard)


def accepted(connection: Connection, key: int, first: int, last: int) -> set[int]:
    columns = source_mails.c
    query = select(columns.uid).where(columns.folder_id == key, columns.uid >= first, columns.uid <= last)
    return set(connection.execute(query).scalars())


def unsettled(connection: Connection, key: int) -> list[int]:
    columns = source_mails.c
    query = select(columns.uid).where(columns.folder_id == key, columns.settled.is_(False)).order_by(columns.uid)
    return list(connection.execute(query).scalars())


def gaps(connection: Connection, key: int, limit: int | None = None) -> list[Gap]:
    columns = source_gaps.c
    query = select(source_gaps).where(columns.folder_id == key).order_by(columns.uid).limit(limit)
    return [
        Gap(uid=row.uid, reason=row.reason, attempts=row.attempts, noted_at=row.noted_at, retry_at=row.retry_at)
        for row in connection.execute(query)
    ]


def backfill(connection: Connection, key: int, wanted: Backfill | None) -> None:
    """What older mail is still to be taken. When it is done, we have been here since then."""
    if wanted is None:
        columns = source_folders.c
        earlier = (columns.id == key) & (columns.backfill_since < columns.began_at)
        connection.execute(update(source_folders).where(earlier).values(began_at=columns.backfill_since))
    _change(connection, key, **_backfill_columns(wanted))


def trouble(connection: Connection, key: int, text: str | None) -> None:
    _change(connection, key, trouble=text)


def reports(connection: Connection) -> list[FolderReport]:
    """Every folder that was ever read."""
    missing = _counts(connection, source_gaps)
    folders = map(_folder, connection.execute(select(source_folders).order_by(source_folders.c.id)))
    return [
        FolderReport(
            folder=one,
            missing=missing.get(one.key, 0),
            gaps=tuple(gaps(connection, one.key, MOST_GAPS_SHOWN)) if one.key in missing else (),
        )
        for one in folders
    ]


def accepted_counts(connection: Connection) -> dict[int, int]:
    """Key of a folder → UIDs in the journal. A scan: 30 ms per million."""
    return _counts(connection, source_mails)


def _counts(connection: Connection, table: Table) -> dict[int, int]:
    query = select(table.c.folder_id, func.count()).group_by(table.c.folder_id)
    return {row[0]: row[1] for row in connection.execute(query)}


def _change(connection: Connection, key: int, **values: Any) -> None:
    connection.execute(update(source_folders).where(source_folders.c.id == key).values(values))


def _forget_gaps(connection: Connection, key: int, uids: Sequence[int]) -> int:
    """How many there were."""
    return sum(connection.execute(delete(source_gaps).where(_of(key, chunk))).rowcount for chunk in chunks(uids))


def _gaps_among(connection: Connection, key: int, uids: Sequence[int]) -> int:
    counts = [select(func.count()).select_from(source_gaps).where(_of(key, chunk)) for chunk in chunks(uids)]
    return sum(connection.execute(count).scalar_one() for count in counts)


def _of(key: int, uids: Sequence[int]) -> ColumnElement[bool]:
    return (source_gaps.c.folder_id == key) & source_gaps.c.uid.in_(uids)


def _backfill_columns(wanted: Backfill | None) -> dict[str, Any]:
    return {
        "backfill_since": wanted.since if wanted else None,
        "silent_before": wanted.silent_before if wanted else None,
    }


def _folder(row: Any) -> Folder:
    wanted = None
    if row.backfill_since is not None:
        wanted = Backfill(since=row.backfill_since, silent_before=row.silent_before)
    return Folder(
        key=row.id,
        channel=row.channel,
        name=row.folder,
        uid_validity=row.uid_validity,
        start=row.start_uid,
        upto=row.upto_uid,
        began_at=row.began_at,
        looked_at=row.looked_at,
        backfill=wanted,
        trouble=row.trouble,
    )
