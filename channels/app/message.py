"""A message of an application, however it was sent, and what is wrong with it, field by field."""

from collections.abc import Iterator, Sequence
from typing import Any

from channels.json_files import MOST_ATTACHMENTS
from channels.json_text import kind_of
from channels.sent import Fault, Sent
from channels.telephone import e164
from channels.wild import as_moment

_TEXTS = ("subject", "text", "conversation", "message_id", "sent_at")
_CONTACT = ("id", "name", "email", "phone")
_WHO = "contact.id"
_OBJECTS = {"contact": dict, "context": dict, "attachments": list}
_WORDS = {dict: "an object", list: "an array"}


def faults(sent: Sent, required: Sequence[str]) -> list[Fault]:
    """Everything that is wrong at once, so that nobody must send six times to learn six things."""
    return [*_kinds(sent.fields), *_missing(sent, required)]


def _missing(sent: Sent, required: Sequence[str]) -> Iterator[Fault]:
    if not any(_given(sent, f"contact.{name}") for name in ("id", "email", "phone")) and _WHO not in required:
        yield Fault(_WHO, "is required (or contact.email, or contact.phone)")
    if not _given(sent, "text") and not _given(sent, "attachments") and "text" not in required:
        yield Fault("text", "is required (or an attachment)")
    for field in dict.fromkeys(required):
        if not _given(sent, field):
            yield Fault(field, "is required")


def _given(sent: Sent, field: str) -> bool:
    if field == "attachments":
        return bool(sent.files) or bool(sent.fields.get("attachments"))
    head, dot, tail = field.partition(".")
    value = sent.fields.get(head)
    if dot:
        value = value.get(tail) if isinstance(value, dict) else None
    return bool(value.strip()) if isinstance(value, str) else value is not None and value not in ({}, [])


def _kinds(fields: dict[str, Any]) -> Iterator[Fault]:
    for name in _TEXTS:
        yield from _wrong_text(fields.get(name), name)
    for name, kind in _OBJECTS.items():
        if fields.get(name) is not None and not isinstance(fields[name], kind):
            yield Fault(name, f"{_WORDS[kind]} expected, got {kind_of(fields[name])}")
    contact = fields.get("contact")
    if isinstance(contact, dict):
        yield from _contact_faults(contact)
    if isinstance(fields.get("sent_at"), str) and not _is_moment(fields["sent_at"]):
        yield Fault("sent_at", "a time as ISO 8601 or Unix seconds expected")
    attachments = fields.get("attachments")
    if isinstance(attachments, list):
        yield from _attachment_faults(attachments)


def _wrong_text(value: Any, name: str) -> Iterator[Fault]:
    number = name == "sent_at" and isinstance(value, int | float) and not isinstance(value, bool)
    if value is not None and not isinstance(value, str) and not number:
        yield Fault(name, f"text expected, got {kind_of(value)}")


def _contact_faults(contact: dict[str, Any]) -> Iterator[Fault]:
    for name in _CONTACT:
        yield from _wrong_text(contact.get(name), f"contact.{name}")
    email, phone = contact.get("email"), contact.get("phone")
    if isinstance(email, str) and email.strip() and not _is_address(email.strip()):
        yield Fault("contact.email", "a mail address expected")
    if isinstance(phone, str) and phone.strip() and e164(phone) is None:
        yield Fault("contact.phone", "a telephone number expected, like +55 11 91234-5678")


def _attachment_faults(attachments: list[Any]) -> Iterator[Fault]:
    if len(attachments) > MOST_ATTACHMENTS:
        yield Fault("attachments", f"at most {MOST_ATTACHMENTS} are taken, got {len(attachments)}")
    for index, item in enumerate(attachments[:MOST_ATTACHMENTS]):
        place = f"attachments[{index}]"
        if not isinstance(item, dict):
            yield Fault(place, f"an object expected, got {kind_of(item)}")
        elif not isinstance(item.get("content"), str):
            yield Fault(f"{place}.content", "base64 text expected")
        else:
            for name in ("name", "content_type"):
                yield from _wrong_text(item.get(name), f"{place}.{name}")


def _is_address(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    return bool(at and local and domain) and "@" not in local and not any(char.isspace() for char in text)


def _is_moment(text: str) -> bool:
    try:
        as_moment(text)
    except (ValueError, TypeError, OverflowError, OSError):
        return False
    return True
