"""Which departments a batch refers to its tickets: those its mails were written to as well.

    a new ticket  ─▶ its addresses, and those of repetitions in the same batch
    a repetition  ─▶ its addresses, and those of the message that is filed already

One mail to two of our addresses may come once with two recipients, twice by SMTP, or by SMTP and IMAP.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from domain.interaction import Interaction
from domain.surroundings import Surroundings
from domain.ticket import Filing, Referral, Road
from store.referrals import facts_of_filed, refer
from triage.loading import RuleSet
from triage.referral import addressed, ours, referrals
from triage.standing import House

_OPENING = frozenset({Road.OPENS, Road.LINKS})


def refer_others(
    connection: Connection,
    *,
    interactions: Sequence[Interaction],
    filings: Sequence[Filing],
    around: Surroundings,
    ruleset: RuleSet,
    house: House,
    now: datetime,
) -> None:
    """`interactions`: all of the batch, repetitions included."""
    addresses: dict[str, dict[str, None]] = {}
    for said in interactions:
        addresses.setdefault(said.identity, {}).update(dict.fromkeys(addressed(said, house)))
    found = [
        *_of_new(filings, addresses, ruleset, house),
        *_of_repeated(connection, addresses, around, ruleset, house),
    ]
    if found:
        refer(connection, found, now)


def _of_new(
    filings: Sequence[Filing], addresses: Mapping[str, Mapping[str, None]], ruleset: RuleSet, house: House
) -> Iterator[Referral]:
    for filing in filings:
        if filing.placement.road in _OPENING:
            written_to = addresses[filing.interaction.identity]
            ticket, owner = filing.placement.ticket, filing.verdict.department
            yield from referrals(ruleset, house, filing.facts, written_to, ticket=ticket, owner=owner)


def _of_repeated(
    connection: Connection,
    addresses: Mapping[str, Mapping[str, None]],
    around: Surroundings,
    ruleset: RuleSet,
    house: House,
) -> Iterator[Referral]:
    repeated = {identity for identity, written_to in addresses.items() if written_to and identity in around.filed}
    if not repeated:
        return
    for identity, facts in facts_of_filed(connection, repeated).items():
        ticket = around.filed[identity]
        written_to = (*ours(facts.recipients, house), *addresses[identity])
        owner = around.tickets[ticket].department
        yield from referrals(ruleset, house, facts, written_to, ticket=ticket, owner=owner)
