import pytest

from config.scalars import resolve
from domain.units import BadValue


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("False", False),
        ("8025", 8025),
        ("-3", -3),
        ("+3", 3),
        ("0", 0),
        ("0x1F", 31),
        ("0o17", 15),
        ("1.5", 1.5),
        (".5", 0.5),
        ("2e3", 2000.0),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
    ],
)
def test_the_core_schema_is_understood(text, value):
    result = resolve(text)

    assert (result, type(result)) == (value, type(value))


@pytest.mark.parametrize(
    "text",
    [
        *("yes", "no", "on", "off", "y", "N", "Yes", "OFF"),
        *("18:00", "1:30:15", "2026-01-01", "2026-01-01T10:00:00Z", "1_000", "0b11", "0x", "0o8"),
        *("tRUE", "nULL", "none", "+", "-", ".", "1e", "e1", "1.2.3", "--1", "٣", "=", "+55 11 4002-8922"),
    ],
)
def test_what_yaml_1_1_would_twist_stays_text(text):
    assert resolve(text) == text


@pytest.mark.parametrize("text", ["010", "00", "-08", "+0800123"])
def test_a_leading_zero_is_ambiguous(text):
    with pytest.raises(BadValue, match="leading zero is ambiguous; if it is text, put it in quotes"):
        resolve(text)


@pytest.mark.parametrize(
    "text", ["9223372036854775808", "-9223372036854775809", "1e999", "0x" + "F" * 17, "9" * 100_000]
)
def test_a_number_that_does_not_fit_is_refused_in_few_words(text):
    with pytest.raises(BadValue, match="is too large") as refused:
        resolve(text)

    assert len(str(refused.value)) < 120


@pytest.mark.parametrize("text", [".inf", "-.Inf", "+.INF", ".nan", ".NaN"])
def test_infinity_is_no_number(text):
    with pytest.raises(BadValue, match="infinity"):
        resolve(text)
