"""Attack 53: a call record claims a customer's number, a form his mail address. Neither proves anything."""

import pytest

CALL = {"event": "missed", "call_id": "c-1", "direction": "inbound", "from": "+5511912345678", "to": "+551140001000"}
CLAIM = {"id": "mallory", "name": "Bia", "email": "ana@cliente.example", "phone": "+5511912345678"}


def shown(ticket):
    return ticket["number"], ticket["contact"]["addresses"], len(ticket["messages"])


@pytest.mark.parametrize("forged", [("telefone", CALL), ("site", {"sender": CLAIM, "text": "sou a Ana"})])
async def test_a_claimed_address_is_a_ticket_of_its_own_and_joins_no_contact(house, forged):
    await house.mail("o boleto venceu", sender="ana@cliente.example")
    await house.chat("oi", sender="ana-no-site")
    await house.work()
    before = [shown(ticket) for ticket in await house.tickets()]

    await house.json(*forged)
    await house.work()

    after = await house.tickets()
    assert [shown(ticket) for ticket in after[:2]] == before
    assert len(after) == 3
    assert after[2]["contact"]["addresses"] in (["+5511912345678"], ["mallory"])
    assert after[2]["links"] == []
