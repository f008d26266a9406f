"""From an interaction to the facts that rules see."""

from collections.abc import Mapping
from datetime import datetime

from domain.facts import AttachmentFacts, Facts
from domain.interaction import Interaction, TraitValue
from domain.ticket import Placement, Road

_REPLIES = frozenset({Road.JOINS, Road.HELD, Road.NOTES})
_NOTHING: Mapping[str, TraitValue] = {}


def facts_of(
    interaction: Interaction,
    *,
    placement: Placement | None = None,
    received_at: datetime | None = None,
    standing: Mapping[str, TraitValue] = _NOTHING,
) -> Facts:
    """`placement` says on which ticket it was filed; None: on one of its own. `standing`: traits of the sender."""
    opened_at = placement.opened_at if placement else None
    age = (received_at or interaction.occurred_at) - opened_at if opened_at else None
    return Facts(
        channel=interaction.channel,
        medium=interaction.medium.value,
        occurred_at=interaction.occurred_at,
        sender=interaction.sender.address,
        sender_name=interaction.sender.name or "",
        recipients=interaction.envelope_recipients or interaction.recipients,
        subject=interaction.subject,
        text=interaction.text,
        automated=interaction.automated.value,
        is_reply=placement is not None and placement.road in _REPLIES,
        attachments=tuple(
            AttachmentFacts(
                name=file.name, content_type=file.content_type, size=file.size, sniffed_type=file.sniffed_type
            )
            for file in interaction.attachments
        )
        + tuple(
            AttachmentFacts(name=file.name, content_type=file.content_type, size=file.size or 0)
            for file in interaction.remote_files
        ),
        traits={**interaction.traits, **standing} if standing else interaction.traits,
        headers=interaction.headers,
        received_at=received_at,
        conversation_age=max(age.total_seconds(), 0.0) if age else 0.0,
        message_count=placement.message_count if placement else 1,
    )
