"""From an interaction to the facts that rules see."""

from domain.facts import AttachmentFacts, Facts
from domain.interaction import Interaction


def facts_of(interaction: Interaction, *, is_reply: bool) -> Facts:
    """`is_reply`: the interaction was filed on a ticket that existed before it."""
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
        is_reply=is_reply,
        attachments=tuple(
            AttachmentFacts(name=file.name, content_type=file.content_type, size=file.size)
            for file in interaction.attachments
        ),
        traits=interaction.traits,
    )
