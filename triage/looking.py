"""What a condition says and what it saw, in a few words, for people who ask why it failed."""

from collections.abc import Iterator

from domain.document import Mapping, Node, Scalar, Sequence
from domain.verdict import Match
from triage.conditions import AllOf, Answer, AnyOf, Compared, Condition, Listed, Not, Tagged, Truth
from triage.outline import Part
from triage.sight import WORD_FIELDS, Sight, value_text, values_of

MAX_EXCERPT = 160
MAX_VALUES = 6
MAX_WRITTEN = 120


def saw(condition: Condition, sight: Sight) -> Iterator[Match]:
    """What stands where the condition looked; a field with nothing in it has no words."""
    match condition:
        case Listed(fields, _numbers):
            for field in fields:
                yield Match(where=shown_field(field), words=tuple(_found_in(field, sight)))
        case Compared(source=source, name=name):
            yield Match(where=name, words=tuple(value_text(number) for number in source(sight))[:MAX_VALUES])
        case Truth(source=source, name=name):
            yield Match(where=name, words=("true" if source(sight) else "false",))
        case Answer(source=source, name=name):
            yield Match(where=name, words=(source(sight),))
        case Tagged():
            yield Match(where="tag", words=tuple(sight.tags)[:MAX_VALUES])
        case AllOf() | AnyOf() | Not():
            return


def shown_field(field: str) -> str:
    """`call.answered` for the trait of that name."""
    return field.partition(" ")[2] or field


def written(part: Part) -> str:
    """What stands after the condition's name in the file, cut short."""
    if not part.leaf and part.name != "is":
        return ""
    text = _written(part.node)
    return text if len(text) <= MAX_WRITTEN else f"{text[: MAX_WRITTEN - 1].rstrip(', ')}…"


def _found_in(field: str, sight: Sight) -> Iterator[str]:
    if field in WORD_FIELDS:
        text = " ".join(WORD_FIELDS[field](sight.facts)[: 2 * MAX_EXCERPT].split())
        if text:
            yield text if len(text) <= MAX_EXCERPT else f"{text[: MAX_EXCERPT - 1].rstrip()}…"
    else:
        yield from [value[:MAX_EXCERPT] for value in values_of(field, sight.facts) if value][:MAX_VALUES]


def _written(node: Node) -> str:
    match node:
        case Scalar(value):
            return value_text(value)
        case Sequence(items):
            return ", ".join(_written(item) for item in items[:40])
        case Mapping(entries):
            return ", ".join(f"{key.value}: {_written(value)}" for key, value in entries[:40])
