"""What a plain scalar means: the core schema of YAML 1.2, minus the readings that surprise people.

null  ~  (nothing)          -> None
true  false                 -> bool             yes, no, on, off stay text
8025  -3  0x1F  0o17        -> int (64 bit)     18:00 stays text, 010 is refused
1.5  2e3                    -> float            .inf and .nan are refused
anything else               -> text             2026-01-01 stays text
"""

import math
import re

from domain.document import ScalarValue
from domain.units import BadValue

_WORDS: dict[str, ScalarValue] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WORD_STARTS = frozenset("~nNtTfF")
_NUMBER_STARTS = frozenset("+-.0123456789")
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_PADDED = re.compile(r"[-+]?0[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LONGEST_NUMBER = 40
_LARGEST = 2**63


def resolve(text: str) -> ScalarValue:
    """The value of a plain (unquoted) scalar. Raises BadValue."""
    if not text:
        return None
    first = text[0]
    if first in _NUMBER_STARTS:
        return _number(text)
    if first in _WORD_STARTS:
        return _WORDS.get(text, text)
    return text


def _number(text: str) -> ScalarValue:
    if _DECIMAL.fullmatch(text):
        if _PADDED.fullmatch(text):
            raise BadValue(
                'a number with a leading zero is ambiguous; if it is text, put it in quotes: "%(text)s"',
                text=_cut(text),
            )
        return _integer(text, 10)
    if _BASED.fullmatch(text):
        return _integer(text[2:], 8 if text[1] == "o" else 16)
    if _FLOAT.fullmatch(text):
        return _float(text)
    if _NOT_FINITE.fullmatch(text):
        raise BadValue(
            'infinity and not-a-number are no usable numbers; if it is text, put it in quotes: "%(text)s"', text=text
        )
    return text


def _integer(digits: str, base: int) -> int:
    # Length first: int() of a million digits is itself an attack.
    if len(digits) <= _LONGEST_NUMBER:
        value = int(digits, base)
        if -_LARGEST <= value < _LARGEST:
            return value
    raise BadValue("the number %(text)s is too large; if it is text, put it in quotes", text=_cut(digits))


def _float(text: str) -> float:
    if len(text) <= _LONGEST_NUMBER and math.isfinite(value := float(text)):
        return value
    raise BadValue("the number %(text)s is too large; if it is text, put it in quotes", text=_cut(text))


def _cut(text: str) -> str:
    return text if len(text) <= 24 else text[:20] + "…"
