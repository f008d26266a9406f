"""3CX: its call data records as CSV lines, its call report as CSV with headings, and call journaling as JSON.

    historyid,callid,duration,time-start,time-answered,time-end,reason,from-no,to-no,…   a record by number
    Call Time,Caller ID,Destination,Status,Ringing,Talking,…                           a report with headings
    {"CallType": "Missed", "Number": "…", "Agent": "101", "CallStartTimeLocal": "…"}   journaling of a CRM template

Names are compared without regard to case, spaces and hyphens: every version spells them in another way.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from channels.voice.elements import row_of
from channels.voice.parties import direction_of, is_extension
from channels.voice.plan import ANONYMOUS, HOME, Found, Plan
from channels.wild import Wild
from domain.call import CallEvent, Sign

COLUMNS = (
    "historyid", "callid", "duration", "timestart", "timeanswered", "timeend", "reasonterminated", "fromno", "tono",
    "fromdn", "todn", "dialno", "reasonchanged", "finalnumber", "finaldn", "billcode", "billrate", "billcost",
    "billname", "chain", "fromtype", "totype", "finaltype", "fromdispname", "todispname", "finaldispname",
    "missedqueuecalls",
)  # fmt: skip
"""Of a record without headings, in the order in which 3CX offers them."""
_SAME = {
    "calltime": "timestart", "starttime": "timestart", "callstarttimelocal": "timestart", "datetime": "timestart",
    "callstarttime": "timestart", "callendtimelocal": "timeend", "endtime": "timeend", "callerid": "fromno",
    "from": "fromno", "source": "fromno", "to": "tono", "destination": "tono", "calltype": "status",
    "calldirection": "direction", "talking": "talked", "ringing": "rang", "totals": "duration", "name": "fromdispname",
    "queueextension": "queue", "queuename": "queue", "answertime": "timeanswered",
}  # fmt: skip
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})(?:\.\d+)?")
_EXTENSION = re.compile(r"Ext\.\s*(\d+)", re.IGNORECASE)
_IN_PARENTHESES = re.compile(r"(.*)\(([^()]*)\)\s*")
_MISSED = frozenset({"missed", "unanswered", "notanswered", "notansweredcall", "abandoned", "failed", "busy"})
_ANSWERED = frozenset({"answered", "inbound", "outbound", "completed"})
_ENDED_BY = {"terminatedbysrc": "caller", "terminatedbydst": "callee", "srcparticipantterminated": "caller",
             "dstparticipantterminated": "callee"}  # fmt: skip


def recognises(element: Wild) -> bool:
    fields = _fields(element)
    return "historyid" in fields or ("timestart" in fields and ("status" in fields or "reasonterminated" in fields))


def read(element: Wild, plan: Plan) -> Found:
    record = Wild(_fields(element), element.path, element.problems)
    from_, name = _party(record, "fromno", "fromdispname")
    to, _ = _party(record, "tono", "todispname")
    status = _plain(record.line("status") or "")
    if number := record.line("number"):
        from_, to = (record.line("agent"), number) if status in {"outbound", "notanswered"} else (number, to)
    caller, called = plan.number(from_ or ANONYMOUS), plan.number(to)
    started, answered_at = plan.moment(record, "timestart", HOME), plan.moment(record, "timeanswered", HOME)
    talked, rang = _seconds(record, "talked"), _seconds(record, "rang")
    answered = answered_at is not None or status in _ANSWERED or bool(talked)
    answered = answered and status not in _MISSED
    final_type = _plain(record.line("finaltype") or record.line("totype") or "")
    voicemail = "voicemail" in final_type or status == "voicemail"
    direction = _direction(record, status, caller, called)
    duration = _seconds(record, "duration")
    ended = plan.moment(record, "timeend", HOME) or _later(started, (rang or 0) + (talked or 0) or duration)
    return [
        CallEvent(
            ids=(_id(record, from_, to),),
            sign=Sign.ENDED,
            direction=direction,
            answered=answered and not voicemail,
            caller=caller,
            called=called,
            from_=from_,
            to=to,
            name=name if name != from_ else None,
            started_at=started,
            answered_at=(answered_at or _later(started, rang)) if answered and not voicemail else None,
            ended_at=ended,
            waited_s=rang if rang is not None or answered else duration or None,
            talked_s=(talked if talked is not None else None if answered_at else duration) if answered else None,
            queue=record.line("queue") or (to if "queue" in _plain(record.line("totype") or "") else None),
            agent=_agent(record, direction) if answered and not voicemail else None,
            ended_by=_ENDED_BY.get(_plain(record.line("reasonterminated") or "")),
            recording=record.line("recordingurl") or record.line("recording"),
            abandoned=not answered and ("queue" in final_type or status == "abandoned"),
            voicemail=voicemail,
            transferred_to=_transfer(record, to),
            problems=tuple(element.problems),
        )
    ]


def _fields(element: Wild) -> Mapping[str, Any]:
    value = element.value
    row = row_of(value, 8)
    if row is not None:
        return dict(zip(COLUMNS, row, strict=False)) if _looks_like_a_record(row) else {}
    names = {name: _plain(name) for name in value}
    return {_SAME.get(names[name], names[name]): value[name] for name in value}


def _looks_like_a_record(row: list[str]) -> bool:
    """A duration stands third, as a clock shows it."""
    return len(row) >= 9 and _CLOCK.fullmatch(row[2]) is not None


def _plain(name: str) -> str:
    return _NOT_LETTERS.sub("", name.casefold())


def _party(record: Wild, number: str, name: str) -> tuple[str | None, str | None]:
    """`Ext.101`, `Ana (101)` and `11912345678` all name somebody."""
    told, shown = record.line(number), record.line(name)
    if told and (found := _EXTENSION.fullmatch(told)):
        return found[1], shown
    if told and (found := _IN_PARENTHESES.fullmatch(told)):
        return found[2].strip() or None, shown or found[1].strip() or None
    return told, shown


def _direction(record: Wild, status: str, caller: str | None, called: str | None) -> str:
    told = _plain(record.line("direction") or (status if status in {"inbound", "outbound"} else ""))
    known = {"inbound": "inbound", "outbound": "outbound", "internal": "internal"}
    if status == "notanswered" and record.line("number"):
        return "outbound"
    return known.get(told) or ("inbound" if record.line("number") else direction_of(caller, called))


def _agent(record: Wild, direction: str) -> str | None:
    names = ("agent", "fromdn", "fromno") if direction == "outbound" else ("agent", "finaldispname", "finaldn", "todn")
    told = next(filter(None, map(record.line, names)), None)
    found = _EXTENSION.fullmatch(told or "")
    return found[1] if found else told


def _transfer(record: Wild, to: str | None) -> str | None:
    """Where it ended, if that is another extension than was dialled and 3CX says why it changed."""
    final = record.line("finaldn") or record.line("finalnumber")
    why = _plain(record.line("reasonchanged") or "")
    found = _EXTENSION.fullmatch(final or "")
    final = found[1] if found else final
    return final if final and final != to and ("transfer" in why or "replaced" in why) and is_extension(final) else None


def _seconds(record: Wild, name: str) -> int | None:
    """00:01:05, or seconds."""
    told = record.value.get(name)
    if isinstance(told, str) and (found := _CLOCK.fullmatch(told.strip())):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return hours * 3600 + minutes * 60 + seconds
    return record.seconds(name)


def _later(moment: Any, seconds: int | None) -> Any:
    return moment + timedelta(seconds=seconds) if moment is not None and seconds is not None else None


def _id(record: Wild, from_: str | None, to: str | None) -> str:
    """A report's row without an id is known by what it says."""
    told = record.line("callid") or record.line("historyid")
    if told is not None:
        return told
    row = repr((from_, to, record.line("timestart"), record.line("agent")))
    return f"row-{hashlib.sha256(row.encode()).hexdigest()[:24]}"
