"""Balcão's own format: one event of one call.

    {"event": "missed", "call_id": "c-1", "direction": "inbound", "from": "+5511912345678", "to": "+551140001000",
     "started_at": "…", "ended_at": "…", "waited_s": 42, "queue": "Suporte"}

    new               the call still rings: kept, and one of the others will follow
    answered          opens the ticket while the customer is on the line
    ended, missed     completes it, or opens it
    another event     skipped, by name

`linked_id` names another call id of the same call (a transfer, a second leg).
"""

from channels.voice.plan import Found, Plan, Skipped
from channels.wild import Wild
from domain.call import CallEvent, Sign

_SIGNS = {"new": Sign.RINGING, "answered": Sign.ANSWERED, "ended": Sign.ENDED, "missed": Sign.ENDED}
_ANSWERED = {"answered": True, "missed": False}
_DIRECTIONS = {"inbound": "inbound", "in": "inbound", "outbound": "outbound", "out": "outbound", "internal": "internal"}


def recognises(_element: Wild) -> bool:
    """Whatever nobody else knows is held against this format, whose errors name its fields."""
    return True


def read(element: Wild, plan: Plan) -> Found:
    event = element.required_line("event").casefold()
    if event not in _SIGNS:
        return Skipped(f"call event {event[:40]!r} is not filed")
    linked = element.line("linked_id")
    from_, to = element.line("from"), element.line("to")
    call_id = element.required_line("call_id")
    return [
        CallEvent(
            ids=(call_id,) if linked in {None, call_id} else (str(linked), call_id),
            sign=_SIGNS[event],
            whole=linked is None,
            at=plan.moment(element, "at"),
            direction=_DIRECTIONS.get((element.line("direction") or "inbound").casefold(), "inbound"),
            answered=_ANSWERED.get(event, element.flag("answered")),
            caller=plan.number(from_),
            called=plan.number(to),
            from_=from_,
            to=to,
            name=element.line("name"),
            started_at=plan.moment(element, "started_at"),
            answered_at=plan.moment(element, "answered_at"),
            ended_at=plan.moment(element, "ended_at"),
            waited_s=element.seconds("waited_s"),
            talked_s=element.seconds("talked_s"),
            duration_s=element.seconds("duration_s"),
            queue=element.line("queue"),
            agent=element.line("agent"),
            ended_by=element.line("ended_by"),
            recording=element.line("recording"),
            abandoned=bool(element.flag("abandoned")),
            voicemail=bool(element.flag("voicemail")),
            transferred_to=element.line("transferred_to"),
            problems=tuple(element.problems),
        )
    ]
