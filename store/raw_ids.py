"""Identities of journal entries: the nanosecond of acceptance in the database, 16 hex digits before people.

As 64-bit integers they are SQLite's own row numbers, so an entry is appended at the end and found without an index.
One process draws no id twice. Two processes may, if they accept in the same nanosecond: whoever comes second to the
database draws again (`store.appending.append`).
"""

import re
import time
from collections.abc import Iterable

_TEXT = re.compile("[0-7][0-9a-f]{15}")


class RawIds:
    """Draws ids that grow, even if the clock is set back."""

    def __init__(self) -> None:
        self._newest = 0

    def follow(self, newest: int | None) -> None:
        """Ids drawn from now on come after `newest`."""
        self._newest = max(self._newest, newest or 0)

    def draw(self) -> int:
        self._newest = max(time.time_ns(), self._newest + 1)
        return self._newest


def to_text(number: int) -> str:
    return f"{number:016x}"


def to_numbers(texts: Iterable[str]) -> list[int]:
    """Without those that cannot be the id of anything."""
    return [int(text, 16) for text in texts if _TEXT.fullmatch(text)]


def before_next(last: str | None) -> int:
    """What the ids of the page after `last` are greater than; None: of the first page."""
    return -1 if last is None else int(last, 16)
