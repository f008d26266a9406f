"""Asterisk's call detail records: posted as JSON, as lines of Master.csv, as AMI's Cdr event.

    {"src": "11912345678", "dst": "600", "dstchannel": "PJSIP/1001-0000000a", "lastapp": "Queue",
     "disposition": "ANSWERED", "start": "2026-03-02 08:40:00", …, "uniqueid": "1772451600.17"}

ANSWERED means that a channel was answered, which a menu, a queue or a mailbox does, too: a person answered only where
there is a second channel, or the call was dialled. All records of a linkedid are one call.
"""

import re
from collections.abc import Mapping

from channels.voice.elements import row_of
from channels.voice.parties import direction_of, endpoint
from channels.voice.plan import HOME, Found, Plan
from channels.wild import Wild
from domain.call import CallEvent, Sign
from domain.errors import Undecodable

CSV = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata",
    "start", "answer", "end", "duration", "billsec", "disposition", "amaflags",
)  # fmt: skip
"""Columns of Master.csv; then uniqueid, userfield, peeraccount, linkedid and sequence, as cdr.conf says."""
_AMI = {
    "source": "src", "destination": "dst", "destinationcontext": "dcontext", "callerid": "clid",
    "destinationchannel": "dstchannel", "lastapplication": "lastapp", "starttime": "start", "answertime": "answer",
    "endtime": "end", "billableseconds": "billsec", "calldate": "start",
}  # fmt: skip
_UNIQUE = re.compile(r"(?:[\w.-]+-)?[0-9]{9,11}\.[0-9]+")
_NAME = re.compile(r'"?([^"<]*?)"?\s*<[^>]*>')
_DISPOSITIONS = frozenset(
    {"ANSWERED", "NO ANSWER", "NOANSWER", "BUSY", "FAILED", "CONGESTION", "CANCEL", "CHANUNAVAIL"}
)
_DIALS = frozenset({"dial", "bridge", "followme", "page", "transfer"})
_MAILBOX = frozenset({"voicemail", "vmauthenticate", "minivmrecord"})
_FILE = re.compile(r"\S+\.(?:wav|WAV|wav49|mp3|gsm|ogg|opus)")


def recognises(element: Wild) -> bool:
    fields = _fields(element)
    return "disposition" in fields and ("src" in fields or "channel" in fields)


def read(element: Wild, plan: Plan) -> Found:
    cdr = Wild(_fields(element), element.path, element.problems)
    disposition = cdr.required_line("disposition").upper()
    if disposition not in _DISPOSITIONS:
        raise Undecodable(f"disposition: one of {', '.join(sorted(_DISPOSITIONS))} expected, got {disposition[:40]!r}")
    unique = cdr.required_line("uniqueid", "linkedid")
    linked = cdr.line("linkedid") or unique
    app = (cdr.line("lastapp") or "").casefold()
    from_, to = cdr.line("src"), cdr.line("dst")
    caller, called = plan.number(from_ or "anonymous"), plan.number(to)
    direction = direction_of(caller, called, cdr.line("dcontext"))
    answered = disposition == "ANSWERED" and (app in _DIALS or bool(cdr.line("dstchannel"))) and app not in _MAILBOX
    queue = (cdr.line("lastdata") or "").split(",")[0] if app == "queue" else None
    return [
        CallEvent(
            ids=(linked, unique),
            sign=Sign.ENDED,
            whole=unique == linked,
            direction=direction,
            answered=answered,
            caller=caller,
            called=called,
            from_=from_,
            to=to,
            name=_name(cdr, from_),
            started_at=plan.moment(cdr, "start", HOME),
            answered_at=plan.moment(cdr, "answer", HOME) if answered and queue is None else None,
            ended_at=plan.moment(cdr, "end", HOME),
            waited_s=None if answered else cdr.seconds("duration"),
            talked_s=cdr.seconds("billsec") if answered else None,
            duration_s=cdr.seconds("duration"),
            queue=queue or None,
            agent=_agent(cdr, direction) if answered else None,
            recording=_recording(cdr),
            abandoned=app == "queue" and not answered,
            voicemail=app in _MAILBOX,
            problems=tuple(element.problems),
        )
    ]


def _fields(element: Wild) -> Mapping[str, str]:
    """Small-letter names, AMI's words turned into CDR's, columns by their number."""
    value = element.value
    row = row_of(value, 15)
    if row is not None:
        return _columns(row) if row[14].upper() in _DISPOSITIONS else {}
    names = {name: name.casefold().replace("_", "") for name in value}
    return {_AMI.get(names[name], names[name]): value[name] for name in value}


def _columns(row: list[str]) -> Mapping[str, str]:
    """What follows the sixteenth column is known by its looks: cdr.conf chooses what stands there."""
    fields = dict(zip(CSV, row, strict=False))
    ids = [cell for cell in row[16:] if _UNIQUE.fullmatch(cell)]
    others = [cell for cell in row[16:] if cell and not _UNIQUE.fullmatch(cell) and not cell.isdigit()]
    if ids:
        fields |= {"uniqueid": ids[0], "linkedid": ids[-1]}
    return {**fields, "userfield": others[0]} if others else fields


def _name(cdr: Wild, number: str | None) -> str | None:
    found = _NAME.match(cdr.line("clid") or "")
    name = cdr.line("cnam") or (found[1] if found else None)
    return name if name and name != number else None


def _agent(cdr: Wild, direction: str) -> str | None:
    return endpoint(cdr.line("channel" if direction == "outbound" else "dstchannel"))


def _recording(cdr: Wild) -> str | None:
    told = cdr.line("recordingfile") or cdr.line("recording")
    field = cdr.line("userfield") or ""
    return told or (field if _FILE.fullmatch(field) or field.startswith("https://") else None)
