"""From an answered DATA to a RawInteraction: the bytes as they came, and a key by which a repeat is known."""

import hashlib
from datetime import datetime

from channels.smtp.receive_dialogue import Transaction
from domain.raw import RawInteraction

_BLANK_LINE = b"\r\n\r\n"
_FIELD_END = b"\x00"


def dedup_key(mail_from: str, rcpt_to: list[str], content: bytes, received_at: datetime) -> str:
    """The same when a client repeats a delivery, because it never saw our answer.

    Mail with neither Message-ID nor Date (scripts) may rightly be sent again with the very same bytes, so for
    it the hour counts too.
    """
    digest = hashlib.sha256()
    for address in (mail_from, *sorted(rcpt_to)):
        digest.update(address.encode() + _FIELD_END)
    if not _carries_own_mark(content):
        digest.update(received_at.strftime("%Y-%m-%dT%H").encode() + _FIELD_END)
    digest.update(content)
    return f"smtp:{digest.hexdigest()}"


def raw_mail(
    channel: str, transaction: Transaction, content: bytes, received_at: datetime, session: dict[str, str | bool | None]
) -> RawInteraction:
    """`session` adds what the connection knew: peer, helo, tls."""
    return RawInteraction(
        channel=channel,
        dedup_key=dedup_key(transaction.mail_from, transaction.rcpt_to, content, received_at),
        received_at=received_at,
        payload=content,
        envelope={
            "mail_from": transaction.mail_from,
            "rcpt_to": transaction.rcpt_to,
            **session,
            "smtputf8": transaction.smtputf8,
        },
        source=transaction.mail_from.lower(),
    )


def _carries_own_mark(content: bytes) -> bool:
    end = content.find(_BLANK_LINE)
    head = b"\n" + (content if end < 0 else content[:end]).lower()
    return b"\nmessage-id:" in head or b"\ndate:" in head
