"""A mail to several of our addresses is one ticket; the other departments it was written to are referred to it.

    own addresses it was written to ─▶ fewer than two ─▶ nobody
                                    └▶ department of each ─▶ those that do not own the ticket are referred

The department of an address is what the rules say of a message to it alone, without any words. Of an address that no
rule names and that no mailbox has for its name (a colleague in Cc), nothing is known.
"""

from collections.abc import Iterable
from dataclasses import replace

from domain.facts import Facts
from domain.interaction import Interaction, Medium
from domain.mailbox import without_tag
from domain.ticket import Referral
from triage.engine import judge
from triage.loading import RuleSet
from triage.rules import DEFAULT
from triage.standing import House


def addressed(interaction: Interaction, house: House) -> tuple[str, ...]:
    """Our addresses that a mail was written or delivered to, without plus-tags, each once."""
    if interaction.medium is not Medium.MAIL:
        return ()
    return ours((*interaction.envelope_recipients, *interaction.recipients, *interaction.cc), house)


def ours(addresses: Iterable[str], house: House) -> tuple[str, ...]:
    bare = dict.fromkeys(map(without_tag, addresses))
    return tuple(address for address in bare if any(mailbox.owns(address) for mailbox in house.own))


def referrals(
    ruleset: RuleSet, house: House, facts: Facts, addresses: Iterable[str], *, ticket: int, owner: str
) -> list[Referral]:
    """`owner` is the department that `ticket` is with. `facts`: what a message to one address alone would share."""
    written_to = dict.fromkeys(addresses)
    if len(written_to) < 2:
        return []
    named = {address: _department(ruleset, house, facts, address) for address in written_to}
    others: dict[str, str] = {}
    for address, other in named.items():
        if other is not None and other != owner:
            others.setdefault(other, address)
    if len({other for other in named.values() if other is not None}) < 2:
        return []
    return [Referral(ticket=ticket, department=other, address=address) for other, address in others.items()]


def _department(ruleset: RuleSet, house: House, facts: Facts, address: str) -> str | None:
    silent = replace(
        facts, recipients=(address,), subject="", text="", sender_name="", attachments=(), traits={}, headers={}
    )
    decision = judge(ruleset, silent).fields["department"]
    if decision.rule == DEFAULT and not any(mailbox.names(address) for mailbox in house.own):
        return None
    return str(decision.value)
