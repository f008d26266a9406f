"""Forgetting what need not be kept. Each call is one small step, so that nobody waits long for the database.

A payload goes once its entry has been settled for long enough. The entry itself stays: its dedup_key is what
makes a sender's repetition harmless, for good. What a person must still look at (quarantined, failed) stays whole.
"""

from datetime import datetime

from sqlalchemy import Connection, delete, select

from domain.raw import OVER
from store.journal_schema import raw, raw_payloads
from store.moments import to_micros
from store.schema import ack_budget, ack_texts

STEP = 500


def purge_payloads(connection: Connection, settled_before: datetime, step: int = STEP) -> int:
    """Remove at most `step` payloads from the journal, oldest first. Returns how many; 0 means that it is done."""
    # Ids are nanoseconds of acceptance: what came later needs no look.
    ids_from = to_micros(settled_before) * 1000
    old = (
        select(raw_payloads.c.raw_id)
        .join_from(raw_payloads, raw, raw.c.raw_id == raw_payloads.c.raw_id)
        .where(raw_payloads.c.raw_id < ids_from, raw.c.fate.in_(OVER), raw.c.settled_at < settled_before)
        .order_by(raw_payloads.c.raw_id)
        .limit(step)
    )
    ids = connection.execute(old).scalars().all()
    connection.execute(delete(raw_payloads).where(raw_payloads.c.raw_id.in_(ids)))
    return len(ids)


def purge_budgets(connection: Connection, before_period: str) -> int:
    """Remove acknowledgement budgets of windows before `before_period` from the ticket store. Returns how many."""
    return connection.execute(delete(ack_budget).where(ack_budget.c.period < before_period)).rowcount


def purge_texts(connection: Connection, before: datetime) -> int:
    """Forget the words of what was acknowledged before then. Returns how many."""
    return connection.execute(delete(ack_texts).where(ack_texts.c.at < before)).rowcount
