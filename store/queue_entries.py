"""An entry of the journal as one message of a queue.

    {"channel": …, "dedup_key": …, "received_at": µs, "envelope": {…}, "checksum": CRC-32 of the payload, "late": ns}
    \\n
    payload                                                                                  bytes as they came

All of it is in the body: a header of AMQP must fit into one frame, and an envelope with a thousand recipients does
not. The id is the message's `message_id`. What cannot be read again is kept as it is, for a person to look at.
"""

import zlib
from datetime import UTC, datetime
from typing import Any

import orjson

from domain.raw import RawInteraction
from store.codec import dumps
from store.moments import from_micros, to_micros
from store.raw_ids import to_numbers

UNKNOWN_CHANNEL = "unreadable"


class Damaged(Exception):
    """Says why a message is not what we wrote."""


def encode(interaction: RawInteraction, late: int = 0) -> bytes:
    head = {
        "channel": interaction.channel,
        "dedup_key": interaction.dedup_key,
        "received_at": to_micros(interaction.received_at),
        "checksum": zlib.crc32(interaction.payload),
        "late": late,
    }
    # The envelope may hold what only `dumps` knows how to write; it is JSON inside JSON.
    return orjson.dumps({**head, "envelope": dumps(dict(interaction.envelope))}) + b"\n" + interaction.payload


def decode(body: bytes) -> tuple[RawInteraction, int]:
    """The entry, and by how many nanoseconds its turn comes later. Raises Damaged."""
    line, _, payload = body.partition(b"\n")
    try:
        head: dict[str, Any] = orjson.loads(line)
        interaction = RawInteraction(
            channel=str(head["channel"]),
            dedup_key=str(head["dedup_key"]),
            received_at=from_micros(int(head["received_at"])),
            payload=payload,
            envelope=dict(orjson.loads(head["envelope"])),
        )
        checked, late = head["checksum"], int(head.get("late", 0))
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise Damaged("damaged in the queue: its head cannot be read") from error
    if zlib.crc32(payload) != checked:
        raise Damaged("damaged in the queue: its checksum does not match")
    return interaction, late


def unreadable(body: bytes, raw_id: int) -> RawInteraction:
    """Whatever it is that lay in our queue, as an entry."""
    return RawInteraction(
        channel=UNKNOWN_CHANNEL,
        dedup_key=f"{UNKNOWN_CHANNEL}:{raw_id:016x}",
        received_at=datetime.now(UTC),
        payload=body,
    )


def id_of(message_id: str | None) -> int | None:
    """The number of an entry; None when it has none of ours."""
    return next(iter(to_numbers([message_id or ""])), None)
