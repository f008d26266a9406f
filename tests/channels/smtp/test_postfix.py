"""A real Postfix in front, set up as docs/mail-trust.md says: what it is told, and what it makes of that."""

import asyncio
import re
import smtplib
from functools import partial

import pytest

from domain.errors import IntakeUnavailable
from tests import postfix as postfixes
from tests.channels.site import FakeIntake
from tests.channels.smtp.test_docs_postfix import HEADER_CHECKS, MAIN
from tests.channels.smtp.transport import receiver_of, receiving
from tests.ports import free_port

DOMAIN = "ajuda.exemplo.com.br"
OURS = {"recipients": [f"suporte@{DOMAIN}", f"financeiro@{DOMAIN}"], "address": f"suporte@{DOMAIN}"}
BY_SOCKET = "soquete.exemplo.com.br"


@pytest.fixture(scope="module")
def lmtp_port():
    return free_port()


@pytest.fixture(scope="module")
def postfix(lmtp_port):
    """As documented, but for the port, the scanner, which is not there, and a second domain."""
    main = MAIN.replace("/etc/postfix", "{folder}").replace("[127.0.0.1]:8024", f"[127.0.0.1]:{lmtp_port}")
    more = f"relay_domains = {DOMAIN}, {BY_SOCKET}\nsmtpd_milters =\n"
    by_socket = f"{{ {BY_SOCKET} = lmtp:unix:balcao/lmtp.sock }}"
    main = re.sub(r"(?m)^(transport_maps = inline:\{.*)\}", rf"\1, {by_socket} }}", main)
    with postfixes.running(main=f"{main}\n{more}", files={"header_checks": HEADER_CHECKS}) as one:
        yield one


def receiver(lmtp_port, **more):
    return receiver_of(**OURS, lmtp=[f"127.0.0.1:{lmtp_port}"], **more)


def written(mark, *, head="", body="oi\r\n"):
    ours = f"From: ana@cliente.example\r\nMessage-ID: <{mark}@cliente.example>\r\nSubject: {mark}\r\n"
    return f"{ours}{head}\r\n{body}".encode()


async def brought(postfix, content, *recipients):
    """Hand the mail to Postfix, as the internet does."""
    to = [name if "@" in name else f"{name}@{DOMAIN}" for name in recipients]

    def deliver():
        with smtplib.SMTP("127.0.0.1", postfix.port, timeout=20) as client:
            return client.sendmail("ana@cliente.example", to, content)

    assert await asyncio.to_thread(deliver) == {}


async def waiting(postfix, condition, what):
    return await asyncio.to_thread(partial(postfix.wait_for, condition, what))


async def test_each_recipient_has_its_answer_and_the_one_we_do_not_know_comes_back(postfix, lmtp_port):
    intake = FakeIntake()
    async with receiving(receiver(lmtp_port), intake):
        await brought(postfix, written("cada-um"), "suporte", "ninguem", "financeiro")
        await waiting(postfix, lambda: len(postfix.lines("status=sent (250 2.0.0 Accepted as raw-")) >= 2, "both")
        report = (await waiting(postfix, lambda: postfix.delivered("ana@cliente.example"), "the bounce"))[0]

    assert [sorted(raw.envelope["rcpt_to"]) for raw in intake.accepted] == [
        [f"financeiro@{DOMAIN}", f"suporte@{DOMAIN}"]
    ]
    assert len(postfix.lines(f"to=<ninguem@{DOMAIN}>", "status=bounced", "said: 550 5.1.1")) == 1
    assert b"Final-Recipient: rfc822; ninguem@" in report
    assert report.count(b"Final-Recipient:") == 1
    assert postfix.queue() == []


async def test_while_nothing_can_be_made_durable_it_keeps_the_mail_and_then_delivers_it_once(postfix, lmtp_port):
    intake = FakeIntake(broken=IntakeUnavailable("disk full"))
    async with receiving(receiver(lmtp_port), intake):
        await brought(postfix, written("disco-cheio"), "suporte", "financeiro")
        deferred = (f"relay=127.0.0.1[127.0.0.1]:{lmtp_port}", "status=deferred", "said: 451 4.3.0")
        await waiting(postfix, lambda: len(postfix.lines(*deferred)) >= 2, "our 451 for both")
        (held,) = postfix.queue()
        assert {one["address"] for one in held["recipients"]} == {f"suporte@{DOMAIN}", f"financeiro@{DOMAIN}"}
        assert all("451 4.3.0 Temporary trouble on our side" in one["delay_reason"] for one in held["recipients"])
        intake.broken = None
        await waiting(postfix, lambda: not postfix.queue(), "an empty queue")

    assert [b"disco-cheio" in raw.payload for raw in intake.accepted] == [True]


async def test_while_we_are_away_it_keeps_the_mail(postfix, lmtp_port):
    await brought(postfix, written("fora"), "suporte")
    await waiting(postfix, lambda: postfix.lines("status=deferred", "Connection refused"), "that we are away")
    intake = FakeIntake()
    async with receiving(receiver(lmtp_port), intake):
        await waiting(postfix, lambda: not postfix.queue(), "an empty queue")

    assert len(intake.accepted) == 1


async def test_what_the_sender_wrote_in_our_servers_name_is_gone_and_long_lines_and_dots_are_not(postfix, lmtp_port):
    intake = FakeIntake()
    forged = "Authentication-Results: mx.exemplo.com.br; dkim=pass header.d=banco.example\r\nX-Spam-Status: No\r\n"
    foreign = "Authentication-Results: mx.outra.example; dkim=pass header.d=banco.example\r\n"
    async with receiving(receiver(lmtp_port), intake):
        await brought(
            postfix,
            written("forjado", head=forged + foreign, body="x" * 5000 + "\r\nção\r\n.\r\nfim\r\n"),
            "suporte+abc",
        )
        await waiting(postfix, lambda: intake.accepted, "the mail")

    (raw,) = intake.accepted
    head, _, body = raw.payload.partition(b"\r\n\r\n")
    assert raw.envelope["rcpt_to"] == [f"suporte+abc@{DOMAIN}"]
    assert re.findall(rb"(?im)^(authentication-results: \S+|x-spam\S*)", head) == [
        b"Authentication-Results: mx.outra.example;"
    ]
    assert body.startswith(b"x" * 900)
    assert body.endswith(b"\r\n.\r\nfim\r\n")


async def test_a_socket_below_its_queue_directory_serves_as_well(postfix):
    """Postfix is in no group of ours here, so everybody may use it."""
    path, intake = postfix.folder / "spool" / "balcao" / "lmtp.sock", FakeIntake()
    options = {"recipients": [f"@{BY_SOCKET}"], "lmtp": [f"unix:{path}"], "lmtp_mode": "0666"}
    async with receiving(receiver_of(**options), intake):
        await brought(postfix, written("soquete"), f"suporte@{BY_SOCKET}")
        await waiting(
            postfix, lambda: postfix.lines("[balcao/lmtp.sock]", "status=sent (250 2.0.0 Accepted"), "the mail"
        )

    assert [raw.envelope["rcpt_to"] for raw in intake.accepted] == [[f"suporte@{BY_SOCKET}"]]
