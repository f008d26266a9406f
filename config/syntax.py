"""What PyYAML says about broken syntax, in the words of someone who has to mend the file."""

from typing import NamedTuple

import yaml

from domain.errors import N_, Mistake, Position

MAX_DEPTH = 50
"""Levels of a document inside one another."""


class _Remedy(NamedTuple):
    """`symptom` occurs in PyYAML's words; `at_start` points to where the broken thing begins."""

    symptom: str
    advice: str
    at_start: bool = False


_TAB = N_("a tab cannot be used here; indent with spaces")
_COLON = N_('a ":" is not expected here; put text that holds ": " in quotes, or check the indentation')
_DASH = N_('a "- " is not expected here; start the list on a line of its own')
_QUOTE = N_("the quote opened here is never closed")
_LIST = N_('the list opened here needs a "," between its items and a "]" at its end')
_BRACES = N_('the mapping opened here needs a "," between its entries and a "}" at its end')
_INDENTATION = N_("the indentation here does not fit the lines above; items of one block start in the same column")
_BACKSLASH = N_('in double quotes a backslash is written "\\\\"; in single quotes it stands for itself')
_TOO_DEEP = N_("more than %(depth)s levels inside one another; make it flatter")
_INDICATOR = N_('text that begins with "&", "*", "!" or "%" must be in quotes')

# The first that fits counts. libyaml and PyYAML's own parser word some of them differently.
_REMEDIES = (
    _Remedy("maximum nesting depth", _TOO_DEEP),  # libyaml's own limit of 1,000, met before ours where it reads ahead
    _Remedy("'\\t'", _TAB),
    _Remedy("tab character", _TAB),
    _Remedy("mapping values are not allowed", _COLON),
    _Remedy("sequence entries are not allowed", _DASH),
    _Remedy("unexpected end of stream", _QUOTE, at_start=True),
    _Remedy("unexpected document", _QUOTE, at_start=True),
    _Remedy("expected ':'", N_('this line has no ":"; write "key: value"'), at_start=True),
    _Remedy("expected ',' or ']'", _LIST, at_start=True),
    _Remedy("expected ',' or '}'", _BRACES, at_start=True),
    _Remedy("expected key", _INDENTATION),
    _Remedy("expected <block end>", _INDENTATION),
    _Remedy("expected '-' indicator", _INDENTATION),
    _Remedy("cannot start any token", N_("text cannot begin with this character unless it is in quotes")),
    _Remedy("comment or line break", N_('after "|" or ">" the text starts on the next line, indented')),
    _Remedy("indentation indicator", N_('after "|" or ">" the text starts on the next line, indented')),
    _Remedy("node content", N_("a value is expected here; if this is text, put it in quotes")),
    _Remedy("incompatible YAML", N_("only YAML 1 is understood; remove this line")),
    _Remedy("document start", N_("nothing may follow here: the document is already complete")),
    _Remedy("escape", _BACKSLASH),
    _Remedy("decimal number", _BACKSLASH),
    _Remedy("alphabetic", _INDICATOR),
    _Remedy("directive", _INDICATOR),
    _Remedy("tag", _INDICATOR),
    _Remedy("'>'", _INDICATOR),
)


def syntax_mistake(error: yaml.YAMLError, text: str, file: str) -> Mistake:
    """The one mistake a syntax error amounts to: nothing after it can be read."""
    problem = str(getattr(error, "problem", None) or error)
    remedy = next((entry for entry in _REMEDIES if entry.symptom in problem), None)
    position = _position(error, file, at_start=remedy is not None and remedy.at_start)
    if remedy is None:
        return Mistake(position, "this is not YAML: %(problem)s", {"problem": problem})
    if _character_at(text, position) == "\t":
        return Mistake(position, _TAB)
    values = {"depth": MAX_DEPTH} if remedy.advice is _TOO_DEEP else {}
    return Mistake(position, remedy.advice, values)


def _position(error: yaml.YAMLError, file: str, *, at_start: bool) -> Position:
    marks = [getattr(error, "problem_mark", None), getattr(error, "context_mark", None)]
    mark = next((mark for mark in (reversed(marks) if at_start else marks) if mark is not None), None)
    return Position(file, 1, 1) if mark is None else Position(file, mark.line + 1, mark.column + 1)


def _character_at(text: str, position: Position) -> str:
    lines = text.splitlines()
    line = lines[position.line - 1] if position.line <= len(lines) else ""
    return line[position.column - 1 : position.column]
