"""Attack 32: two of our instances acknowledge each other; a robot that changes one byte and its address each time."""

import email
from contextlib import AsyncExitStack
from email import policy

import pytest

from tests.pipeline import SUPPORT, house_in

MOST = 2


def stripped(letter, sender, number, *, subject):
    """As a gateway leaves it that knows none of the headers by which machines are known, and writes its own ids."""
    words = letter["Subject"] if subject else "Recebemos sua mensagem"
    head = f"From: {sender}\r\nSubject: {words}\r\nMessage-ID: <{number}@gateway.example>\r\n"
    return head, letter.get_body(("plain",)).get_content()


async def letters_of(house):
    await house.work()
    await house.dispatch()
    return house.letters()


@pytest.mark.parametrize(("subject", "reason"), [(True, "unverified"), (False, "repeated_text")])
async def test_two_instances_whose_headers_get_lost_on_the_way_stop(tmp_path, migrated, subject, reason):
    async with AsyncExitStack() as stack:
        houses = []
        for name in ("um", "dois"):
            (tmp_path / name).mkdir()
            houses.append(await stack.enter_async_context(house_in(tmp_path / name, templates=migrated)))
        desks = ["atendimento@um.example", "atendimento@dois.example"]
        await houses[0].mail("Não consigo emitir a nota.", sender=desks[1])
        seen = [0, 0]
        for turn in range(20):
            here, there = turn % 2, 1 - turn % 2
            letters = await letters_of(houses[here])
            new, seen[here] = letters[seen[here] :], len(letters)
            for letter in new:
                head, text = stripped(letter, desks[here], turn, subject=subject)
                await houses[there].mail(text, head=head, envelope=desks[here])

        assert max(len(house.letters()) for house in houses) <= MOST + 1, "one for the first mail, two for echoes"
        assert reason in [answer for house in houses for answer in await house.answers()]


async def test_with_their_headers_they_stop_at_once(house):
    await house.mail()
    (letter,) = await letters_of(house)
    await house.accept_mail(letter.as_bytes(policy=policy.SMTP), envelope="atendimento@dois.example")

    assert len(await letters_of(house)) == 1


@pytest.mark.parametrize("answers", [False, True])
async def test_a_robot_with_a_new_address_and_a_new_byte_each_time_stops(house, answers):
    """It answers what it got, or writes anew; after a restart it is still known."""
    reference = ""
    for number in range(12):
        letter = chr(ord("a") + number)
        body = f"Obrigado por escrever. Sua mensagem {letter} entrou na nossa fila e sera lida em ordem de chegada."
        domain = f"robos{number}.example" if answers else "robos.example"
        sender = f"robo{number}@{domain}"
        subject = f"Re: [#{number}] Recebemos sua mensagem" if answers else f"Fila {number}"
        head = (
            f"From: {sender}\r\nTo: {SUPPORT}\r\nSubject: {subject}\r\nMessage-ID: <{number}@{domain}>\r\n{reference}"
        )
        await house.mail(body, head=head, envelope=sender)
        sent = await letters_of(house)
        reference = f"In-Reply-To: {sent[-1]['Message-ID']}\r\n" if answers else ""
        if number == 5:
            await house.restart()

    assert len(house.letters()) == MOST
    assert set((await house.answers())[MOST:]) == {"repeated_text"}


async def test_every_automatic_message_was_charged(house):
    """Nothing leaves by itself that no budget knows of."""
    for number in range(5):
        await house.mail(f"Pedido bem diferente {'xyzwv'[number] * 30}", sender=f"u{number}@c{number}.example")
    await letters_of(house)
    rows = await house.database.read(
        lambda connection: connection.exec_driver_sql(
            "SELECT (SELECT count(*) FROM outbox WHERE automatic AND state <> 'silent'),"
            " (SELECT sum(spent) FROM ack_budget WHERE scope = 'all')"
        ).one()
    )

    assert rows[0] == rows[1] == 5
    assert all(email.message_from_bytes(bytes(letter))["Auto-Submitted"] for letter in house.letters())
