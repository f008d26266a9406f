"""What made weapons of other help desks (dangers.md §5 B): one test for each advisory; all have a mail form."""

import os
import subprocess

import pytest

from tests.pipeline import ANA, SUPPORT

BAIT = "GANHE-JA-http://mau.example"


async def letters(house):
    await house.work()
    await house.dispatch()
    return house.letters()


async def test_zendesk_relay_spam_2025_10_and_2026_01_the_attackers_words_are_not_carried_on(house):
    head = f'From: "{BAIT}" <vitima@alvo.example>\r\nSubject: {BAIT}\r\nMessage-ID: <{BAIT[:5]}@mau.example>\r\n'
    await house.mail(BAIT, head=head, envelope="vitima@alvo.example")

    (letter,) = await letters(house)
    assert BAIT not in letter.as_string()
    assert BAIT not in letter.get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    ("system", "sender", "headers"),
    [
        ("FreeScout 2022-05, own address as sender", SUPPORT, ""),
        ("django-helpdesk 2020-01, submitter is the queue's address", "financeiro@exemplo.com.br", ""),
        ("FreeScout 2023-12, autoresponder", ANA, "Auto-Submitted: auto-replied\r\n"),
        ("frappe/helpdesk#2433, acknowledgement of an acknowledgement", ANA, "X-Auto-Response-Suppress: All\r\n"),
        ("osTicket#1041, out-of-office", ANA, "X-Autoreply: yes\r\nPrecedence: bulk\r\n"),
        ("zammad#1131, MAILER-DAEMON", "MAILER-DAEMON@mx.example", ""),
    ],
)
async def test_loops_end_before_they_begin(house, system, sender, headers):
    await house.mail(sender=sender, headers=headers)

    assert await letters(house) == [], system


async def test_freescout_cve_2026_41904_no_markup_of_a_customer_reaches_a_letter(house):
    name = "=?utf-8?q?=3Cimg_src=3Dx_onerror=3Dalert(1)=3E?="
    head = f"From: {name} <{ANA}>\r\nSubject: <script>x</script>\r\nMessage-ID: <1@x.example>\r\n"
    await house.mail("<svg onload=alert(1)>", head=head)

    (letter,) = await letters(house)
    words = letter.as_string() + letter.get_body(("html",)).get_content()
    assert all(sign not in words for sign in ("<script", "onerror", "onload"))


@pytest.mark.parametrize(
    "name", ['"a, b@mau.example"', '"x>, <mallory@mau.example"', "=?utf-8?q?A=0D=0ABcc:_x=40mau.example?="]
)
async def test_osticket_7c5c584_a_name_adds_no_recipient(house, name):
    head = f"From: {name} <{ANA}>\r\nSubject: oi\r\nMessage-ID: <1@x.example>\r\n"
    await house.mail(head=head, envelope=ANA)

    (letter,) = await letters(house)
    assert (letter["To"], letter["Cc"], letter["Bcc"]) == (ANA, None, None)


@pytest.mark.parametrize("advisory", ["RT CVE-2012-4730", "RT CVE-2013-3373"])
@pytest.mark.parametrize(
    "field", ["Subject: =?utf-8?q?a=0D=0AX-Evil:_1?=", "Message-ID: <a\rX-Evil: 1@x>", "References: <a@x>\r X-Evil: 1"]
)
async def test_rt_header_injection(house, advisory, field):
    await house.mail(head=f"From: {ANA}\r\n{field}\r\n")

    (letter,) = await letters(house)
    assert "X-Evil" not in letter, advisory


@pytest.mark.parametrize(
    "sender", ['"$(touch pwned)"@x.example', '"`id`"@x.example', '"a|b;c"@x.example', "-oQ/tmp@x.example"]
)
async def test_rt_cve_2011_4458_an_envelope_address_meets_no_shell(house, monkeypatch, sender):
    def never(*words, **options):
        raise AssertionError(f"a program was started: {words} {options}")

    monkeypatch.setattr(subprocess, "Popen", never)
    monkeypatch.setattr(os, "system", never)
    await house.mail(head=f"From: {ANA}\r\nSubject: oi\r\n", envelope=sender)
    await letters(house)

    assert len(await house.tickets()) == 1
