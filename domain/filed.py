"""What is on the desk already, as far as telling a message anew needs it."""

from dataclasses import dataclass
from datetime import datetime

from domain.facts import Facts
from domain.ticket import State
from domain.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketNow:
    """`corrected`: which fields people decided by hand. `opened_by` is the message that opened it."""

    number: int
    state: State
    department: str
    priority: str
    subject: str
    tags: tuple[str, ...]
    flagged: bool
    opened_by: int
    decided: str
    solved_at: datetime | None = None
    corrected: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledMessage:
    message: int
    ticket: int
    identity: str
    text: str
    subject: str
    facts: Facts
    verdict: Verdict
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message of a ticket. `facts` and `verdict` are None for what was not written by a customer."""

    message: int
    identity: str
    sender: str
    at: datetime
    facts: Facts | None
    verdict: Verdict | None
