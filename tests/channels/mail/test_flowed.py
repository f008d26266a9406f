"""Lines broken for a screen are put together again (RFC 3676)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mail.flowed import unflowed
from tests.patience import Cost, costs_below


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("um \ndois", "um dois"),
        ("um\ndois", "um\ndois"),
        ("um \n\ndois", "um \ndois"),
        ("um \ndois \ntrês\nquatro", "um dois três\nquatro"),
        ("> a \n> b", "> a b"),
        ("> a \n>> b", "> a \n>> b"),
        ("> a \nb", "> a \nb"),
        (">>a \n>>b", ">> a b"),
        (" >não é citação", ">não é citação"),
        (" From lá", "From lá"),
        ("fim \n-- \nAna", "fim \n-- \nAna"),
        ("> -- \n> Ana", "> -- \n> Ana"),
        ("", ""),
        (" ", ""),
    ],
)
def test_a_line_that_ends_with_a_space_goes_on(text, whole):
    assert unflowed(text, delete_space=False) == whole


def test_with_delsp_the_space_is_no_part_of_the_text():
    assert unflowed("inter \nrompida  \naqui", delete_space=True) == "interrompida aqui"


@given(st.text(alphabet="ab >-\n", max_size=60))
def test_nothing_but_white_space_and_line_ends_changes(text):
    def bare(words):
        return "".join(words.split()).replace(">", "")

    assert bare(unflowed(text, delete_space=False)) == bare(text)


@pytest.mark.parametrize("text", ["a \n" * 500_000, "> \n" * 300_000, ">" * 1_000_000, (">" * 500 + " a \n") * 2_000])
def test_a_long_text_costs_no_more_than_its_length(text):
    with Cost() as half:
        unflowed(text[: len(text) // 2], delete_space=False)

    with costs_below(4 * half.seconds + 0.5):
        unflowed(text, delete_space=False)
