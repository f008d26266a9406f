"""Attack 45: what customers write never breaks a log line, colours a terminal or fills the disk."""

import io
import json
import sys

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from ingest.telemetry import MAX_TEXT, clean, set_up_logging

HOSTILE = [
    'x\r\n{"event":"forged"}',
    "\x1b[2J\x1b]0;title\x07",
    "a\u2028b\u2029c",
    "\u202etxt.exe",
    "\x85\x9b31m",
    "y" * 1_000_000,
]


@pytest.fixture
def lines(monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(raw, write_through=True))
    set_up_logging("info", "json")
    yield lambda: raw.getvalue().decode().split("\n")[:-1]
    structlog.reset_defaults()


@pytest.mark.parametrize("text", HOSTILE)
def test_one_event_is_one_short_json_line(lines, text):
    structlog.get_logger().info("interaction", subject=text, nested={"key": [text]})
    (line,) = lines()
    assert json.loads(line)["event"] == "interaction"
    assert len(line) < 4 * MAX_TEXT
    assert not set(line) & set("\x1b\x07\r\u2028\u2029\u202e\x85\x9b")


def test_the_text_of_an_exception_is_cleaned_too(lines):
    try:
        raise ValueError("\x1b[2J\u2028" + "z" * 1_000_000)
    except ValueError:
        structlog.get_logger().exception("task_failed")
    (line,) = lines()
    assert len(line) < 50_000
    assert not set(line) & set("\x1b\u2028")
    assert "ValueError" in json.loads(line)["exception"]


@given(st.text())
def test_clean_text_is_printable_and_bounded(text):
    cleaned = clean(text)
    assert len(cleaned) <= MAX_TEXT + 1
    assert all(char == " " or char.isprintable() for char in cleaned)
