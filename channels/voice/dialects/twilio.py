"""Twilio's callbacks: how a call stands, recordings, and SMS. Forms, signed by X-Twilio-Signature.

    CallSid, CallStatus, Direction, ParentCallSid, DialCallStatus …    a call, or one of its legs
    CallSid, RecordingUrl, RecordingStatus                             where its recording lies
    CallSid, TranscriptionText                                         what was said
    MessageSid, Body, From, MediaUrl0 …                                an SMS, MMS or WhatsApp message: a chat message
    MessageSid, MessageStatus                                          what became of an SMS of ours

Twilio answers every call by itself, to run its program. So an inbound call that was completed is taken to be answered
only as long as nobody says that the one it was put through to was not reached.
"""

from collections.abc import Mapping
from datetime import timedelta

from channels.voice.plan import ANONYMOUS, Found, Plan, Skipped
from channels.voice.sms_codes import AGAIN
from channels.wild import Wild
from domain.afterwards import DeliveryReceipt, Progress
from domain.call import CallEvent, Sign
from domain.call_desk import OF_NUMBER
from domain.interaction import Interaction, Medium, Party
from domain.remote import UNKNOWN_TYPE, RemoteFile

_RINGING = frozenset({"queued", "initiated", "ringing"})
_NOT_REACHED = frozenset({"busy", "failed", "no-answer", "canceled"})
_DIRECTIONS = {"inbound": "inbound", "outbound-api": "outbound", "outbound": "outbound"}
_RECEIPTS: Mapping[str, Progress] = {
    "sent": Progress.SENT, "delivered": Progress.DELIVERED, "read": Progress.READ,
    "failed": Progress.FAILED, "undelivered": Progress.FAILED,
}  # fmt: skip
MOST_MEDIA = 10


def recognises(element: Wild) -> bool:
    value = element.value
    return "CallSid" in value or "MessageSid" in value or "SmsSid" in value


def read(element: Wild, plan: Plan) -> Found:
    if "CallSid" in element.value:
        return _call(element, plan)
    status = (element.line("MessageStatus") or element.line("SmsStatus") or "received").casefold()
    return [_message(element, plan)] if status in {"received", "receiving"} else _receipt(element, plan, status)


def _call(element: Wild, plan: Plan) -> Found:
    sid, parent = element.required_line("CallSid"), element.line("ParentCallSid")
    ids = (sid,) if parent in {None, sid} else (str(parent), sid)
    told = tuple(element.problems)
    if "TranscriptionText" in element.value:
        return [CallEvent(ids=ids, sign=Sign.NOTED, transcript=element.line("TranscriptionText"), problems=told)]
    if "RecordingUrl" in element.value and "CallStatus" not in element.value:
        return _recording(element, ids)
    status = element.required_line("CallStatus").casefold()
    return [_leg(element, plan, ids, status) if parent else _whole(element, plan, ids, status)]


def _recording(element: Wild, ids: tuple[str, ...]) -> Found:
    if (element.line("RecordingStatus") or "completed").casefold() != "completed":
        return Skipped("the recording is not ready")
    return [
        CallEvent(ids=ids, sign=Sign.NOTED, recording=element.line("RecordingUrl"), problems=tuple(element.problems))
    ]


def _whole(element: Wild, plan: Plan, ids: tuple[str, ...], status: str) -> CallEvent:
    from_, to = element.line("From"), element.line("To")
    direction = _DIRECTIONS.get((element.line("Direction") or "inbound").casefold(), "inbound")
    at = plan.moment(element, "Timestamp") or plan.received_at
    dialled = (element.line("DialCallStatus") or "").casefold()
    answered = True if dialled in {"completed", "answered"} else False if dialled in _NOT_REACHED else None
    duration = element.seconds("CallDuration")
    over = status == "completed" or status in _NOT_REACHED
    took_it = direction == "outbound" and status in {"in-progress", "completed"}
    machine = (element.line("AnsweredBy") or "human").casefold().startswith(("machine", "fax"))
    queue_left = (element.line("QueueResult") or "").casefold()
    return CallEvent(
        ids=ids,
        sign=Sign.ENDED if over else Sign.ANSWERED if took_it else Sign.RINGING if status in _RINGING else Sign.NOTED,
        at=at,
        direction=direction,
        answered=False
        if status in _NOT_REACHED or machine
        else True
        if took_it or queue_left == "bridged"
        else answered,
        presumed=status == "completed" and bool(duration) and direction == "inbound",
        caller=plan.number(from_ or ANONYMOUS),
        called=plan.number(to),
        from_=from_,
        to=to,
        name=element.line("CallerName"),
        started_at=at - timedelta(seconds=duration) if over and duration else at if status in _RINGING else None,
        ended_at=at if over else None,
        waited_s=element.seconds("QueueTime"),
        talked_s=element.seconds("DialCallDuration") or (duration if took_it and over else None),
        duration_s=duration,
        queue=element.line("QueueName") or element.line("QueueSid"),
        recording=element.line("RecordingUrl"),
        abandoned=queue_left == "hangup",
        voicemail=machine or (dialled in _NOT_REACHED and element.line("RecordingUrl") is not None),
        problems=tuple(element.problems),
    )


