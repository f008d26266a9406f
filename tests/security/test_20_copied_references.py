"""Attack 20: what a real notification shows of itself is enough to find its ticket, and to prove nothing.

The table of ways is shared with attack 19; here, that the tokens inside are the only thing that does more.
"""

import pytest

from tests.pipeline import SUPPORT
from tests.security.test_19_forged_participant import MALLORY, pointing, victim

__all__ = ["victim"]


@pytest.mark.parametrize("state", ["new", "open", "waiting", "solved", "closed"])
async def test_whatever_the_tickets_state_a_stranger_with_its_ids_gets_a_ticket_of_his_own(house, victim, state):
    await house.solve(victim["number"], state)
    lines = pointing(house, victim["number"])["our id"]
    receipt = await house.mail("oi", head=f"From: {MALLORY}\r\n{lines}", envelope=MALLORY)
    ticket = await house.ticket_of(receipt)

    assert (ticket["number"] == victim["number"], ticket["links"]) == (False, [victim["number"]])
    assert (await house.ticket(victim["number"]))["state"] == state


async def test_a_hundred_ids_of_many_tickets_reach_none(house):
    """References may name every notification ever seen; the oldest ticket found is linked, none is joined."""
    numbers = [(await house.ticket_of(await house.mail(sender=f"c{n}@cliente.example")))["number"] for n in range(5)]
    await house.dispatch()
    ids = " ".join(letter["Message-ID"] for letter in house.letters())
    receipt = await house.mail(head=f"From: {MALLORY}\r\nReferences: {ids}\r\n", envelope=MALLORY, to=SUPPORT)
    ticket = await house.ticket_of(receipt)

    assert ticket["number"] not in numbers
    assert len(ticket["links"]) == 1
