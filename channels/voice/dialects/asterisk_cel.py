"""Asterisk's channel event log, as JSON or by AMI: a call in many small steps.

    CHAN_START of the first channel   rings          ANSWER of another channel   a person took it
    APP_START Queue, VoiceMail        notes          BLINDTRANSFER               notes where it goes
    HANGUP                            who hung up    CHAN_END, LINKEDID_END      ends a leg, the call

The first channel's own ANSWER is only the dialplan's. Whoever else is named by a linkedid belongs to its call.
"""

from collections.abc import Mapping
from typing import Any

from channels.json_text import MalformedJson, read_object
from channels.voice.parties import direction_of, endpoint
from channels.voice.plan import HOME, Found, Plan, Skipped
from channels.wild import Wild
from domain.call import CallEvent, Sign

_NAMES = {
    "cidnum": "callerid", "calleridnum": "callerid", "cidname": "calleridname", "channame": "channel",
    "appname": "app", "application": "app", "appdata": "appdata", "applicationdata": "appdata",
    "eventname": "what", "eventtype": "what", "eventtypename": "what",
}  # fmt: skip


def recognises(element: Wild) -> bool:
    fields = _fields(element)
    return "what" in fields and "linkedid" in fields and "uniqueid" in fields


def read(element: Wild, plan: Plan) -> Found:
    cel = Wild(_fields(element), element.path, element.problems)
    what = cel.required_line("what").upper()
    unique, linked = cel.required_line("uniqueid"), cel.required_line("linkedid")
    first = unique == linked
    told = _TELLS.get(what)
    if told is None:
        return Skipped(f"channel event {what[:40]!r} tells nothing that is kept")
    at = plan.moment(cel, "eventtime", HOME) or plan.received_at
    facts = told(cel, plan, first, at)
    ids = (linked, unique) if what != "LINKEDID_END" else (linked,)
    return [CallEvent(**{"ids": ids, "sign": Sign.NOTED, "whole": first, "at": at, **facts},
                      problems=tuple(element.problems))]  # fmt: skip


def _fields(element: Wild) -> Mapping[str, Any]:
    names = {name: name.casefold().replace("_", "") for name in element.value}
    return {_NAMES.get(names[name], names[name]): element.value[name] for name in element.value}


def _began(cel: Wild, plan: Plan, first: bool, at: Any) -> dict[str, Any]:  # noqa: FBT001 - one of a table of readers
    if not first:
        return {"sign": Sign.RINGING}
    from_, to = cel.line("callerid"), cel.line("exten")
    caller, called = plan.number(from_ or "anonymous"), plan.number(to)
    direction = direction_of(caller, called, cel.line("context"))
    name = cel.line("calleridname")
    return {
        "sign": Sign.RINGING, "direction": direction, "caller": caller, "called": called, "from_": from_, "to": to,
        "name": name if name != from_ else None, "started_at": at,
        "agent": endpoint(cel.line("channel")) if direction == "outbound" else None,
    }  # fmt: skip


def _picked_up(cel: Wild, plan: Plan, first: bool, at: Any) -> dict[str, Any]:  # noqa: FBT001 - as above
    del plan
    return {} if first else {"sign": Sign.ANSWERED, "answered_at": at, "agent": endpoint(cel.line("channel"))}


def _application(cel: Wild, plan: Plan, first: bool, at: Any) -> dict[str, Any]:  # noqa: FBT001 - as above
    del plan, first, at
    app = (cel.line("app") or "").casefold()
    queue = (cel.line("appdata") or "").split(",")[0]
    return {"queue": queue or None} if app == "queue" else {"voicemail": app == "voicemail"}


def _transferred(cel: Wild, plan: Plan, first: bool, at: Any) -> dict[str, Any]:  # noqa: FBT001 - as above
    del plan, first, at
    extra = _extra(cel)
    target = extra.line("extension") or endpoint(extra.line("transfer_target_channel_name"))
    return {"transferred_to": target or endpoint(extra.line("channel2_name"))}


def _hung_up(cel: Wild, plan: Plan, first: bool, at: Any) -> dict[str, Any]:  # noqa: FBT001 - as above
    """The one who hung up is named as the source on the channel of either."""
    del plan, at
    source, own = _extra(cel).line("hangupsource"), cel.line("channel")
    if not source or not first:
        return {}
    if source.startswith("dialplan"):
        return {"ended_by": "system"}
    return {"ended_by": "caller" if source == own else "callee"}


def _ended(_cel: Wild, plan: Plan, first: bool, at: Any) -> dict[str, Any]:  # noqa: FBT001 - as above
    del plan
    return {"sign": Sign.ENDED, **({"ended_at": at} if first else {})}


def _whole_ended(_cel: Wild, _plan: Plan, _first: bool, at: Any) -> dict[str, Any]:  # noqa: FBT001 - as above
    return {"sign": Sign.ENDED, "whole": True, "ended_at": at}


def _extra(cel: Wild) -> Wild:
    """Text that holds JSON, or the object itself."""
    given = cel.value.get("extra")
    if isinstance(given, str) and given.strip():
        try:
            given = read_object(given.encode())
        except MalformedJson:
            cel.note_unlike("extra", "JSON")
    return Wild(given if isinstance(given, dict) else {}, "extra", cel.problems)


_TELLS: Mapping[str, Any] = {
    "CHAN_START": _began,
    "ANSWER": _picked_up,
    "APP_START": _application,
    "BLINDTRANSFER": _transferred,
    "ATTENDEDTRANSFER": _transferred,
    "HANGUP": _hung_up,
    "CHAN_END": _ended,
    "LINKEDID_END": _whole_ended,
}
