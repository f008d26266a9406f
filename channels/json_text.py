"""JSON objects as they come from strangers: strict about what cannot be stored, forgiving about what can be mended.

orjson refuses NaN, Infinity, numbers too large for a double, invalid UTF-8 and more than 1,024 levels, and reads
integers beyond 64 bits as floats. It also refuses half a surrogate pair (`"\\ud83d"`), which a customer's cut emoji
produces and which would lose that customer's message: those halves become U+FFFD and the text is read again. NUL is
taken here and removed from every text that is used (channels.cleaning).
"""

import re
from typing import Any

import orjson

from domain.errors import BalcaoError

_BOM = b"\xef\xbb\xbf"
_HIGH, _LOW = rb"u[dD][89abAB][0-9a-fA-F]{2}", rb"u[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPE = re.compile(rb"\\(?:(" + _HIGH + rb")(\\" + _LOW + rb")?|(" + _LOW + rb")|.)")
_NAMES = {list: "an array", str: "text", bool: "true or false", type(None): "null", int: "a number", float: "a number"}


class MalformedJson(BalcaoError):
    """Not a JSON object; the message names line, column and why."""


def read_object(body: bytes) -> dict[str, Any]:
    """Raises MalformedJson."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        value = _read_mended(body, error)
    if type(value) is dict:
        return value
    raise MalformedJson(f"line 1, column 1: a JSON object expected, got {kind_of(value)}")


def kind_of(value: Any) -> str:
    """What a JSON value is, in the words of an error message."""
    return _NAMES.get(type(value), "an object")


def as_written(value: Any) -> str:
    """A JSON value back as text, for people; orjson writes fewer levels than it reads."""
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return "(nested too deep to show)"


def _read_mended(body: bytes, first: orjson.JSONDecodeError) -> Any:
    mended = _ESCAPE.sub(_whole_character, body.removeprefix(_BOM))
    if mended == body:
        raise _malformed(first) from None
    try:
        return orjson.loads(mended)
    except orjson.JSONDecodeError as error:
        raise _malformed(error) from None


def _whole_character(found: re.Match[bytes]) -> bytes:
    high, paired, low = found.groups()
    return b"\\ufffd" if low or (high and not paired) else found[0]


def _malformed(error: orjson.JSONDecodeError) -> MalformedJson:
    return MalformedJson(f"line {error.lineno}, column {error.colno}: {error.msg}")
