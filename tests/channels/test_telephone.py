"""Telephone numbers of people: one form for one number, none for what is no number of anybody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.telephone import e164
from channels.voice.numbers import comparable


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+55 (11) 91234-5678", "+5511912345678"),
        ("(11) 91234-5678", "+5511912345678"),
        ("011 91234-5678", "+5511912345678"),
        ("0 15 11 91234-5678", "+5511912345678"),
        ("5511912345678", "+5511912345678"),
        ("21 3333-4444", "+552133334444"),
        ("+55 31 8812-3456", "+5531988123456"),
        ("553188123456", "+5531988123456"),
        ("+44 20 7946 0958", "+442079460958"),
        ("351912345678", "+351912345678"),
        ("tel:+5511912345678", "+5511912345678"),
        ("190", None),
        ("1001", None),
        ("ramal da Rita", None),
        ("", None),
        ("+55 11 00000-0000", None),
        ("9" * 5000, None),
    ],
)
def test_a_number_has_one_form(written, number):
    assert e164(written) == number


@given(st.text(st.characters(codec=None)))
def test_any_text_is_read_once_and_for_all(text):
    number = e164(text)

    assert number is None or (e164(number) == number and comparable(number) == number)
