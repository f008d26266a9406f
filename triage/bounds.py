"""Reading comparisons of numbers: `5`, `{gt: 60}`, `{gte: 1, lt: 10}`, `{between: [1, 5]}`.

Where sizes or durations are meant, "5MB" or "2m" may stand for the number.
"""

import operator
from collections.abc import Callable, Iterator

from domain.document import Mapping, Node, Scalar, ScalarValue, Sequence
from domain.units import BadValue
from triage.conditions import Bounds, Number
from triage.keywords import COMPARISONS
from triage.notes import Notes

Parse = Callable[[ScalarValue], Number] | None
Test = tuple[Callable[[Number, Number], bool], Number]

_OPERATORS: dict[str, Callable[[Number, Number], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def read_bounds(notes: Notes, node: Node, parse: Parse) -> Bounds:
    if isinstance(node, Scalar):
        return Bounds(((operator.eq, _number(notes, node, parse)),))
    if isinstance(node, Mapping) and not node.entries:
        notes.note(node.position, "a comparison is expected here: %(known)s", known=", ".join(COMPARISONS))
    tests: list[Test] = []
    for name, value in notes.mapping(node, COMPARISONS).items():
        if name == "between":
            tests.extend(_between(notes, value, parse))
        else:
            tests.append((_OPERATORS[name], _number(notes, value, parse)))
    return Bounds(tuple(tests))


def _between(notes: Notes, node: Node, parse: Parse) -> Iterator[Test]:
    if not isinstance(node, Sequence) or len(node.items) != 2:
        notes.note(node.position, "two numbers are expected here: between: [1, 5]")
        return
    least, most = (_number(notes, item, parse) for item in node.items)
    if least > most:
        notes.note(node.position, "the first number is larger than the second, so nothing lies between")
    yield operator.ge, least
    yield operator.le, most


def _number(notes: Notes, node: Node, parse: Parse) -> Number:
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if parse is None or not isinstance(value, str):
        notes.note(node.position, "a number is expected here")
        return 0
    try:
        return parse(value)
    except BadValue as bad:
        notes.note(node.position, bad.text, **bad.values)
        return 0
