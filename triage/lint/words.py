"""Lists of words and values: what stands there twice, what another entry finds already, what finds everything.

words: [nota, nota fiscal]      `nota fiscal` is not needed: `nota` finds it
words: [Cartão, cartao]         the same word, written twice
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import re2

from domain.document import Mapping as MappingNode
from domain.document import Node, Scalar, Sequence
from domain.errors import N_
from domain.units import BadValue
from triage.folding import words_of
from triage.lint.findings import Finding, Other
from triage.lint.theory import Theory
from triage.outline import Outline, Part
from triage.patterns import Expression, Word, options, parse_value, parse_words
from triage.sight import Pattern, value_text
from triage.vocabulary import CONDITIONS, Takes

LETTERS, DIGITS = "abcdefghijklmnopqrstuvwxyz", "0123456789"
COMMON = frozenset(
    words_of(
        "a o e de da do das dos em no na nos nas um uma que se por para com os as ao aos eu me meu minha voce "
        "the of and to in is it for on that this you i my we are be with at"
    )
)
"""The commonest words of Portuguese and English, folded: articles, prepositions, pronouns."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list with the patterns it stands for."""

    written: str
    node: Scalar
    numbers: frozenset[int]
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """`lists` holds what stands under `lists` in the file."""

    outline: Outline
    theory: Theory
    lists: Mapping[str, Node]

    def findings(self) -> Iterator[Finding]:
        asked: dict[str, str] = {}
        for rule, part in self._leaves():
            field = self._field(part)
            for node in _lists_in(part):
                yield from self._of_list(rule, field, node)
                asked.update(dict.fromkeys(_names_in(node), field))
        for name, node in self.lists.items():
            yield from self._of_list("", asked.get(name, ""), node)

    def _leaves(self) -> Iterator[tuple[str, Part]]:
        """Every condition with words or values, once; with the rule it stands in."""
        roots = [*self.outline.rules.items(), *(("", part) for part in self.outline.named.values())]
        for rule, root in roots:
            waiting = [root]
            while waiting:
                part = waiting.pop()
                if part.name != "is":
                    waiting.extend(part.parts)
                if part.leaf and CONDITIONS[part.name].takes in {Takes.WORDS, Takes.VALUES, Takes.KEYED}:
                    yield rule, part

    def _field(self, part: Part) -> str:
        """The field whose values are listed; '' for words, which are looked for in several."""
        term = CONDITIONS[part.name]
        if term.takes is Takes.WORDS:
            return ""
        if term.takes is Takes.VALUES:
            return term.fields[0]
        assert isinstance(part.node, MappingNode)
        return f"{term.fields[0]}{part.node.entries[0][0].value}"

    def _of_list(self, rule: str, field: str, node: Node) -> Iterator[Finding]:
        own = [entry for item in _scalars(node) if (entry := self._entry(field, item))]
        borrowed = [
            entry
            for name in _names_in(node)
            for item in _scalars(self.lists.get(name))
            if (entry := self._entry(field, item))
        ]
        for entry in own:
            yield from self._of_entry(rule, field, entry)
        yield from self._of_several(rule, own, [*borrowed, *own])

    def _entry(self, field: str, node: Scalar) -> Entry | None:
        try:
            patterns = _patterns_of(field, node)
        except BadValue:  # a list of words that is used for values, or the other way about
            return None
        numbers = frozenset(
            number for one in patterns if (number := self.outline.numbers.get((field, one))) is not None
        )
        return Entry(str(node.value), node, numbers, patterns) if len(numbers) == len(patterns) else None

    def _of_several(self, rule: str, own: list[Entry], everyone: list[Entry]) -> Iterator[Finding]:
        first: dict[frozenset[int], Entry] = {}
        for entry in everyone:
            first.setdefault(entry.numbers, entry)
        for entry in own:
            twin = first[entry.numbers]
            kind = "swallowed-word" if twin is entry else "duplicate-word"
            other = self._swallower(entry, first) if twin is entry else twin
            if other is not None:
                yield Finding(
                    kind=kind,
                    position=entry.node.position,
                    rule=rule,
                    values={"word": _quoted(entry.written), "other": _quoted(other.written)},
                    others=(Other(other.written, other.node.position),),
                )

    def _swallower(self, entry: Entry, known: Mapping[frozenset[int], Entry]) -> Entry | None:
        """An entry that finds everything this one finds."""
        brought = [self.theory.brings(number) for number in entry.numbers]
        for numbers, other in known.items():
            if other is not entry and all(not each.isdisjoint(numbers) for each in brought):
                return other
        return None

    def _of_entry(self, rule: str, field: str, entry: Entry) -> Iterator[Finding]:
        word = _quoted(entry.written)
        if not field and any(isinstance(one, Word) and one.text in COMMON for one in entry.patterns):
            yield Finding(kind="common-word", position=entry.node.position, rule=rule, values={"word": word})
        sources = [one.source for one in entry.patterns if isinstance(one, Expression)]
        if what := next((found for source in sources if (found := _found_everywhere(source, field))), ""):
            values = {"pattern": word, "what": what}
            yield Finding(kind="matches-everything", position=entry.node.position, rule=rule, values=values)
        if why := _impossible(field, entry.patterns):
            values = {"value": word, "why": why}
            yield Finding(kind="impossible-value", position=entry.node.position, rule=rule, values=values)


