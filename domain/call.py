"""A telephone call, told in pieces: what a telephone system says of it at one moment, and what all of it comes to.

    CallEvent, CallEvent, …  (a set: whatever their order, however often)  ──merged──▶  Call  ──told by──▶ Interaction

A leg is one party's line. Legs of one call name each other (`ids`): Asterisk by linkedid, Twilio by ParentCallSid.
`domain.call_merging` makes one of the other.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Sign(StrEnum):
    """What an event tells. NOTED adds facts and ends nothing; OVERDUE is ours: nothing more was heard for too long."""

    RINGING = "ringing"
    NOTED = "noted"
    ANSWERED = "answered"
    ENDED = "ended"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent:
    """`ids`: of the call first, then of this leg and of any other leg it is known to belong with.

    `whole`: it speaks of the call, not of one leg of it. `caller` and `called` are comparable numbers, `from_` and
    `to` as given. `answered`: a person took the call (not a menu, a queue or a mailbox);
    `presumed`: taken to be so while no event says that it was not. Durations in seconds.
    """

    ids: tuple[str, ...]
    sign: Sign
    whole: bool = True
    at: datetime | None = None
    direction: str | None = None
    answered: bool | None = None
    presumed: bool = False
    caller: str | None = None
    called: str | None = None
    from_: str | None = None
    to: str | None = None
    name: str | None = None
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    waited_s: int | None = None
    talked_s: int | None = None
    duration_s: int | None = None
    queue: str | None = None
    agent: str | None = None
    ended_by: str | None = None
    recording: str | None = None
    abandoned: bool = False
    voicemail: bool = False
    transferred_to: str | None = None
    transcript: str | None = None
    problems: tuple[str, ...] = ()

    @property
    def leg(self) -> str:
        return self.ids[1] if len(self.ids) > 1 else self.ids[0]

    @property
    def moment(self) -> datetime | None:
        """When it happened, as far as the event tells."""
        preferred = {
            Sign.ANSWERED: (self.answered_at, self.started_at),
            Sign.RINGING: (self.started_at,),
        }.get(self.sign, (self.ended_at, self.answered_at, self.started_at))
        return self.at or next((moment for moment in preferred if moment is not None), None)


class Outcome(StrEnum):
    """Where a call stands."""

    RINGING = "ringing"
    TALKING = "answered"
    ENDED = "ended"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What all events of a call come to. `id` is the one that the telephone system would find it by."""

    id: str
    outcome: Outcome
    direction: str
    caller: str | None
    called: str | None
    from_: str | None
    to: str | None
    name: str | None
    happened_at: datetime | None
    started_at: datetime | None
    waited_s: int | None
    talked_s: int | None
    duration_s: int | None
    queue: str | None
    agent: str | None
    ended_by: str | None
    recording: str | None
    abandoned: bool
    voicemail: bool
    overdue: bool
    transferred_to: str | None
    transcript: str | None
    problems: tuple[str, ...]

    @property
    def answered(self) -> bool:
        return self.outcome in {Outcome.TALKING, Outcome.ENDED}

    @property
    def missed(self) -> bool:
        return self.outcome is Outcome.MISSED

    @property
    def contact(self) -> str | None:
        """The number of the customer: who called, or whom we called."""
        return self.called if self.direction == "outbound" else self.caller

    def traits(self) -> dict[str, str | int | bool | None]:
        """The fixed names of contracts.md, where what is unknown is None; the others only where they hold."""
        seldom: dict[str, str | int | bool | None] = {
            "call.abandoned": self.abandoned and self.missed,
            "call.voicemail": self.voicemail,
            "call.overdue": self.overdue,
            "call.transferred_to": self.transferred_to,
        }
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
            **{name: value for name, value in seldom.items() if value},
        }
