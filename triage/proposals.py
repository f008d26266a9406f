"""A suggestion as text for the rule file: the rule, and tests made of tickets that it would have put right.

Customers' words are shortened to what stands around the phrase, without addresses, links, figures and the sender's own
name (triage.phrases.snippet), and quoted so that YAML reads them as text whatever they are.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from triage.loading_rules import MAX_NAME
from triage.phrases import snippet
from triage.suggest import Seen, Suggestion

EXAMPLES = 3
_ROOM = 6
"""Characters of a name left for a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """`ticket`: where the words come from; None for the bare phrase."""

    text: str
    ticket: int | None


def rule_name(suggestion: Suggestion, taken: Collection[str]) -> str:
    """`segunda via: financeiro`, with a number where that is taken."""
    stem = f"{suggestion.phrase}: {suggestion.value}"[: MAX_NAME - _ROOM].rstrip()
    names = (stem if number == 1 else f"{stem} {number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def examples(suggestion: Suggestion, tickets: Iterable[Seen]) -> Iterator[Example]:
    """Of different senders, each text once; at last the phrase alone, which is always there."""
    told: set[str] = set()
    for one in tickets:
        text = snippet(one.past.facts, suggestion.phrase)
        if text and one.sender not in told and text not in told:
            told |= {one.sender, text}
            yield Example(text=text, ticket=one.past.number)
    yield Example(text=suggestion.phrase, ticket=None)


def rule_lines(suggestion: Suggestion, name: str, indent: int) -> list[str]:
    """One item of `rules`."""
    return _item(
        indent,
        f"name: {quoted(name)}",
        f"when: {{words: [{quoted(suggestion.phrase)}]}}",
        f"set: {{{suggestion.field}: {_plain(suggestion.value)}}}",
    )


def case_lines(suggestion: Suggestion, name: str, chosen: Sequence[Example], indent: int) -> list[str]:
    """Items of `tests`."""
    expected = (
        f"expect: {{{suggestion.field}: {_plain(suggestion.value)}, rule: {{{suggestion.field}: {quoted(name)}}}}}"
    )
    return [
        line
        for number, example in enumerate(chosen, 1)
        for line in _item(
            indent, f"name: {quoted(f'{name}, {number}')}", f"given: {{text: {quoted(example.text)}}}", expected
        )
    ]


def quoted(text: str) -> str:
    """What JSON says of printable text, YAML reads the same."""
    return json.dumps(text, ensure_ascii=False)


def _plain(value: str) -> str:
    """A department may be called 24, or true."""
    return quoted(value) if value[0].isdigit() or value in {"true", "false", "null"} else value


def _item(indent: int, first: str, *others: str) -> list[str]:
    space = " " * indent
    return [f"{space}- {first}", *(f"{space}  {other}" for other in others)]
