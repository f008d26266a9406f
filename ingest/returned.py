"""What delivery reports of a batch do to the messages and addresses they speak of; part of its transaction."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from domain.interaction import Interaction
from store import bounces
from triage.bounces import bounced_message, failures_of, named_messages


def note_bounces(connection: Connection, interactions: Iterable[Interaction], key: bytes, now: datetime) -> None:
    """Reports are rare: nothing is asked of the store where there are none."""
    reports = [interaction for interaction in interactions if interaction.deliveries]
    if not reports:
        return
    named = {message_id for report in reports for message_id in named_messages(report)}
    proven = [found[1] for report in reports if (found := bounced_message(report, key)) is not None]
    sent = bounces.sent_messages(connection, sorted(named), proven)
    bounces.record(connection, [failure for report in reports for failure in failures_of(report, sent, key)], now)
