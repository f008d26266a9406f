"""Bounces of many mail systems, as they are written in the field: who failed, why, and which message came back."""

import pytest

from tests.channels.mail.reading import mail, read

NULL = {"mail_from": "", "rcpt_to": ["suporte@exemplo.com"]}
OURS = "<balcao.42.0123456789abcdef01234567@exemplo.com>"
COPY = f"From: Suporte <suporte@exemplo.com>\nTo: ana@cliente.example\nMessage-ID: {OURS}\nSubject: Re: Nota\n\noi\n"
ANA = "ana@cliente.example"


def report(status, notice="A mensagem voltou.", copy=COPY, kind="message/rfc822"):
    """A multipart/report as RFC 3464 has it."""
    body = (
        f"--x\n\n{notice}\n--x\nContent-Type: message/delivery-status\n\n{status}\n"
        f"--x\nContent-Type: {kind}\n\n{copy}\n--x--\n"
    )
    head = "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n"
    return mail(head, body.replace("\n", "\r\n"), envelope=NULL)


def notice(text, subject="failure notice", sender="MAILER-DAEMON@mx.example", headers=""):
    head = f"From: {sender}\r\nTo: suporte@exemplo.com\r\nSubject: {subject}\r\n{headers}\r\n"
    return read(head + text.replace("\n", "\r\n"), envelope=NULL)


def told(found):
    return [(one.recipients, one.action.value, one.status) for one in found.deliveries]


STANDARD = {
    "Postfix": (
        (
            "Reporting-MTA: dns; mx.example\nX-Postfix-Queue-ID: 4XyZ\n\n"
            f"Final-Recipient: rfc822; {ANA}\nOriginal-Recipient: rfc822;{ANA}\nAction: failed\nStatus: 5.1.1\n"
            "Diagnostic-Code: smtp; 550 5.1.1 <ana@cliente.example>: Recipient address rejected:\n User unknown"
        ),
        [((ANA,), "failed", "5.1.1")],
    ),
    "Exchange 365, capitals and a comment": (
        (
            "Reporting-MTA: dns;BR1PR80MB.lamprd80.prod.outlook.example\n\n"
            f"Final-Recipient: rfc822;{ANA}\nAction: FAILED\nStatus: 5.2.2 (mailbox full)\n"
            "Diagnostic-Code: smtp;554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException"
        ),
        [((ANA,), "failed", "5.2.2")],
    ),
    "several recipients": (
        (
            "Reporting-MTA: dns; mx.example\n\n"
            f"Final-Recipient: rfc822; {ANA}\nAction: failed\nStatus: 5.0.0\n\n"
            "Final-Recipient: rfc822; bia@cliente.example\nAction: delayed\nStatus: 4.4.1\n\n"
            "Final-Recipient: rfc822; caio@cliente.example\nAction: delivered\nStatus: 2.0.0"
        ),
        [
            ((ANA,), "failed", "5.0.0"),
            (("bia@cliente.example",), "delayed", "4.4.1"),
            (("caio@cliente.example",), "delivered", "2.0.0"),
        ],
    ),
    "forwarded on": (
        (
            "Reporting-MTA: dns; mx.example\n\n"
            f"Original-Recipient: rfc822;{ANA}\nFinal-Recipient: RFC822; ana@casa.example\nAction: failed\n"
            "Status: 5.7.1"
        ),
        [((ANA, "ana@casa.example"), "failed", "5.7.1")],
    ),
    "no Action": (
        f"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; {ANA}\nStatus: 4.4.7",
        [((ANA,), "delayed", "4.4.7")],
    ),
    "no Status": (
        (
            f"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: {ANA}\nAction: failed\n"
            "Diagnostic-Code: smtp; 550-5.1.1 The email account does not exist"
        ),
        [((ANA,), "failed", "5.1.1")],
    ),
    "a delay": (
        (
            f"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; {ANA}\nAction: delayed\nStatus: 4.4.1\n"
            "Will-Retry-Until: Sat, 7 Mar 2026 08:00:00 -0300"
        ),
        [((ANA,), "delayed", "4.4.1")],
    ),
}


@pytest.mark.parametrize("name", STANDARD)
def test_delivery_reports(name):
    status, expected = STANDARD[name]
    found = report(status)

    assert told(found) == expected
    assert found.references == (OURS,)


def test_a_report_that_returns_headers_only_and_the_words_of_the_server():
    found = report(STANDARD["Postfix"][0], kind="text/rfc822-headers")

    assert found.references == (OURS,)
    assert found.deliveries[0].diagnostic.endswith("Recipient address rejected: User unknown")


