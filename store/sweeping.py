"""Contents that no ticket names are removed: condemned first, removed in a second step (store/condemned.py).

    scan    every content that lies there ─▶ old enough and unnamed? ─▶ condemned
    sweep   condemned ─▶ taken, if still unnamed ─▶ removed ─▶ gone

Both may run beside workers, and twice at once; either may die anywhere.
"""

import asyncio
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import TypeVar

from domain.errors import StoreUnavailable
from store import condemned
from store.contents import Contents
from store.engines import Database

T = TypeVar("T")

PAGE = 500
BATCH = 50
SOON = 60.0
"""Seconds from being taken to being removed; who was stopped for longer begins anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """`kept` are unnamed, too, but too young: somebody may be about to name them."""

    seen: int = 0
    unnamed: int = 0
    unnamed_bytes: int = 0
    kept: int = 0
    removed: int = 0


async def scan(database: Database, contents: Contents, *, before: datetime, now: datetime, dry: bool = False) -> Swept:
    """Condemn what no attachment names and what was put there before `before`. Raises StoreUnavailable."""
    seen = unnamed = size = kept = 0
    pages = paged(contents.listing(), PAGE)
    while page := await asyncio.to_thread(next, pages, None):
        seen += len(page)
        names = [one.sha256 for one in page]
        free = set(await database.read(partial(condemned.unnamed, contents=names)))
        going = [one for one in page if one.sha256 in free and one.changed_at < before]
        kept += len(free) - len(going)
        unnamed += len(going)
        size += sum(one.size for one in going)
        if going and not dry:
            names = [one.sha256 for one in going]
            await database.write(partial(condemned.condemn, contents=names, now=now))
    return Swept(seen=seen, unnamed=unnamed, unnamed_bytes=size, kept=kept)


async def sweep(database: Database, contents: Contents, now: datetime) -> int:
    """Remove what is condemned and still unnamed. Returns how many. Raises StoreUnavailable."""
    removed = 0
    while going := await database.write(lambda connection: condemned.take(connection, BATCH, now)):
        await asyncio.to_thread(_remove, contents, going)
        await database.write(partial(condemned.gone, contents=going, now=now))
        removed += len(going)
    await database.write(lambda connection: condemned.forget(connection, now))
    return removed


def _remove(contents: Contents, going: Iterable[str]) -> None:
    begun = time.monotonic()
    for sha256 in going:
        if time.monotonic() - begun > SOON:
            raise StoreUnavailable("removing contents takes too long; it is taken up again")
        contents.remove(sha256)


def paged(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while page := list(islice(iterator, size)):
        yield page
