"""Referrals: which departments see a ticket that another one owns. Units of work over a connection."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from domain.facts import Facts
from domain.ticket import Referral
from store.bulk import Bulk, chunks
from store.codec import facts_from_json
from store.moments import to_micros
from store.rows import INSERT_HISTORY, WHO
from store.schema import messages, ticket_referrals

_INSERT = Bulk.insert(ticket_referrals)


def facts_of_filed(connection: Connection, identities: Collection[str]) -> dict[str, Facts]:
    """What triage saw of messages that are on their tickets already."""
    found = {}
    query = select(messages.c.identity, messages.c.facts, messages.c.text)
    for chunk in chunks(sorted(identities)):
        for identity, facts, text in connection.execute(query.where(messages.c.identity.in_(chunk))):
            if facts is not None:
                found[identity] = facts_from_json(facts, text=text)
    return found


def refer(connection: Connection, referrals: Iterable[Referral], now: datetime) -> None:
    """Write down what is not known yet, and the history of it."""
    fresh = {(one.ticket, one.department): one for one in referrals}
    known = _known(connection, sorted({ticket for ticket, _ in fresh}))
    new = [fresh[key] for key in sorted(fresh) if key not in known]
    at = to_micros(now)
    _INSERT.run(connection, [(one.ticket, one.department, one.address, at) for one in new])
    INSERT_HISTORY.run(
        connection, [(one.ticket, at, WHO, "referred", None, one.department, f"to {one.address}") for one in new]
    )


def _known(connection: Connection, numbers: Sequence[int]) -> set[tuple[int, str]]:
    known: set[tuple[int, str]] = set()
    query = select(ticket_referrals.c.ticket, ticket_referrals.c.department)
    for chunk in chunks(numbers):
        known.update((row[0], row[1]) for row in connection.execute(query.where(ticket_referrals.c.ticket.in_(chunk))))
    return known
