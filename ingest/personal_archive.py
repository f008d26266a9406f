"""A ZIP with everything that is kept of one person, written piece by piece.

dados.json                who he is to us, his tickets, what he said and was told
anexos/<sha256>-<name>    his files
recebidos/<id>.eml|.json  his messages byte for byte as they came, as far as they are still kept
"""

import asyncio
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from channels.cleaning import clean_file_name
from domain.person import Person
from domain.raw import JournalEntry
from store import personal_data
from store.contents import Contents
from store.documents import Document
from store.engines import Database
from store.journal import WholeJournal

DATA = "dados.json"


@dataclass(slots=True)
class Archive:
    """`tickets`, `messages`, `files`, `raws`: how many; `absent`: files that are not there any more."""

    person: Person
    tickets: int = 0
    messages: int = 0
    files: int = 0
    raws: int = 0
    absent: int = 0
    raw_ids: set[str] = field(default_factory=set)


async def write(
    path: Path,
    person: Person,
    *,
    store: Database,
    journal: WholeJournal,
    contents: Contents,
    now: datetime,
    told: Callable[[int], object],
) -> Archive:
    """Raises OSError and StoreUnavailable; the file appears when it is whole, for its owner alone."""
    done = Archive(person)
    draft = path.with_name(f".{path.name}.part")
    try:
        with draft.open("wb") as file:
            draft.chmod(0o600)
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                await _fill(archive, done, store, journal, contents, now, told)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return done


async def _fill(  # noqa: PLR0917 - the places it is filled from
    archive: zipfile.ZipFile,
    done: Archive,
    store: Database,
    journal: WholeJournal,
    contents: Contents,
    now: datetime,
    told: Callable[[int], object],
) -> None:
    document = {"exported_at": now.isoformat(), **await store.read(partial(personal_data.about, person=done.person))}
    document["tickets"] = []
    last = 0
    while page := await store.read(partial(personal_data.tickets_after, person=done.person, after=last)):
        for ticket in page:
            document["tickets"].append(ticket)
            await asyncio.to_thread(_add_files, archive, done, ticket, contents)
            done.raw_ids.update(one["raw_id"] for one in ticket["messages"] if one["raw_id"])
            done.tickets += 1
            done.messages += len(ticket["messages"])
            told(1)
        last = page[-1]["number"]
    archive.writestr(DATA, json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "replace"))
    for raw_id in sorted(done.raw_ids):
        entry = await journal.get(raw_id)
        if entry is not None and entry.raw.payload:
            archive.writestr(f"recebidos/{raw_id}{_ending(entry)}", entry.raw.payload)
            done.raws += 1


def _add_files(archive: zipfile.ZipFile, done: Archive, ticket: Document, contents: Contents) -> None:
    for name, sha256 in _files_of(ticket["messages"]):
        member = f"anexos/{sha256}-{clean_file_name(name)}"
        if member in archive.NameToInfo:
            continue
        content = contents.get(sha256)
        if content is None:
            done.absent += 1
        else:
            archive.writestr(member, content)
            done.files += 1


def _files_of(messages: Iterable[Document]) -> Iterator[tuple[str, str]]:
    return ((file["name"], file["sha256"]) for one in messages for file in one["attachments"])


def _ending(entry: JournalEntry) -> str:
    return ".json" if entry.raw.payload[:1] in {b"{", b"["} else ".eml" if "mail_from" in entry.raw.envelope else ".bin"
