"""The checker itself is checked: it sees what is lost, doubled, stuck or made up, and is content with what is right."""

import base64
import gzip
import json

import pytest

from tests.chaos.reconcile import marks_of_journal, marks_of_tickets, reconcile

ONE, TWO = "mk1-smtp-1", "mk1-smtp-2"


def ticket(*marks, direction="in"):
    return {"messages": [{"direction": direction, "text": f"oi, marca {mark}"} for mark in marks]}


def books(promised, tickets, journal, answered=None):
    return reconcile(promised, {ONE, TWO}, marks_of_tickets(tickets, "mk1-"), journal, answered or {})


def test_what_is_right_agrees():
    assert books({ONE}, [ticket(ONE), ticket(TWO)], {ONE: ["done"], TWO: ["done", "ignored"]}).agree


@pytest.mark.parametrize(
    ("what", "tickets", "journal", "answered"),
    [
        ("lost", [ticket(TWO)], {ONE: ["done"], TWO: ["done"]}, {}),
        ("lost", [ticket(ONE)], {}, {}),
        ("lost", [ticket(ONE, direction="out")], {ONE: ["done"]}, {}),
        ("doubled", [ticket(ONE), ticket(ONE)], {ONE: ["done"]}, {}),
        ("doubled", [ticket(ONE, ONE)], {ONE: ["done"]}, {}),
        ("stuck", [ticket(ONE)], {ONE: ["done"], TWO: ["waiting"]}, {}),
        ("stuck", [ticket(ONE)], {ONE: ["done"], TWO: ["failed"]}, {}),
        ("unknown", [ticket(ONE), ticket("mk1-smtp-77")], {ONE: ["done"]}, {}),
        ("answered_twice", [ticket(ONE)], {ONE: ["done"]}, {"ana@cliente.example": 2}),
    ],
)
def test_what_is_wrong_is_named(what, tickets, journal, answered):
    found = books({ONE}, tickets, journal, answered)
    assert not found.agree
    assert getattr(found, what)


def test_marks_of_another_fault_do_not_count():
    assert marks_of_tickets([ticket(ONE, "mk2-smtp-1")], "mk1-") == {ONE: 1}


def test_the_journal_is_read_as_it_was_exported(tmp_path):
    path = tmp_path / "journal.jsonl.gz"
    payload = base64.b64encode(f"Subject: Pedido {ONE}".encode()).decode()
    entries = [{"balcao_journal": 1}, {"entry": {"payload": payload, "fate": "done"}}, {"end": {}}]
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, entries)).encode()))
    assert marks_of_journal(path, "mk1-") == {ONE: ["done"]}
