"""The corpus of automated_cases.py: robots are known for what they are, people stay people."""

import pytest

from tests.channels.mail.automated_cases import MACHINES, PEOPLE
from tests.channels.mail.reading import read


def kind_of(head, sender):
    envelope = {} if sender is None else {"mail_from": sender, "rcpt_to": ["suporte@exemplo.com"]}
    lines = head.split("\n")
    if not any(line.startswith("From:") for line in lines):
        lines.insert(0, "From: Ana Souza <ana@cliente.example>")
    lines += ["To: suporte@exemplo.com", "Message-ID: <m1@cliente.example>", "", "Ola, segue."]
    return read("\r\n".join(lines), envelope=envelope).automated.value


@pytest.mark.parametrize(("name", "kind", "sender", "head"), MACHINES, ids=[case[0] for case in MACHINES])
def test_machines(name, kind, sender, head):
    assert kind_of(head, sender) == kind


@pytest.mark.parametrize(("name", "sender", "head"), PEOPLE, ids=[case[0] for case in PEOPLE])
def test_people(name, sender, head):
    assert kind_of(head, sender) == "none"
