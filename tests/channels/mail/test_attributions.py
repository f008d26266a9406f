"""The sentence above a quotation, and the sentences of people that look like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mail.attributions import attribution_at, leads_in, may_end_attribution
from channels.mail.lines import Lines
from tests.patience import costs_below


def begins(text, *, answers=True):
    """Where the attribution begins that ends on the last line above the blank or quoted ones."""
    lines = Lines(text)
    end = next(at for at in range(len(lines) - 1, -1, -1) if not lines.is_blank(at) and lines.written[at][:1] != ">")
    return attribution_at(lines, end, answers=answers)


@pytest.mark.parametrize(
    "text",
    [
        "Em seg., 2 de mar. de 2026 às 10:22, Ana <ana@x.example> escreveu:",
        "Em qui, 13 de mar de 2025 18:22, <ana@x.example> escreveu:",
        "Em 02/03/2026 10:22, Ana Souza escreveu:",
        "Em 2026-03-02 10:22, Ana Souza escreveu:\n> a",
        "No dia 10/03/2025, às 09:12, Ana <ana@x.example> escreveu:",
        "El lun, 2 mar 2026 a las 10:22, Ana (<ana@x.example>) escribió:",
        "On Mon, Mar 2, 2026 at 10:22 AM Ana <ana@x.example> wrote:",
        "On Mon, Mar 10, 2025 at 09:12:33AM -0300, Ana wrote:\n> a",
        "Ana Souza <ana@x.example> escreveu no dia segunda, 2/03/2026 à(s) 10:22:",
        "Ana Souza <ana@x.example> escreveu:",
        "2026-03-02 10:22 GMT-03:00 Ana <ana@x.example>:",
        "---- Em seg, 02 mar 2026 10:22:15 -0300 Ana <ana@x.example> escreveu ----",
        "Em 10/03/2025 09:12, ana@x.example < ana@x.example > escreveu:",
        "*Em seg., 2 de mar. de 2026 às 10:22, Ana <ana@x.example> escreveu:*",
        "  On Mon, Mar 2, 2026 at 10:22 AM, Ana<ana@x.example> wrote:   o que foi citado",
        "Em seg., 2 de mar. de 2026 às 9:12, Ana<ana@x.example> escreveu:   Podemos?",
        "Le lun. 2 mars 2026 à 10:22, Ana <ana@x.example> a écrit :",
        "Am 02.03.2026 um 10:22 schrieb Ana <ana@x.example>:",
    ],
)
def test_what_mail_programs_write(text):
    assert begins(text) == 0


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\n\nEm seg., 2 de mar. de 2026 às 10:22, Ana Souza\n<ana@x.example> escreveu:", 2),
        ("a\n\nEm seg., 2 de mar. de 2026\nàs 10:22, Ana Souza <\nana@x.example> escreveu:", 2),
        ("Obrigado.\nEm seg., 2 de mar. de 2026 às 10:22, Ana <ana@x.example>\nescreveu:", 1),
        ("a\n\nAna <ana@x.example> escreveu (segunda, 2/03/2026 à(s)\n10:22):", 2),
    ],
)
def test_one_that_was_broken_begins_where_it_begins(text, line):
    assert begins(text) == line


@pytest.mark.parametrize(
    "text",
    [
        "Em 10/03/2025 o gerente escreveu:",
        "Em 10/03/2025 às 15:00, o técnico João escreveu:",
        "No dia 10/03/2025 às 15:00 ela escreveu:",
        "On 3 March my colleague wrote:",
        "El técnico escribió:",
        "Ele escreveu:",
        "A atendente me escreveu:",
        "Segue o que falta:",
        "Em março:",
        "Horário: 10:22",
        "Vocês escreveram em 10/03/2025 às 09:12 que o prazo: era outro",
        "O cliente Ana wrote: nada com data",
        "https://x.example/a:",
        "Em seg., 2 de mar. de 2026 às 10:22 cheguei aí e a loja estava fechada:",
    ],
)
@pytest.mark.parametrize("answers", [True, False, None])
def test_what_people_write(text, answers):
    assert begins(text, answers=answers) is None


def test_a_name_and_an_hour_are_enough_only_in_an_answer():
    text = "Em 02/03/2026 10:22, Ana Souza escreveu:"
    assert [begins(text, answers=answers) for answers in (True, None, False)] == [0, 0, None]
    assert begins(text + "\n> a", answers=False) == 0


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a\n2 maart 2026 10:22 Ana:", 1),
        ("a\n\nAna schrijft op 02/03/2026\nom 10:22:", 2),
        ("Citando Ana Souza:", 1),
        ("Quoting Ana <ana@x.example>:", 1),
        ("Ana Souza <ana@x.example>:", 1),
        ("a\nAs respostas:", 0),
        ("a\nO prazo era 10/03/2026:", 0),
        ("O que Ana disse:", 0),
        ("", 0),
    ],
)
def test_lines_that_lead_in_to_a_quotation_in_whatever_language(text, count):
    lines = Lines(text)
    assert leads_in(lines, range(len(lines)) if text else []) == count


@pytest.mark.parametrize(
    ("line", "may"), [("escreveu:", True), ("---- a ----", True), ("wrote: > x", True), ("a", False), ("", False)]
)
def test_most_lines_are_sorted_out_by_a_cheap_look(line, may):
    assert may_end_attribution(Lines(line), 0) is may


@pytest.mark.parametrize(
    "text",
    [
        "em 1 " * 100_000 + ":",
        "<" * 500_000 + "@:",
        "Em 1/1/2026 10:22 <a@b> " + "wrote: " * 100_000,
        "\n".join(["em 1, :"] * 9_000),
    ],
)
def test_hostile_lines_cost_no_more_than_their_length(text):
    lines = Lines(text)
    with costs_below(2):
        for at in range(len(lines)):
            attribution_at(lines, at, answers=True)
            leads_in(lines, range(at + 1)[-4:])


@given(st.text(alphabet="Em 1/@<>:,\n-wrotescu", max_size=80))
def test_any_text_is_looked_at_without_an_exception(text):
    lines = Lines(text)
    for at in range(len(lines)):
        start = attribution_at(lines, at, answers=None)
        assert start is None or at - 4 < start <= at
