"""Codes of the Graph API: which of them another try mends, which a person must, which nobody can."""

import pytest

from channels.graph.client import in_words
from channels.graph.errors import CODES, SUBCODES, Meaning, sense_of


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        (130429, Meaning.TEMPORARY),
        (131056, Meaning.TEMPORARY),
        (80007, Meaning.TEMPORARY),
        (131016, Meaning.TEMPORARY),
        (4, Meaning.TEMPORARY),
        (190, Meaning.OURS),
        (0, Meaning.OURS),
        (200, Meaning.OURS),
        (230, Meaning.OURS),
        (131042, Meaning.OURS),
        (131026, Meaning.PERMANENT),
        (131051, Meaning.PERMANENT),
        (132001, Meaning.PERMANENT),
        (551, Meaning.PERMANENT),
        (131047, Meaning.WINDOW),
        (999999, Meaning.PERMANENT),
    ],
)
def test_what_a_code_means(code, meaning):
    assert sense_of(code, None, status=400).meaning is meaning


def test_the_subcode_decides_before_the_code():
    """10 is a missing permission, but with this subcode the window of Messenger is closed."""
    assert sense_of(10, 2018278).meaning is Meaning.WINDOW


@pytest.mark.parametrize(
    ("facts", "meaning"),
    [
        ({"status": 500}, Meaning.TEMPORARY),
        ({"status": 429}, Meaning.TEMPORARY),
        ({"status": 401}, Meaning.OURS),
        ({"status": 400, "transient": True}, Meaning.TEMPORARY),
        ({"status": 400}, Meaning.PERMANENT),
    ],
)
def test_an_unknown_code_means_what_stands_around_it(facts, meaning):
    assert sense_of(123456, None, **facts).meaning is meaning


def test_what_is_tried_again_says_after_which_pause():
    senses = [*CODES.values(), *SUBCODES.values()]

    assert [one for one in senses if one.meaning is Meaning.TEMPORARY and one.pause is None] == []
    assert [one for one in senses if one.meaning is Meaning.PERMANENT and one.pause is not None] == []


def test_an_error_is_told_by_code_title_and_details():
    error = {"code": 131026, "title": "Message undeliverable", "error_data": {"details": "No account\n there"}}

    assert in_words(error) == "131026 Message undeliverable: No account there"
    assert in_words({"code": "190", "message": "Invalid OAuth access token", "error_subcode": 463}) == (
        "190/463 Invalid OAuth access token"
    )
    assert in_words({}) == ""
