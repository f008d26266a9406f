import pytest
from pydantic import TypeAdapter, ValidationError

from config.fields import (
    DatabaseUrl,
    Duration,
    HostName,
    ListenOn,
    Network,
    Secret,
    Size,
    Timezone,
    duration_text,
    size_text,
)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Duration, "5m", 300.0),
        (Size, "25MB", 25_000_000),
        (Secret, "env:A_1", "env:A_1"),
        (Timezone, "America/Sao_Paulo", "America/Sao_Paulo"),
        (Network, "10.0.0.1/8", "10.0.0.1/8"),
        (Network, "::1", "::1"),
        (HostName, "a-b.exemplo.com", "a-b.exemplo.com"),
        (DatabaseUrl, "postgresql://u@h/d", "postgresql://u@h/d"),
        (DatabaseUrl, "sqlite:///x.db", "sqlite:///x.db"),
        (DatabaseUrl, "file:var/url", "file:var/url"),
    ],
)
def test_what_is_taken(kind, text, value):
    assert TypeAdapter(kind).validate_python(text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Timezone, "Mars/Olympus"),
        (Timezone, "../etc/passwd"),
        (Timezone, ""),
        (Timezone, "America"),
        (Timezone, "a\0b"),
        (Network, "10.0.0"),
        (HostName, "-a"),
        (HostName, "a..b"),
        (HostName, "a b"),
        (HostName, "a" * 64),
        (HostName, ".".join(["abc"] * 70)),
        (DatabaseUrl, "mysql://u@h/d"),
        (DatabaseUrl, "env:"),
        (DatabaseUrl, 3),
    ],
)
def test_what_is_refused(kind, text):
    with pytest.raises(ValidationError, match=r"write|unknown time zone|referred to"):
        TypeAdapter(kind).validate_python(text)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.5, "500ms"), (90, "90s"), (300, "5m"), (86400, "1d"), (5400, "90m"), (0, "0ms")]
)
def test_durations_are_shown_as_written(seconds, text):
    assert duration_text(seconds) == text
    assert TypeAdapter(Duration).validate_python(text) == seconds


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0B"), (1, "1B"), (25_000_000, "25MB"), (1500, "1500B"), (10**9, "1GB")]
)
def test_sizes_are_shown_as_written(size, text):
    assert size_text(size) == text
    assert TypeAdapter(Size).validate_python(text) == size


@pytest.mark.parametrize("kind", [Duration, Size, ListenOn, Secret, DatabaseUrl])
def test_editors_are_told_the_form(kind):
    schema = TypeAdapter(kind).json_schema()

    assert schema["type"] == "string"
    assert schema["pattern"].startswith("^")
