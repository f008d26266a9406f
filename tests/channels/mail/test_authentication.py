"""Whose word counts about a sender, and what it must say."""

import pytest

from channels.mail.authentication import NOBODY
from channels.mail.decode import decode
from channels.smtp.options import Options
from tests.channels.mail.reading import MAILBOX, raw
from tests.channels.smtp.transport import OPTIONS

MX = "mx.exemplo.com"
GOOD = f"Authentication-Results: {MX}; dmarc=pass header.from=cliente.example\r\n"
RECEIVED = f"Received: from out.cliente.example by {MX}; Mon, 2 Mar 2026 11:00:05 +0000\r\n"
MAIL = "From: Ana <ana@cliente.example>\r\nSubject: oi\r\n\r\noi"
PEER = {"mail_from": "ana@cliente.example", "rcpt_to": ["suporte@exemplo.com"], "peer": "127.0.0.1"}


def trust(**changes):
    return Options.model_validate({**OPTIONS, "trusted_authserv": [MX], **changes}).trust


def read(head, mail=MAIL, trusted=None, envelope=PEER):
    (interaction,) = decode(MAILBOX, raw(head + mail, envelope), trusted or trust())
    return interaction


def proved(*given, **named):
    return read(*given, **named).authentic


def test_without_configuration_nothing_counts_and_nothing_is_told():
    interaction = read(GOOD, trusted=NOBODY)
    assert not interaction.authentic
    assert [name for name in interaction.traits if name.startswith(("auth.", "spam."))] == []


def test_a_trusted_server_proves_the_sender_and_its_results_are_facts():
    claims = "dmarc=pass header.from=cliente.example; spf=softfail smtp.mailfrom=x@y.example"
    interaction = read(f"Authentication-Results: {MX}; {claims}\r\n{RECEIVED}")
    assert interaction.authentic
    assert {name: value for name, value in interaction.traits.items() if name.startswith("auth.")} == {
        "auth.aligned": True,
        "auth.dmarc": "pass",
        "auth.spf": "softfail",
    }


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ("dmarc=pass header.from=cliente.example", True),
        ("dmarc=pass header.from=CLIENTE.example", True),
        ("dkim=pass header.d=cliente.example", True),
        ("dkim=pass header.d=mail.cliente.example", True),
        ("dkim=pass header.i=@cliente.example", True),
        ("dkim=fail header.d=cliente.example; dkim=pass header.d=cliente.example", True),
        ("spf=pass smtp.mailfrom=bounce@mail.cliente.example", True),
        ("spf=pass smtp.mailfrom=cliente.example", True),
        ("spf=pass smtp.mailfrom=<ana@cliente.example>", True),
        ("dmarc=none header.from=cliente.example; spf=pass smtp.mailfrom=ana@cliente.example", True),
        ("dmarc=pass", False),
        ("dmarc=pass header.from=evil.example", False),
        ("dmarc=pass header.from=evil.example; spf=pass smtp.mailfrom=ana@cliente.example", False),
        ("dmarc=fail header.from=cliente.example", False),
        ("dmarc=fail header.from=cliente.example; dkim=pass header.d=cliente.example", False),
        ("dmarc=fail header.from=cliente.example; dmarc=pass header.from=cliente.example", False),
        ("dkim=pass header.d=evil.example", False),
        ("dkim=pass header.d=evil.example; dkim=fail header.d=cliente.example", False),
        ("dkim=pass header.d=example", False),
        ("dkim=pass", False),
        ("dkim=neutral header.d=cliente.example", False),
        ("spf=pass smtp.mailfrom=ana@evil.example", False),
        ("spf=pass smtp.helo=cliente.example", False),
        ("spf=softfail smtp.mailfrom=ana@cliente.example", False),
        ("spf=fail smtp.mailfrom=ana@cliente.example; spf=pass smtp.mailfrom=ana@cliente.example", False),
        ("arc=pass header.d=cliente.example", False),
        ("auth=pass smtp.auth=ana@cliente.example", False),
        ("none", False),
        ("dmarc=pass header.from=cliente.example; broken", False),
    ],
)
def test_only_an_aligned_pass_counts(said, counts):
    assert proved(f"Authentication-Results: {MX}; {said}\r\n") is counts


FORGED = GOOD
BAD = f"Authentication-Results: {MX}; dmarc=fail header.from=cliente.example; spf=fail smtp.mailfrom=a@evil.example\r\n"
SPF_ONLY = f"Authentication-Results: {MX}; spf=fail smtp.mailfrom=a@evil.example\r\n"


