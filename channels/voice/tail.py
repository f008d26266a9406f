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
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import structlog

from domain.ports import Intake
from domain.raw import RawInteraction
from domain.source import Folder, Progress

log = structlog.get_logger()

POLL_SECONDS = 2.0
MOST_AT_ONCE = 1_000_000
LONGEST_LINE = 100_000


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
        folder = await intake.ledger.folder(self.channel, str(path))
        try:
            with path.open("rb") as stream:
                await self._take_new(path, stream.fileno(), folder, intake, first=first)
            if folder.trouble:
                await intake.ledger.trouble(folder.key, None)
        except OSError as error:
            await intake.ledger.trouble(folder.key, f"cannot be read: {error.strerror}")

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

    async def _take_lines(self, file: int, folder: Folder, intake: Intake) -> None:
        upto = folder.upto
        while chunk := os.pread(file, MOST_AT_ONCE, upto):
            taken = 0
            for line in _whole_lines(chunk):
                await self._accept(line, folder, upto + taken, intake)
                taken += len(line)
            if not taken:
                return
            upto += taken
            now = datetime.fromtimestamp(self.clock(), UTC)
            await intake.ledger.record(folder.key, Progress(looked_at=now, upto=upto))

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
