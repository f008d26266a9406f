"""Many events, one call: the same for any order and any repetition of its events.

Of two events it never matters which came first, only when they happened and what they say. Somebody answered a leg:
the call is answered, whoever else let it ring. Every leg that is known has ended: the call is over.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from domain.call import Call, CallEvent, Outcome, Sign


def merged(events: Iterable[CallEvent]) -> Call:
    """At least one event. The same for any order and any repetition."""
    return _Told(sorted(set(events), key=_order)).call()


def grouped(events: Iterable[CallEvent]) -> list[list[CallEvent]]:
    """The events of each call together; calls in the order of their first event."""
    listed = list(events)
    leader: dict[str, str] = {}
    for event in listed:
        first = leading(leader, event.ids[0])
        leader.update({leading(leader, other): first for other in event.ids[1:]})
    calls: dict[str, list[CallEvent]] = {}
    for event in listed:
        calls.setdefault(leading(leader, event.ids[0]), []).append(event)
    return list(calls.values())


def leading(leader: dict[str, str], one: str) -> str:
    """The id that stands for all that `one` belongs with; paths are shortened on the way."""
    way = []
    while (next_one := leader.setdefault(one, one)) != one:
        way.append(one)
        one = next_one
    leader.update(dict.fromkeys(way, one))
    return one


_LAST = datetime.max.replace(tzinfo=UTC)
_RANK = {sign: rank for rank, sign in enumerate(Sign)}
_DIRECTIONS = ("inbound", "outbound", "internal")


def _order(event: CallEvent) -> tuple[Any, ...]:
    """By what was told of when; then by whatever makes the order the same for the same events."""
    return event.moment or _LAST, _RANK[event.sign], repr(event)


@dataclass(slots=True)
class _Told:
    """`events` in their one order."""

    events: Sequence[CallEvent]
    starting: Sequence[CallEvent] = field(init=False)

    def __post_init__(self) -> None:
        # What is said of the whole call counts before what is said of one leg.
        self.starting = sorted(self.events, key=lambda event: not event.whole)

    def call(self) -> Call:
        answered = self._answered()
        outcome = self._outcome(answered=answered)
        started, picked_up, ended = self._earliest("started_at"), self._picked_up(), self._latest("ended_at")
        waited_until = picked_up if answered else ended
        first = self._who()
        return Call(
            id=self._first("ids")[0],
            outcome=outcome,
            direction=self._direction(),
            caller=first.get("caller"),
            called=first.get("called"),
            from_=first.get("from_"),
            to=first.get("to"),
            name=self._first("name"),
            happened_at=self._happened_at(outcome),
            started_at=started,
            waited_s=_known(self._most("waited_s"), _between(started, waited_until)),
            talked_s=_known(self._most("talked_s"), _between(picked_up, ended), None if answered else 0),
            duration_s=_known(self._most("duration_s"), _between(started, ended)),
            queue=self._first("queue"),
            agent=self._agent(),
            ended_by=self._last("ended_by"),
            recording=self._last("recording"),
            abandoned=any(event.abandoned for event in self.events),
            voicemail=any(event.voicemail for event in self.events),
            overdue=outcome is not Outcome.RINGING and not self._over() and not answered,
            transferred_to=self._last("transferred_to"),
            transcript=self._last("transcript"),
            problems=tuple(dict.fromkeys(problem for event in self.events for problem in event.problems)),
        )

    def _answered(self) -> bool:
        """Somebody answered a leg: then the call is answered, whoever else let it ring."""
        if any(map(_says_answered, self.events)):
            return True
        return any(event.presumed for event in self.events) and all(
            event.answered is not False for event in self.events
        )

    def _over(self) -> bool:
        """The call has ended, or every leg that we know of has."""
        ended = {event.leg for event in self.events if event.sign is Sign.ENDED}
        whole = any(event.whole and event.sign is Sign.ENDED for event in self.events)
        legs = {event.leg for event in self.events if event.sign not in {Sign.NOTED, Sign.OVERDUE}}
        return whole or (bool(ended) and legs <= ended)

    def _outcome(self, *, answered: bool) -> Outcome:
        overdue = any(event.sign is Sign.OVERDUE for event in self.events)
        if self._over():
            return Outcome.ENDED if answered else Outcome.MISSED
        if answered:
            return Outcome.TALKING
        return Outcome.MISSED if overdue else Outcome.RINGING

    def _direction(self) -> str:
        told = {event.direction for event in self.events}
        return next((direction for direction in _DIRECTIONS if direction in told), "inbound")

    def _who(self) -> Mapping[str, str]:
        """Who called whom, from the first event that says so in the direction of the call."""
        direction = self._direction()
        ways = [event for event in self.starting if event.direction in {direction, None}]
        found: dict[str, str] = {}
        for names in (("caller", "from_"), ("called", "to")):
            source = next((event for event in ways if getattr(event, names[0])), None)
            found.update({name: getattr(source, name) for name in names if source is not None})
        return found

    def _agent(self) -> str | None:
        """Who spoke last: after a transfer the second agent."""
        spoke = [event.agent for event in self.events if event.agent and _says_answered(event)]
        return spoke[-1] if spoke else self._last("agent")

    def _picked_up(self) -> datetime | None:
        return min((e.answered_at for e in self.events if e.answered_at and _says_answered(e)), default=None)

    def _happened_at(self, outcome: Outcome) -> datetime | None:
        """When it came to where it stands."""
        signs = {Outcome.RINGING: Sign.RINGING, Outcome.TALKING: Sign.ANSWERED}
        wanted = signs.get(outcome, Sign.ENDED)
        moments = [event.moment for event in self.events if event.sign is wanted and event.moment]
        known = [event.moment for event in self.events if event.moment]
        return max(moments or known, default=None)

    def _first(self, name: str) -> Any:
        return next((value for event in self.starting if (value := getattr(event, name))), None)

    def _last(self, name: str) -> Any:
        return next((value for event in reversed(self.events) if (value := getattr(event, name))), None)

    def _most(self, name: str) -> int | None:
        return max((value for event in self.events if (value := getattr(event, name)) is not None), default=None)

    def _earliest(self, name: str) -> datetime | None:
        return min((value for event in self.events if (value := getattr(event, name))), default=None)

    def _latest(self, name: str) -> datetime | None:
        return max((value for event in self.events if (value := getattr(event, name))), default=None)


def _says_answered(event: CallEvent) -> bool:
    if event.answered is not None:
        return event.answered
    if event.sign is Sign.ANSWERED:
        return True
    return event.sign is Sign.ENDED and (event.answered_at is not None or bool(event.talked_s))


def _between(start: datetime | None, end: datetime | None) -> int | None:
    if start is None or end is None or end < start:
        return None
    return round((end - start).total_seconds())


def _known(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)
