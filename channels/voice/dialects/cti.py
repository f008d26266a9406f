"""CTI pushes as sipgate, Placetel and others send them to Zammad, as forms or as JSON.

    event=newCall&direction=in&from=4930…&to=…&callId=…&user=Ana
    event=answer&callId=…&user=Ana&answeringNumber=…
    event=hangup&callId=…&cause=normalClearing

No time is told: what counts is when it came.
"""

from typing import Any

from channels.voice.plan import ANONYMOUS, Found, Plan, Skipped
from channels.wild import Wild
from domain.call import CallEvent, Sign

_EVENTS = {"newcall": Sign.RINGING, "answer": Sign.ANSWERED, "hangup": Sign.ENDED}
_DIRECTIONS = {"in": "inbound", "inbound": "inbound", "out": "outbound", "outbound": "outbound", "internal": "internal"}
_MAILBOXES = frozenset({"voicemail", "mailbox", "answering machine"})
_GAVE_UP = frozenset({"cancel", "canceled", "cancelled"})


def recognises(element: Wild) -> bool:
    event = element.value.get("event")
    return isinstance(event, str) and event.casefold() in _EVENTS and "call_id" not in element.value


def read(element: Wild, plan: Plan) -> Found:
    call_id = element.required_line("callId", "call_id", "callid")
    sign = _EVENTS[element.required_line("event").casefold()]
    cause = (element.line("cause") or "").casefold()
    if sign is Sign.ENDED and cause == "forwarded":
        return Skipped("forwarded: the call goes on elsewhere")
    linked = element.line("origCallId") or element.line("originalCallId")
    ids = (call_id,) if linked in {None, call_id} else (str(linked), call_id)
    facts: dict[str, Any] = {"ids": ids, "sign": sign, "at": plan.received_at}
    facts |= {**_who(element, plan), **_told(element, plan, sign, cause)}
    return [CallEvent(**facts, problems=tuple(element.problems))]


def _who(element: Wild, plan: Plan) -> dict[str, Any]:
    from_, to = element.line("from"), element.line("to")
    told = (element.line("direction") or "").casefold()
    return {
        "direction": _DIRECTIONS.get(told), "from_": from_, "to": to, "called": plan.number(to),
        "caller": plan.number(from_ if from_ is not None or told == "" else ANONYMOUS),
        "name": element.line("callerName") or element.line("name"), "queue": element.line("queue"),
    }  # fmt: skip


def _told(element: Wild, plan: Plan, sign: Sign, cause: str) -> dict[str, Any]:
    if sign is Sign.RINGING:
        return {"started_at": plan.received_at}
    if sign is Sign.ENDED:
        ended_by = "caller" if cause in _GAVE_UP else None
        # Of a call that nobody took, another cause is told.
        presumed = cause == "normalclearing" and element.line("answeringNumber") is not None
        return {
            "presumed": presumed, "ended_at": plan.received_at, "ended_by": ended_by, "voicemail": cause in _MAILBOXES,
            "abandoned": cause in _GAVE_UP and element.line("queue") is not None,
        }  # fmt: skip
    agent = _user(element) or element.line("answeringNumber")
    if (agent or "").casefold() in _MAILBOXES:
        return {"sign": Sign.NOTED, "voicemail": True}
    return {"answered_at": plan.received_at, "agent": agent}


def _user(element: Wild) -> str | None:
    """One name, or a list of those whom it rang at; forms write the list as `user[]`."""
    for name in ("user", "user[]"):
        given = element.value.get(name)
        if isinstance(given, list):
            given = given[0] if len(given) == 1 and isinstance(given[0], str) else None
        if isinstance(given, str) and given.strip():
            return Wild({"user": given}).line("user")
    return None
