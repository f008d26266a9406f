"""A visitor's message becomes a chat message of his conversation.

Who he is stands in the envelope, where the door put what his token proved. What he writes about himself (name,
e-mail) is shown to agents as what it is; only what the embedding site has signed brings contacts together.
"""

from collections.abc import Sequence

from channels.json_context import context_traits
from channels.json_reading import problem_traits
from channels.sent import form_files, sent_in
from channels.vouching import vouched_addresses
from channels.wild import Wild
from domain.errors import Undecodable
from domain.interaction import Ignored, Interaction, Medium, Party, TraitValue
from domain.raw import RawInteraction

_VOUCHED = frozenset({"email"})


def decode(raw: RawInteraction) -> Sequence[Interaction] | Ignored:
    """Raises Undecodable."""
    posted = sent_in(raw)
    message, person = Wild(posted.fields), Wild(raw.envelope.get("person") or {})
    visitor = str(raw.envelope.get("visitor") or "visitor")
    text, files = message.text("text") or "", tuple(form_files(posted))
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


def _traits(raw: RawInteraction, message: Wild, person: Wild) -> dict[str, TraitValue]:
    email = person.line("email") or message.line("email")
    traits: dict[str, TraitValue] = {"visitor.known": bool(person.value)}
    traits |= {"origin": str(raw.envelope["origin"])} if raw.envelope.get("origin") else {}
    traits |= {"sender.email": email} if email else {}
    traits |= context_traits(message.optional_part("context").value)
    return traits | problem_traits(message.problems)
