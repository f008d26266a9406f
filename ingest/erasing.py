"""A person is erased: ticket store, journal, attachments, letters on disk, contact. LGPD, art. 18, VI.

    begin (committed) ─▶ tickets ─▶ incidents ─▶ journal ─▶ letters ─▶ contact ─▶ contents ─▶ nothing remains? ─▶ finish
                            ▲                                                                     │
                            └────── a crash, an entry that is being read or queued ◀────────────────┘

Every step does nothing when it is done again, so an erasure that died is taken up from the beginning.
"""

import asyncio
import email
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import policy
from functools import partial
from pathlib import Path

import orjson
import structlog

from domain.interaction import Ignored, Interaction
from domain.person import PHONE, Person
from domain.ports import Decode
from domain.raw import OVER, Fate, JournalEntry
from store import erasing, erasures, incident_erasing, journal_erasing, persons, sweeping
from store.contents import Contents
from store.documents import Document
from store.engines import Database
from store.erasures import Erasure
from store.journal import WholeJournal
from store.rows import realm_in

log = structlog.get_logger()

PAGE = 20
ROUNDS = 3


@dataclass(slots=True, kw_only=True)
class Erasing:
    """`letters` are folders where mail is written while there is no relay."""

    store: Database
    journal: WholeJournal
    contents: Contents
    decoders: Mapping[str, Decode]
    letters: Sequence[Path]
    told: Callable[[int], object] = lambda _count: None

    async def run(self, erasure: Erasure, now: datetime) -> Document | None:
        """What was removed; None when it must be taken up again, because something of his is being read just now, or
        may wait where nobody can look.

        Raises StoreUnavailable and IntakeUnavailable.
        """
        for _ in range(ROUNDS):
            hidden = await self.journal.may_hide(erasure.begun_at)  # before looking: what comes out then is found
            erasure = replace(erasure, person=await self.store.read(partial(persons.afresh, person=erasure.person)))
            await self._tickets(erasure, now)
            await self._incidents(erasure)
            complete = await self._entries(erasure, now)
            await self._count(erasure, "letters", await asyncio.to_thread(self._remove_letters, erasure.person))
            await self.store.write(partial(erasing.erase_contact, erasure=erasure))
            await sweeping.sweep(self.store, self.contents, now)
            if complete and not hidden and not await self.store.read(partial(erasing.remains, person=erasure.person)):
                return await self.store.write(partial(erasures.finish, erasure=erasure, now=now))
        return None

    async def take_up(self) -> None:
        """As a chore: what was interrupted, or waited for something that was being read."""
        for erasure in await self.store.read(erasures.under_way):
            finished = await self.run(erasure, datetime.now(UTC))
            log.info("person_erased", erasure=erasure.id, finished=finished is not None)

    async def _tickets(self, erasure: Erasure, now: datetime) -> None:
        last = 0
        about = partial(persons.tickets_about, person=erasure.person, limit=PAGE)
        while numbers := await self.store.read(partial(about, after=last)):
            for number in numbers:
                await self.store.write(partial(erasing.erase_in_ticket, erasure=erasure, number=number, now=now))
                self.told(1)
            last = numbers[-1]

    async def _incidents(self, erasure: Erasure) -> None:
        traces = erasure.person.traces
        if places := await self.store.read(partial(incident_erasing.naming, traces=traces)):
            redact = partial(incident_erasing.redact, traces=traces, places=places)
            await self._count(erasure, "incidents", await self.store.write(redact))

    async def _entries(self, erasure: Erasure, now: datetime) -> bool:
        """False: one of them is being read just now."""
        noted = await self.store.read(partial(erasures.noted_raws, erasure=erasure))
        complete = await self._erase(erasure, noted, now)
        await self.store.write(partial(erasures.raws_are_gone, erasure=erasure, raw_ids=noted if complete else ()))
        touched = await self.store.read(partial(erasures.tickets_of, erasure=erasure))
        last: str | None = None
        while page := await self.journal.read(partial(journal_erasing.held_after, last=last)):
            last = page[-1].raw_id
            suspects = [one.raw_id for one in page if one.fate != Fate.DONE.value or one.tickets & touched]
            his = [raw_id for raw_id in suspects if await self._is_his(raw_id, erasure.person)]
            complete = await self._erase(erasure, his, now) and complete
        return complete

    async def _erase(self, erasure: Erasure, raw_ids: Sequence[str], now: datetime) -> bool:
        if not raw_ids:
            return True
        erased, busy = await self.journal.write(partial(journal_erasing.erase, raw_ids=raw_ids, now=now))
        await self._count(erasure, "entries", erased)
        return not busy

    async def _is_his(self, raw_id: str, person: Person) -> bool:
        entry = await self.journal.get(raw_id)
        if entry is None:
            return False
        return await asyncio.to_thread(concerns, person, entry, self.decoders.get(entry.raw.channel))

    async def _count(self, erasure: Erasure, what: str, count: int) -> None:
        if count:
            await self.store.write(partial(erasures.count, erasure=erasure, more={what: count}))

    def _remove_letters(self, person: Person) -> int:
        removed = 0
        for path in (path for folder in self.letters for path in sorted(folder.glob("*.eml"))):
            letter = email.message_from_bytes(path.read_bytes(), policy=policy.compat32)
            if person.traces.found_in(str(letter.get("To", ""))):
                path.unlink(missing_ok=True)
                removed += 1
        return removed


def concerns(person: Person, entry: JournalEntry, decode: Decode | None) -> bool:
    """Whether the bytes are his. What is on his tickets already need not be kept for the others on them, either."""
    written = _as_text(entry)
    try:
        decoded = decode(entry.raw) if decode else ()
    except Exception:  # noqa: BLE001 - what cannot be read is searched as it is
        return person.traces.found_in(written)
    said = [one for one in (decoded.noted if isinstance(decoded, Ignored) else decoded) if isinstance(one, Interaction)]
    if any(person.owns(realm, address) for one in said for realm, address in _parties(one)):
        return True
    if entry.fate not in OVER and said:
        return False
    texts = (text for one in said for text in (one.text_full, one.html, one.subject))
    return person.traces.found_in(written) or any(map(person.traces.found_in, texts))


def _parties(said: Interaction) -> Iterator[tuple[str, str | None]]:
    realm = realm_in(said.medium, said.channel)
    yield realm, said.sender.address
    yield "mail", said.envelope_sender
    for event in said.call_events:
        for number in (event.caller, event.called, event.from_, event.to):
            yield PHONE, number


def _as_text(entry: JournalEntry) -> str:
    envelope = orjson.dumps(dict(entry.raw.envelope)).decode()
    return f"{entry.raw.payload.decode('utf-8', 'replace')}\n{envelope}"
