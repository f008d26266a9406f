"""Mail as broken and hostile as it comes: read as a person would, within bounds, and without a word to the log."""

import logging

import pytest
import structlog

from tests.channels.mail.shapes import SHAPES
from tests.channels.mail.shapes.shape import differences, found_in
from tests.patience import Cost

SECONDS = 2.0
LONGEST_TEXT = 2_100_000
NAMES = [shape.name for shape in SHAPES]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_it_is_read_as_a_person_expects(shape, caplog):
    with Cost() as spent, structlog.testing.capture_logs() as told:
        found = found_in(shape)

    assert list(differences(shape, found)) == []
    assert spent.seconds < SECONDS
    assert len(found.get("text", "")) < LONGEST_TEXT
    assert [entry for entry in told if entry["log_level"] in {"error", "critical"}] == []
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_every_shape_has_a_name_of_its_own_and_says_what_is_expected():
    assert len(set(NAMES)) == len(NAMES) >= 200
    for shape in SHAPES:
        assert {"text", "has", "undecodable"} & set(shape.expected), shape.name
