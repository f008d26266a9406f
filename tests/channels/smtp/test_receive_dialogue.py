"""Whole SMTP dialogues as data: lines in, codes out, no sockets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.smtp.receive_dialogue import MAX_MISTAKES, Dialogue, Step
from channels.smtp.receive_limits import Limits
from domain.mailbox import Mailbox

EHLO, MAIL, RCPT = b"EHLO c", b"MAIL FROM:<a@b.example>", b"RCPT TO:<suporte@exemplo.com>"


def dialogue(*, tls=False, in_flight=1000):
    mailbox = Mailbox(
        address="suporte@exemplo.com",
        name="S",
        recipients=frozenset({"suporte@exemplo.com", "@ajuda.exemplo.com"}),
        plus_addressing=True,
    )
    limits = Limits(max_connections=1, max_connections_per_address=1, max_in_flight=1000)
    limits.take(1000 - in_flight)
    return Dialogue(hostname="mx", mailbox=mailbox, limits=limits, max_message=500, max_recipients=2, tls=tls)


def codes(talk, *lines):
    return [talk.answer(line + b"\r\n")[0][:3].decode() for line in lines]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([EHLO, MAIL, RCPT, b"DATA"], "250 250 250 354"),
        ([b"HELO c", MAIL, RCPT, b"data"], "250 250 250 354"),
        ([MAIL], "503"),
        ([EHLO, RCPT], "250 503"),
        ([EHLO, MAIL, b"DATA"], "250 250 503"),
        ([EHLO, MAIL, MAIL], "250 250 503"),
        ([EHLO, MAIL, b"RSET", MAIL], "250 250 250 250"),
        ([EHLO, MAIL, EHLO, RCPT], "250 250 250 503"),
        ([EHLO, MAIL, RCPT, b"DATA now"], "250 250 250 501"),
        ([b"EHLO", b"HELO"], "501 501"),
        ([EHLO, b"MAIL FROM:<> SIZE=501"], "250 552"),
        ([EHLO, b"MAIL FROM:<> SIZE=500"], "250 250"),
        ([EHLO, MAIL, b"RCPT TO:<vendas@exemplo.com>"], "250 250 550"),
        ([EHLO, MAIL, b"RCPT TO:<qualquer@ajuda.exemplo.com>"], "250 250 250"),
        ([EHLO, MAIL, b"RCPT TO:<abuse@exemplo.com>", b"RCPT TO:<postmaster>"], "250 250 250 250"),
        ([b"NOOP", b"HELP", b"VRFY root", b"EXPN todos", b"AUTH PLAIN x"], "250 214 252 502 502"),
        ([b"XCLIENT ADDR=1.2.3.4", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2", b"LHLO x"], "500 500 500"),
        ([b"STARTTLS"], "502"),
        ([b"QUIT"], "221"),
        ([b"NOOP\tx\x00", b"NOOP\ra", b"\x1b[2J"], "500 500 500"),
        ([b"NOOP " + b"x" * 3000], "500"),
        ([b""], "500"),
    ],
)
def test_each_dialogue_gets_its_codes(lines, expected):
    assert codes(dialogue(), *lines) == expected.split()


@pytest.mark.parametrize("line", [b"NOOP\n", b"NOOP\r", b"NOOP"])
def test_only_cr_lf_ends_a_line(line):
    assert dialogue().answer(line)[0].startswith(b"500")


def test_ehlo_offers_what_is_kept_and_nothing_else():
    offers = dialogue(tls=True).answer(b"EHLO c\r\n")[0].decode().split("\r\n")

    assert offers == [
        "250-mx",
        "250-SIZE 500",
        "250-8BITMIME",
        "250-SMTPUTF8",
        "250-PIPELINING",
        "250-STARTTLS",
        "250 ENHANCEDSTATUSCODES",
    ]


def test_after_starttls_everything_said_before_is_forgotten():
    talk = dialogue(tls=True)
    codes(talk, EHLO, MAIL, RCPT)
    assert talk.answer(b"STARTTLS\r\n")[1] is Step.START_TLS
    talk.restart_over_tls()

    assert codes(talk, MAIL, EHLO, RCPT, b"STARTTLS") == ["503", "250", "503", "503"]
    assert b"STARTTLS" not in talk.answer(b"EHLO c\r\n")[0]


def test_one_recipient_too_many_is_deferred_and_the_same_one_twice_counts_once():
    talk = dialogue()
    codes(talk, EHLO, MAIL)

    asked = [RCPT, RCPT, b"RCPT TO:<a@ajuda.exemplo.com>", b"RCPT TO:<b@ajuda.exemplo.com>", b"DATA"]
    assert codes(talk, *asked) == ["250", "250", "250", "452", "354"]
    assert talk.transaction.rcpt_to == ["suporte@exemplo.com", "a@ajuda.exemplo.com"]


@pytest.mark.parametrize(
    ("room", "lines", "expected"),
    [
        (100, [EHLO, b"MAIL FROM:<> SIZE=200"], "250 452"),
        (0, [EHLO, MAIL, RCPT, b"DATA"], "250 250 250 452"),
        (0, [EHLO, b"MAIL FROM:<>", RCPT, b"DATA"], "250 250 250 452"),
    ],
)
def test_when_too_much_is_in_flight_others_are_asked_to_come_again(room, lines, expected):
    assert codes(dialogue(in_flight=room), *lines) == expected.split()


def test_who_makes_too_many_mistakes_is_sent_away():
    talk = dialogue()
    replies = [talk.answer(b"WHAT\r\n") for _ in range(MAX_MISTAKES + 1)]

    assert {reply[:3] for reply, _ in replies[:-1]} == {b"500"}
    assert replies[-1] == (b"421 4.7.0 Too many errors, goodbye", Step.HANG_UP)


@pytest.mark.parametrize("line", [b"BDAT 10 LAST", b"GET / HTTP/1.1", b"POST / HTTP/1.0", b"CONNECT x:1 HTTP/1.1"])
def test_what_would_be_followed_by_no_commands_ends_the_connection(line):
    assert dialogue().answer(line + b"\r\n")[1] is Step.HANG_UP


@given(st.lists(st.sampled_from([EHLO, MAIL, RCPT, b"DATA", b"RSET", b"QUIT"]) | st.binary(max_size=40), max_size=15))
def test_any_lines_get_one_answer_each(lines):
    """Every reply is a code and text in ASCII, whatever was said."""
    talk = dialogue()
    for line in lines:
        reply, step = talk.answer(line + b"\r\n")
        assert reply[:3].isdigit()
        assert reply.isascii()
        if step is not Step.GO_ON:
            break
