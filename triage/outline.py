"""The conditions of a rule file as they are written: what compiling forgets and people ask about.

    when:                            all
      is: bloqueia            ─▶       is bloqueia (line 3) ─▶ words [não consigo, …] (line 10)
      not: {medium: call}              not ─▶ medium [call] (line 4)

Each part keeps its place and a compiled condition of its own, so it can be asked by itself. Named conditions are
one part, shared by all who use them. The file has been loaded before: here nothing is noted.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from domain.document import Mapping as MappingNode
from domain.document import Node, Scalar, Sequence
from domain.errors import Position
from triage.calendars import Calendar
from triage.conditions import AllOf, AnyOf, Condition, Not
from triage.contacts import NOBODY, Contacts
from triage.loading_calendars import Almanac
from triage.loading_conditions import ConditionReader
from triage.loading_patterns import PatternReader
from triage.notes import Notes
from triage.numbering import Numbering
from triage.sight import Eyes, Pattern
from triage.vocabulary import CONDITIONS, Takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`name` is all, any, not, is, or a condition of the language; `node` what stands after it."""

    name: str
    position: Position
    condition: Condition
    node: Node
    parts: tuple["Part", ...] = ()

    @property
    def leaf(self) -> bool:
        return not self.parts

    def everything(self) -> Iterator["Part"]:
        """This part and all below it; shared ones again wherever they are used."""
        yield self
        for part in self.parts:
            yield from part.everything()


@dataclass(frozen=True, slots=True)
class Sections:
    """The main file and those it includes, their sections joined in order."""

    documents: tuple[Node, ...]

    def nodes(self, key: str) -> list[Node]:
        """What stands under `key` in each file."""
        mappings = [document for document in self.documents if isinstance(document, MappingNode)]
        return [node for mapping in mappings if (node := mapping.get(key)) is not None]

    def named(self, key: str) -> dict[str, tuple[Position, Node]]:
        """The entries of a section of names, each with its place."""
        mappings = [node for node in self.nodes(key) if isinstance(node, MappingNode)]
        return {str(name.value): (name.position, value) for mapping in mappings for name, value in mapping.entries}

    def listed(self, key: str) -> list[Node]:
        return [item for node in self.nodes(key) if isinstance(node, Sequence) for item in node.items]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """`rules` holds the `when` of each rule by its name, `named` what stands under `define`, `questions` what
    stands under `unless`. `numbers` are those of the patterns by field ('' for words)."""

    rules: Mapping[str, Part]
    named: Mapping[str, Part]
    questions: Mapping[str, Part]
    eyes: Eyes
    numbers: Mapping[tuple[str, Pattern], int]


def outline_of(sections: Sections, contacts: Contacts = NOBODY) -> Outline:
    """Of files that have been loaded without a mistake."""
    drawing = _Drawing.of(sections)
    questions = sections.named("questions").items()
    return Outline(
        rules={name: drawing.part(when) for name, when in _conditions(sections)},
        named={name: drawing.named(name) for name in drawing.nodes},
        questions={
            name: drawing.part(unless)
            for name, (_position, node) in questions
            if isinstance(node, MappingNode) and (unless := node.get("unless")) is not None
        },
        eyes=drawing.numbering.eyes(contacts),
        numbers=drawing.numbering.numbers,
    )


def _conditions(sections: Sections) -> Iterator[tuple[str, Node]]:
    for rule in sections.listed("rules"):
        if isinstance(rule, MappingNode):
            name, when = rule.get("name"), rule.get("when")
            if isinstance(name, Scalar) and when is not None:
                yield str(name.value), when


@dataclass(slots=True)
class _Drawing:
    nodes: Mapping[str, Node]
    numbering: Numbering
    reader: ConditionReader
    known: dict[str, Part] = field(default_factory=dict)

    @classmethod
    def of(cls, sections: Sections) -> "_Drawing":
        notes, numbering = Notes(), Numbering()
        named = {key: {name: node for name, (_, node) in sections.named(key).items()} for key in _NAMED}
        almanac = _almanac(sections, notes)
        patterns = PatternReader(notes, numbering, named["lists"])
        return cls(named["define"], numbering, ConditionReader(notes, patterns, almanac, named["define"]))

    def part(self, node: Node) -> Part:
        if isinstance(node, Sequence):
            return self._several("any", node.position, node, [self.part(item) for item in node.items])
        parts = [self._term(key, value) for key, value in node.entries] if isinstance(node, MappingNode) else []
        return self._several("all", node.position, node, parts)

    def named(self, name: str) -> Part:
        if name not in self.known:
            self.known[name] = self.part(self.nodes[name])
        return self.known[name]

    def _term(self, key: Scalar, node: Node) -> Part:
        draw: dict[Takes, Callable[[Scalar, Node], Part]] = {
            Takes.ONE: self._not,
            Takes.MANY: self._many,
            Takes.NAMES: self._names,
            Takes.KEYED: self._entries_of,
        }
        return draw.get(CONDITIONS[str(key.value)].takes, self._leaf)(key, node)

    def _leaf(self, key: Scalar, node: Node) -> Part:
        alone = MappingNode(((key, node),), key.position)
        return Part(name=str(key.value), position=key.position, condition=self.reader.condition(alone), node=node)

    def _entries_of(self, key: Scalar, node: Node) -> Part:
        """One part for each entry: of several traits, people ask which one failed."""
        entries = node.entries if isinstance(node, MappingNode) else ()
        parts = [
            self._leaf(Scalar(key.value, name.position), MappingNode(((name, value),), name.position))
            for name, value in entries
        ]
        return self._several("all", key.position, node, parts)

    def _not(self, key: Scalar, node: Node) -> Part:
        part = self.part(node)
        return Part(name="not", position=key.position, condition=Not(part.condition), node=node, parts=(part,))

    def _many(self, key: Scalar, node: Node) -> Part:
        items = node.items if isinstance(node, Sequence) else ()
        return self._several(str(key.value), key.position, node, [self.part(item) for item in items])

    def _names(self, key: Scalar, node: Node) -> Part:
        items = node.items if isinstance(node, Sequence) else (node,)
        uses = [self._use(item) for item in items if isinstance(item, Scalar)]
        return self._several("any", key.position, node, uses)

    def _use(self, name: Scalar) -> Part:
        part = self.named(str(name.value))
        return Part(name="is", position=name.position, condition=part.condition, node=name, parts=(part,))

    def _several(self, name: str, position: Position, node: Node, parts: list[Part]) -> Part:
        if len(parts) == 1:
            return parts[0]
        kind = AllOf if name == "all" else AnyOf
        condition = kind(tuple(part.condition for part in parts))
        return Part(name=name, position=position, condition=condition, node=node, parts=tuple(parts))


def calendars_of(sections: Sections) -> Mapping[str, Calendar]:
    """The business hours in files that have been loaded without a mistake, by name."""
    return _almanac(sections, Notes()).calendars


def _almanac(sections: Sections, notes: Notes) -> Almanac:
    almanac = Almanac(notes, next(iter(sections.nodes("timezone")), None))
    almanac.read({name: node for name, (_, node) in sections.named("calendars").items()})
    return almanac


_NAMED = ("lists", "define")
