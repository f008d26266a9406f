"""Chat messages that joined a ticket are judged again, together with what the same person wrote around them
(triage.bursts).

One query for all of a batch, in its transaction, after its messages were written: of two workers that file messages of
one conversation, the second waits for the first (store.talks) and then sees what it wrote.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from domain.interaction import Automated, Medium
from domain.ticket import Filing, Road
from store.bursts import said_since
from store.retelling import change_tickets, tickets_now
from triage.bursts import MOST, bursts_with, pressed, reason, together
from triage.engine import judge
from triage.loading import RuleSet


def press_bursts(
    connection: Connection, filings: Sequence[Filing], ruleset: RuleSet, within: timedelta | None, now: datetime
) -> None:
    """Tickets become as urgent as a burst on them is."""
    joined = [filing for filing in filings if _speaks_on(filing)]
    if within is None or not joined:
        return
    numbers = {filing.placement.ticket for filing in joined}
    new = {filing.interaction.identity for filing in joined}
    since = min(filing.interaction.occurred_at for filing in joined) - min(within * MOST, timedelta(days=1))
    said = said_since(connection, numbers, since)
    found = [
        (number, burst)
        for number in sorted(numbers)
        for burst in bursts_with(said[number], {one.message for one in said[number] if one.identity in new}, within)
    ]
    before = tickets_now(connection, {number for number, _ in found})
    after, reasons = dict(before), dict.fromkeys(before, "")
    for number, burst in found:
        verdict = judge(ruleset, together(burst))
        changed = pressed(after[number], burst, verdict)
        if changed != after[number]:
            after[number], reasons[number] = changed, reason(burst, verdict)
    change_tickets(connection, [(before[one], after[one], reasons[one]) for one in sorted(before)], now)


def _speaks_on(filing: Filing) -> bool:
    said = filing.interaction
    by_a_person = said.medium is Medium.CHAT and said.automated is Automated.NONE
    return by_a_person and filing.placement.road is Road.JOINS
