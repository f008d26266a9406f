"""Pictures that were sent together come one by one, and are one message with all of them (`Interaction.album`).

together in a batch    one interaction with all files, before anything is decided
afterwards             the files join the message that is there; so do words, which usually come with the first
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from domain.interaction import Interaction
from ingest.entry import Read
from store import remote_files


def put_together(reads: Sequence[Read]) -> dict[str, Read]:
    """By identity. Of what comes twice the first is kept, of an album all."""
    found: dict[str, Read] = {}
    for read in reads:
        identity = read.interaction.identity
        known = found.setdefault(identity, read)
        if known is not read and read.interaction.album:
            found[identity] = Read(known.entry, _joined(known.interaction, read.interaction))
    return found


def _joined(first: Interaction, more: Interaction) -> Interaction:
    known = {file.reference for file in first.remote_files}
    new = tuple(file for file in more.remote_files if file.reference not in known)
    if not new:
        return first
    return replace(
        first,
        remote_files=(*first.remote_files, *new),
        text=_both(first.text, more.text),
        text_full=_both(first.text_full, more.text_full),
    )


def _both(first: str, more: str) -> str:
    return "\n".join(filter(str.strip, (first, more)))


def add_to_filed(connection: Connection, reads: Mapping[str, Read], filed: Mapping[str, int], now: datetime) -> None:
    """What of an album came after its message was filed; `filed`: identity to ticket, as it was before this batch."""
    for identity, read in reads.items():
        if read.interaction.album and identity in filed:
            remote_files.add_to_album(connection, identity, read.interaction, now)
