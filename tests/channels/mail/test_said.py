"""Which of plain text and HTML counts."""

import pytest

from channels.mail.said import Said

WORDS = "<p>Bom dia, não consigo emitir a nota.</p>"


@pytest.mark.parametrize(
    ("plain", "html", "counts"),
    [
        ("Bom dia", WORDS, True),
        ("Bom dia", "", True),
        ("", WORDS, False),
        (".", WORDS, False),
        ("--", WORDS, False),
        (".", "", True),
        ("😡", WORDS, True),
        ("Please view this message as HTML.", WORDS, False),
        ("Mensagem em HTML", WORDS, False),
        ("o html do site quebrou", "<p>o <b>html</b>   do site\nquebrou</p>", True),
        ("o html do site quebrou", "", True),
        ("html " * 100, WORDS, True),
    ],
)
def test_plain_text_counts_unless_it_only_points_to_the_html(plain, html, counts):
    assert Said(plain, html).plain_counts is counts
