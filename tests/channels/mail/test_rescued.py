"""Addresses read as a person would, where no standard helps; the corpus (shapes/addresses.py) has the forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mail.addresses import parties
from channels.mail.rescued import rescued, tidied
from tests.patience import costs_below


@pytest.mark.parametrize(
    "value",
    [
        "=?utf-8?q?ceo=40bank=2Eexample?=",
        "=?utf-8?q?=3Cceo=40bank=2Eexample=3E?= sem endereço",
        "=?utf-8?q?ceo@bank.example?=",
        '"=?utf-8?q?ceo@bank.example?="',
        "(=?utf-8?q?ceo@bank.example?=)",
    ],
)
def test_an_encoded_word_never_names_anybody(value):
    """dangers.md §6.1."""
    assert parties([value]) == []


def test_what_stands_outside_of_quotation_marks_goes_first():
    assert rescued(['"ceo@bank.example"', " Ana ana@x.example"]) == [("Ana", "ana@x.example")]


def test_several_addresses_in_one_element_are_several_people():
    assert [party.address for party in parties(["Ana a@x.example e Rui b@x.example"])] == ["a@x.example", "b@x.example"]


@given(st.text(max_size=40))
def test_tidying_adds_nothing(value):
    assert len(tidied(value)) <= len(value)


@pytest.mark.parametrize(
    "piece", ["a@b.c", "a@", "@b.c ", "a.b.", "<a@b.example ", "(a@b.example", '"a@b.example x ', "a@b.c@"]
)
def test_very_long_lists_of_broken_addresses_are_read_in_bounded_time(piece):
    with costs_below(1):
        assert len(parties([piece * 20_000])) <= 500
