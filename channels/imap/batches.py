"""Which mails are fetched together: bounded in number and in bytes, oldest first. Pure.

a mail that is larger than what is left   begins the next batch
a mail larger than `max_message`          alone, and only its beginning
mails over which the connection broke     fewer at a time, the more often it did, until one is alone
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

MOST_MAILS = 100
MOST_LISTED = 500
MOST_BYTES = 8_000_000
BEGINNING_BYTES = 262_144
"""How much of a mail that is too large is fetched: its header, and what was written before the first large file."""
AFTER_BREAKS = (25, 5, 1, 1, 1)
"""Mails asked for at once after one break, two, …; a mail that breaks the connection more often is given up for now."""

Breaks = Mapping[int, int]
"""UID → how often the connection broke while this mail was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A mail as the server lists it. `arrived_at`: INTERNALDATE, when the server took it."""

    uid: int
    size: int
    arrived_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """`beginning` is how many bytes of its one mail are fetched; None: all."""

    mails: tuple[Listed, ...]
    beginning: int | None = None

    @property
    def uids(self) -> list[int]:
        return [mail.uid for mail in self.mails]


def batches(listed: Iterable[Listed], *, max_message: int, breaks: Breaks) -> Iterator[Batch]:
    """All of `listed`, in order of their UIDs."""
    ordered = {mail.uid: mail for mail in sorted(listed, key=lambda mail: mail.uid)}
    for uids in groups(list(ordered), MOST_MAILS, breaks):
        waiting: list[Listed] = []
        size = 0
        for mail in map(ordered.__getitem__, uids):
            large = mail.size > max_message
            if waiting and (large or size + mail.size > MOST_BYTES):
                yield Batch(mails=tuple(waiting))
                waiting, size = [], 0
            if large:
                yield Batch(mails=(mail,), beginning=min(BEGINNING_BYTES, max_message))
            else:
                waiting.append(mail)
                size += mail.size
        if waiting:
            yield Batch(mails=tuple(waiting))


def groups(uids: Sequence[int], most: int, breaks: Breaks) -> Iterator[list[int]]:
    """`uids` in parts of at most `most`, and smaller ones where the connection broke."""
    waiting: list[int] = []
    allowed = most
    for uid in uids:
        own = _at_once(breaks.get(uid, 0), most)
        allowed = min(allowed, own)
        if len(waiting) >= allowed:
            yield waiting
            waiting, allowed = [], own
        waiting.append(uid)
    if waiting:
        yield waiting


def given_up(uids: Sequence[int], breaks: Breaks) -> bool:
    """Whether this mail, alone by now, has broken the connection often enough."""
    return len(uids) == 1 and breaks.get(uids[0], 0) > len(AFTER_BREAKS)


def _at_once(broken: int, most: int) -> int:
    return min(most, AFTER_BREAKS[min(broken, len(AFTER_BREAKS)) - 1]) if broken else most
