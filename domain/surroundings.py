"""What a batch asks of the ticket store before anything is decided, and what the store answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.ticket import KnownTicket


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """`conversations` holds (channel, key); `budgets` holds (scope, key); `period` names the budget window.

    `scopes`: whose acknowledged words since `since` are wanted; `any_scope`: those of the last ones of all, too.
    """

    identities: frozenset[str] = frozenset()
    conversations: frozenset[tuple[str, str]] = frozenset()
    message_ids: frozenset[str] = frozenset()
    ticket_numbers: frozenset[int] = frozenset()
    budgets: frozenset[tuple[str, str]] = frozenset()
    period: str = ""
    scopes: frozenset[str] = frozenset()
    any_scope: bool = False
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """`filed`: identity → ticket of messages already stored. `tickets`: every ticket named by the others.

    `conversations`: (channel, key) → its current ticket. `message_ids`: Message-ID → tickets that hold it,
    ours and the customers' alike, oldest first. `spent`: (scope, key) → acknowledgements in this period.
    `acknowledged`: (scope, letters) of what was acknowledged lately.
    """

    filed: Mapping[str, int] = field(default_factory=dict)
    conversations: Mapping[tuple[str, str], int] = field(default_factory=dict)
    message_ids: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    tickets: Mapping[int, KnownTicket] = field(default_factory=dict)
    spent: Mapping[tuple[str, str], int] = field(default_factory=dict)
    acknowledged: Sequence[tuple[str, str]] = ()
