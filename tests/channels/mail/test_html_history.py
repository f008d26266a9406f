"""Marks that HTML lays over the lines of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mail.html_history import Mark, marks_of
from channels.mail.lines import Lines
from tests.patience import costs_below

NEW, QUOTED, SIGNATURE = Mark.NEW, Mark.QUOTED, Mark.SIGNATURE
OUTLOOK_LINE = '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'


def marked(html, text="novo texto\nvelho texto"):
    return list(marks_of(html, Lines(text)))


@pytest.mark.parametrize(
    "html",
    [
        '<p>novo texto</p><blockquote type="cite">velho texto</blockquote>',
        '<p>novo texto</p><div class="gmail_attr">velho texto</div>',
        '<p>novo texto</p><blockquote class="gmail_quote" style="margin:0">velho texto</blockquote>',
        '<p>novo texto</p><div id="divRplyFwdMsg">De: Ana</div><p>velho texto</p>',
        '<p>novo texto</p><div id="x_divRplyFwdMsg">De: Ana</div><p>velho texto</p>',
        '<p>novo texto</p><hr id="stopSpelling">velho texto',
        '<p>novo texto</p><hr id="zwchr" data-marker="__DIVIDER__"><div>velho texto</div>',
        f"<p>novo texto</p>{OUTLOOK_LINE}<p><b>De:</b> Ana</p></div><p>velho texto</p>",
        '<p>novo texto</p><div class="moz-cite-prefix">velho texto</div>',
        '<p>novo texto</p><div id="ydp1yahoo_quoted_12" class="ydp1yahoo_quoted">velho texto</div>',
        '<p>novo texto</p><div class="protonmail_quote">velho texto</div>',
        '<p>novo texto</p><div id="mail-editor-reference-message-container">velho texto</div>',
        '<p>novo texto</p><p id="reply-intro">velho texto</p>',
        '<p>novo texto</p><div name="messageReplySection">velho texto</div>',
        '<p>novo texto</p><div class="zmail_extra">velho texto</div>',
        '<p>NOVO <b>te</b>xto</p><blockquote type="cite">Vêlho&nbsp;texto</blockquote>',
    ],
)
def test_what_a_mail_program_quotes_is_marked(html):
    assert marked(html) == [NEW, QUOTED]


@pytest.mark.parametrize(
    "html",
    [
        '<p>novo texto</p><div class="gmail_signature">velho texto</div>',
        '<p>novo texto</p><div id="Signature">velho texto</div>',
        '<p>novo texto</p><div id="ms-outlook-mobile-signature">velho texto</div>',
        '<p>novo texto</p><div data-marker="__SIG_PRE__">velho texto</div>',
        '<p>novo texto</p><pre class="moz-signature">velho texto</pre>',
        '<p>novo texto</p><div class="protonmail_signature_block">velho texto</div>',
    ],
)
def test_what_a_mail_program_signs_is_marked(html):
    assert marked(html) == [NEW, SIGNATURE]


@pytest.mark.parametrize(
    "html",
    [
        "<p>novo texto</p><p>velho texto</p>",
        '<p>novo texto</p><blockquote style="margin:0 0 0 40px;border:none">velho texto</blockquote>',
        '<p>novo texto</p><div class="my_gmail_quote_like">velho texto</div>',
        '<p>novo texto</p><div style="border-top:solid red 1pt">velho texto</div>',
        '<div class="gmail_quote"><div class="gmail_attr">---------- Encaminhada -----</div>velho texto</div>',
        '<p>novo texto</p><div class="moz-forward-container">velho texto</div>',
        '<blockquote type="cite">novo texto</blockquote><blockquote type="cite">velho texto</blockquote>',
        '<p>novo texto</p><!-- <blockquote type="cite"> -->velho texto',
        "<p>novo texto</p><style>.gmail_quote{}</style>velho texto",
        "",
    ],
)
def test_where_nothing_is_quoted_or_all_is_there_are_no_marks(html):
    assert marked(html) == []


def test_answers_between_quotations_are_new():
    quote = '<blockquote type="cite">%s pergunta</blockquote>'
    html = f"{quote % 'a'}<p>a resposta</p>{quote % 'outra'}"
    assert marked(html, "> a pergunta\na resposta\n> outra pergunta") == [QUOTED, NEW, QUOTED]


def test_lines_that_are_not_found_have_the_mark_of_their_neighbours_if_they_agree():
    html = '<p>novo texto</p><p>mais texto</p><blockquote type="cite">velho texto</blockquote>'
    lines = "novo texto\nnão está lá\nmais texto\ntambém não\nvelho texto\nnem aqui"
    assert marked(html, lines) == [NEW, NEW, NEW, None, QUOTED, QUOTED]


def test_the_same_words_twice_are_told_by_their_order():
    html = '<p>sim, pode</p><blockquote type="cite">sim, pode</blockquote>'
    assert marked(html, "sim, pode\n\nsim, pode") == [NEW, None, QUOTED]


@pytest.mark.parametrize(
    "html",
    [
        '<blockquote type="cite">' * 50_000 + "x",
        '<div class="gmail_quote">x</div>' * 10_000,
        '<p class="gmail_quote' + "x" * 400_000 + '">a</p>',
        "<p>gmail_" + "novo" * 100_000,
        "<p>gmail_</p>" + "<b>a</b>" * 60_000,
    ],
)
def test_hostile_html_costs_no_more_than_its_length(html):
    lines = Lines("novo texto\n" * 5_000)
    with costs_below(2):
        marks_of(html, lines)


@given(
    st.lists(
        st.sampled_from(
            [
                '<blockquote type="cite">',
                "</blockquote>",
                "<div class=gmail_quote>",
                "</div>",
                "a b",
                "c",
                "<hr id=zwchr>",
                "<p",
            ]
        ),
        max_size=12,
    )
)
def test_there_is_a_mark_for_each_line_or_none_at_all(pieces):
    lines = Lines("a b\nc\na b")
    assert len(marks_of("".join(pieces), lines)) in {0, 3}
