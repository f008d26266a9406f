"""JSON from strangers: what is refused, what is mended, and in which words."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.json_text import MalformedJson, as_written, read_object

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=5)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), json_values))
def test_every_storable_object_is_read_as_it_is(value):
    assert read_object(json.dumps(value).encode()) == value


@given(st.binary(max_size=300))
def test_anything_else_is_malformed(junk):
    reason = None
    try:
        value = read_object(junk)
    except MalformedJson as error:
        reason = str(error)

    assert isinstance(value, dict) if reason is None else reason.startswith("line ")


@given(st.text(st.characters(codec=None), max_size=50))
def test_half_characters_become_one_replacement_each(text):
    """What JavaScript writes for a string that was cut inside an emoji."""
    read = read_object(json.dumps({"t": text}).encode())["t"]

    assert read == text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@pytest.mark.parametrize(
    ("escaped", "expected"),
    [
        (r"\ud83d", "\ufffd"),
        (r"\uDE00", "\ufffd"),
        (r"\ud83d\ude00", "\U0001f600"),
        (r"\ud83d\ud83d\ude00", "\ufffd\U0001f600"),
        (r"\ude00\ud83d", "\ufffd\ufffd"),
        (r"\ud83dx", "\ufffdx"),
        (r"\\ud83d\ud83d", "\\ud83d\ufffd"),
        (r"\\\ud83d", "\\\ufffd"),
    ],
)
def test_only_lone_halves_are_mended(escaped, expected):
    assert read_object(f'{{"t": "{escaped}"}}'.encode()) == {"t": expected}


def test_a_byte_order_mark_is_forgiven():
    assert read_object(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_the_place_of_the_mistake_is_named():
    with pytest.raises(MalformedJson, match=r"^line 2, column \d+: "):
        read_object(b'{"a": 1,\n "b": }')


@pytest.mark.parametrize(
    ("body", "kind"), [(b"[]", "an array"), (b'"x"', "text"), (b"1", "a number"), (b"null", "null")]
)
def test_what_is_no_object_is_named(body, kind):
    with pytest.raises(MalformedJson, match=f"a JSON object expected, got {kind}"):
        read_object(body)


def test_what_is_too_deep_to_write_is_said_so():
    deep = read_object(b'{"a":' * 500 + b"1" + b"}" * 500)

    assert as_written(deep) == "(nested too deep to show)"
    assert as_written({"a": [1]}) == '{"a":[1]}'
