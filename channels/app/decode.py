"""A message of an application becomes a chat message of its user.

Whose message it is, is what the key proved (kept in the envelope), never what the message says: a contact's id is
`application/id`, so that two applications may number their users alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from channels.app.options import Application
from channels.json_context import context_traits
from channels.json_files import read_attachments
from channels.json_reading import believable, problem_traits, sender_traits
from channels.said import identity_of
from channels.sent import form_files, sent_in
from channels.telephone import e164
from channels.vouching import vouched_addresses
from channels.wild import Wild
from domain.errors import Undecodable
from domain.interaction import Ignored, Interaction, Medium, Party, TraitValue
from domain.raw import RawInteraction

NO_RETURN_PATH = "this application has no reply URL"


def decode(raw: RawInteraction, applications: Mapping[str, Application]) -> Sequence[Interaction] | Ignored:
    """Raises Undecodable."""
    sent = sent_in(raw)
    name = str(raw.envelope.get("application") or "app")
    if isinstance(signed := raw.envelope.get("webhook_id"), str):
        raw = replace(raw, dedup_key=f"{raw.channel}:{name}:{signed}")  # its Idempotency-Key is not (docs/adr/0024)
    settings = applications.get(name)
    message = Wild(sent.fields)
    contact = message.optional_part("contact")
    address = f"{name}/{_contact_address(contact)}"
    text, subject = message.text("text") or "", message.line("subject") or ""
    files = (*read_attachments(message), *form_files(sent))
    if not text.strip() and not files:
        raise Undecodable("text: text expected, got nothing (nor a readable attachment)")
    conversation, message_id = message.line("conversation"), message.line("message_id")
    answers = settings is not None and settings.reply is not None
    interaction = Interaction(
        channel=raw.channel,
        identity=identity_of(raw, message_id, (address, conversation, subject, text, files)),
        medium=Medium.CHAT,
        sender=Party(address=address, name=contact.line("name")),
        occurred_at=believable(message.moment("sent_at"), raw.received_at),
        subject=subject,
        text=text,
        text_full=text,
        attachments=files,
        message_id=message_id,
        conversation_key=f"{name}/{conversation}" if conversation else f"sender:{address}",
        provider_id=message_id,
        traits=_traits(name, message, contact),
        return_path=address if answers else None,
        no_return_path=None if answers else NO_RETURN_PATH,
        authentic=True,
        vouched=tuple(vouched_addresses(contact, frozenset(settings.vouches))) if settings else (),
    )
    return [interaction]


def _contact_address(contact: Wild) -> str:
    phone = contact.line("phone")
    known = contact.line("id") or (contact.line("email") or "").lower() or (e164(phone) or phone if phone else None)
    if not known:
        raise Undecodable("contact.id: text expected, got nothing (nor contact.email, nor contact.phone)")
    return known


def _traits(application: str, message: Wild, contact: Wild) -> dict[str, TraitValue]:
    traits: dict[str, TraitValue] = {"application": application, **sender_traits(contact)}
    traits |= context_traits(message.optional_part("context").value)
    return traits | problem_traits(message.problems)
