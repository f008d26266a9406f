import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.units import BadValue, Listen, parse_duration, parse_listen, parse_reference, parse_size

PARSERS = (parse_duration, parse_size, parse_listen, parse_reference)


@pytest.mark.parametrize(
    ("text", "seconds"), [("500ms", 0.5), ("90s", 90), ("5m", 300), ("2h", 7200), ("30d", 2_592_000), ("0s", 0)]
)
def test_a_duration_is_a_number_and_its_unit(text, seconds):
    assert parse_duration(text).total_seconds() == seconds


@pytest.mark.parametrize(
    ("text", "size"), [("0B", 0), ("500kB", 500_000), ("25MB", 25_000_000), ("64MiB", 67_108_864), ("1GB", 10**9)]
)
def test_a_size_is_a_number_and_its_unit(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize(
    ("text", "listen"),
    [
        ("127.0.0.1:25", Listen("127.0.0.1", 25)),
        ("[::1]:0", Listen("::1", 0)),
        ("[0:0::1]:25", Listen("::1", 25)),
        ("localhost:65535", Listen("localhost", 65535)),
    ],
)
def test_an_address_to_listen_on_is_host_and_port(text, listen):
    assert parse_listen(text) == listen
    assert parse_listen(str(listen)) == listen


@pytest.mark.parametrize(
    ("parse", "value"),
    [
        *(
            (parse_duration, value)
            for value in ("90", 90, 1.5, None, "s", "-5m", "5 m", "1h30m", "5M", "٣s", "9999999d")
        ),
        *((parse_size, value) for value in ("25", 25, "25mb", "1.5GB", "-1MB", True, "9999999999GB")),
        *((parse_listen, value) for value in ("8025", 8025, ":25", "host:", "h:70000", "::1:25", "[x]:1", "[1.2]:1")),
        *((parse_listen, value) for value in ("a b:1", "http://h:1", "user@h:1", "h:1\n")),
        *((parse_reference, value) for value in ("hunter2", "", "env:", "env:A-B", "file:", "file:a\nb", 7)),
    ],
)
def test_anything_else_is_refused_with_advice(parse, value):
    with pytest.raises(BadValue) as refused:
        parse(value)

    assert len(refused.value.text) > 20


def test_a_refusal_does_not_repeat_what_may_be_a_secret():
    with pytest.raises(BadValue) as refused:
        parse_reference("hunter2")

    assert "hunter2" not in f"{refused.value}{refused.value.text}{refused.value.values}"


@given(value=st.text() | st.integers() | st.floats() | st.none() | st.booleans(), parse=st.sampled_from(PARSERS))
def test_a_parser_raises_nothing_else(value, parse):
    try:
        result = parse(value)
    except BadValue as error:
        assert error.text  # noqa: PT017 - both ways out are right, nothing else is
    else:
        assert result is not None
