"""Attack 36, with 34 and 35 on the whole way: signs of templates and headers are only text, and an answer goes out."""

import pytest

from channels.signed_reply import _values
from tests.pipeline import ANA
from tests.security.outbox import Recorder

SIGNS = [
    "{{7*7}}", "{% for x in [1,2] %}{{x}}{% endfor %}", "%(x)s %s %d %n", "${7*7}", "#{7*7}", "{0.__class__}",
    "<%= 7*7 %>", "{{ ''.__class__.__mro__[1].__subclasses__() }}", "{% include '/etc/passwd' %}", "{{ticket}}",
    "{# oi #}", "\\N{BULLET} \\x41 \\u0041", "`id` $(id) ;id|id", "[[7*7]] @(7*7) ~{7*7}", "%0d%0aBcc: x@evil.example",
]  # fmt: skip
INJECTIONS = ["=?utf-8?q?oi=0D=0ABcc:_x=40evil.example?=", "oi\r\n\tBcc: x@evil.example", "oi\rBcc: x@evil.example"]
NAMES = [
    '"a@evil.example, \\"b"',
    '"x>, <y@evil.example"',
    "=?utf-8?b?PHlAZXZpbC5leGFtcGxlPg==?=",
    "a, b <x@evil.example>,",
]


async def answered(house):
    await house.work()
    await house.dispatch()
    (letter,) = house.letters()
    return letter


async def test_signs_in_a_mail_are_stored_as_they_came_and_never_rendered(house):
    for number, signs in enumerate(SIGNS):
        name = signs.replace('"', "")
        head = f'From: "{name}" <c{number}@cliente.example>\r\nSubject: {signs}\r\n'
        await house.mail(signs, head=head, envelope=f"c{number}@cliente.example")
    await house.work()
    await house.dispatch()

    tickets = await house.tickets()
    assert [ticket["subject"] for ticket in tickets] == SIGNS
    assert [ticket["messages"][0]["text"] for ticket in tickets] == SIGNS
    for signs, letter in zip(SIGNS, house.letters(), strict=True):
        assert "49" not in letter.get_body(("plain",)).get_content()
        assert signs not in letter.as_string()


async def test_signs_in_a_chat_are_stored_as_they_came_and_never_rendered(house):
    for signs in SIGNS:
        body = {"sender": {"id": signs, "name": signs}, "conversation": signs, "subject": signs, "text": signs}
        await house.json("site", body)
    await house.work()
    recorder = Recorder()
    await house.dispatch({"site": recorder})

    found = [(ticket["messages"][0], ticket["subject"]) for ticket in await house.tickets()]
    assert [(said["text"], said["sender"]["name"], subject) for said, subject in found] == [(s, s, s) for s in SIGNS]
    assert len(recorder.messages) == len(SIGNS)
    assert not any("49" in str(_values(message) | {"to": ""}) for message in recorder.messages)


@pytest.mark.parametrize("injection", INJECTIONS)
@pytest.mark.parametrize("field", ["Subject", "Message-ID", "References", "X-Mailer"])
async def test_line_ends_in_a_header_are_one_line_and_the_answer_is_sent(house, field, injection):
    await house.mail(head=f"From: {ANA}\r\n{field}: {injection}\r\n")
    letter = await answered(house)

    assert letter["Bcc"] is None
    assert letter["To"] == ANA
    (ticket,) = await house.tickets()
    assert len(ticket["subject"].splitlines()) <= 1


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_made_of_addresses_gives_exactly_one_recipient(house, name):
    await house.mail(head=f"From: {name} <{ANA}>\r\nSubject: oi\r\n")
    letter = await answered(house)

    assert [address.addr_spec for address in letter["To"].addresses] == [ANA]
    assert "evil" not in str(letter["To"])


@pytest.mark.parametrize(
    "envelope",
    [
        "a@x.example,b@evil.example",
        "a@x.example b@evil.example",
        '"a@x.example> <b"@evil.example',
        "a@x@y",
        "semarroba",
    ],
)
async def test_an_envelope_that_is_not_one_address_is_sent_to_nobody(house, envelope):
    """Journal entries of another day or another door may hold anything; the letter is buried, not the dispatcher."""
    await house.mail(head=f"From: {ANA}\r\n", envelope=envelope)
    await house.mail(sender="bia@cliente.example")
    await house.work()
    await house.dispatch()

    assert all([address.addr_spec for address in letter["To"].addresses] != [] for letter in house.letters())
    assert not any("b@evil.example" in str(letter["To"]) for letter in house.letters())
    assert (await house.answers())[-1] == "sent"
