"""An invitation as a person reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mail.calendar import invitation
from tests.patience import costs_below


def calendar(*lines, method="REQUEST"):
    return "\r\n".join(["BEGIN:VCALENDAR", f"METHOD:{method}", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR"])


@pytest.mark.parametrize(
    ("lines", "row"),
    [
        (["SUMMARY:Visita técnica"], "Convite: Visita técnica"),
        (["DTSTART:20260302T130000Z"], "Convite: (sem título)"),
        (["DTSTART:20260302T130000Z", "DTEND:20260302T140000Z"], "Quando: 02/03/2026 13:00 - 14:00 UTC"),
        (["DTSTART:20260302T230000Z", "DTEND:20260303T010000Z"], "Quando: 02/03/2026 23:00 UTC - 03/03/2026 01:00 UTC"),
        (
            ["DTSTART;TZID=America/Sao_Paulo:20260302T100000", "DTEND;TZID=America/Sao_Paulo:20260302T110000"],
            "Quando: 02/03/2026 10:00 - 11:00 (America/Sao_Paulo)",
        ),
        (['DTSTART;TZID="E. South America Standard Time":20260302T100000'],
         "Quando: 02/03/2026 10:00 (E. South America Standard Time)"),
        (["DTSTART;VALUE=DATE:20260302", "DTEND;VALUE=DATE:20260303"], "Quando: 02/03/2026 - 03/03/2026"),
        (["LOCATION:Sala 2\\, bloco B"], "Onde: Sala 2, bloco B"),
        (["DESCRIPTION:um\\ndois\\; três"], "Descrição: um dois; três"),
        (["SUMMARY:um título", "  que foi dobrado"], "Convite: um título que foi dobrado"),
        (["ORGANIZER;CN=Ana Lima:mailto:ana@cliente.example"], "Organizador: Ana Lima <ana@cliente.example>"),
        (['ORGANIZER;CN="Lima, Ana":MAILTO:ana@cliente.example'], "Organizador: Lima, Ana <ana@cliente.example>"),
        (["ORGANIZER:mailto:ana@cliente.example"], "Organizador: ana@cliente.example"),
        (["summary:minúsculas"], "Convite: minúsculas"),
        (["SUMMARY;LANGUAGE=pt-BR:com parâmetro"], "Convite: com parâmetro"),
        (["BEGIN:VALARM", "DESCRIPTION:lembrete", "END:VALARM", "SUMMARY:depois"], "Convite: depois"),
        (["SUMMARY:a\x1b[2Jb\u202ec"], "Convite: a [2Jbc"),
    ],
)  # fmt: skip
def test_a_row_of_an_invitation(lines, row):
    assert row in invitation(calendar(*lines)).split("\n")


@pytest.mark.parametrize(
    ("method", "lines", "first"),
    [
        ("CANCEL", [], "Cancelamento de convite: x"),
        ("PUBLISH", [], "Evento: x"),
        ("COUNTER", [], "Nova proposta para convite: x"),
        ("request", [], "Convite: x"),
        ("UNHEARD", [], "Evento: x"),
    ],
)
def test_the_method_says_what_it_is(method, lines, first):
    assert invitation(calendar("SUMMARY:x", *lines, method=method)).split("\n")[0] == first


@pytest.mark.parametrize(
    ("attendee", "answer"),
    [
        ("ATTENDEE;PARTSTAT=ACCEPTED;CN=Ana:mailto:ana@cliente.example", "Resposta: aceito"),
        ("ATTENDEE;PARTSTAT=DECLINED:mailto:ana@cliente.example", "Resposta: recusado"),
        ("ATTENDEE;partstat=tentative:mailto:ana@cliente.example", "Resposta: talvez"),
        ("ATTENDEE;PARTSTAT=X-OTHER:mailto:ana@cliente.example", None),
    ],
)
def test_an_answer_to_an_invitation(attendee, answer):
    rows = invitation(calendar("SUMMARY:x", attendee, method="REPLY")).split("\n")
    assert next((row for row in rows if row.startswith("Resposta:")), None) == answer


def test_only_the_first_event_is_told():
    two = calendar("SUMMARY:um", "END:VEVENT", "BEGIN:VEVENT", "SUMMARY:dois", "LOCATION:lá")
    assert invitation(two) == "Convite: um"


@pytest.mark.parametrize(
    "text", ["", "não é calendário", "BEGIN:VCALENDAR\nEND:VCALENDAR", "BEGIN:VEVENT\nEND:VEVENT", "END:VEVENT"]
)
def test_without_an_event_nothing_is_said(text):
    assert invitation(text) == ""


@pytest.mark.parametrize("value", ["99999999T999999Z", "20260302T1000", "amanhã", "20260302T100000" * 1000, ""])
def test_times_that_are_none_are_shown_as_they_came_or_left_out(value):
    text = invitation(calendar("SUMMARY:x", f"DTSTART:{value}"))
    assert text.startswith("Convite: x")
    assert len(text) < 100


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN:VEVENT\n" * 100_000,
        calendar("SUMMARY" + ';X="' * 100_000 + ":x"),
        calendar("SUMMARY" + ";X=" * 100_000 + ":x"),
        calendar("SUMMARY:" + "\\" * 200_000),
        calendar("SUMMARY:x" + "\r\n " * 100_000),
    ],
)
def test_hostile_calendars_cost_no_more_than_their_length(text):
    with costs_below(1):
        assert len(invitation(text)) < 10_000


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_exception(text):
    assert "\x1b" not in invitation(calendar(*text.split("\n")))