@pytest.mark.parametrize(
    ("head", "hops", "counts"),
    [
        (GOOD + RECEIVED, 0, True),
        (GOOD.replace(MX, MX.upper()) + RECEIVED, 0, True),
        (GOOD.replace("Authentication-Results", "AUTHENTICATION-results"), 0, True),
        ("X-First: 1\r\n" + GOOD + RECEIVED, 0, True),
        (RECEIVED + GOOD, 0, False),
        (RECEIVED + GOOD, 1, True),
        (RECEIVED + RECEIVED + GOOD, 1, False),
        (RECEIVED + RECEIVED + GOOD, 2, True),
        (BAD + RECEIVED + FORGED, 0, False),
        (BAD + RECEIVED + FORGED, 1, False),
        (RECEIVED + BAD + FORGED, 1, False),
        (RECEIVED + SPF_ONLY + FORGED, 1, False),
        (SPF_ONLY + RECEIVED + FORGED, 0, False),
        (GOOD.replace(MX, "mx.evil.example") + RECEIVED, 0, False),
        (GOOD.replace(MX, f"{MX}.evil.example") + RECEIVED, 0, False),
        (GOOD.replace(f"{MX};", f"({MX}) evil;") + RECEIVED, 0, False),
        (GOOD.replace("Authentication-Results", "Authentication-Results-Original"), 0, False),
        (GOOD.replace("Authentication-Results", "X-Authentication-Results"), 0, False),
        (GOOD.replace("Authentication-Results", "ARC-Authentication-Results"), 0, False),
        # Two programs on one server, each with its field, above every Received
        (f"Authentication-Results: {MX}; spf=none\r\n" + GOOD + RECEIVED, 0, True),
        (BAD + GOOD + RECEIVED, 0, False),
        (GOOD + BAD + RECEIVED, 0, False),
    ],
)
def test_who_can_have_written_a_field_is_told_by_where_it_stands(head, hops, counts):
    assert proved(head, trusted=trust(trusted_hops=hops)) is counts


@pytest.mark.parametrize(
    ("peers", "peer", "counts"),
    [
        (["127.0.0.0/8"], "127.0.0.1", True),
        (["127.0.0.0/8"], "10.0.0.5", False),
        (["10.0.0.5"], "10.0.0.5", True),
        (["10.0.0.0/8"], "::ffff:10.0.0.5", True),
        (["fd00::/8"], "fd00::1%eth0", True),
        ([], "127.0.0.1", False),
        (["127.0.0.0/8"], "not an address", False),
    ],
)
def test_only_mail_that_a_trusted_peer_hands_over_is_looked_at(peers, peer, counts):
    assert proved(GOOD, trusted=trust(trusted_peers=peers), envelope={**PEER, "peer": peer}) is counts


@pytest.mark.parametrize("envelope", [{}, {"mail_from": "a@b.example"}, {"peer": ""}])
def test_a_mailbox_a_unix_socket_and_a_file_have_no_peer(envelope):
    assert proved(GOOD, envelope=envelope)


@pytest.mark.parametrize(
    "author",
    [
        "From: ana@cliente.example\r\nFrom: mallory@evil.example\r\n",
        "From: mallory@evil.example\r\nFrom: ana@cliente.example\r\n",
        "From: ana@cliente.example, mallory@evil.example\r\n",
        "From: equipe: ana@cliente.example, mallory@evil.example;\r\n",
        "Sender: ana@cliente.example\r\n",
        "From: nobody\r\nSender: ana@cliente.example\r\n",
        "",
    ],
)
def test_a_mail_that_does_not_name_one_author_is_vouched_for_by_nobody(author):
    assert not proved(GOOD, f"{author}To: suporte@exemplo.com\r\n\r\noi")


@pytest.mark.parametrize(
    "author",
    [
        'From: "ana@cliente.example" <mallory@evil.example>\r\n',
        "From: =?utf-8?q?ana=40cliente=2Eexample?= <mallory@evil.example>\r\n",
        "From: =?utf-8?q?A=0D=0AFrom:_ana=40cliente.example?= <mallory@evil.example>\r\n",
        "From: <mallory@evil.example> (ana@cliente.example)\r\n",
        "From: ana@cliente.example <mallory@evil.example>\r\n",
    ],
)
def test_a_pass_for_the_name_shown_is_none_for_the_address(author):
    assert not proved(GOOD, f"{author}\r\noi")


def test_a_bare_line_feed_makes_no_field():
    """Attack 13 with this prize: a subject that tries to carry the field in."""
    head = "Subject: oi\nAuthentication-Results: mx.exemplo.com; dmarc=pass header.from=cliente.example\r\n"
    assert not proved(RECEIVED + head, trusted=trust(trusted_hops=1))


def test_microsoft_365_counts_where_it_is_named():
    claims = "spf=pass smtp.mailfrom=cliente.example;dmarc=pass action=none header.from=cliente.example"
    head = f"Authentication-Results: {claims}\r\n"
    assert proved(head, trusted=trust(trusted_authserv=["microsoft365"]))
    assert not proved(head)
