"""Reading the content behind DATA in bulk, within a bound on memory.

Only CR LF . CR LF ends it (attack 12: bare LF and CR are content like any other byte). The stream's buffer is
given the CR LF of the DATA line back, so that a dot on the very first line is found by the same search.
"""

import asyncio
from collections.abc import Callable
from enum import Enum, auto

from channels.smtp.receive_limits import Limits

_LINE_END = b"\r\n"
_CONTENT_END = b"\r\n.\r\n"
_PATIENCE_WITH_TOO_BIG = 4


class Overrun(Enum):
    """Why content was read and forgotten."""

    TOO_BIG = auto()
    NO_ROOM = auto()
    ENDLESS = auto()  # far beyond the limit and still coming


class ContentReader:
    """Reads one content. What it holds is counted in `limits` until `release`; `heard` is told of every piece."""

    def __init__(
        self, reader: asyncio.StreamReader, limits: Limits, max_message: int, heard: Callable[[], None]
    ) -> None:
        self._heard = heard
        self._reader = reader
        self._limits = limits
        self._max_message = max_message
        self._pieces: list[bytes] = []
        self._held = 0
        self._seen = 0
        self._overrun: Overrun | None = None

    async def read(self) -> bytes | Overrun:
        """The content as it was before dot-stuffing. Raises IncompleteReadError and OSError if the client goes."""
        self._reader._buffer[:0] = _LINE_END  # type: ignore[attr-defined]  # noqa: SLF001  # no public way to unread
        ended = False
        while not ended:
            piece, ended = await self._next_piece()
            self._heard()
            self._keep(piece)
            if self._overrun is not None and self._seen > self._max_message * _PATIENCE_WITH_TOO_BIG:
                return Overrun.ENDLESS
        return self._overrun or self._unstuffed()

    def release(self) -> None:
        """Give the memory back: the content is answered or given up."""
        self._pieces.clear()
        self._limits.give_back(self._held)
        self._held = 0

    async def _next_piece(self) -> tuple[bytes, bool]:
        try:
            return await self._reader.readuntil(_CONTENT_END), True
        except asyncio.LimitOverrunError as overrun:
            return await self._reader.readexactly(overrun.consumed), False

    def _keep(self, piece: bytes) -> None:
        self._seen += len(piece)
        if self._overrun is None:
            if self._seen > self._max_message + len(_CONTENT_END):
                self._overrun = Overrun.TOO_BIG
            elif not self._limits.take(len(piece)):
                self._overrun = Overrun.NO_ROOM
        if self._overrun is not None:
            self.release()
            return
        self._held += len(piece)
        self._pieces.append(piece)

    def _unstuffed(self) -> bytes:
        """RFC 5321 §4.5.2: a leading dot of any line goes.

        The CR LF that was given back and the dot's line at the end are cut off the pieces, so that large content is
        copied once. The last piece has that line whole: `readuntil` ends there.
        """
        pieces = [memoryview(piece) for piece in self._pieces]
        pieces[-1] = pieces[-1][:-3]
        pieces[0] = pieces[0][len(_LINE_END) :]
        content = b"".join(pieces)
        pieces.clear()
        self._pieces.clear()
        if content.startswith(b"."):
            content = content[1:]
        return content.replace(b"\r\n.", _LINE_END) if b"\r\n." in content else content
