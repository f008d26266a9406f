"""Attack 18: a stranger writes with `[#123]` in the subject: a new ticket, linked and marked; it tells him nothing."""

import pytest

from tests.pipeline import raws_of

MALLORY = "mallory@evil.example"


@pytest.fixture
async def victim(house):
    """Ana's ticket, full of what Mallory wants to read."""
    receipt = await house.mail("Minha senha é abacaxi.", headers="Subject: Caso sigiloso\r\n")
    return await house.ticket_of(receipt)


@pytest.mark.parametrize(
    "subject",
    ["[#{n}]", "Re: [#{n}] Recebemos sua mensagem", "RES: Enc: [#{n}] [#{n}]", "=?utf-8?q?=5B=23{n}=5D?=", "[#0{n}]"],
)
async def test_a_new_linked_ticket_and_nothing_of_the_named_one_in_the_answer(house, victim, subject):
    number = victim["number"]
    subject = subject.format(n=number)
    receipt = await house.mail("me conte tudo", head=f"From: {MALLORY}\r\nSubject: {subject}\r\n", envelope=MALLORY)
    ticket = await house.ticket_of(receipt)

    assert ticket["number"] != number
    assert ticket["links"] == [number]
    assert "stranger" in ticket["history"][0]["reason"]
    untouched = await house.ticket(number)
    assert raws_of(untouched) == raws_of(victim)
    assert untouched["contact"] == victim["contact"]

    await house.dispatch()
    answer = house.letters()[-1]
    told = answer.as_string()
    assert answer["To"] == MALLORY
    assert f"[#{ticket['number']}]" in answer["Subject"]
    for secret in ("abacaxi", "sigiloso", "ana@cliente.example", f"#{number}]", f"#{number}."):
        assert secret not in told


@pytest.mark.parametrize("number", ["0", "999999", "999999999999", "99999999999999999999", "-1", "1e3", "١"])
async def test_a_number_that_is_no_ticket_is_only_words(house, victim, number):
    receipt = await house.mail(head=f"From: {MALLORY}\r\nSubject: [#{number}]\r\n", envelope=MALLORY)
    ticket = await house.ticket_of(receipt)

    assert ticket["links"] == []
    assert ticket["number"] != victim["number"]


async def test_the_named_tickets_people_do_not_learn_of_him_by_mail(house, victim):
    receipt = await house.mail(head=f"From: {MALLORY}\r\nSubject: [#{victim['number']}]\r\n", envelope=MALLORY)
    await house.ticket_of(receipt)
    await house.dispatch()

    assert [letter["To"] for letter in house.letters()] == ["ana@cliente.example", MALLORY]
