"""Attack 19, the way back: a held message is accepted by a person, with his name in the history."""

import asyncio
import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from store import verifying
from tests.ingest.desk import balcao
from tests.pipeline import ANA

DAEMON = "mailer-daemon@cliente.example"


@pytest.fixture
async def ticket(house):
    """Solved, with two held messages of Ana's and a held bounce."""
    first = await house.ticket_of(await house.mail("Preciso de ajuda."))
    await house.dispatch()
    await house.solve(first["number"])
    found = f"In-Reply-To: {house.letters()[0]['Message-ID']}\r\n"
    for body, sender in (("ainda não", ANA), ("urgente", ANA), ("devolvido", DAEMON)):
        await house.mail(body, head=f"From: {sender}\r\n{found}", envelope=sender)
    await house.work()
    return await house.ticket(first["number"])


def ran(house, *words, code=0):
    done = balcao("tickets", "verify", *map(str, words), "-c", str(house.folder / "balcao.yaml"), "--json",
                  env={"SUDO_USER": "maria"}, lang="en")  # fmt: skip
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


async def participants(house):
    rows = text("SELECT address FROM ticket_participants ORDER BY address")
    return await house.database.read(lambda connection: [row[0] for row in connection.execute(rows)])


def in_thread(function, *arguments, **named):
    return asyncio.to_thread(function, *arguments, **named)


async def test_all_that_people_wrote_is_accepted_and_the_ticket_reopens(house, ticket):
    document = await in_thread(ran, house, ticket["number"])
    after = await house.ticket(ticket["number"])

    assert [message["verified"] for message in after["messages"]] == [True, True, True, False]
    assert after["state"] == "open"
    assert document == {
        "number": ticket["number"],
        "who": "maria",
        "verified": [message["id"] for message in ticket["messages"][1:3]],
        "participants": [ANA],
        "reopened": True,
    }
    events = [(event["who"], event["what"], event["from"], event["to"]) for event in after["history"][-3:]]
    assert events == [
        ("maria", "verified", None, f"message {document['verified'][0]}"),
        ("maria", "verified", None, f"message {document['verified'][1]}"),
        ("maria", "reopened", "solved", "open"),
    ]


async def test_one_by_its_number_and_a_machines_only_so_without_taking_part(house, ticket):
    bounce = ticket["messages"][3]["id"]
    document = await in_thread(ran, house, ticket["number"], bounce)
    after = await house.ticket(ticket["number"])

    assert [message["verified"] for message in after["messages"]] == [True, False, False, True]
    assert (after["state"], document["reopened"], document["participants"]) == ("solved", False, [])
    assert await participants(house) == [ANA]


async def test_a_second_time_there_is_nothing_to_accept(house, ticket):
    await in_thread(ran, house, ticket["number"])
    before = await house.ticket(ticket["number"])
    answer = await in_thread(ran, house, ticket["number"], code=1)

    assert answer["error"] == f"nothing that a person wrote is held on ticket {ticket['number']}"
    assert await house.ticket(ticket["number"]) == before


async def test_what_is_not_held_there_is_named_and_nothing_is_done(house, ticket):
    verified = ticket["messages"][0]["id"]
    answer = await in_thread(ran, house, ticket["number"], ticket["messages"][1]["id"], verified, code=1)

    assert f"message {verified} is not held on ticket {ticket['number']}" in answer["error"]
    assert [message["verified"] for message in (await house.ticket(ticket["number"]))["messages"]] == [
        True,
        *[False] * 3,
    ]


@pytest.mark.parametrize(("words", "code"), [(["999"], 1), (["0"], 2), (["x"], 2), ([], 2), (["1", "x"], 2)])
async def test_mistakes_are_told(house, ticket, words, code):
    assert (await in_thread(ran, house, *words, code=code))["error"]


async def test_an_accepted_sender_is_a_participant(house):
    """However he came to be held, he may be held again from then on, and is no stranger."""
    first = await house.ticket_of(await house.mail("oi"))
    one = verifying.Held(id=first["messages"][0]["id"], sender="Bia@outra.example", by_a_person=True)
    await house.database.write(
        lambda connection: verifying.accept(connection, first["number"], [one], "maria", datetime.now(UTC))
    )
    assert await participants(house) == [ANA, "bia@outra.example"]
