"""The looks that spare ordinary mail much work never change what is cut."""

import pytest

from channels.mail import history, signatures
from tests.channels.mail.history_cases import cases
from tests.channels.mail.reading import read


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_cheap_look_sorts_out_nothing_that_counts(case, monkeypatch):
    monkeypatch.setattr(signatures, "_FEW_LINES", 0)
    found = read(case.mail()).text
    monkeypatch.setattr(signatures, "may_hold_footer", lambda _: True)
    monkeypatch.setattr(history, "_TELLING_SIGNS", frozenset({""}))

    assert read(case.mail()).text == found
