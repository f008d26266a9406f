"""One call event as its telephone system told it, read and completed.

What is missing is worked out where the other fields say it: `waited_s` from start to answer (or to the end of a call
nobody took), `talked_s` from answer to end, `duration_s` from start to end.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from channels.voice.numbers import ANONYMOUS, comparable
from channels.wild import Wild
from domain.errors import Undecodable
from domain.interaction import TraitValue

Event = Literal["new", "answered", "ended", "missed"]
EVENTS = ("new", "answered", "ended", "missed")
_DIRECTIONS = {"inbound": "inbound", "in": "inbound", "outbound": "outbound", "out": "outbound", "internal": "internal"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Numbers: `caller` and `called` comparable, `from_` and `to` as given. Durations in seconds."""

    event: Event
    id: str
    direction: str
    answered: bool
    caller: str
    called: str
    from_: str | None
    to: str | None
    name: str | None
    happened_at: datetime | None
    waited_s: int | None
    talked_s: int | None
    duration_s: int | None
    queue: str | None
    agent: str | None
    ended_by: str | None
    recording: str | None

    @property
    def contact(self) -> str:
        """The number of the customer: who called, or whom we called."""
        return self.called if self.direction == "outbound" else self.caller

    def traits(self) -> dict[str, TraitValue]:
        """The fixed names of contracts.md; what is unknown is None."""
        return {
            "call.id": self.id,
            "call.direction": self.direction,
            "call.answered": self.answered,
            "call.from": self.from_,
            "call.to": self.to,
            "call.waited_s": self.waited_s,
            "call.talked_s": self.talked_s,
            "call.duration_s": self.duration_s,
            "call.queue": self.queue,
            "call.agent": self.agent,
            "call.ended_by": self.ended_by,
            "call.recording": self.recording,
        }


def event_of(fields: Wild) -> str:
    """The event's name, also one we do not know. Raises Undecodable."""
    return fields.required_line("event").casefold()


def read_call(fields: Wild) -> Call:
    """Raises Undecodable when the event or the call id is missing."""
    event = event_of(fields)
    if event not in EVENTS:
        raise Undecodable(f"event: one of {', '.join(EVENTS)} expected, got {event[:40]!r}")
    started, picked_up, ended = (fields.moment(name) for name in ("started_at", "answered_at", "ended_at"))
    told = fields.seconds("talked_s")
    answered = _was_answered(event, fields.flag("answered"), picked_up, told)
    from_, to = fields.line("from"), fields.line("to")
    waited_until = picked_up if answered else ended
    return Call(
        event=cast("Event", event),
        id=fields.required_line("call_id"),
        direction=_DIRECTIONS.get((fields.line("direction") or "inbound").casefold(), "inbound"),
        answered=answered,
        caller=comparable(from_ or "") or ANONYMOUS,
        called=comparable(to or "") or ANONYMOUS,
        from_=from_,
        to=to,
        name=fields.line("name"),
        happened_at=fields.moment("at") or _own_moment(event, started, picked_up, ended),
        waited_s=_first(fields.seconds("waited_s"), _between(started, waited_until)),
        talked_s=_first(told, _between(picked_up, ended), None if answered else 0),
        duration_s=_first(fields.seconds("duration_s"), _between(started, ended)),
        queue=fields.line("queue"),
        agent=fields.line("agent"),
        ended_by=fields.line("ended_by"),
        recording=fields.line("recording"),
    )


def _was_answered(event: str, told: bool | None, picked_up: datetime | None, talked_s: int | None) -> bool:  # noqa: FBT001 - a value, not a switch
    if event in {"answered", "missed"}:
        return event == "answered"
    if told is not None:
        return told
    return picked_up is not None or bool(talked_s)


def _own_moment(
    event: str, started: datetime | None, picked_up: datetime | None, ended: datetime | None
) -> datetime | None:
    preferred = {"answered": (picked_up, started), "new": (started,)}.get(event, (ended, picked_up, started))
    return next((moment for moment in preferred if moment is not None), None)


def _between(start: datetime | None, end: datetime | None) -> int | None:
    if start is None or end is None or end < start:
        return None
    return round((end - start).total_seconds())


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)
