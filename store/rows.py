"""How a filing is written down: one plain tuple per row, columns in the order given beside it.

Text that customers control goes through `storable`; nothing else needs it.
"""

from collections.abc import Sequence
from typing import Any

from domain.interaction import Attachment, Interaction, Medium
from domain.mailbox import destination_of, fold_address
from domain.outgoing import Delivery, SendState
from domain.ticket import Acknowledgement, Filing, Road, Silence, State
from store.bulk import Bulk
from store.codec import deciders_to_json, dumps, facts_to_json, maybe_storable, storable, verdict_to_json
from store.moments import to_micros
from store.schema import attachments, history, messages, outbox, tickets

Row = tuple[Any, ...]

WHO = "balcao"
"""Who acts in a history where no person does."""

INSERT_TICKET = Bulk.insert(tickets)
INSERT_MESSAGE = Bulk.insert(messages)
INSERT_ATTACHMENT = Bulk.insert(attachments)
ATTACHMENT_COLUMNS = tuple(column.name for column in attachments.columns)
INSERT_HISTORY = Bulk.insert(history, "ticket", "at", "who", "what", "from", "to", "reason")
_LATER = {"id", "part", "claimed_by"}
INSERT_OUTGOING = Bulk.insert(outbox, *(column.name for column in outbox.columns if column.name not in _LATER))

_HEADER = ("recipients", "cc", "reply_to", "in_reply_to", "references", "envelope_recipients")
VERIFIED_PHONE = "verified phone"
"""Numbers that a channel vouches for. Those of calls are apart, for a caller id can be forged (attack 53)."""
_OWN_REALMS = {Medium.MAIL: "mail", Medium.CALL: "phone"}


def realm_in(medium: Medium, channel: str) -> str:
    """Where an address means something: mail and phone everywhere, any other id only on its channel."""
    return _OWN_REALMS.get(medium, channel)


def realm_of(interaction: Interaction) -> str:
    return realm_in(interaction.medium, interaction.channel)


def sender_of(interaction: Interaction) -> str:
    """The sender as contacts and participants know him; empty when nobody is named."""
    return fold_address(storable(interaction.sender.address))


def ticket_row(filing: Filing, received: int, message: int, contact: int | None) -> Row:
    verdict = filing.verdict
    return (
        filing.placement.ticket,
        State.NEW.value,
        verdict.department,
        verdict.priority,
        storable(filing.interaction.subject),
        contact,
        None,
        dumps(list(dict.fromkeys([*(str(tag.value) for tag in verdict.tags), *filing.tags]))),
        verdict.flagged or bool(filing.tags),
        received,
        None,
        message,
        deciders_to_json(verdict),
    )


def message_row(filing: Filing, received: int, message: int) -> Row:
    said, place = filing.interaction, filing.placement
    text = storable(said.text)
    whole = storable(said.text_full)
    return (
        message,
        place.ticket,
        storable(said.identity),
        "note" if place.road is Road.NOTES else "in",
        said.channel,
        said.medium.value,
        place.road.value,
        place.road is not Road.HELD,
        storable(said.sender.address),
        maybe_storable(said.sender.name),
        storable(said.subject),
        text,
        None if whole == text else whole,
        maybe_storable(said.html),
        dumps({name: values for name in _HEADER if (values := getattr(said, name))}),
        maybe_storable(said.message_id),
        maybe_storable(said.conversation_key),
        said.automated.value,
        maybe_storable(said.provider_id),
        maybe_storable(said.envelope_sender),
        filing.raw_id,
        received,
        to_micros(said.occurred_at),
        facts_to_json(filing.facts, text=text),
        verdict_to_json(filing.verdict),
    )


def attachment_rows(interaction: Interaction, message: int) -> list[Row]:
    return attachment_rows_of(interaction.attachments, message)


def attachment_rows_of(files: Sequence[Attachment], message: int) -> list[Row]:
    return [attachment_row(file, message, position) for position, file in enumerate(files)]


def attachment_row(file: Attachment, message: int, position: int) -> Row:
    return (
        message,
        position,
        file.sha256,
        storable(file.name),
        maybe_storable(file.original_name),
        storable(file.content_type),
        file.size,
        file.inline,
        maybe_storable(file.sniffed_type),
    )


def outgoing_row(filing: Filing, now: int) -> Row | None:
    match filing.answer:
        case Acknowledgement() as answer:
            return acknowledgement_row(filing.placement.ticket, filing.interaction.identity, answer, now)
        case Silence() as silence:
            return silence_row(filing.placement.ticket, filing.interaction.identity, silence, now)
        case None:
            return None


def acknowledgement_row(
    ticket: int, identity: str, answer: Acknowledgement, now: int, *, due: int | None = None
) -> Row:
    """`identity` of what it answers; `due`: when it may go, now if not given."""
    return (
        ticket,
        answer.channel,
        storable(answer.to),
        storable(answer.subject),
        storable(answer.text),
        maybe_storable(answer.html),
        answer.language,
        True,
        storable(answer.idempotency_key),
        maybe_storable(answer.message_id),
        maybe_storable(answer.in_reply_to),
        dumps(answer.references),
        maybe_storable(answer.sender),
        maybe_storable(answer.reply_to),
        storable(identity),
        Delivery.AT_MOST_ONCE.value,
        SendState.PENDING.value,
        None,
        0,
        now if due is None else due,
        now,
        None,
        None,
        None,
        None,
        destination_of(answer.to),
    )


def silence_row(ticket: int, identity: str, silence: Silence, now: int, *, key: str | None = None) -> Row:
    return (
        ticket,
        silence.channel,
        maybe_storable(silence.to),
        *("", "", None, "", True, key, None, None, "[]", None, None),
        storable(identity),
        Delivery.AT_MOST_ONCE.value,
        SendState.SILENT.value,
        silence.reason,
        0,
        now,
        now,
        now,
        *(None, None, None, None),
    )
