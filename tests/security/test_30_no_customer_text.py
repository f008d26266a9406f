"""Attack 30: an acknowledgement holds no word of the customer: relay spam of 2025-26 lived on subjects and names."""

import email
from email import policy

import pytest

from channels.signed_reply import _values
from tests.pipeline import ANA
from tests.security.outbox import Recorder

SPAM = "Ganhe-dinheiro-em-spam.example"
PIECES = (SPAM, SPAM.lower(), "Ganhe", "spam", "dinheiro")


def all_words(message):
    """Headers and every part, decoded."""
    parts = [part.get_content() for part in message.walk() if not part.is_multipart()]
    return "\n".join([*(f"{name}: {value}" for name, value in message.items()), *map(str, parts)])


@pytest.mark.parametrize(
    "head",
    [
        f"From: {ANA}\r\nSubject: {SPAM}\r\n",
        f'From: "{SPAM}" <{ANA}>\r\nSubject: oi\r\n',
        f"From: =?utf-8?q?{SPAM}?= <{ANA}>\r\nSubject: =?utf-8?q?{SPAM}?=\r\n",
        f"From: {ANA} ({SPAM})\r\nTo: {SPAM} <suporte@exemplo.com.br>\r\n",
        f'From: {ANA}\r\nReply-To: "{SPAM}" <x@spam.example>\r\nSender: {SPAM}@spam.example\r\n',
        f"From: {ANA}\r\nOrganization: {SPAM}\r\nKeywords: {SPAM}\r\nComments: {SPAM}\r\nX-Mailer: {SPAM}\r\n",
        f'From: {ANA}\r\nContent-Type: text/plain; charset=utf-8; name="{SPAM}.txt"\r\n',
    ],
)
async def test_no_word_of_a_mail_comes_back(house, head):
    await house.mail(f"{SPAM}\r\nhttps://{SPAM}/", head=f"{head}Message-ID: <1@x.example>\r\n")
    await house.work()
    await house.dispatch()

    (letter,) = house.letters()
    told = all_words(letter)
    assert [piece for piece in PIECES if piece in told] == []
    assert "#1" in told


@pytest.mark.parametrize(
    ("spelled", "repeated"),
    [
        ("<1@x.example>", True),
        (f"<Ganhe dinheiro https://{SPAM}/@x>", False),
        (f"<{'x' * 300}@x.example>", False),
        ("texto livre, sem sinais", False),
    ],
)
async def test_a_message_id_is_repeated_only_if_it_is_one(house, spelled, repeated):
    await house.mail(head=f"From: {ANA}\r\nMessage-ID: {spelled}\r\n")
    await house.work()
    await house.dispatch()

    (letter,) = house.letters()
    assert (letter["In-Reply-To"] == spelled) is repeated
    assert (letter["References"] == spelled) is repeated
    assert "spam" not in letter.as_string()


async def test_no_word_of_a_chat_comes_back(house):
    body = {
        "sender": {"id": "v-1", "name": SPAM, "email": f"x@{SPAM}"},
        "conversation": SPAM,
        "subject": SPAM,
        "text": SPAM,
        "message_id": "their-7",
        "context": {"page": SPAM},
    }
    await house.json("site", body)
    await house.work()
    recorder = Recorder()
    await house.dispatch({"site": recorder})

    (message,) = recorder.messages
    assert SPAM not in str(_values(message))
    assert (message.to, message.in_reply_to) == ("v-1", "their-7")


async def test_the_letter_is_the_same_for_everybody_but_for_number_and_address(house):
    for number, words in enumerate(("oi", f"{SPAM} " * 100, "<script>alert(1)</script>")):
        await house.mail(words, sender=f"c{number}@cliente.example")
    await house.work()
    await house.dispatch()

    letters = [email.message_from_bytes(letter.as_bytes(), policy=policy.default) for letter in house.letters()]
    bodies = {letter.get_body(("plain",)).get_content().replace(f"#{n}", "#N") for n, letter in enumerate(letters, 1)}
    assert len(bodies) == 1
