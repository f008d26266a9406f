"""Call records that a telephone system appends to files (Asterisk's Master.csv), line by line as they are completed.

    file ─▶ its generation (inode and first line) ─▶ from the known position to the last line end ─▶ journal ─▶ position

A line without its end is being written, and waits. A new generation (the file was rotated) begins at its start, after
the rest of the old one was read where it lies now under another name; one that was cut short begins anew. The position
is in the ledger: a line that was journaled when we died before writing the position has the same key again.
"""

import asyncio
import os
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import accumulate, islice
from pathlib import Path

import structlog

from domain.errors import IntakeUnavailable
from domain.ports import Intake
from domain.raw import RawInteraction
from domain.source import Folder, Progress

log = structlog.get_logger()

POLL_SECONDS = 2.0
MOST_AT_ONCE = 1_000_000
LONGEST_LINE = 100_000
TOGETHER = 200
"""Lines that are handed to the journal at once."""

Sign = tuple[int, int, int] | str


@dataclass(frozen=True, slots=True, kw_only=True)
class TailReceiver:
    """Implements domain.ports.Receiver. `pattern` is a path whose name may hold * and ?.

    `from_start`: also what stands in the files when they are first seen; else only what comes after.
    """

    channel: str
    pattern: Path
    from_start: bool = False
    poll: float = POLL_SECONDS
    clock: Callable[[], float] = time.time
    seen: dict[Path, Sign] = field(default_factory=dict)
    """How each file was when it had been read to its end: while it stays so, neither it nor the ledger is asked."""

    async def run(self, intake: Intake, ready: Callable[[], None]) -> None:
        """Raises IntakeUnavailable, after which it is run again."""
        first = True
        while True:
            for path in sorted(self.pattern.parent.glob(self.pattern.name)):
                await self.look(path, intake, first=first)
            if first:
                ready()
            first = False
            await asyncio.sleep(self.poll)

    async def look(self, path: Path, intake: Intake, *, first: bool = False) -> None:
        """Take what `path` holds beyond its position."""
        sign = _sign(path)
        if self.seen.get(path) == sign:
            return
        folder = await intake.ledger.folder(self.channel, str(path))
        try:
            with path.open("rb") as stream:
                await self._take_new(path, stream.fileno(), folder, intake, first=first)
            if folder.trouble:
                await intake.ledger.trouble(folder.key, None)
        except OSError as error:
            sign = f"cannot be read: {error.strerror}"
            if folder.trouble != sign:
                await intake.ledger.trouble(folder.key, sign)
        self.seen[path] = sign

    async def _take_new(self, path: Path, file: int, folder: Folder, intake: Intake, *, first: bool) -> None:
        generation, size = _generation(file), os.fstat(file).st_size
        if generation is None:
            return
        if folder.uid_validity != generation or size < folder.upto:
            if folder.uid_validity is not None and folder.uid_validity != generation:
                await self._finish_old(path, folder, intake)
            now = datetime.fromtimestamp(self.clock(), UTC)
            known_before = folder.uid_validity is not None
            upto = 0 if known_before or self.from_start or not first else _last_line_end(file, size)
            folder = replace(folder, uid_validity=generation, start=1, upto=upto, began_at=now, looked_at=now)
            await intake.ledger.begin(folder)
        await self._take_lines(file, folder, intake)

    async def _finish_old(self, path: Path, folder: Folder, intake: Intake) -> None:
        """What was appended before the file was moved away."""
        for other in sorted(path.parent.glob(f"{path.name}*")):
            with other.open("rb") as stream:
                if _generation(stream.fileno()) == folder.uid_validity:
                    await self._take_lines(stream.fileno(), folder, intake)
                    return
        log.warning("rotated_file_not_found", channel=self.channel, file=path.name, position=folder.upto)
        now = datetime.fromtimestamp(self.clock(), UTC)
        await intake.ledger.record(folder.key, Progress(looked_at=now, unheard_since=folder.looked_at or now))

    async def _take_lines(self, file: int, folder: Folder, intake: Intake) -> None:
        upto = folder.upto
        while chunk := os.pread(file, MOST_AT_ONCE, upto):
            taken = await self._accept_all(chunk, upto, folder, intake)
            if not taken:
                return
            upto += taken
            now = datetime.fromtimestamp(self.clock(), UTC)
            await intake.ledger.record(folder.key, Progress(looked_at=now, upto=upto))

    async def _accept_all(self, chunk: bytes, upto: int, folder: Folder, intake: Intake) -> int:
        """Bytes of the whole lines in it. Many at once: the journal commits them together. Raises IntakeUnavailable."""
        taken = 0
        for lines in _batches(_whole_lines(chunk), TOGETHER):
            ends = list(accumulate(map(len, lines), initial=upto + taken))
            try:
                async with asyncio.TaskGroup() as group:
                    for line, offset in zip(lines, ends, strict=False):
                        group.create_task(self._accept(line, folder, offset, intake))
            except* IntakeUnavailable as errors:
                raise errors.exceptions[0] from None
            taken = ends[-1] - upto
        return taken

    async def _accept(self, line: bytes, folder: Folder, offset: int, intake: Intake) -> None:
        if not line.strip():
            return
        await intake.accept(
            RawInteraction(
                channel=self.channel,
                dedup_key=f"{self.channel}:line:{folder.key}:{folder.uid_validity}:{offset}",
                received_at=datetime.fromtimestamp(self.clock(), UTC),
                payload=line[:LONGEST_LINE],
                envelope={"file": Path(folder.name).name, "offset": offset},
            )
        )


def _sign(path: Path) -> Sign:
    """Which file it is, and how much of it there is; why it cannot be told."""
    try:
        found = path.stat()
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return found.st_ino, found.st_size, found.st_mtime_ns


def _batches(lines: Iterable[bytes], size: int) -> Iterator[list[bytes]]:
    waiting = iter(lines)
    while batch := list(islice(waiting, size)):
        yield batch


def _generation(file: int) -> int | None:
    """The file itself and its first line: a truncated one that was filled again has another. None while it is empty."""
    head = os.pread(file, 512, 0)
    line, end, _ = head.partition(b"\n")
    if not end and len(head) < 512:
        return None
    return zlib.crc32(line + str(os.fstat(file).st_ino).encode())


def _last_line_end(file: int, size: int) -> int:
    start = max(0, size - LONGEST_LINE)
    return start + os.pread(file, LONGEST_LINE, start).rfind(b"\n") + 1


def _whole_lines(chunk: bytes) -> Iterator[bytes]:
    start = 0
    while (end := chunk.find(b"\n", start)) >= 0:
        yield chunk[start : end + 1]
        start = end + 1
