"""The lines that divide a multipart, found with `bytes.find`: nothing is copied, no line is looked at twice.

Where the declared boundary is missing or wrong, the first line that looks like one is taken for it: two dashes, some
letters, and a `Content-…:` field right below. Those lines are looked for once in a mail, however many of its parts,
one within another, are broken.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

_GUESSED_WITHIN = 1_000_000
_MOST_LOOKS = 50_000
_LIKE_A_BOUNDARY = re.compile(
    rb"--(?=[^\n]{0,200}[^\s-])([^\n]{1,200}?)[ \t]*\n(?=content-[a-z-]+[ \t]*:)", re.IGNORECASE
)


@dataclass(frozen=True)
class Guesses:
    """What may be a boundary in one source. Beyond very many lines with two dashes nothing is guessed."""

    source: bytes

    @cached_property
    def _found(self) -> list[tuple[int, bytes]]:
        matches = (
            _LIKE_A_BOUNDARY.match(self.source, at)
            for at in islice(_lines_that_begin(self.source, 0, len(self.source), b"--"), _MOST_LOOKS)
        )
        return [(match.start(), match[1]) for match in matches if match]

    def first(self, start: int, end: int) -> bytes | None:
        at = bisect_left(self._found, (start, b""))
        begin, mark = self._found[at] if at < len(self._found) else (end, b"")
        return mark if begin < min(end, start + _GUESSED_WITHIN) else None


def between(source: bytes, begin: int, stop: int, delimiter: bytes) -> Iterator[tuple[int, int]]:
    """What stands between the lines that are `delimiter`, or that with two dashes more, which ends a part too."""
    start: int | None = None
    for at in _lines_that_begin(source, begin, stop, delimiter):
        line_end = source.find(b"\n", at, stop)
        line_end = stop if line_end < 0 else line_end
        tail = source[at + len(delimiter) : min(line_end, at + len(delimiter) + 100)].rstrip(b" \t")
        if tail in (b"", b"--"):
            if start is not None:
                yield start, max(start, at - 1)
            start = line_end + 1 if tail == b"" else None
    if start is not None and start <= stop:
        yield start, stop


def _lines_that_begin(source: bytes, begin: int, stop: int, delimiter: bytes) -> Iterator[int]:
    if source.startswith(delimiter, begin, stop):
        yield begin
    at = source.find(b"\n" + delimiter, begin, stop)
    while at >= 0:
        yield at + 1
        at = source.find(b"\n" + delimiter, at + 1, stop)
