"""What Asterisk's manager interface tells while it happens; one event, as the receiver journals it.

    Newchannel of the first channel   rings             DialEnd ANSWER, AgentConnect   a person took it
    QueueCallerJoin, -Abandon         notes, gives up   AgentComplete                  how long, and who hung up
    BlindTransfer, AttendedTransfer   notes where       Hangup                         ends a leg, the call
    Cdr, CEL                          as records are read

`Timestamp` is what `timestampevents = yes` writes, or the receiver's own clock.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from channels.voice.dialects import asterisk_cdr, asterisk_cel
from channels.voice.parties import direction_of, endpoint
from channels.voice.plan import Found, Plan, Skipped
from channels.wild import Wild
from domain.call import CallEvent, Sign

Facts = dict[str, Any]


def recognises(element: Wild) -> bool:
    return "Event" in element.value


def read(element: Wild, plan: Plan) -> Found:
    what = element.required_line("Event")
    if what == "Cdr":
        return asterisk_cdr.read(element, plan)
    if what == "CEL":
        return asterisk_cel.read(element, plan)
    tell = _TELLS.get(what)
    if tell is None:
        return Skipped(f"manager event {what[:40]!r} tells nothing that is kept")
    at = plan.moment(element, "Timestamp") or plan.received_at
    facts = tell(element, plan, at)
    if facts is None:
        return Skipped(f"manager event {what[:40]!r} tells nothing that is kept")
    unique = element.line("Uniqueid") or element.line("TransfererUniqueid") or element.required_line(
        "DestUniqueid", "OrigTransfererUniqueid"
    )  # fmt: skip
    linked = element.line("Linkedid") or element.line("TransfererLinkedid") or element.line("DestLinkedid")
    linked = linked or element.line("OrigTransfererLinkedid") or unique
    ids = dict.fromkeys(filter(None, (linked, facts.pop("leg", None) or unique)))
    whole = facts.pop("whole", unique == linked)
    return [CallEvent(**{"ids": tuple(ids), "sign": Sign.NOTED, "whole": whole, "at": at, **facts},
                      problems=tuple(element.problems))]  # fmt: skip


def _new(event: Wild, plan: Plan, at: datetime) -> Facts:
    if event.line("Uniqueid") != (event.line("Linkedid") or event.line("Uniqueid")):
        return {"sign": Sign.RINGING}
    from_, to = event.line("CallerIDNum"), event.line("Exten")
    to = to if to != "s" else None
    caller, called = plan.number(from_ or "anonymous"), plan.number(to)
    direction = direction_of(caller, called, event.line("Context"))
    name = event.line("CallerIDName")
    return {
        "sign": Sign.RINGING, "direction": direction, "caller": caller, "called": called, "from_": from_, "to": to,
        "name": None if name in {"<unknown>", from_} else name, "started_at": at,
    }  # fmt: skip


def _dialling(event: Wild, _plan: Plan, _at: datetime) -> Facts:
    return {"sign": Sign.RINGING, "whole": False, "leg": event.line("DestUniqueid")}


def _dialled(event: Wild, _plan: Plan, at: datetime) -> Facts | None:
    if (event.line("DialStatus") or "").upper() != "ANSWER":
        return None
    agent = endpoint(event.line("DestChannel"))
    return {"sign": Sign.ANSWERED, "whole": False, "leg": event.line("DestUniqueid"), "answered_at": at, "agent": agent}


def _queued(event: Wild, _plan: Plan, _at: datetime) -> Facts:
    return {"queue": event.line("Queue")}


def _gave_up(event: Wild, _plan: Plan, _at: datetime) -> Facts:
    return {
        "queue": event.line("Queue"),
        "abandoned": True,
        "waited_s": event.seconds("HoldTime"),
        "ended_by": "caller",
    }


def _connected(event: Wild, _plan: Plan, at: datetime) -> Facts:
    return {
        "sign": Sign.ANSWERED, "whole": False, "leg": event.line("DestUniqueid"), "queue": event.line("Queue"),
        "agent": event.line("MemberName") or endpoint(event.line("Interface")), "answered_at": at,
        "waited_s": event.seconds("HoldTime"),
    }  # fmt: skip


def _completed(event: Wild, _plan: Plan, _at: datetime) -> Facts:
    reason = (event.line("Reason") or "").casefold()
    return {
        "queue": event.line("Queue"), "agent": event.line("MemberName") or endpoint(event.line("Interface")),
        "answered": True, "waited_s": event.seconds("HoldTime"), "talked_s": event.seconds("TalkTime"),
        "ended_by": reason if reason in {"caller", "agent"} else None,
    }  # fmt: skip


def _transferred(event: Wild, _plan: Plan, _at: datetime) -> Facts:
    target = event.line("Extension") or event.line("SecondTransfererExten")
    return {"transferred_to": target or endpoint(event.line("TransferTargetChannel")), "whole": False}


def _hung_up(event: Wild, _plan: Plan, at: datetime) -> Facts:
    first = event.line("Uniqueid") == (event.line("Linkedid") or event.line("Uniqueid"))
    return {"sign": Sign.ENDED, **({"ended_at": at} if first else {})}


_TELLS: Mapping[str, Callable[[Wild, Plan, datetime], Facts | None]] = {
    "Newchannel": _new,
    "DialBegin": _dialling,
    "DialEnd": _dialled,
    "QueueCallerJoin": _queued,
    "QueueCallerAbandon": _gave_up,
    "AgentConnect": _connected,
    "AgentComplete": _completed,
    "BlindTransfer": _transferred,
    "AttendedTransfer": _transferred,
    "Hangup": _hung_up,
}
FOLLOWED = frozenset({*_TELLS, "Cdr", "CEL"})
"""What the receiver keeps of the stream."""
