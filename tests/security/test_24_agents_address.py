"""Attack 24: in an agent's name, unproved, one writes no note and gives no order; a former agent is a customer."""

import pytest

from tests.pipeline import raws_of

MARIA, RUI, FORMER = "maria@empresa.example", "rui@equipe.example", "joao@empresa.example"
PASS = "Authentication-Results: mx.exemplo.com.br; dmarc=pass header.from={domain}\r\n"
CASES = {
    "nothing said": "",
    "failed": "Authentication-Results: mx.exemplo.com.br; dmarc=fail header.from={domain}\r\n",
    "brought along": "Received: from evil.example by mx; x\r\n" + PASS,
}


@pytest.fixture
async def victim(house):
    ticket = await house.ticket_of(await house.mail("Preciso de ajuda."))
    await house.dispatch()
    await house.solve(ticket["number"])
    return ticket


async def written(house, victim, sender, proof, body="#close\nX-Command: move financeiro\nsegue a nota interna"):
    said = proof.format(domain=sender.rpartition("@")[2])
    answered = house.letters()[0]["Message-ID"]
    head = f"{said}From: {sender}\r\nIn-Reply-To: {answered}\r\nSubject: Re: [#{victim['number']}]\r\n"
    return await house.ticket_of(await house.mail(body, head=head, envelope=sender))


@pytest.mark.parametrize("proof", CASES.values(), ids=CASES)
@pytest.mark.parametrize("agent", [MARIA, RUI, "MARIA+x@empresa.example"])
async def test_unproved_he_is_a_stranger(house, victim, agent, proof):
    ticket = await written(house, victim, agent, proof)

    assert ticket["number"] != victim["number"]
    assert [message["direction"] for message in ticket["messages"]] == ["in"]
    before = await house.ticket(victim["number"])
    assert (before["state"], raws_of(before)) == ("solved", raws_of(victim))


@pytest.mark.parametrize("agent", [MARIA, RUI])
async def test_proved_it_is_a_note_that_nobody_is_told_of_and_no_order(house, victim, agent):
    ticket = await written(house, victim, agent, PASS)

    assert ticket["number"] == victim["number"]
    assert [message["direction"] for message in ticket["messages"]] == ["in", "note"]
    assert (ticket["state"], ticket["department"]) == ("solved", "suporte")
    assert (await house.answers())[-1] == "agents_note"
    assert ticket["history"][-1]["what"] == "noted"


async def test_who_noted_is_no_participant_and_no_contact(house, victim):
    await written(house, victim, MARIA, PASS)
    ticket = await written(house, victim, MARIA, "", "outra coisa")

    assert ticket["number"] != victim["number"], "a note gives no standing for later"


@pytest.mark.parametrize("proof", [PASS, ""])
async def test_a_former_agent_is_a_customer(house, victim, proof):
    ticket = await written(house, victim, FORMER, proof)

    assert ticket["links"] == [victim["number"]]
    assert ticket["messages"][0]["direction"] == "in"


async def test_rules_see_who_only_claims_to_be_one(house, victim):
    claimed = await written(house, victim, MARIA, "")
    assert claimed["messages"][0]["traits"]["sender.agent"] == "claimed"
    noted = await written(house, victim, MARIA, PASS, "outra coisa")
    assert noted["messages"][-1]["traits"]["sender.agent"] == "proved"
