"""A table of tickets: what a spreadsheet would compute is text, everything else is as it was."""

import codecs
import csv
import io

import pytest

from ingest.presentation.spreadsheet import HEADINGS, harmless, write

TICKET = {
    "number": 7, "state": "new", "department": "suporte", "priority": "Média", "subject": "Nota",
    "contact": {"name": "Ana", "addresses": ["ana@cliente.example", "+5511912345678"]}, "assignee": None,
    "tags": ["vip", "-10%"], "flagged": True, "opened_at": "2026-11-27T12:00:00Z", "solved_at": None,
}  # fmt: skip


def table_of(*tickets):
    out = io.BytesIO()
    write(tickets, codecs.getwriter("utf-8")(out))
    return out.getvalue()


def test_a_table_has_its_headings_a_line_for_each_ticket_and_says_that_it_is_utf_8():
    content = table_of(TICKET, {**TICKET, "number": 8, "flagged": False})

    assert content.startswith(codecs.BOM_UTF8)
    headings, first, second = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert tuple(headings) == HEADINGS
    assert first == ["7", "new", "suporte", "Média", "Nota", "Ana", "ana@cliente.example +5511912345678", "",
                     "vip -10%", "yes", "2026-11-27T12:00:00Z", ""]  # fmt: skip
    assert (second[0], second[9]) == ("8", "no")


@pytest.mark.parametrize("text", ["Nota fiscal", "a=b", "1+1", "x@y.example", "não - ainda não", "", "a, b; c"])
def test_ordinary_text_stays_as_it_is(text):
    assert harmless(text) == text


def test_what_begins_like_a_formula_is_told_to_be_text():
    assert harmless("=1+1") == "'=1+1"
    assert harmless("a;=1") == "a;'=1"