def _patterns_of(field: str, node: Scalar) -> tuple[Pattern, ...]:
    if not field:
        return parse_words(node.value)
    value = node.value if node.value is None else value_text(node.value)
    return (parse_value(value),)


def _lists_in(part: Part) -> Iterator[Node]:
    """What the condition lists; of `trait: {call.queue: [a, b]}` the list of the trait."""
    if CONDITIONS[part.name].takes is not Takes.KEYED:
        yield part.node
    elif isinstance(part.node, MappingNode):
        for _key, value in part.node.entries:
            if not isinstance(value, MappingNode) or value.get("list") is not None:
                yield value


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else (node,) if node is not None else ()


def _scalars(node: Node | None) -> Iterator[Scalar]:
    return (item for item in _items(node) if isinstance(item, Scalar))


def _names_in(node: Node) -> Iterator[str]:
    """The named lists that a list takes in."""
    for item in _items(node):
        if isinstance(item, MappingNode):
            yield from (str(name.value) for name in _scalars(item.get("list")))


def _quoted(written: str) -> str:
    return f'"{written}"'


@lru_cache(maxsize=4096)
def _found_everywhere(source: str, field: str) -> str:
    """What a text must hold to be matched, where that is nearly every text; '' for any sensible expression."""
    if field in ALWAYS_THERE and source == "^.*$":
        return N_("anything or nothing")
    if field:
        return ""
    found = re2.compile(source, options()).search
    if all(found(f"# {letter} #") for letter in LETTERS):
        return N_("a letter")
    return N_("a digit") if all(found(f"# {digit} #") for digit in DIGITS) else ""


def _impossible(field: str, patterns: Iterable[Pattern]) -> str:
    for known, forbidden, required, why in _SHAPES:
        for pattern in patterns if field == known else ():
            text = getattr(pattern, "text", "")
            if text and ((forbidden and re.search(forbidden, text)) or (required and not re.search(required, text))):
                return why
    return ""


ALWAYS_THERE = frozenset({"sender", "channel"})
_SHAPES = (
    ("sender_domain", "@", r"\.", N_("a domain is what follows the @, such as exemplo.com.br")),
    ("attachment_type", "", "/", N_("a content type has two parts, such as application/pdf")),
    ("recipient", "", r"@|^\+?[\d ().-]+$", N_("an address has an @; write *@exemplo.com.br for a domain")),
)
"""Field, what no value of it holds, what every value holds, and what was probably meant."""
