"""JMESPath expressions of a settings file: checked before anything runs, bounded while they run.

    text ──▶ syntax ──▶ known functions, right number of arguments ──▶ size and growth ──▶ Expression
                                                                                               │ find(payload)
                                                    at most so many steps, no result too large ┘

JMESPath has no loops, but `[@,@]` doubles what it is given: the number of ways in which an expression can copy its
input is bounded when it is written, steps and sizes are bounded when it meets a payload.
"""

from collections.abc import Iterator
from typing import Any

import jmespath
from jmespath import exceptions
from jmespath.functions import Functions
from jmespath.visitor import TreeInterpreter

from domain.errors import N_
from domain.units import BadValue

LONGEST = 1000
MOST_NODES = 200
MOST_COPIES = 256
MOST_STEPS = 200_000
MOST_ITEMS = 100_000
LONGEST_TEXT = 20_000_000
_SIGNATURES: dict[str, Any] = {name: entry["signature"] for name, entry in Functions.FUNCTION_TABLE.items()}


class CannotTell(Exception):
    """An expression does not fit this payload; the message says why."""


class Expression:
    """A checked expression. Compared by its text."""

    __slots__ = ("_tree", "text")

    def __init__(self, text: str) -> None:
        """Raises BadValue, which tells the character."""
        self.text = text
        self._tree = _parsed(text)
        _check(self._tree)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def __reduce__(self) -> tuple[type["Expression"], tuple[str]]:
        return Expression, (self.text,)

    def find(self, payload: Any) -> Any:
        """What stands there; None for nothing. Raises CannotTell."""
        try:
            return _Bounded().visit(self._tree, payload)
        except exceptions.JMESPathError as error:
            raise CannotTell(" ".join(str(error).split())[:200]) from None
        except (RecursionError, OverflowError, TypeError, ValueError, ZeroDivisionError) as error:
            raise CannotTell(f"{type(error).__name__} in {self.text[:60]!r}") from None


def parse_expression(value: Any) -> Expression:
    """For settings. Raises BadValue."""
    if not isinstance(value, str) or not value.strip():
        raise BadValue(N_('write a JMESPath expression: "message.text"'))
    return Expression(value)


class _Bounded(TreeInterpreter):  # type: ignore[misc]  # jmespath ships no types
    def __init__(self) -> None:
        super().__init__()
        self.steps = 0

    def visit(self, node: Any, *arguments: Any, **options: Any) -> Any:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise CannotTell(f"more than {MOST_STEPS} steps")
        found = super().visit(node, *arguments, **options)
        if isinstance(found, list) and len(found) > MOST_ITEMS:
            raise CannotTell(f"more than {MOST_ITEMS} elements")
        if isinstance(found, str) and len(found) > LONGEST_TEXT:
            raise CannotTell(f"more than {LONGEST_TEXT} characters")
        return found


def _parsed(text: str) -> Any:
    if len(text) > LONGEST:
        raise BadValue(N_("a JMESPath expression has at most %(most)s characters"), most=LONGEST)
    try:
        return jmespath.compile(text).parsed
    except RecursionError:
        raise BadValue(N_("this JMESPath expression is nested too deep")) from None
    except exceptions.EmptyExpressionError:
        raise BadValue(N_('write a JMESPath expression: "message.text"')) from None
    except exceptions.JMESPathError as error:
        place = getattr(error, "lex_position", getattr(error, "lexer_position", None))
        if place is None or place >= len(text):
            raise BadValue(N_("this JMESPath expression ends too early")) from None
        raise BadValue(
            N_("this is no JMESPath: character %(place)s, at %(rest)s, does not fit"),
            place=place + 1,
            rest=repr(text[place : place + 20]),
        ) from None


def _check(tree: Any) -> None:
    nodes = list(_nodes(tree))
    if len(nodes) > MOST_NODES:
        raise BadValue(N_("this JMESPath expression has too many parts (%(many)s of %(most)s)"),
                       many=len(nodes), most=MOST_NODES)  # fmt: skip
    copies = 1
    for node in nodes:
        match node["type"]:
            case "function_expression":
                _check_call(node["value"], len(node["children"]))
            case "multi_select_list" | "multi_select_dict":
                copies *= len(node["children"])
    if copies > MOST_COPIES:
        raise BadValue(N_("this JMESPath expression could copy its input %(many)s times"), many=copies)


def _nodes(tree: Any) -> Iterator[Any]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [child for child in node["children"] if isinstance(child, dict)]


def _check_call(name: str, given: int) -> None:
    signature = _SIGNATURES.get(name)
    if signature is None:
        raise BadValue(N_("JMESPath has no function %(name)s; it has: %(known)s"),
                       name=name, known=", ".join(sorted(_SIGNATURES)))  # fmt: skip
    variadic = bool(signature) and signature[-1].get("variadic", False)
    if given < len(signature) or (given > len(signature) and not variadic):
        raise BadValue(N_("the JMESPath function %(name)s takes %(wanted)s arguments, not %(given)s"),
                       name=name, wanted=len(signature), given=given)  # fmt: skip
