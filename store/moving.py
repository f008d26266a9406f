"""Contents are brought from where they were kept to where they are kept now.

    there: read, whole? ─▶ here: put, durable ─▶ there: removed

Whoever dies in between has copied something twice; the next run finds it here already.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from store.contents import Contents, Moving, Stored
from store.sweeping import paged

AT_ONCE = 4
PAGE = 100


@dataclass(slots=True, kw_only=True)
class Moved:
    """`damaged` stay where they are."""

    moved: int = 0
    moved_bytes: int = 0
    damaged: list[str] = field(default_factory=list)


async def move(contents: Moving, *, keep: bool, told: Callable[[int], object]) -> Moved:
    """`keep` leaves the old ones where they are; `told` how many were looked at. Raises StoreUnavailable."""
    done = Moved()
    pages = paged(contents.there.listing(), PAGE)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        while page := await asyncio.to_thread(next, pages, None):
            taken = await asyncio.to_thread(list, threads.map(lambda one: _one(contents, one, keep=keep), page))
            for one, good in zip(page, taken, strict=True):
                if good:
                    done.moved += 1
                    done.moved_bytes += one.size
                else:
                    done.damaged.append(one.sha256)
            told(len(page))
    return done


def count(contents: Contents) -> int:
    return sum(1 for _ in contents.listing())


def _one(contents: Moving, one: Stored, *, keep: bool) -> bool:
    content = contents.there.get(one.sha256)
    if content is None:
        return contents.there.find(one.sha256) is None  # gone meanwhile: nothing is left to move
    contents.here.put(content, one.sha256)
    if not keep:
        contents.there.remove(one.sha256)
    return True
