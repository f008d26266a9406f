"""Reply tokens: fixed length, canonical, bound to one ticket and one key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.samples import TOKEN_KEY
from triage.token import LENGTH, sign, verify

TOKEN = sign(TOKEN_KEY, 123)


@given(st.integers(min_value=1, max_value=2**40 - 1))
def test_a_token_names_the_ticket_it_was_written_for(number):
    token = sign(TOKEN_KEY, number)
    assert len(token) == LENGTH
    assert verify(TOKEN_KEY, token) == number


@pytest.mark.parametrize("length", range(LENGTH))
def test_a_shortened_token_is_no_token(length):
    assert verify(TOKEN_KEY, TOKEN[:length]) is None


@pytest.mark.parametrize("place", range(LENGTH))
def test_a_token_with_one_character_changed_is_no_token(place):
    other = "a" if TOKEN[place] != "a" else "b"
    assert verify(TOKEN_KEY, TOKEN[:place] + other + TOKEN[place + 1 :]) is None


@pytest.mark.parametrize(
    "forged",
    [
        TOKEN.upper(),
        TOKEN + "a",
        f" {TOKEN}",
        f"{TOKEN}=",
        "123",
        "",
        "é" * LENGTH,
        "0" * LENGTH,
        sign(b"older key", 123),
    ],
)
def test_other_spellings_and_other_keys_are_no_tokens(forged):
    assert verify(TOKEN_KEY, forged) is None


def test_the_number_of_another_ticket_cannot_be_put_before_a_valid_mac():
    other = sign(TOKEN_KEY, 124)
    assert verify(TOKEN_KEY, other[:8] + TOKEN[8:]) is None


@given(st.text(max_size=64))
def test_any_text_is_judged_without_an_error(text):
    assert verify(TOKEN_KEY, text) in {None, 123}
