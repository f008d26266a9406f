"""Durations as people say them."""

import pytest

from channels.voice.wording import duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (42, "42 s"), (60, "1 min 00 s"), (192, "3 min 12 s"), (3600, "1 h 00 min"), (3900, "1 h 05 min")],
)
def test_durations_are_readable(seconds, text):
    assert duration(seconds) == text
