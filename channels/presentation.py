"""An interaction as the JSON of contracts.md (`balcao decode --json`)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from domain.afterwards import AddressChange, Afterword, DeliveryReceipt, Retraction
from domain.delivery import DeliveryReport
from domain.interaction import Attachment, Ignored, Interaction
from domain.remote import RemoteFile


def decoded_as_json(decoded: Sequence[Interaction | Afterword] | Ignored) -> Any:
    """A list of interactions and of what is told about earlier ones, or `{"ignored": reason}`.

    What is pending is not filed yet, and not shown.
    """
    if isinstance(decoded, Ignored):
        return {"ignored": decoded.reason}
    shown = [one for one in decoded if not isinstance(one, Interaction) or not one.pending]
    return [interaction_as_json(one) if isinstance(one, Interaction) else afterword_as_json(one) for one in shown]


def afterword_as_json(told: Afterword) -> dict[str, Any]:
    match told:
        case DeliveryReceipt():
            again = None if told.again is None else told.again.total_seconds()
            whose = {"remote_id": told.remote_id, "recipient": told.recipient}
            why = {"code": told.code, "reason": told.reason, "again_after_s": again}
            return {"receipt": told.progress.word, **whose, "at": _iso(told.at), **why}
        case Retraction():
            return {"taken_back": told.identity, "at": _iso(told.at)}
        case AddressChange():
            return {"address_changed": {"from": told.old, "to": told.new}, "at": _iso(told.at)}


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def interaction_as_json(interaction: Interaction) -> dict[str, Any]:
    return {
        "identity": interaction.identity,
        "medium": interaction.medium.value,
        "sender": {"name": interaction.sender.name, "address": interaction.sender.address},
        "recipients": list(interaction.recipients),
        "cc": list(interaction.cc),
        "reply_to": list(interaction.reply_to),
        "occurred_at": _iso(interaction.occurred_at),
        "subject": interaction.subject,
        "text": interaction.text,
        "text_full": interaction.text_full,
        "html": interaction.html,
        "attachments": [_attachment_as_json(attachment) for attachment in interaction.attachments],
        "message_id": interaction.message_id,
        "in_reply_to": list(interaction.in_reply_to),
        "references": list(interaction.references),
        "conversation_key": interaction.conversation_key,
        "automated": interaction.automated.value,
        "provider_id": interaction.provider_id,
        "traits": dict(interaction.traits),
        **(
            {"remote_files": [_remote_file_as_json(one) for one in interaction.remote_files]}
            if interaction.remote_files
            else {}
        ),
        **(
            {"deliveries": [_delivery_as_json(one) for one in interaction.deliveries]} if interaction.deliveries else {}
        ),
    }


def _delivery_as_json(report: DeliveryReport) -> dict[str, Any]:
    return {
        "recipients": list(report.recipients),
        "action": report.action.value,
        "status": report.status,
        "diagnostic": report.diagnostic,
    }


def _attachment_as_json(attachment: Attachment) -> dict[str, Any]:
    return {
        "name": attachment.name,
        "original_name": attachment.original_name,
        "content_type": attachment.content_type,
        "sniffed_type": attachment.sniffed_type,
        "size": attachment.size,
        "sha256": attachment.sha256,
        "inline": attachment.inline,
    }


def _remote_file_as_json(file: RemoteFile) -> dict[str, Any]:
    return {
        "name": file.name,
        "content_type": file.content_type,
        "size": file.size,
        "reference": file.reference,
        "inline": file.inline,
    }
