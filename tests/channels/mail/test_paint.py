"""Colours, as far as hiding goes."""

import pytest

from channels.mail.paint import BLACK, TRANSPARENT, WHITE, are_alike, colour_of


@pytest.mark.parametrize(
    ("written", "colour"),
    [
        ("#fff", WHITE),
        ("#FFFFFFFF", WHITE),
        ("ffffff", WHITE),
        ("White", WHITE),
        ("rgb(255, 255,255)", WHITE),
        ("rgb(100% 100% 100%)", WHITE),
        ("hsl(0, 0%, 100%)", WHITE),
        ("rgba(0,0,0,0)", TRANSPARENT),
        ("#00000000", TRANSPARENT),
        ("transparent", TRANSPARENT),
        ("rgb(x)", None),
        ("var(--x)", None),
    ],
)
def test_a_colour_as_it_is_written(written, colour):
    assert colour_of(written) == colour


def test_what_is_not_known_is_taken_to_be_seen():
    assert not are_alike(None, WHITE)
    assert not are_alike(WHITE, None)
    assert not are_alike(BLACK, WHITE)
    assert are_alike((250, 250, 250), WHITE)
    assert are_alike(TRANSPARENT, WHITE)