NOTICES = {
    "qmail": (
        (
            "Hi. This is the qmail-send program at mx.example.\n"
            "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
            "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
            f"<{ANA}>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
            f"--- Below this line is a copy of the message.\n\nReturn-Path: <suporte@exemplo.com>\n{COPY}"
        ),
        {},
        [((ANA,), "failed", "5.1.1")],
    ),
    "Exim": (
        (
            "This message was created automatically by mail delivery software.\n\n"
            "A message that you sent could not be delivered to one or more of its\nrecipients. "
            f"This is a permanent error. The following address(es) failed:\n\n  {ANA}\n    host mx.cliente.example\n"
            "    SMTP error from remote mail server after RCPT TO:<ana@cliente.example>:\n    550 No such user here\n\n"
            f"------ This is a copy of the message, including all the headers. ------\n\n{COPY}"
        ),
        {
            "subject": "Mail delivery failed: returning message to sender",
            "headers": f"X-Failed-Recipients: {ANA}\r\nAuto-Submitted: auto-replied\r\n",
        },
        [((ANA,), "failed", "5.0.0")],
    ),
    "Domino": (
        (
            f"Your message\n\n  Subject: Re: Nota\n\nwas not delivered to:\n\n  {ANA}\n\nbecause:\n\n"
            "  User ana (ana@cliente.example) not listed in Domino Directory\n\n"
            f"---------- Original message ----------\n{COPY}"
        ),
        {"subject": "DELIVERY FAILURE: User ana not listed in Domino Directory", "sender": "Postmaster@mx.example"},
        [((ANA,), "failed", None)],
    ),
    "Yahoo": (
        (
            "Sorry, we were unable to deliver your message to the following address.\n\n"
            f"<{ANA}>:\nRemote host said:\n554 delivery error: dd This user doesn't have an account [RCPT_TO]\n\n"
            f"--- Below this line is a copy of the message.\n\n{COPY}"
        ),
        {"subject": "Failure Notice", "sender": "mailer-daemon@yahoo.example"},
        [((ANA,), "failed", "5.0.0")],
    ),
    "a hosting company in Portuguese": (
        (
            "Sua mensagem não pôde ser entregue ao destinatário abaixo:\n\n"
            f"{ANA}\nMotivo: 550 5.2.2 Caixa postal cheia\n\n----- Mensagem original -----\n{COPY}"
        ),
        {"subject": "Mensagem não entregue"},
        [((ANA,), "failed", "5.2.2")],
    ),
    "words only, in Portuguese": (
        f"Não foi possível entregar a mensagem para {ANA}: usuário inexistente.\n\nReturn-Path: <x@y.example>\n{COPY}",
        {"subject": "Aviso"},
        [((ANA,), "failed", None)],
    ),
    "Exim's warning": (
        (
            "This message was created automatically by mail delivery software.\nA message that you sent has not "
            f"yet been delivered to one or more of its\nrecipients after more than 24 hours on the queue.\n\n  {ANA}\n"
            "    Delay reason: 451 4.7.1 Greylisted\n\nNo action is required. Delivery attempts will continue.\n"
            f"\nMessage-ID: {OURS}"
        ),
        {"subject": "Warning: message 1kZ3 delayed 24 hours"},
        [((ANA,), "delayed", "4.7.1")],
    ),
    "sendmail's warning": (
        (
            "**********************************************\n**      THIS IS A WARNING MESSAGE ONLY      **\n"
            "**  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n\n----- Transcript of session follows -----\n"
            f"<{ANA}>... Deferred: Connection timed out\n\n   ----- Original message -----\n{COPY}"
        ),
        {"subject": "Warning: could not send message for past 4 hours"},
        [((ANA,), "delayed", None)],
    ),
}


@pytest.mark.parametrize("name", NOTICES)
def test_notices_of_systems_that_write_no_report(name):
    text, given, expected = NOTICES[name]
    found = notice(text, **given)

    assert found.automated.value == "bounce"
    assert told(found) == expected
    assert OURS in found.references


@pytest.mark.parametrize(
    "text",
    [
        "Olá, estou de férias até o dia 550 do ano. Fale com maria@cliente.example.\n-- \nAna, ana@cliente.example",
        "Obrigado pelo contato. ana@cliente.example",
        "",
    ],
)
def test_an_answering_machine_with_a_null_sender_reports_nothing(text):
    found = notice(text, subject="Re: Nota", sender=ANA)

    assert found.deliveries == ()


def test_a_person_who_quotes_a_bounce_reports_nothing():
    assert mail("Subject: Recebi isto\r\n", NOTICES["qmail"][0]).deliveries == ()


def test_our_own_addresses_are_never_those_that_failed():
    text = f"The following message from suporte@exemplo.com to {ANA} could not be delivered.\n"
    assert [one.recipients for one in notice(text).deliveries] == [(ANA,)]


def test_of_very_many_recipients_some_are_kept():
    blocks = "\n\n".join(f"Final-Recipient: rfc822; u{n}@x.example\nAction: failed" for n in range(5000))

    assert len(report(f"Reporting-MTA: dns; x\n\n{blocks}").deliveries) == 50
