"""Long texts in pieces: nothing is lost, no piece is too long, words stay whole where they can."""

from hypothesis import given
from hypothesis import strategies as st

from channels.long_text import pieces


@given(st.text(max_size=400), st.integers(min_value=5, max_value=60))
def test_no_piece_is_too_long_and_no_letter_is_lost(text, longest):
    found = list(pieces(text, longest))

    assert all(0 < len(piece) <= longest for piece in found)
    assert "".join("".join(found).split()) == "".join(text.split())


def test_paragraphs_come_before_lines_and_lines_before_words():
    assert list(pieces("um dois\n\ntrês quatro\ncinco", 22)) == ["um dois\n\ntrês quatro", "cinco"]
    assert list(pieces("aaaa bbbb cccc", 10)) == ["aaaa bbbb", "cccc"]
    assert list(pieces("a" * 12, 5)) == ["aaaaa", "aaaaa", "aa"]
