"""A journal in a file: JSON lines, streamed both ways. docs/operations.md has the format.

    {"balcao_journal": 1, …}  {"folder": …} {"mails": …} {"gap": …}  {"entry": …} …  {"end": {"entries", "sha256"}}

The last line counts the entries and has the SHA-256 of every byte before it: a file that was cut says so.
"""

import gzip
import hashlib
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

import orjson

from domain.errors import N_
from domain.raw import Fate, RawInteraction
from store import journal_dump
from store.journal import WholeJournal
from store.journal_dump import Broken, Document
from store.moments import from_micros

VERSION = 1
BATCH = 200
BATCH_BYTES = 8_000_000
LONGEST_LINE = 400_000_000
STANDARD = "-"


@dataclass(slots=True)
class Copied:
    """`damaged` were so before; `known` the journal had already."""

    entries: int = 0
    damaged: int = 0
    new: int = 0
    known: int = 0
    sha256: str = ""


async def export(journal: WholeJournal, out: BinaryIO, now: datetime, told: Callable[[int], object]) -> Copied:
    """Raises IntakeUnavailable and OSError."""
    done, digest = Copied(), hashlib.sha256()

    def write(document: Document) -> None:
        line = orjson.dumps(document) + b"\n"
        digest.update(line)
        out.write(line)

    write({"balcao_journal": VERSION, "exported_at": now.isoformat()})
    for source in await journal.read(journal_dump.sources):
        number = source.pop("id", None)
        write(source)
        if number is not None:
            await _write_mails(journal, source["folder"], number, write)
    last: str | None = None
    while page := await journal.read(partial(journal_dump.entries_after, last=last)):
        for entry in page:
            write({"entry": entry})
            done.entries += 1
            done.damaged += entry.get("damaged", False)
        last = page[-1]["id"]
        told(len(page))
    done.sha256 = digest.hexdigest()
    out.write(orjson.dumps({"end": {"entries": done.entries, "sha256": done.sha256}}) + b"\n")
    out.flush()
    return done


async def _write_mails(journal: WholeJournal, folder: Document, number: int, write: Callable[[Document], None]) -> None:
    last = -1
    while mails := await journal.read(partial(journal_dump.mails_after, folder_id=number, last=last)):
        write({"mails": {"channel": folder["channel"], "folder": folder["folder"], "uids": mails}})
        last = mails[-1][0]


def documents(stream: BinaryIO, done: Copied) -> Iterator[Document]:
    """Every line but the first and the last, checked. Raises Broken at what is not as it was exported."""
    digest = hashlib.sha256()
    for number, line in enumerate(iter(lambda: stream.readline(LONGEST_LINE), b""), start=1):
        document = _parsed(line, number)
        if number == 1 and document.get("balcao_journal") != VERSION:
            raise Broken(N_("this is no exported journal, or one of a newer Balcão"))
        if "end" in document:
            done.sha256 = digest.hexdigest()
            if document["end"] != {"entries": done.entries, "sha256": done.sha256}:
                raise Broken(N_("the file is not what was exported: its count or its SHA-256 differs"))
            return
        digest.update(line)
        if "entry" in document:
            done.entries += 1
            done.damaged += bool(document["entry"].get("damaged"))
            yield {"entry": journal_dump.checked(document["entry"])}
        elif number > 1:
            yield document
    raise Broken(N_("the file ends after %(count)s entries, without its last line: it was cut"), count=done.entries)


def _parsed(line: bytes, number: int) -> Document:
    try:
        document = orjson.loads(line)
    except ValueError as error:
        raise Broken(N_("line %(number)s is no JSON: the file was cut or damaged"), number=number) from error
    if not isinstance(document, dict):
        raise Broken(N_("line %(number)s is no JSON object"), number=number)
    return document


def verify(path: Path) -> Copied:
    """The whole file, before anything is written. Raises Broken and OSError."""
    done = Copied()
    with opened(str(path), "rb") as stream:
        for _ in documents(stream, done):
            pass
    return done


async def bring_in(journal: WholeJournal, stream: BinaryIO, *, by_queue: bool, told: Callable[[int], object]) -> Copied:
    """`by_queue`: what waits goes to a broker. Raises Broken; what was read before stays, and is known next time."""
    done = Copied()
    batch: list[Document] = []
    size = 0
    for document in documents(stream, done):
        if (entry := document.get("entry")) is None:
            await journal.write(partial(_add_source, document=document))
            continue
        batch.append(entry)
        size += entry["size"]
        if len(batch) >= BATCH or size >= BATCH_BYTES:
            await _add(journal, batch, done, by_queue=by_queue)
            told(len(batch))
            batch, size = [], 0
    await _add(journal, batch, done, by_queue=by_queue)
    told(len(batch))
    return done


async def _add(journal: WholeJournal, batch: list[Document], done: Copied, *, by_queue: bool) -> None:
    waiting = [one for one in batch if by_queue and one["fate"] == Fate.WAITING.value and one["payload"] is not None]
    for one in waiting:
        receipt = await journal.append(_interaction(one))
        done.new += not receipt.duplicate
        done.known += receipt.duplicate
    rest = [one for one in batch if one not in waiting]
    if rest:
        imported = await journal.write(partial(journal_dump.add_entries, documents=rest))
        done.new += imported.new
        done.known += imported.known


def _interaction(one: Document) -> RawInteraction:
    return RawInteraction(
        channel=one["channel"],
        dedup_key=one["dedup_key"],
        received_at=from_micros(one["received_at"]),
        payload=one["payload"],
        envelope=orjson.loads(one["envelope"]),
    )


_SOURCES: dict[str, Callable[..., None]] = {
    "folder": journal_dump.add_folder,
    "mails": lambda connection, said: journal_dump.add_mails(connection, said["channel"], said["folder"], said["uids"]),
    "gap": journal_dump.add_gap,
}


def _add_source(connection: object, document: Document) -> None:
    for name, said in document.items():
        if name not in _SOURCES:
            raise Broken(N_("the file holds something unknown: %(name)s"), name=name)
        try:
            _SOURCES[name](connection, said)
        except (KeyError, TypeError, ValueError) as error:
            raise Broken(N_("a %(name)s cannot be read: %(why)s"), name=name, why=error) from error


@contextmanager
def opened(name: str, mode: str) -> Iterator[BinaryIO]:
    """`-` is standard input or output; `.gz` is packed. A new file is for its owner alone."""
    if name == STANDARD:
        with nullcontext(sys.stdin.buffer if "r" in mode else sys.stdout.buffer) as stream:
            yield stream
    elif name.endswith(".gz"):
        try:
            with gzip.open(name, mode, compresslevel=6) as packed:
                yield cast("BinaryIO", packed)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise Broken(N_("the file is packed and its end is missing or damaged")) from error
    else:
        with Path(name).open(mode) as plain:
            yield cast("BinaryIO", plain)
