"""The interfaces between packages, gathered here so that no two of them import each other."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from domain.afterwards import Afterword
from domain.chat import ChatEvent, ChatFile, Opening
from domain.interaction import Ignored, Interaction
from domain.outgoing import OutgoingMessage
from domain.raw import Fate, JournalEntry, Outcome, RawInteraction, Receipt, Whereabouts
from domain.remote import Location, RemoteFile
from domain.source import Backfill, Folder, Gap, Lease, Progress

Decode = Callable[[RawInteraction], Sequence[Interaction | Afterword] | Ignored]
"""Pure. Raises only `domain.errors.Undecodable`."""


class Ledger(Protocol):
    """Durable memory of how far sources were read, beside the journal. Everything may raise IntakeUnavailable."""

    async def folder(self, channel: str, name: str) -> Folder:
        """As it is known; a new one is written down."""

    async def begin(self, folder: Folder) -> None:
        """Write down `folder` as given, under a new UIDVALIDITY: UIDs and gaps of the old one mean nothing."""

    async def record(self, key: int, progress: Progress) -> None:
        """All of it or nothing."""

    async def accepted(self, key: int, first: int, last: int) -> set[int]:
        """Those of the UIDs from `first` to `last` that are in the journal."""

    async def unsettled(self, key: int) -> Sequence[int]:
        """UIDs in the journal that were not flagged or moved yet."""

    async def gaps(self, key: int) -> Sequence[Gap]: ...

    async def backfill(self, key: int, backfill: Backfill | None) -> None:
        """What older mail is still to be taken; None when it is done."""

    async def trouble(self, key: int, trouble: str | None) -> None:
        """Why the folder cannot be read now; None when it can."""

    async def lease(self, name: str, holder: str, seen: int | None) -> Lease:
        """Hold `name`, anew or for longer, if nobody else does or its renewals are still those `seen`.

        Returns whose it is then. `seen` is for who has waited so long that the holder must be gone.
        """

    async def give_back(self, name: str, holder: str) -> None:
        """Let others have the lease at once."""

    def under(self, name: str, holder: str) -> "Ledger":
        """The same ledger, which writes only while `holder` holds `name`. Its writes raise LeaseLost."""


class Chats(Protocol):
    """What web chats ask of the ticket store and the rules. Queries may raise StoreUnavailable."""

    async def heads(self, channel: str, visitors: Sequence[str]) -> Mapping[str, int]:
        """The number of the last event of each; of who has none, nothing."""

    async def events(self, channel: str, visitor: str, after: int, limit: int) -> Sequence[ChatEvent]:
        """The oldest `limit` events that follow `after`; a negative `after`: the latest so many."""

    async def file(self, channel: str, visitor: str, event: int, position: int) -> tuple[ChatFile, bytes] | None:
        """A file of an event of this visitor, with its content."""

    async def opening(self, calendar: str, now: datetime) -> Opening | None:
        """By a calendar of the rules; None when the rules have none of that name, or cannot be read."""


class Intake(Protocol):
    """`ledger` is for receivers that fetch and must know how far they came, `chats` for visitors of a web chat."""

    @property
    def ledger(self) -> Ledger: ...

    @property
    def chats(self) -> Chats: ...

    async def accept(self, raw: RawInteraction) -> Receipt:
        """Return if and only if `raw` is durable. Raises IntakeUnavailable."""

    async def whereabouts(self, raw_id: str) -> Whereabouts | None:
        """What became of an accepted interaction. Raises IntakeUnavailable and StoreUnavailable."""


class Receiver(Protocol):
    async def run(self, intake: Intake, ready: Callable[[], None]) -> None:
        """Receive until cancelled; call `ready()` once listening. Raises ReceiverError."""


class Sender(Protocol):
    async def send(self, message: OutgoingMessage) -> str:
        """Deliver and return the remote id ('' when the peer gives none). Raises SendFailed."""

    async def close(self) -> None:
        """Give back pooled connections."""


class Fetcher(Protocol):
    """Knows where the files of a channel lie, and what opens the door there."""

    async def locate(self, file: RemoteFile) -> Location:
        """Where `file` lies now. Asked anew for every try: links expire. Raises FetchFailed."""

    async def close(self) -> None:
        """Give back pooled connections."""


class Transcriber(Protocol):
    """Writes down what is said in a recording. `largest`: bytes that it is given."""

    @property
    def largest(self) -> int: ...

    async def transcribe(self, audio: bytes, content_type: str) -> str:
        """Raises TranscriptionFailed."""


class Journal(Protocol):
    """Durable log of raw interactions, in a database of its own or in queues of a broker."""

    async def append(self, raw: RawInteraction, *, late: int = 0) -> Receipt:
        """Return once `raw`, or an entry with the same dedup_key, is on disk. Raises IntakeUnavailable.

        Its turn comes `late` nanoseconds later than that of others who came with it.
        """

    @property
    def strained(self) -> str | None:
        """Why not much more should be taken now; None if it may be."""

    async def claim(self, limit: int) -> Sequence[JournalEntry]:
        """Take up to `limit` waiting entries, by their turns; their attempt is counted and committed."""

    async def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Write the fates of claimed entries."""

    async def release(self, raw_ids: Sequence[str], *, uncount: bool) -> None:
        """Give claimed entries back to WAITING; `uncount` takes the attempt back (it was not their fault)."""

    async def replay(self, raw_ids: Sequence[str]) -> Sequence[str]:
        """Put settled entries back to WAITING with no attempts; returns the ids that were."""

    async def discard(self, raw_ids: Sequence[str]) -> Sequence[str]:
        """A person gives up on quarantined or failed entries; returns the ids that were."""

    async def recover(self) -> int:
        """At the start of the worker: what a process died over goes back to WAITING. Returns how many entries."""

    def wakes(self, arrived: Callable[[], None]) -> None:
        """Call `arrived` when something may be claimed that this process did not append, if that can be known."""

    async def purge(self, settled_before: datetime) -> int:
        """One small step of retention: how many payloads were removed; 0 means that it is done."""

    async def get(self, raw_id: str) -> JournalEntry | None: ...

    async def whereabouts(self, raw_id: str) -> Whereabouts | None:
        """What became of an entry; None if there is none. Raises IntakeUnavailable when that cannot be known now."""

    async def list(self, fate: Fate | None, limit: int) -> Sequence[JournalEntry]:
        """Newest first, without payloads and envelopes."""

    async def counts(self, *, over: bool = True) -> dict[Fate, int]:
        """Entries by fate. Counting what is done takes longer, the more there is: without `over` it is left out."""

    async def oldest_waiting(self, now: datetime) -> timedelta | None: ...

    async def ping(self) -> None:
        """Raises IntakeUnavailable or StoreUnavailable when nothing could be accepted now."""
