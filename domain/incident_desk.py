"""How the house keeps incidents: what its settings say of flapping, storms, maintenance and notices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo

Matchers = Mapping[str, tuple[str, ...]]
"""Label → values, one of which it must have; * stands for anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StormPlan:
    """`alerts` new incidents of one group within `within` are one ticket. `by`: labels that make a group."""

    alerts: int
    within: timedelta
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A maintenance window: once from `begins` to `ends`, or on each of `days` from `opens` to `closes` in `zone`.

    Days are numbered from Monday, 0; what closes before it opens closes on the next day. `channels`: empty for all.
    """

    name: str
    begins: datetime | None = None
    ends: datetime | None = None
    days: frozenset[int] = frozenset()
    opens: time | None = None
    closes: time | None = None
    zone: tzinfo | None = None
    match: Matchers = field(default_factory=dict)
    channels: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePlan:
    """Clients that are told: `label` names one, `clients` knows its addresses, the channel `by` carries the letter.

    `after`: that an incident has begun is told when it has lasted so long and is on no storm's ticket by then.
    """

    label: str
    by: str
    clients: Mapping[str, tuple[str, ...]]
    solved: bool = False
    after: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentDesk:
    """`reopen`: an incident that comes back within it is the same ticket. None: no storms, no notices."""

    reopen: timedelta = timedelta(hours=1)
    storm: StormPlan | None = None
    windows: tuple[Window, ...] = ()
    notice: NoticePlan | None = None
