"""What joins a ticket hours later makes it as urgent as the rules find it: on both stores, once, with its reason."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.pipeline import ANA, house_in
from tests.store.conftest import backend, fresh_url, postgres_server, postgres_templates, sqlite_templates, templates

__all__ = ["backend", "fresh_url", "postgres_server", "postgres_templates", "sqlite_templates", "templates"]

RULES = """\
version: 1
departments: {suporte: Suporte, financeiro: Financeiro}
default: {department: suporte, priority: Média}
rules:
  - name: boleto
    when: {words: [boleto, fatura]}
    set: {department: financeiro, priority: Baixa}
  - name: caiu
    when: {all: [{words: sistema}, {words: caiu}]}
    set: {priority: Alta, flag: true}
    tags: [fora-do-ar]
"""
NOW = datetime.now(UTC)
DOWN = "o sistema caiu, ninguém consegue trabalhar"


@pytest.fixture
async def house(tmp_path, fresh_url, sqlite_templates):
    folder = tmp_path / "house"
    folder.mkdir()
    store = await fresh_url("desk")
    async with house_in(folder, templates=sqlite_templates, store=f'"{store}"', rules=RULES) as made:
        yield made


def hours_ago(hours):
    return (NOW - timedelta(hours=hours)).isoformat()


def retriaged(ticket):
    return [(one["from"], one["to"], one["reason"]) for one in ticket["history"] if one["what"] == "retriaged"]


async def only(house):
    (ticket,) = await house.tickets()
    return ticket


async def test_five_hours_later_the_system_is_down(house):
    await house.chat("Não recebi a fatura", sent_at=hours_ago(6))
    await house.work()
    assert (await only(house))["priority"] == "Baixa"

    for _delivery in range(2):
        await house.chat(DOWN, sent_at=hours_ago(1), message_id="m-2")
        await house.work()
    ticket = await only(house)

    assert (ticket["priority"], ticket["department"], ticket["flagged"]) == ("Alta", "financeiro", True)
    assert ticket["tags"] == ["fora-do-ar"]
    later = ticket["messages"][1]["id"]
    assert retriaged(ticket) == [
        ("financeiro/Baixa", "financeiro/Alta", f"message {later}: caiu (text: sistema, caiu)")
    ]
    assert len(ticket["messages"]) == 2


async def test_it_counts_though_it_is_filed_before_what_was_said_first(house):
    await house.chat(DOWN, sent_at=hours_ago(1))
    await house.chat("Não recebi a fatura", sent_at=hours_ago(6))
    await house.work()

    assert (await only(house))["priority"] == "Alta"


@pytest.mark.parametrize("words", ["obrigado!", "e a fatura?", "kkk"])
async def test_thanks_and_doubts_change_nothing(house, words):
    """The rules' default is more urgent than the ticket: nobody said so about this message."""
    await house.chat("Não recebi a fatura", sent_at=hours_ago(6))
    await house.chat(words, sent_at=hours_ago(1))
    await house.work()
    ticket = await only(house)

    assert (ticket["priority"], retriaged(ticket)) == ("Baixa", [])


async def test_a_reply_by_mail_with_the_token_counts_and_a_forged_one_does_not(house):
    await house.mail("Não recebi a fatura")
    await house.work()
    await house.dispatch()
    token = house.letters()[0]["Reply-To"]
    await house.mail(DOWN, head=f"From: {ANA}\r\nSubject: Re: [#1]\r\n", envelope="mallory@evil.example")
    await house.work()
    held = await house.ticket(1)
    await house.mail("> o sistema caiu ontem?\n\nNão, tudo certo, mas e a fatura?", to=token)
    await house.work()
    quoted = await house.ticket(1)
    await house.mail(DOWN, to=token)
    await house.work()
    joined = await house.ticket(1)

    assert [one["verified"] for one in held["messages"]] == [True, False]
    assert [one["priority"] for one in (held, quoted, joined)] == ["Baixa", "Baixa", "Alta"]
    assert len(retriaged(joined)) == 1


async def test_an_automatic_reply_says_nothing_urgent(house):
    await house.mail("Não recebi a fatura")
    await house.work()
    await house.dispatch()
    head = f"From: {ANA}\r\nSubject: Resposta automática\r\nAuto-Submitted: auto-replied\r\n"
    await house.mail(DOWN, head=head, to=house.letters()[0]["Reply-To"])
    await house.work()

    assert (await only(house))["priority"] == "Baixa"


async def test_many_tickets_of_one_batch_each_get_their_own(house):
    for number in range(20):
        await house.chat("Não recebi a fatura", sent_at=hours_ago(6), conversation=f"c-{number}", sender=f"v-{number}")
    await house.work()
    for number in range(0, 20, 2):
        await house.chat(DOWN, sent_at=hours_ago(1), conversation=f"c-{number}", sender=f"v-{number}")
    await house.work()
    tickets = sorted(await house.tickets(), key=lambda one: one["number"])

    assert [one["priority"] for one in tickets] == ["Alta", "Baixa"] * 10
