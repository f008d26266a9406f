"""From a fetched mail to a RawInteraction: the bytes as the server gave them, and a key by which a repeat is known.

The key is made of the channel and the content, not of the UID: the same mail fetched again after a change of
UIDVALIDITY, or moved to another folder of this mailbox, is one entry. Mail with neither Message-ID nor Date (scripts
write such) may rightly arrive again with the very same bytes, so for it the moment of arrival counts, which the
server keeps (ADR 3).
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from channels.imap.batches import Listed
from domain.raw import RawInteraction

_OWN_MARK = re.compile(rb"^(?:message-id|date)[ \t]*:", re.IGNORECASE | re.MULTILINE)
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_FIELD_END = b"\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a mail was found."""

    channel: str
    folder: str
    uid_validity: int


def dedup_key(channel: str, content: bytes, arrived_at: datetime | None) -> str:
    digest = hashlib.sha256(channel.encode() + _FIELD_END)
    if arrived_at is not None and not _carries_own_mark(content):
        digest.update(arrived_at.astimezone(UTC).isoformat(timespec="seconds").encode() + _FIELD_END)
    digest.update(content)
    return f"imap:{digest.hexdigest()}"


def raw_mail(
    source: Source, mail: Listed, content: bytes, *, received_at: datetime, cut: bool, backfilled: bool
) -> RawInteraction:
    """`cut`: `content` is only the beginning. `backfilled`: from before our time, its sender expects no answer now."""
    envelope: dict[str, Any] = {
        "folder": source.folder,
        "uid_validity": source.uid_validity,
        "uid": mail.uid,
        "arrived_at": mail.arrived_at.astimezone(UTC).isoformat() if mail.arrived_at else None,
    }
    if cut:
        envelope["cut_from"] = mail.size
    if backfilled:
        envelope["backfilled"] = True
    return RawInteraction(
        channel=source.channel,
        dedup_key=dedup_key(source.channel, content, mail.arrived_at),
        received_at=received_at,
        payload=content,
        envelope=envelope,
    )


def _carries_own_mark(content: bytes) -> bool:
    end = _HEAD_END.search(content)
    return _OWN_MARK.search(content, 0, end.start() if end else len(content)) is not None
