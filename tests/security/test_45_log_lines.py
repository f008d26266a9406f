"""Attack 45: what customers write never breaks a log line, colours a terminal or fills the disk."""

import io
import json
import sys

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from ingest.logs import MAX_TEXT, clean, set_up_logging

HOSTILE = [
    'x\r\n{"event":"forged"}',
    "\x1b[2J\x1b]0;title\x07",
    "a\u2028b\u2029c",
    "\u202etxt.exe",
    "\x85\x9b31m",
    "y" * 1_000_000,
]


@pytest.fixture
def logging_as(monkeypatch):
    """A function: style → a function that gives what was logged so far."""

    def start(style):
        stream = io.TextIOWrapper(io.BytesIO(), write_through=True)
        monkeypatch.setattr(sys, "stderr", stream)
        set_up_logging("info", style)
        return lambda: stream.buffer.getvalue().decode()

    yield start
    structlog.reset_defaults()


@pytest.fixture
def lines(logging_as):
    written = logging_as("json")
    return lambda: written().split("\n")[:-1]


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


@pytest.mark.parametrize("style", ["json", "console"])
def test_a_traceback_shows_our_code_and_none_of_its_values(logging_as, style):
    """Local variables are what customers wrote, and our keys."""
    written = logging_as(style)
    words = "".join(reversed("ixacaba"))
    try:
        raise ValueError(f"{len(words)}\x1b[2J\u2028")
    except ValueError:
        structlog.get_logger().exception("task_failed")
    text = written()
    assert "test_45_log_lines.py" in text
    assert "ValueError: 7 " in text
    assert words not in text
    assert not {"\x1b[2J", "\u2028"} & {text[place : place + size] for place in range(len(text)) for size in (1, 4)}


@given(st.text())
def test_clean_text_is_printable_and_bounded(text):
    cleaned = clean(text)
    assert len(cleaned) <= MAX_TEXT + 1
    assert all(char == " " or char.isprintable() for char in cleaned)
