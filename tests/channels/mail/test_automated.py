"""Robots are known by their signs, people are not taken for robots."""

import pytest

from domain.interaction import Automated
from tests.channels.mail.reading import mail, read

NULL = {"mail_from": "", "rcpt_to": ["suporte@exemplo.com"]}


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ("Auto-Submitted: auto-replied\r\n", "auto_reply"),
        ("Auto-Submitted: auto-generated (cron)\r\n", "auto_reply"),
        ("AUTO-SUBMITTED: Auto-Replied; owner-email=x\r\n", "auto_reply"),
        ("X-Autoreply: yes\r\n", "auto_reply"),
        ("X-Autorespond: x\r\n", "auto_reply"),
        ("Precedence: auto_reply\r\n", "auto_reply"),
        ("Subject: Resposta automática: oi\r\n", "auto_reply"),
        ("Subject: =?utf-8?q?Resposta_autom=C3=A1tica=3A_oi?=\r\n", "auto_reply"),
        ("Subject: Out of Office: oi\r\n", "auto_reply"),
        ("Subject: Automatic reply: oi\r\n", "auto_reply"),
        ("Subject: Fuera de la oficina\r\n", "auto_reply"),
        ("Subject: Lida: oi\r\n", "auto_reply"),
        ("Content-Type: multipart/report; report-type=disposition-notification; boundary=x\r\n", "auto_reply"),
        ("Content-Type: multipart/report; report-type=feedback-report; boundary=x\r\n", "auto_reply"),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n", "bounce"),
        ("Content-Type: multipart/report; boundary=x\r\n", "bounce"),
        ("X-Failed-Recipients: x@y.example\r\n", "bounce"),
        ("List-Id: <lista.x.example>\r\n", "list"),
        ("Precedence: list\r\n", "list"),
        ("Precedence: bulk\r\n", "bulk"),
        ("Precedence: junk\r\n", "bulk"),
        ("List-Unsubscribe: <mailto:sair@x.example>\r\n", "bulk"),
        ("Feedback-ID: 1:2:3\r\n", "bulk"),
        ("X-Auto-Response-Suppress: All\r\n", "bulk"),
        ("X-Auto-Response-Suppress: DR, OOF\r\n", "bulk"),
        ("Auto-Submitted: auto-replied\r\nPrecedence: bulk\r\nList-Id: <x.y>\r\n", "auto_reply"),
        ("Message-ID: <balcao.42.0123456789abcdef01234567@exemplo.com>\r\n", "own"),
    ],
)
def test_signals(headers, kind):
    found = mail(headers)

    assert found.automated.value == kind
    assert found.traits["mail.automated_by"]


@pytest.mark.parametrize(
    "headers",
    [
        "",
        "Auto-Submitted: no\r\n",
        "Auto-Submitted: No (really)\r\n",
        "X-Auto-Response-Suppress: DR\r\n",
        "Precedence: first-class\r\n",
        "Subject: Preciso de uma resposta automática no sistema\r\n",
        "Subject: undeliverable goods\r\n",
        "Subject: Relatório lido: dúvida\r\n",
        "Message-ID: <balcao.42@exemplo.com>\r\n",
    ],
)
def test_people(headers):
    found = mail(headers)

    assert found.automated is Automated.NONE
    assert "mail.automated_by" not in found.traits


@pytest.mark.parametrize(
    ("sender", "envelope", "kind"),
    [
        ("MAILER-DAEMON@x.example", {}, "bounce"),
        ("Mail Delivery <mailer-daemon@x.example>", NULL, "bounce"),
        ("ana@x.example", NULL, "bounce"),
        ("suporte@exemplo.com", {}, "own"),
        ("Suporte <Suporte+token@Exemplo.com>", {}, "own"),
        ("pessoa@ajuda.exemplo.com", {}, "none"),
    ],
)
def test_by_who_wrote(sender, envelope, kind):
    """A whole domain among the recipients does not make its people our own robots."""
    assert read(f"From: {sender}\r\nSubject: oi\r\n\r\noi", envelope=envelope).automated.value == kind


def test_a_bounce_names_the_message_it_returns():
    report = (
        "--x\r\n\r\nfalhou\r\n--x\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        "From: suporte@exemplo.com\r\nMessage-ID: <nosso@exemplo.com>\r\n--x--\r\n"
    )
    found = mail("Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n", report, envelope=NULL)

    assert found.references == ("<nosso@exemplo.com>",)
    assert found.text == "falhou"
