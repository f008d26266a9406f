"""Attack 21: a token that is not exactly ours is no token (CVE-2026-53591: an HMAC compared by its given length)."""

import base64
import hmac

import pytest

from domain.mailbox import tag_of
from tests.pipeline import SUPPORT
from triage.token import LENGTH, sign

MALLORY = "mallory@evil.example"


@pytest.fixture
async def reply_to(house):
    """The address that our answer to ticket 1 asks to be used; ticket 2 is somebody else's."""
    await house.mail(sender="ana@cliente.example")
    await house.mail(sender="bia@cliente.example")
    await house.work()
    await house.dispatch()
    return house.letters()[0]["Reply-To"]


def with_tag(tag):
    return f"suporte+{tag}@exemplo.com.br"


def changed(token, place):
    return token[:place] + ("a" if token[place] != "a" else "b") + token[place + 1 :]


async def reached_by(house, tags):
    """The tickets that mails reach which say nothing but where they were sent to."""
    for tag in tags:
        await house.mail(sender=MALLORY, to=with_tag(tag))
    await house.work()
    return [ticket for ticket in await house.tickets() if ticket["contact"]["addresses"] == [MALLORY]]


async def assert_no_tokens(house, tags):
    tickets = await reached_by(house, tags)

    assert [ticket["number"] for ticket in tickets] == list(range(3, 3 + len(tags)))
    assert [ticket["links"] for ticket in tickets] == [[]] * len(tags)
    assert [len((await house.ticket(number))["messages"]) for number in (1, 2)] == [1, 1]


@pytest.mark.parametrize("header", ["envelope", "To", "Cc"])
async def test_the_whole_token_joins_whoever_holds_it(house, reply_to, header):
    to = reply_to if header == "envelope" else SUPPORT
    lines = "" if header == "envelope" else f"{header}: {reply_to}\r\n"
    receipt = await house.mail(head=f"From: {MALLORY}\r\n{lines}", envelope=MALLORY, to=to)
    ticket = await house.ticket_of(receipt)

    assert ticket["number"] == 1
    assert [message["verified"] for message in ticket["messages"]] == [True, True]


async def test_one_character_changed_is_no_token(house, reply_to):
    await assert_no_tokens(house, [changed(tag_of(reply_to), place) for place in range(LENGTH)])


async def test_shortened_is_no_token(house, reply_to):
    await assert_no_tokens(house, [tag_of(reply_to)[:length] for length in (*range(1, 17), LENGTH - 1)])


def older_key(_token):
    return sign(b"the key of last year", 1)


def sequential(_token):
    """Legacy: an id without a signature, and one with an empty one."""
    return base64.b32encode((1).to_bytes(5, "big") + b"\0" * 15).decode().lower()


def digest_only(_token):
    return hmac.new(b"", b"1", "sha256").hexdigest()[:LENGTH]


FORGERIES = (
    str.upper, str.title, older_key, sequential, digest_only, lambda token: token * 2, lambda token: f"{token}=",
    lambda token: f"x+{token}", lambda token: f"{token}+x", lambda token: f" {token}", lambda token: token[::-1],
    lambda _token: "1", lambda _token: "#1", lambda _token: "", lambda token: f"{token}\u0131",
)  # fmt: skip


async def test_no_other_spelling_is_a_token(house, reply_to):
    await assert_no_tokens(house, [forge(tag_of(reply_to)) for forge in FORGERIES])


async def test_a_token_says_its_ticket_and_no_other_even_if_the_subject_does(house, reply_to):
    receipt = await house.mail(head=f"From: {MALLORY}\r\nSubject: [#2]\r\n", envelope=MALLORY, to=reply_to)

    assert (await house.ticket_of(receipt))["number"] == 1


async def test_a_token_of_a_ticket_that_is_not_there_opens_a_new_one(house, reply_to):
    key = (house.folder / "var" / "secrets" / "token.key").read_text().strip().encode()
    await assert_no_tokens(house, [sign(key, 4_000_000)])
