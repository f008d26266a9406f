"""One journal entry on its way through the pipeline: what was read in it, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from domain.afterwards import AddressChange, Afterword, in_words
from domain.interaction import Interaction
from domain.raw import Fate, JournalEntry, Outcome
from ingest.telemetry import clean

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


def outcome_of(reading: Reading, tickets: Mapping[str, int], *, repeated: bool) -> Outcome:
    """The outcome of a filed entry. One that brought nothing new says where it was filed before, or what it tells."""
    raw = reading.entry
    reached = tuple(dict.fromkeys(tickets[read.interaction.identity] for read in reading.reads))
    reason = None
    if repeated:
        told = [in_words(afterword) for afterword in reading.afterwords]
        where = [f"repeats what is on {', '.join(f'#{number}' for number in reached)}"] if reached else []
        reason = clean("; ".join([*where, *told]))
        log.info("interaction", raw=raw.raw_id, channel=raw.raw.channel, fate=Fate.DONE.value, reason=reason)
    return Outcome(raw_id=raw.raw_id, fate=Fate.DONE, reason=reason, tickets=reached)
