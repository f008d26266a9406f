"""One signed JSON object becomes one chat message.

    {"sender": {"id": "u-77", "name": "Ana", "email": "ana@exemplo.com", "phone": "+5511…"},      id or address
     "conversation": "c-9", "message_id": "m-1", "subject": "…", "text": "…", "html": "<p>…",      text, html or
     "sent_at": "2026-03-02T14:03:00-03:00",                                                       attachments
     "attachments": [{"name": "nota.pdf", "content_type": "application/pdf", "content": "<base64>"}],
     "context": {"page": "/notas", "order": {"id": 7}}}                                            becomes traits

Only the sender and something to read are required; unknown keys are ignored; an optional value of the wrong kind is
left out and noted in the trait `payload.problems`.

Identity: with a `message_id`, a digest of who said what where under that id, so that a system which sends the same
message twice with new webhook ids is recognised, while an edited text or a reused id never swallows another message.
Without one, the webhook-id.
"""

from collections.abc import Sequence

from channels.json_context import context_traits
from channels.json_files import read_attachments
from channels.json_reading import believable, problem_traits, read_payload, sender_traits
from channels.said import identity_of
from channels.tag_soup import html_to_text
from channels.vouching import vouched_addresses
from channels.wild import Wild
from domain.errors import Undecodable
from domain.interaction import Ignored, Interaction, Medium, Party, TraitValue
from domain.raw import RawInteraction

NO_RETURN_PATH = "this channel has no reply URL"


def decode(
    raw: RawInteraction, *, answers: bool, vouches: frozenset[str] = frozenset(), authentic: bool = True
) -> Sequence[Interaction] | Ignored:
    """`answers`: a reply URL is configured. `vouches`: which of `email` and `phone` are the sender's for certain.
    `authentic`: the request was proved.

    Raises Undecodable.
    """
    payload = read_payload(raw)
    sender = payload.part("sender")
    address = sender.required_line("id", "address")
    text, html = payload.text("text"), payload.text("html")
    attachments = tuple(read_attachments(payload))
    if not (text and text.strip()) and not html and not attachments:
        raise Undecodable("text: text expected, got nothing (nor html, nor a readable attachment)")
    message_id, conversation, subject = (payload.line(name) for name in ("message_id", "conversation", "subject"))
    body = text if text and text.strip() else html_to_text(html or "")
    interaction = Interaction(
        channel=raw.channel,
        identity=identity_of(raw, message_id, (address, conversation, subject, body, html, attachments)),
        medium=Medium.CHAT,
        sender=Party(address=address, name=sender.line("name")),
        occurred_at=believable(payload.moment("sent_at"), raw.received_at),
        subject=subject or "",
        text=body,
        text_full=body,
        html=html,
        attachments=attachments,
        message_id=message_id,
        conversation_key=conversation or f"sender:{address}",
        provider_id=message_id,
        traits=_traits(payload, sender),
        return_path=address if answers else None,
        no_return_path=None if answers else NO_RETURN_PATH,
        authentic=authentic,
        vouched=tuple(vouched_addresses(sender, vouches)),
    )
    return [interaction]


def _traits(payload: Wild, sender: Wild) -> dict[str, TraitValue]:
    return (
        sender_traits(sender)
        | context_traits(payload.optional_part("context").value)
        | problem_traits(payload.problems)
    )
