"""Attack 27: with a borrowed Message-ID one mail may not swallow another; the same one by two roads is one."""

import itertools

import pytest

FIRST = {
    "From": "ana@cliente.example",
    "Date": "Mon, 2 Mar 2026 08:00:00 -0300",
    "Subject": "Erro na nota",
    "Message-ID": "<fixo@cliente.example>",
}
BODY = "Não consigo emitir a nota."


def written(body=BODY, **changes):
    fields = {**FIRST, **{name.replace("_", "-"): value for name, value in changes.items()}}
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value), body


async def filed(house, *mails):
    """Texts of all messages stored after these (head, body, envelope) came."""
    for head, body, envelope in mails:
        await house.mail(body, head=head, envelope=envelope)
    await house.work()
    return [message["text"] for ticket in await house.tickets() for message in ticket["messages"]]


@pytest.mark.parametrize("order", list(itertools.permutations([0, 1])))
@pytest.mark.parametrize(
    ("changes", "body"),
    [
        ({"From": "mallory@evil.example"}, BODY),
        ({}, "Outra coisa."),
        ({"Subject": "Outro assunto"}, BODY),
        ({"Date": "Mon, 2 Mar 2026 08:00:01 -0300"}, BODY),
        ({"From": "mallory@evil.example", "Subject": "x", "Date": "x"}, "x"),
    ],
)
async def test_the_same_message_id_with_anything_else_changed_is_another_message(house, order, changes, body):
    mails = [(*written(), "ana@cliente.example"), (*written(body, **changes), "mallory@evil.example")]

    assert sorted(await filed(house, *(mails[place] for place in order))) == sorted([BODY, body])


async def test_an_attachment_makes_another_message(house):
    def with_file(content):
        head, _ = written()
        head += 'Content-Type: multipart/mixed; boundary="b"\r\n'
        return head, (
            f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{BODY}\r\n--b\r\n"
            f'Content-Type: application/pdf; name="a.pdf"\r\n\r\n{content}\r\n--b--'
        )

    found = await filed(house, (*with_file("um"), "a@b.example"), (*with_file("dois"), "a@b.example"))
    assert found == [BODY, BODY]


async def test_the_same_mail_by_two_roads_is_one_message(house):
    """Once directly, once through a list of trace headers and another envelope."""
    head, body = written()
    traced = "Received: from mx by filas; Mon, 2 Mar 2026 11:00:05 +0000\r\nX-Spam: 0\r\n" + head

    found = await filed(house, (head, body, "ana@cliente.example"), (traced, body, "srs0=x=y=ana@relay.example"))
    assert found == [BODY]
    assert await house.answers() == ["pending"]


async def test_a_script_that_says_the_same_every_hour_is_not_swallowed(house):
    """Neither Message-ID nor Date: the hour counts, for the transport and for the message."""
    raw = b"From: cron@cliente.example\r\nSubject: backup\r\n\r\nfalhou\r\n"
    first = await house.accept_mail(raw)
    again = await house.accept_mail(raw)
    assert again.duplicate
    assert again.raw_id == first.raw_id


async def test_the_transports_repetition_is_one_entry_and_another_recipient_is_another(house):
    head, body = written()
    receipts = [await house.mail(body, head=head) for _ in range(2)]
    other = await house.mail(body, head=head, to="financeiro@exemplo.com.br")

    assert [receipt.duplicate for receipt in (*receipts, other)] == [False, True, False]
    await house.work()
    assert [len(ticket["messages"]) for ticket in await house.tickets()] == [1]


async def test_a_chat_that_reuses_ids_swallows_nothing(house):
    for words in ("primeira", "segunda"):
        await house.chat(words, message_id="m-1")
    await house.chat("segunda", message_id="m-1")
    await house.work()

    (ticket,) = await house.tickets()
    assert [message["text"] for message in ticket["messages"]] == ["primeira", "segunda"]
