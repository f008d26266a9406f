"""HTML that came without plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.tag_soup import html_to_text
from tests.patience import costs_below


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Um</p><p>Dois</p>", "Um\n\nDois"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<b>1 &lt; 2</b> &amp;&nbsp;ok", "1 < 2 &\xa0ok"),
        ("<script>if (a<b) alert('</p>')</script>fora", "fora"),
        ("<STYLE>p{}</STYLE><title>t</title>corpo", "corpo"),
        ("sem marcas", "sem marcas"),
        ("<!-- nada -->fim", "fim"),
        ("5 < 6 e 7 > 2", "5  2"),
        ("<script>never closed", ""),
        ("", ""),
    ],
)
def test_the_words_remain(markup, text):
    assert html_to_text(markup) == text


@pytest.mark.parametrize(
    "markup", ["<" * 500_000, "<div>" * 100_000, "<script>" * 60_000, "&" * 500_000, "\n \n" * 160_000]
)
def test_hostile_markup_takes_no_time(markup):
    with costs_below(1.5):
        html_to_text(markup)


@given(st.text(st.characters(codec="utf-8")))
def test_any_text_is_read(markup):
    assert html_to_text(markup).encode() is not None
