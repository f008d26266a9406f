"""Notifications of Nagios, Icinga and Checkmk are alerts: from whom the settings name, and who is proved."""

import ipaddress
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels.mail.decode import decoder
from channels.mail.monitoring import Monitors
from domain.errors import Undecodable
from domain.interaction import Ignored, Medium
from domain.mailbox import Mailbox
from domain.raw import RawInteraction

TIMEOUT = "CRITICAL - Socket timeout after 10 seconds"
MAILS = Path(__file__).parent / "monitoring"
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
MAILBOX = Mailbox(
    address="suporte@exemplo.com.br",
    name="Suporte",
    recipients=frozenset({"suporte@exemplo.com.br"}),
    plus_addressing=True,
    bounces=None,
)
OURS = Monitors(senders=frozenset({"@monitor.example"}), peers=(ipaddress.ip_network("10.0.0.0/8"),))


def read(name, monitors=OURS, peer="10.1.2.3", payload=None):
    payload = (MAILS / f"{name}.eml").read_bytes() if payload is None else payload
    envelope = {"mail_from": "nagios@monitor.example", "peer": peer, "rcpt_to": []}
    raw = RawInteraction(channel="email", dedup_key="1", received_at=NOW, payload=payload, envelope=envelope)
    return decoder(MAILBOX, monitors=monitors)(raw)


@pytest.mark.parametrize(
    ("name", "source", "fingerprint", "sign", "severity", "summary"),
    [
        ("nagios-firing", "nagios", "loja-12/HTTP", "firing", "critical", TIMEOUT),
        (
            "nagios-repeated",
            "nagios",
            "loja-12/HTTP",
            "firing",
            "critical",
            "CRITICAL - Socket timeout after 10 seconds",
        ),
        ("nagios-resolved", "nagios", "loja-12/HTTP", "resolved", "ok", "HTTP OK: 200 in 0.2 s"),
        ("nagios-host", "nagios", "loja-12", "firing", "down", "PING CRITICAL - Packet loss = 100%"),
        ("nagios-host_up", "nagios", "loja-12", "resolved", "up", "PING OK - Packet loss = 0%"),
        ("nagios-own_subject", "nagios", "loja-12/Disco /", "firing", "warning", "DISK WARNING - free space: / 8 %"),
        ("icinga-firing", "icinga", "loja-12/HTTP", "firing", "critical", TIMEOUT),
        ("icinga-resolved", "icinga", "loja-12/HTTP", "resolved", "ok", "HTTP OK"),
        ("icinga-host", "icinga", "loja-12", "firing", "down", "PING CRITICAL - Packet loss = 100%"),
        ("icinga-old", "icinga", "loja-12/HTTP", "firing", "critical", "CRITICAL - Socket timeout"),
        ("checkmk-firing", "checkmk", "loja-12/Filesystem /", "firing", "crit", "CRIT - 93.1% used"),
        ("checkmk-worse", "checkmk", "loja-12/Filesystem /", "firing", "crit", "CRIT - 97% used"),
        ("checkmk-resolved", "checkmk", "loja-12/Filesystem /", "resolved", "ok", "OK - 40% used"),
        ("checkmk-host", "checkmk", "loja-12", "firing", "down", "CRIT - 10.4.0.12: Host unreachable"),
    ],
)
def test_a_notification_is_an_alert(name, source, fingerprint, sign, severity, summary):
    (told,) = read(name)

    assert told.medium is Medium.ALERT
    alert = told.alert
    assert (alert.source, alert.fingerprint, alert.sign, alert.severity) == (source, fingerprint, sign, severity)
    assert alert.summary == summary
    assert dict(alert.labels)["host"] == "loja-12"
    assert told.return_path is None


@pytest.mark.parametrize("name", ["nagios-flapping", "nagios-acknowledged", "checkmk-acknowledged"])
def test_what_is_no_problem_and_no_recovery_is_not_filed(name):
    assert isinstance(read(name), Ignored)


@pytest.mark.parametrize("name", ["person", "nagios-cut"])
def test_what_is_no_notification_is_mail(name):
    (told,) = read(name)

    assert (told.medium, told.alert) == (Medium.MAIL, None)


def test_who_is_not_named_is_believed_nothing():
    (told,) = read("nagios-resolved", Monitors(senders=frozenset({"@other.example"})))

    assert (told.medium, told.alert, told.traits.get("alert.unproved")) == (Medium.MAIL, None, None)


def test_who_is_named_and_not_proved_writes_mail_that_says_so():
    (told,) = read("nagios-resolved", peer="203.0.113.9")

    assert (told.medium, told.alert, told.traits["alert.unproved"]) == (Medium.MAIL, None, True)


def test_the_settings_may_believe_without_proof():
    (told,) = read("nagios-resolved", Monitors(senders=OURS.senders, unproved=True), peer="203.0.113.9")

    assert told.alert.sign == "resolved"


@pytest.mark.parametrize("path", sorted(MAILS.glob("*.eml")), ids=lambda path: path.stem)
def test_damaged_notifications_are_something_or_unreadable(path):
    chance, whole = random.Random(path.stem), path.read_bytes()
    for _ in range(40):
        damaged = bytearray(whole[: chance.randrange(len(whole))])
        for _ in range(3 if damaged else 0):
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        try:
            found = read("", payload=bytes(damaged))
        except Undecodable:
            continue
        assert isinstance(found, Ignored) or len(found) == 1
