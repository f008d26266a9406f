"""Telephone numbers: comparable where there is one reading only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.voice.numbers import comparable, shown


@pytest.mark.parametrize(
    ("given_number", "number"),
    [
        ("+5511912345678", "+5511912345678"),
        ("+55 (11) 91234-5678", "+5511912345678"),
        ("(11) 91234-5678", "+5511912345678"),
        ("11912345678", "+5511912345678"),
        ("011 91234-5678", "+5511912345678"),
        ("5511912345678", "+5511912345678"),
        ("00551140001000", "+551140001000"),
        ("21 3333-4444", "+552133334444"),
        ("0044 20 7946 0000", "+442079460000"),
        ("+1 (212) 555-0100", "+12125550100"),
        ("sip:+5511912345678@pabx.example", "+5511912345678"),
        ('"Rui" <sip:1001@pabx.example;tag=1>', "1001"),
        ("tel:+5511912345678", "+5511912345678"),
        ("0 15 11 91234-5678", "01511912345678"),
        ("0800 123 4567", "08001234567"),
        ("4004-1234", "40041234"),
        ("190", "190"),
        ("*9 1001#", "*91001#"),
        ("55 99123-4567", "+5555991234567"),
        ("1001", "1001"),
        ("11 1234-5678", "1112345678"),
        ("10 91234-5678", "10912345678"),
        ("Anonymous", "anonymous"),
        ("", "anonymous"),
        ("Privado", "anonymous"),
        ("ramal da Rita", "ramal da Rita"),
    ],
)
def test_one_reading_becomes_e164_and_the_rest_stays(given_number, number):
    assert comparable(given_number) == number


@given(st.text(st.characters(codec=None)))
def test_any_caller_id_is_read_once_and_for_all(text):
    number = comparable(text)

    assert number
    assert comparable(number) == number
    assert number.encode()


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("+5511912345678", "+55 11 91234-5678"),
        ("+551140001000", "+55 11 4000-1000"),
        ("+12125550100", "+12125550100"),
        ("1001", "1001"),
        ("anonymous", "número oculto"),
    ],
)
def test_numbers_are_shown_as_people_read_them(number, text):
    assert shown(number) == text
