"""A webhook of the WhatsApp Cloud API: messages and statuses of one or several numbers of ours, each read by itself.

    messages     one interaction each; all of one person with one number of ours are a conversation
      reaction   ignored                          system   a changed number: contact, conversation and tickets follow it
      edit       the new words join               revoke   what was taken back is no longer shown
    statuses     what became of a message of ours; `failed` with its code decides whether it is tried again
    errors, and fields other than `messages`: ignored, with what they say

Echoes of what we (or the WhatsApp Business app) sent are ignored. Meta proves the sender: the signature vouches for
the body, and WhatsApp for the number.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from channels.cleaning import clean_line
from channels.graph.batch import Event, Found, elements, read_all
from channels.graph.client import in_words, number_of
from channels.graph.errors import Meaning, sense_of
from channels.json_reading import believable, problem_traits, read_payload, unix_moment
from channels.telephone import e164
from channels.whatsapp.contents import Content, content_of
from channels.whatsapp.people import Line, Writer, group_in, name_of, number_in, our_line, user_id_in, writer_of
from channels.wild import Wild
from domain.afterwards import AddressChange, Afterword, DeliveryReceipt, Progress, Retraction
from domain.errors import Undecodable
from domain.interaction import Ignored, Interaction, Medium, Party, TraitValue
from domain.raw import RawInteraction

OBJECT = "whatsapp_business_account"
_STEPS = {
    "sent": Progress.SENT,
    "delivered": Progress.DELIVERED,
    "read": Progress.READ,
    "played": Progress.READ,
    "failed": Progress.FAILED,
}
_NEW_NUMBERS = frozenset({"user_changed_number", "customer_changed_number", "user_changed_user_id"})


def decode(
    raw: RawInteraction, *, numbers: frozenset[str] = frozenset(), template: bool = False
) -> Sequence[Interaction | Afterword] | Ignored:
    """`numbers`: ids of ours that are taken, all when empty; `template`: there is one for when the window is closed.

    Raises Undecodable.
    """
    payload = read_payload(raw)
    if payload.line("object") != OBJECT:
        return Ignored(reason=f"object {payload.line('object')!r} is not WhatsApp's")
    return read_all(raw, _events(raw, payload, numbers, template))


def _events(raw: RawInteraction, payload: Wild, numbers: frozenset[str], template: bool) -> Iterator[Event]:  # noqa: FBT001 - a value
    for entry in elements(payload, "entry"):
        changes = list(elements(entry, "changes"))
        if not changes:
            yield entry, lambda _entry: Ignored(reason="an entry without changes")
        for change in changes:
            yield from _of_change(raw, change, numbers, template)


def _of_change(raw: RawInteraction, change: Wild, numbers: frozenset[str], template: bool) -> Iterator[Event]:  # noqa: FBT001 - a value
    what = change.line("field")
    value = change.value.get("value")
    if what != "messages" or not isinstance(value, dict):
        yield change, _other_field
        return
    told = Wild(value, f"{change.path}.value")
    try:
        line = our_line(told)
    except Undecodable:
        yield told, our_line_is_needed
        return
    if numbers and line.id not in numbers:
        yield told, lambda _told: Ignored(reason=f"number {line.id} is not among `numbers`")
        return
    for message in elements(told, "messages"):
        yield message, partial(_message, raw, line, told)
    for status in elements(told, "statuses"):
        yield status, partial(_status, raw, line, template)
    for error in elements(told, "errors"):
        yield error, lambda error: Ignored(reason=f"WhatsApp reports {in_words(error.value)}")
    if not any(told.value.get(name) for name in ("messages", "statuses", "errors")):
        yield told, lambda _told: Ignored(reason="a change without messages")


def our_line_is_needed(value: Wild) -> Ignored:
    """Raises Undecodable."""
    our_line(value)
    raise AssertionError("unreachable: it was not to be read")


def _other_field(change: Wild) -> Ignored:
    what = change.required_line("field")
    if what == "messages":
        change.part("value")
        raise Undecodable(f"{change.path}.value: an object expected, got nothing")
    if what == "smb_message_echoes":
        return Ignored(reason="echo of what the WhatsApp Business app sent")
    return Ignored(reason=f"field {clean_line(what, 60)!r} is not filed")


def _message(raw: RawInteraction, line: Line, value: Wild, message: Wild) -> Found:
    kind = message.required_line("type")
    message_id = message.required_line("id")
    if kind == "reaction":
        reaction = message.optional_part(kind)
        return Ignored(reason=f"reaction {reaction.line('emoji') or '(removed)'} to {reaction.line('message_id')}")
    if kind == "system":
        return _system(raw, line, message)
    if kind == "request_welcome":
        return Ignored(reason="a chat was opened and nothing said yet")
    writer = writer_of(message)
    if f"+{writer.number}" == line.shown:
        return Ignored(reason="echo of our own message")
    if kind == "revoke":
        original = message.part(kind).required_line("original_message_id", "message_id", "id")
        return Retraction(channel=raw.channel, identity=_identity(raw, original), at=_moment(message, raw))
    traits: dict[str, TraitValue] = {}
    if kind == "edit":
        traits["message.edits"] = message.part(kind).required_line("original_message_id", "message_id", "id")
        edited = message.part(kind).part("message")
        content = content_of(edited, edited.required_line("type"))
    else:
        content = content_of(message, kind)
    traits |= content.traits | _around(line, message, kind)
    return _interaction(raw, line, message_id, message, writer, name_of(writer, value), content, traits)


def _interaction(  # noqa: PLR0917 - what a message is made of
    raw: RawInteraction,
    line: Line,
    message_id: str,
    message: Wild,
    writer: Writer,
    name: str | None,
    content: Content,
    traits: dict[str, TraitValue],
) -> Interaction:
    group = group_in(message)
    way = line.way(f"group:{group}" if group else writer.reached)
    answered = message.optional_part("context").line("id")
    return Interaction(
        channel=raw.channel,
        identity=_identity(raw, message_id),
        medium=Medium.CHAT,
        sender=Party(address=writer.address, name=name),
        recipients=(line.shown,),
        occurred_at=_moment(message, raw),
        text=content.text,
        text_full=content.text,
        remote_files=content.files,
        message_id=message_id,
        in_reply_to=(answered,) if answered else (),
        reply_to=(way,),
        conversation_key=way,
        provider_id=message_id,
        traits=traits | problem_traits(message.problems),
        return_path=way,
        authentic=True,
        vouched=tuple(_verified(writer)),
    )


def _verified(writer: Writer) -> Iterator[tuple[str, str]]:
    """WhatsApp has made sure that who writes holds this number."""
    if writer.number and (number := e164(f"+{writer.number}")):
        yield "phone", number


def _around(line: Line, message: Wild, kind: str) -> dict[str, TraitValue]:
    """What stands around the words: forwarded, quoted product, the advertisement that led here."""
    context, referral = message.optional_part("context"), message.optional_part("referral")
    forwarded = context.flag("forwarded") or context.flag("frequently_forwarded")
    product = context.optional_part("referred_product").line("product_retailer_id")
    known: dict[str, TraitValue] = {
        "whatsapp.type": clean_line(kind, 60),
        "whatsapp.number": line.id,
        "whatsapp.forwarded": True if forwarded else None,
        "whatsapp.user_id": user_id_in(message, "from_user_id"),
        "whatsapp.product": product,
        "referral.url": referral.line("source_url"),
        "referral.headline": referral.line("headline"),
    }
    return {name: value for name, value in known.items() if value is not None}


def _system(raw: RawInteraction, line: Line, message: Wild) -> Found:
    system = message.part("system")
    kind = system.line("type") or ""
    new_number = number_in(system, "wa_id") or number_in(system, "new_wa_id")
    old = Writer(number=number_in(message, "from") or number_in(system, "customer"),
                 user_id=user_id_in(system, "previous_user_id"))  # fmt: skip
    new = Writer(number=new_number, user_id=user_id_in(system, "user_id"))
    if kind not in _NEW_NUMBERS:
        return Ignored(reason=f"system message {clean_line(kind, 60)!r}")
    if kind == "user_changed_user_id":
        old = Writer(number=None, user_id=old.user_id or user_id_in(message, "from_user_id"))
        new = Writer(number=None, user_id=new.user_id)
    if not old.reached or not new.reached:
        raise Undecodable(f"{system.path}: who changed from what to what is not told")
    pairs = [(old.number, new.number), (old.user_id, new.user_id)]
    talks = [(line.way(before), line.way(after)) for before, after in pairs if before and after]
    if not talks:
        talks = [(line.way(old.reached), line.way(new.reached))]
    return AddressChange(
        channel=raw.channel,
        old=old.address,
        new=new.address,
        old_way=line.way(old.reached),
        new_way=line.way(new.reached),
        talks=tuple(talks),
        at=_moment(message, raw),
    )


def _status(raw: RawInteraction, line: Line, template: bool, status: Wild) -> Found:  # noqa: FBT001 - a value
    """A broken one opens no ticket: nobody waits for an answer to it."""
    try:
        return _receipt(raw, line, status, template=template)
    except Undecodable as error:
        return Ignored(reason=f"unreadable status: {error}")


def _receipt(raw: RawInteraction, line: Line, status: Wild, *, template: bool) -> Found:
    told, remote_id = status.required_line("status"), status.required_line("id")
    step = _STEPS.get(told)
    if step is None:
        return Ignored(reason=f"status {clean_line(told, 60)!r} of {remote_id}")
    recipient = number_in(status, "recipient_id") or user_id_in(status, "recipient_user_id")
    error = next(iter(status.parts("errors")), None) if step is Progress.FAILED else None
    return DeliveryReceipt(
        channel=raw.channel,
        remote_id=remote_id,
        recipient=line.way(recipient) if recipient else None,
        progress=step,
        at=_moment(status, raw),
        code=_code(error) if error else None,
        reason=in_words({**error.value, "code": None}) if error else "",
        again=_again(error, template) if error else None,
    )


def _code(error: Wild) -> str | None:
    code = number_of(error.value.get("code"))
    return None if code is None else str(code)


def _again(error: Wild, template: bool) -> timedelta | None:  # noqa: FBT001 - a value
    """When the template can carry it, a message that came too late goes at once."""
    sense = sense_of(number_of(error.value.get("code")), None)
    if sense.meaning is Meaning.WINDOW:
        return timedelta(0) if template else None
    return sense.pause


def _identity(raw: RawInteraction, message_id: str) -> str:
    return f"{raw.channel}:{message_id}"


def _moment(fields: Wild, raw: RawInteraction) -> datetime:
    return believable(unix_moment(fields.value.get("timestamp")), raw.received_at)
