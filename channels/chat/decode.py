"""A visitor's message becomes a chat message of his conversation.

Who he is stands in the envelope, where the door put what his token proved. What he writes about himself (name,
e-mail) is shown to agents as what it is; only what the embedding site has signed brings contacts together.
"""

from collections.abc import Iterator, Sequence

from channels.chat.message import Posted, read_posted
from channels.cleaning import clean_file_name
from channels.json_context import context_traits
from channels.json_files import MOST_ATTACHMENTS, media_type
from channels.json_reading import problem_traits
from channels.json_text import MalformedJson
from channels.multipart import type_of
from channels.vouching import vouched_addresses
from channels.wild import Wild
from domain.errors import Undecodable
from domain.interaction import Attachment, Ignored, Interaction, Medium, Party, TraitValue
from domain.raw import RawInteraction

_VOUCHED = frozenset({"email"})


def decode(raw: RawInteraction) -> Sequence[Interaction] | Ignored:
    """Raises Undecodable."""
    posted = _read(raw)
    message, person = Wild(posted.fields), Wild(raw.envelope.get("person") or {})
    visitor = str(raw.envelope.get("visitor") or "visitor")
    text, files = message.text("text") or "", tuple(_files(posted))
    if not text.strip() and not files:
        raise Undecodable("text: text expected, got nothing (nor a file)")
    return [
        Interaction(
            channel=raw.channel,
            identity=raw.dedup_key,
            medium=Medium.CHAT,
            sender=Party(address=visitor, name=person.line("name") or message.line("name")),
            occurred_at=raw.received_at,
            text=text,
            text_full=text,
            attachments=files,
            message_id=message.line("id"),
            conversation_key=visitor,
            provider_id=message.line("id"),
            traits=_traits(raw, message, person),
            return_path=visitor,
            authentic=True,
            vouched=tuple(vouched_addresses(person, _VOUCHED)) if person.flag("verified") else (),
            stream=visitor,
        )
    ]


def _read(raw: RawInteraction) -> Posted:
    try:
        return read_posted(raw.payload, str(raw.envelope.get("content_type") or type_of(raw.payload)))
    except MalformedJson as error:
        raise Undecodable(str(error)) from None


def _files(posted: Posted) -> Iterator[Attachment]:
    for number, file in enumerate(posted.files[:MOST_ATTACHMENTS], start=1):
        yield Attachment(
            name=clean_file_name(file.name, otherwise=f"anexo-{number}"),
            content_type=media_type(file.content_type),
            content=file.content,
            original_name=file.name or None,
        )


def _traits(raw: RawInteraction, message: Wild, person: Wild) -> dict[str, TraitValue]:
    email = person.line("email") or message.line("email")
    traits: dict[str, TraitValue] = {"visitor.known": bool(person.value)}
    traits |= {"origin": str(raw.envelope["origin"])} if raw.envelope.get("origin") else {}
    traits |= {"sender.email": email} if email else {}
    traits |= context_traits(message.optional_part("context").value)
    return traits | problem_traits(message.problems)
