"""The ticket, and the plan for one interaction: where it is filed and what its sender is told."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.facts import Facts
from domain.interaction import Interaction
from domain.verdict import Verdict


class Priority(StrEnum):
    """In order of urgency. The words are the contract; nothing else is a priority."""

    ALTA = "Alta"
    MEDIA = "Média"
    BAIXA = "Baixa"


class State(StrEnum):
    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    SOLVED = "solved"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTicket:
    """What placing a message needs to know of an existing ticket.

    `participants` are the folded addresses of its customers (not those of held messages). `opened_at` is None
    for a ticket that is being opened now; `messages` counts what is on it. `last_at` is when something was last said
    in its conversation, by either side; None where nobody asked.
    """

    number: int
    state: State
    department: str
    priority: str
    participants: frozenset[str]
    opened_at: datetime | None = None
    messages: int = 0
    last_at: datetime | None = None


class Road(StrEnum):
    """How an interaction reaches its ticket (house.md §1.10: an id finds, only a token or a trusted server proves).

    OPENS   a new ticket
    LINKS   a new ticket that names an older one it seems to speak of
    JOINS   an existing ticket, as its customer
    HELD    an existing ticket, unverified: agents see it apart, it reopens and learns nothing
    NOTES   an existing ticket, as a proved agent's note
    """

    OPENS = "opens"
    LINKS = "links"
    JOINS = "joins"
    HELD = "held"
    NOTES = "notes"


TAKES_PART_BY = frozenset({Road.OPENS, Road.LINKS, Road.JOINS})
"""Roads that make the sender a participant of the ticket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """Another department that the message was written to as well: it sees the ticket, without owning it."""

    ticket: int
    department: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """`ticket` is the ticket filed on; `linked` the older one when `road` is LINKS.

    `reopens` is true when a verified reply brings a solved or waiting ticket back to open. `takes_part` is false for
    senders that become no participant whatever the road (our own addresses, other people's machines).
    `reason` says in a few English words why this road was taken (goes into the history). `opened_at` is when
    the ticket was opened (None: now), `message_count` which of its messages this one is.
    """

    road: Road
    ticket: int
    reason: str
    linked: int | None = None
    reopens: bool = False
    opened_at: datetime | None = None
    message_count: int = 1
    takes_part: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """A rendered answer that tells the customer the ticket number. Carries no customer text."""

    channel: str
    to: str
    subject: str
    text: str
    html: str | None
    language: str
    idempotency_key: str
    message_id: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    sender: str | None = None
    reply_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """No acknowledgement, and why (a word for machines, a sentence for people in the catalogue)."""

    channel: str
    to: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """Everything one transaction writes for one interaction.

    `acknowledged` is (scope, letters) of the words that are answered (triage/echoes.py).
    `spends` names the acknowledgement budgets to charge: (scope, key) pairs. `received_at` is when its raw
    interaction was accepted; None stands for the moment of filing. `tags` are given beside those of the rules, and
    flag the ticket.
    """

    raw_id: str
    interaction: Interaction
    facts: Facts
    verdict: Verdict
    placement: Placement
    answer: Acknowledgement | Silence | None
    spends: tuple[tuple[str, str], ...] = ()
    acknowledged: tuple[str, str] | None = None
    received_at: datetime | None = None
    tags: tuple[str, ...] = ()
