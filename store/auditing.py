"""Whether what tickets name is there and whole, and what lies there that no ticket names.

names, page by page ───▶ good · missing · damaged · elsewhere (not moved yet)
listing, page by page ─▶ named · young (somebody may be about to name it) · orphaned
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, distinct, func, select

from store import condemned
from store.contents import Contents, Stored, places_of
from store.engines import Database
from store.schema import attachments, messages
from store.sweeping import PAGE, paged

AT_ONCE = 4


@dataclass(slots=True, kw_only=True)
class Audit:
    """`missing` and `damaged` are contents by name; `elsewhere`: where they were kept before."""

    named: int = 0
    good: int = 0
    elsewhere: int = 0
    young: int = 0
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    orphaned: list[Stored] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return not self.missing and not self.damaged


async def audit(
    database: Database, contents: Contents, *, read: bool, young: datetime, told: Callable[[int], object]
) -> Audit:
    """`read` every byte, or only look whether it is there in the right size; `told` how many names were looked at.

    Raises StoreUnavailable.
    """
    found = Audit()
    look = _measured if read else _seen
    with ThreadPoolExecutor(AT_ONCE) as threads:
        last = ""
        while page := await database.read(partial(names_after, last=last)):
            states = await asyncio.to_thread(list, threads.map(lambda one: look(contents, *one), page))
            _count(found, [name for name, _ in page], states)
            told(len(page))
            last = page[-1][0]
    await _orphans(database, contents, young, found)
    return found


async def count_names(database: Database) -> int:
    query = select(func.count(distinct(attachments.c.sha256)))
    return await database.read(lambda connection: int(connection.execute(query).scalar_one()))


def names_after(connection: Connection, last: str, limit: int = PAGE) -> list[tuple[str, int]]:
    """Name and size of the next contents that attachments name."""
    query = select(attachments.c.sha256, func.max(attachments.c.size)).where(attachments.c.sha256 > last)
    query = query.group_by(attachments.c.sha256).order_by(attachments.c.sha256).limit(limit)
    return [(row[0], row[1]) for row in connection.execute(query)]


def tickets_naming(connection: Connection, sha256: str) -> list[dict[str, Any]]:
    """Who misses this content: ticket, what it is called there, and the journal's entry that it came in."""
    query = select(messages.c.ticket, attachments.c.name, messages.c.raw_id).join(
        messages, messages.c.id == attachments.c.message
    )
    query = query.where(attachments.c.sha256 == sha256).order_by(messages.c.ticket).distinct()
    return [{"ticket": row.ticket, "name": row.name, "entry": row.raw_id} for row in connection.execute(query)]


def _count(found: Audit, names: Sequence[str], states: Iterable[str]) -> None:
    for name, state in zip(names, states, strict=True):
        found.named += 1
        if state in {"missing", "damaged"}:
            getattr(found, state).append(name)
        else:
            found.good += 1
            found.elsewhere += state == "elsewhere"


def _measured(contents: Contents, sha256: str, size: int) -> str:
    del size
    return _looked(contents, lambda place: None if (got := place.measure(sha256)) is None else got == sha256)


def _seen(contents: Contents, sha256: str, size: int) -> str:
    return _looked(contents, lambda place: None if (got := place.find(sha256)) is None else got.size == size)


def _looked(contents: Contents, look: Callable[[Contents], bool | None]) -> str:
    states = [look(place) for place in places_of(contents)]
    if states[0]:
        return "good"
    if any(states[1:]):
        return "elsewhere"
    return "damaged" if False in states else "missing"


async def _orphans(database: Database, contents: Contents, young: datetime, found: Audit) -> None:
    pages = paged(contents.listing(), PAGE)
    while page := await asyncio.to_thread(next, pages, None):
        names = [one.sha256 for one in page]
        free = set(await database.read(partial(condemned.unnamed, contents=names)))
        for one in page:
            if one.sha256 in free and one.changed_at < young:
                found.orphaned.append(one)
            elif one.sha256 in free:
                found.young += 1