def _leg(element: Wild, plan: Plan, ids: tuple[str, ...], status: str) -> CallEvent:
    """Somebody whom the call was put through to."""
    at = plan.moment(element, "Timestamp") or plan.received_at
    duration = element.seconds("CallDuration")
    reached = status == "in-progress" or (status == "completed" and bool(duration))
    over = status == "completed" or status in _NOT_REACHED
    return CallEvent(
        ids=ids,
        sign=Sign.ENDED if over else Sign.ANSWERED if reached else Sign.RINGING,
        whole=False,
        at=at,
        answered=reached if over or reached else None,
        answered_at=(at if status == "in-progress" else at - timedelta(seconds=duration or 0)) if reached else None,
        talked_s=duration if reached and over else None,
        agent=element.line("To") if reached else None,
        problems=tuple(element.problems),
    )


def _message(element: Wild, plan: Plan) -> Interaction:
    """An SMS. Its sender is as forgeable as a caller, and answers go back to him."""
    sid, from_ = element.required_line("MessageSid", "SmsSid"), element.required_line("From")
    number = plan.number(from_) or ANONYMOUS
    text = "\n".join(filter(None, [element.text("Body"), _place(element)]))
    return Interaction(
        channel=plan.channel,
        identity=f"{plan.channel}:sms:{sid}",
        medium=Medium.CHAT,
        sender=Party(address=number, name=element.line("ProfileName")),
        recipients=tuple(filter(None, [plan.number(element.line("To"))])),
        occurred_at=plan.received_at,
        text=text,
        text_full=text,
        conversation_key=f"{OF_NUMBER}{number}",
        provider_id=sid,
        return_path=number if plan.habits.answers_sms else None,
        no_return_path=None if plan.habits.answers_sms else "this channel sends no SMS",
        remote_files=tuple(_media(element)),
    )


def _place(element: Wild) -> str | None:
    """Where a WhatsApp customer says that he is."""
    latitude, longitude = element.line("Latitude"), element.line("Longitude")
    if not (latitude and longitude):
        return None
    named = ", ".join(filter(None, [element.line("Label"), element.line("Address")]))
    return f"Localização: {latitude[:20]}, {longitude[:20]}" + (f" ({named})" if named else "")


def _media(element: Wild) -> list[RemoteFile]:
    count = min(element.seconds("NumMedia") or 0, MOST_MEDIA)
    told = ((element.line(f"MediaUrl{index}"), element.line(f"MediaContentType{index}")) for index in range(count))
    return [
        RemoteFile(reference=url, name=f"anexo-{number}", content_type=kind or UNKNOWN_TYPE)
        for number, (url, kind) in enumerate(told, start=1)
        if url
    ]


def _receipt(element: Wild, plan: Plan, status: str) -> Found:
    progress = _RECEIPTS.get(status)
    if progress is None:
        return Skipped(f"SMS {status[:40]}")
    code = element.line("ErrorCode")
    return [
        DeliveryReceipt(
            channel=plan.channel,
            remote_id=element.required_line("MessageSid", "SmsSid"),
            progress=progress,
            at=plan.received_at,
            code=code,
            reason=element.line("ErrorMessage") or "",
            again=AGAIN.get(code or ""),
        )
    ]
