"""Messages that joined a ticket may make it more urgent: by what they say, or by what their writer said around them in
a chat (triage.bursts).

Two queries for all of a batch, in its transaction, after its messages were written: of two workers that file messages
of one conversation, the second waits for the first (store.talks) and then sees what it wrote.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from domain.filed import Said
from domain.interaction import Automated, Medium
from domain.ticket import Filing, Road
from store.bursts import said_as, said_since
from store.retelling import change_tickets, tickets_now
from triage.bursts import MOST, bursts_with, pressed, reason, verdict_on
from triage.loading import RuleSet

_HEARD = frozenset({Medium.CHAT, Medium.MAIL})
"""Calls and alerts have a course of their own (ingest.calling, ingest.alert_effects)."""


def press_joined(
    connection: Connection, filings: Sequence[Filing], ruleset: RuleSet, within: timedelta | None, now: datetime
) -> None:
    """Tickets become as urgent as what joined them. `within`: how soon the messages of a burst follow each other."""
    joined = [filing for filing in filings if _speaks_on(filing)]
    if not joined:
        return
    new = {filing.interaction.identity for filing in joined}
    found = [
        (number, burst, verdict_on(burst, ruleset))
        for number, said in sorted(_said(connection, joined, within).items())
        for burst in bursts_with(said, {one.message for one in said if one.identity in new}, within)
    ]
    before = tickets_now(connection, {number for number, _, _ in found})
    after, reasons = dict(before), dict.fromkeys(before, "")
    for number, burst, verdict in found:
        old, after[number] = after[number], pressed(after[number], burst, verdict)
        if (old.priority, old.department) != (after[number].priority, after[number].department):
            reasons[number] = reason(burst, verdict)
    change_tickets(connection, [(before[one], after[one], reasons[one]) for one in sorted(before)], now)


def _said(connection: Connection, joined: Sequence[Filing], within: timedelta | None) -> Mapping[int, list[Said]]:
    """The messages that joined, in chats with what was said around them; by ticket."""
    spoken = [filing for filing in joined if within is not None and filing.interaction.medium is Medium.CHAT]
    alone = {filing.interaction.identity for filing in joined} - {filing.interaction.identity for filing in spoken}
    found: dict[int, dict[int, Said]] = defaultdict(dict)
    if within is not None and spoken:
        since = min(filing.interaction.occurred_at for filing in spoken) - min(within * MOST, timedelta(days=1))
        _gather(found, said_since(connection, {filing.placement.ticket for filing in spoken}, since))
    if alone:
        _gather(found, said_as(connection, alone))
    return {number: list(said.values()) for number, said in found.items()}


def _gather(found: dict[int, dict[int, Said]], said: Mapping[int, Sequence[Said]]) -> None:
    for number, messages in said.items():
        found[number].update((one.message, one) for one in messages)


def _speaks_on(filing: Filing) -> bool:
    said = filing.interaction
    by_a_person = said.medium in _HEARD and said.automated is Automated.NONE
    return by_a_person and filing.placement.road is Road.JOINS
