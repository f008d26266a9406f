"""Foreign JSON, or a form, becomes chat messages by the expressions of the settings.

body ─▶ each? ─▶ for every message: ignore rules ─▶ fields by expression ─▶ Interaction
                   │ all ignored: the reasons         │ no sender, or nothing to read: unreadable
                   ▼
a broken element of several costs only itself, and not silently: it becomes a message that shows what was wrong
"""

from collections.abc import Iterator, Sequence
from typing import Any

from channels.json_context import context_traits
from channels.json_files import read_attachments
from channels.json_reading import believable, problem_traits, sender_traits
from channels.json_text import MalformedJson, kind_of
from channels.mapped.elsewhere import remote_files
from channels.mapped.expressions import CannotTell, Expression
from channels.mapped.forms import read_body
from channels.mapped.options import Mapping, Options
from channels.mapped.proofs import as_signed
from channels.said import identity_of
from channels.tag_soup import html_to_text
from channels.unreadable import unreadable
from channels.vouching import vouched_addresses
from channels.wild import Wild
from domain.errors import Undecodable
from domain.interaction import Ignored, Interaction, Medium, Party, TraitValue
from domain.raw import RawInteraction

NO_RETURN_PATH = "this channel has no reply URL"
MOST_ELEMENTS = 1000
_ONE_LINE = ("sender", "name", "email", "phone", "subject", "conversation", "message_id", "reply_to")
_AS_TEXT = (*_ONE_LINE, "text", "html")


def decode(raw: RawInteraction, options: Options) -> Sequence[Interaction] | Ignored:
    """Raises Undecodable when nothing in the body can be read."""
    raw = as_signed(options.proof, raw)
    payload = _payload(raw)
    elements = _elements(payload, options.mapping)
    read: list[Interaction] = []
    ignored: list[str] = []
    broken: list[tuple[int, Any, str]] = []
    for index, element in enumerate(elements):
        try:
            if (why := _ignored(element, options.mapping)) is not None:
                ignored.append(why)
            else:
                read.append(_interaction(raw, element, options, index))
        except Undecodable as error:
            broken.append((index, element, str(error)))
    if broken and not read and not ignored:
        raise Undecodable("; ".join(dict.fromkeys(why for _, _, why in broken[:10])))
    read += [_unreadable(raw, *one) for one in broken]
    return read or Ignored(reason="; ".join(dict.fromkeys(ignored))[:500] or "there is no message in it")


def _payload(raw: RawInteraction) -> dict[str, Any]:
    try:
        return read_body(raw.payload)
    except MalformedJson as error:
        raise Undecodable(str(error)) from None


def _elements(payload: Any, mapping: Mapping) -> list[Any]:
    if mapping.each is None:
        return [payload]
    found = _found(mapping.each, payload, "each")
    if found is None:
        return []
    if not isinstance(found, list):
        raise Undecodable(f"mapping.each: an array expected, got {kind_of(found)}")
    if len(found) > MOST_ELEMENTS:
        raise Undecodable(f"mapping.each: at most {MOST_ELEMENTS} messages in one body, got {len(found)}")
    return [{"each": element, "payload": payload} for element in found]


def _ignored(element: Any, mapping: Mapping) -> str | None:
    for number, rule in enumerate(mapping.ignore):
        found = _found(rule.when, element, f"ignore[{number}].when")
        if found not in (None, False, "", [], {}):
            return str(rule.because)
    return None


def _interaction(raw: RawInteraction, element: Any, options: Options, index: int) -> Interaction:
    fields = _fields(element, options.mapping)
    address = fields.required_line("sender")
    text, html = fields.text("text"), fields.text("html")
    files, elsewhere = tuple(read_attachments(fields, elsewhere=True)), tuple(remote_files(fields, options.files))
    if not (text and text.strip()) and not html and not files and not elsewhere:
        raise Undecodable("mapping.text: text expected, got nothing (nor html, nor a readable attachment)")
    body = text if text and text.strip() else html_to_text(html or "")
    message_id, conversation, subject = (fields.line(name) for name in ("message_id", "conversation", "subject"))
    answers = options.reply is not None
    said = (address, conversation, subject, body, html, files, tuple(one.reference for one in elsewhere))
    return Interaction(
        channel=raw.channel,
        identity=identity_of(raw, message_id, said, index),
        medium=Medium.CHAT,
        sender=Party(address=address, name=fields.line("name")),
        occurred_at=believable(fields.moment("occurred"), raw.received_at),
        subject=subject or "",
        text=body,
        text_full=body,
        html=html,
        attachments=files,
        remote_files=elsewhere,
        message_id=message_id,
        conversation_key=conversation or f"sender:{address}",
        provider_id=message_id,
        traits=_traits(fields),
        return_path=(fields.line("reply_to") or address) if answers else None,
        no_return_path=None if answers else NO_RETURN_PATH,
        authentic=options.proof.scheme != "unsigned",
        vouched=tuple(vouched_addresses(fields, frozenset(options.vouches))),
    )


def _fields(element: Any, mapping: Mapping) -> Wild:
    """What the expressions find, under the names of the mapping."""
    found = dict(_findings(element, mapping))
    if isinstance(found.get("attachments"), dict):
        found["attachments"] = [found["attachments"]]
    return Wild(found, "mapping")


def _findings(element: Any, mapping: Mapping) -> Iterator[tuple[str, Any]]:
    for name in (*_AS_TEXT, "occurred", "attachments", "context"):
        expression = getattr(mapping, name)
        if expression is None:
            continue
        value = _found(expression, element, name)
        if name in _AS_TEXT:
            value = _number_as_text(value)
        yield name, _moment(value) if name == "occurred" else value


def _found(expression: Expression, element: Any, name: str) -> Any:
    try:
        return expression.find(element)
    except CannotTell as error:
        raise Undecodable(f"mapping.{name}: {error}") from None


def _number_as_text(value: Any) -> Any:
    """Ids are often numbers."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _moment(value: Any) -> Any:
    """Forms of a time that are no ISO 8601 and yet common: "2026-03-02 13:05:57 UTC", Unix seconds as text."""
    if not isinstance(value, str):
        return value
    bare = value.strip()
    if bare.isascii() and bare.isdigit() and len(bare) < 16:
        return int(bare)
    return f"{bare[:-4]}+00:00" if bare.endswith(" UTC") else bare


def _traits(fields: Wild) -> dict[str, TraitValue]:
    return (
        sender_traits(fields) | context_traits(fields.optional_part("context").value) | problem_traits(fields.problems)
    )


def _unreadable(raw: RawInteraction, index: int, element: Any, reason: str) -> Interaction:
    shown = element["each"] if isinstance(element, dict) and "each" in element else element
    return unreadable(raw, index, shown, reason, sender="unknown", no_return_path="nobody knows who wrote this")
