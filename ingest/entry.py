"""One journal entry on its way through the pipeline: what was read in it, and what became of it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from domain.afterwards import AddressChange, Afterword, in_words
from domain.interaction import Automated, Interaction, Medium
from domain.raw import Fate, JournalEntry, Outcome
from domain.surroundings import Lookup
from ingest.laps import Laps
from ingest.logs import clean
from triage.echoes import WINDOW, any_answer, scopes_in

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Read:
    """One interaction as decoded, with the entry it came in."""

    entry: JournalEntry
    interaction: Interaction


@dataclass(frozen=True, slots=True)
class Reading:
    """One entry as decoded: what it brings, and what it tells of earlier messages."""

    entry: JournalEntry
    reads: tuple[Read, ...]
    afterwords: tuple[Afterword, ...]

    @classmethod
    def of(cls, entry: JournalEntry, decoded: Sequence[Interaction | Afterword]) -> "Reading":
        reads = tuple(Read(entry, one) for one in decoded if isinstance(one, Interaction))
        return cls(entry, reads, tuple(one for one in decoded if not isinstance(one, Interaction)))

    @property
    def tells_of_a_move(self) -> bool:
        return any(isinstance(one, AddressChange) for one in self.afterwords)


@dataclass(slots=True)
class BatchReport:
    """What a batch came to, for settling and for the figures."""

    outcomes: list[Outcome] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    times: dict[str, tuple[int, int]] = field(default_factory=dict)
    items: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    tally: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    delays: list[float] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str, items: int, laps: Laps | None = None) -> Iterator[None]:
        """Time it. What is raised within are so many failures, of this stage or of the one that `laps` had come to."""
        laps = laps or self.laps()
        laps.enter(name)
        try:
            yield
        except Exception:
            self.failures[laps.stage] += items
            raise
        finally:
            laps.stop()

    def passed(self, *, files: int, conversations: int, filings: int) -> None:
        """What a transaction that is committed has brought through its stages."""
        new = dict.fromkeys(("triage", "acknowledge", "commit"), filings)
        self.items.update({"files": files, "conversations": conversations, **new})

    def laps(self) -> Laps:
        return Laps(self.seconds, self.times)


def outcome_of(reading: Reading, tickets: Mapping[str, int], kept_out: Mapping[str, str], *, repeated: bool) -> Outcome:
    """The outcome of a filed entry. One that brought nothing new says where it was filed before, or what it tells.

    What is told of a call that nobody took yet is on no ticket, nor what a rule or a maintenance window has `kept_out`
    (identity → why).
    """
    raw, said = reading.entry, [read.interaction for read in reading.reads]
    reached = tuple(dict.fromkeys(tickets[one.identity] for one in said if one.identity in tickets))
    fate, reason = Fate.DONE, None
    if said and not reached:
        why = (kept_out.get(one.identity) or one.pending or "nothing to file yet" for one in said)
        fate, reason = Fate.IGNORED, clean("; ".join(dict.fromkeys(why)))
    elif repeated:
        told = [in_words(afterword) for afterword in reading.afterwords]
        where = [f"{_how(said)} {', '.join(f'#{number}' for number in reached)}"] if reached else []
        reason = clean("; ".join([*where, *told]))
    if reason is not None:
        log.info("interaction", raw=raw.raw_id, channel=raw.raw.channel, fate=fate.value, reason=reason)
    return Outcome(raw_id=raw.raw_id, fate=fate, reason=reason, tickets=reached)


def _how(said: Sequence[Interaction]) -> str:
    """What an entry has to do with the tickets that are there already."""
    if any(one.call_events for one in said):
        return "tells more of a call on"
    if any(one.alert for one in said):
        return "tells more of an incident on"
    return "belongs to" if any(one.album for one in said) else "repeats what is on"


def with_words(lookup: Lookup, reads: Iterable[Read], repeats: int | None, now: datetime) -> Lookup:
    """What was acknowledged lately is asked for only where somebody may be acknowledged now."""
    mails = [
        read.interaction
        for read in reads
        if read.interaction.medium is Medium.MAIL and read.interaction.automated is Automated.NONE
    ]
    if repeats is None or not mails:
        return lookup
    return replace(lookup, scopes=frozenset(scopes_in(mails)), any_scope=any_answer(mails), since=now - WINDOW)
