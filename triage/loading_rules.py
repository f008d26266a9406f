"""Reading `rules`: a name, a condition, and what the rule does."""

import re
from collections.abc import Collection, Mapping

from domain.document import Mapping as MappingNode
from domain.document import Node
from domain.errors import Position
from triage.conditions import AllOf
from triage.keywords import ADJUSTED, CHANGES, FIELDS, PRIORITIES, RULE_KEYS
from triage.loading_conditions import NEVER, ConditionReader
from triage.notes import Notes
from triage.rules import DEFAULT, FieldValue, Rule

MAX_RULES = 20_000
MAX_NAME = 80
DOES = ("set", "adjust", "tags", "ask", "suggest", "stop")
"""A rule needs one of these."""

_NAME = re.compile(rf"[^\W_][\w .:/-]{{0,{MAX_NAME - 1}}}")
_TAG = re.compile(rf"\w[\w .:/-]{{0,{MAX_NAME - 1}}}")
_LETTER = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)


class FieldReader:
    """Reads what rules and `default` may set. `letters` collects which letters are chosen, and where."""

    def __init__(self, notes: Notes, departments: Collection[str]) -> None:
        self.notes, self.departments = notes, departments
        self.letters: list[tuple[Position, str]] = []

    def fields(self, entries: Mapping[str, Node]) -> dict[str, FieldValue]:
        read = {name: self._field(name, node) for name, node in entries.items()}
        return {name: value for name, value in read.items() if value is not None}

    def _field(self, name: str, node: Node) -> FieldValue | None:
        match name:
            case "flag" | "ticket":
                return self.notes.truth(node)
            case "assignee":
                return self._assignee(node)
            case "acknowledgement":
                return self._letter(node)
            case _:
                return self.notes.choice(node, PRIORITIES if name == "priority" else tuple(self.departments))

    def _assignee(self, node: Node) -> str | None:
        name = self.notes.text(node)
        if name is not None and len(name) > MAX_NAME:
            self.notes.note(node.position, "at most %(limit)s characters are expected here", limit=MAX_NAME)
        return name

    def _letter(self, node: Node) -> str | None:
        name = self.notes.text(node)
        if name is not None and not _LETTER.fullmatch(name):
            self.notes.note(node.position, "write small letters, digits and - here: %(name)r", name=name)
        elif name is not None:
            self.letters.append((node.position, name))
        return name


class RuleReader:
    """`questions` and `solutions` are the names that rules may use."""

    def __init__(
        self,
        notes: Notes,
        conditions: ConditionReader,
        fields: FieldReader,
        *,
        questions: Collection[str],
        solutions: Collection[str],
    ) -> None:
        self.notes, self.conditions, self.fields = notes, conditions, fields
        self.questions, self.solutions = questions, solutions
        self.names: dict[str, Position] = {}

    def rules(self, items: Collection[Node]) -> tuple[Rule, ...]:
        if len(items) > MAX_RULES:
            last = list(items)[MAX_RULES]
            self.notes.note(last.position, "more than %(limit)s rules", limit=MAX_RULES)
            return ()
        rules = tuple(map(self._rule, items))
        tags = {tag for rule in rules for tag in rule.tags}
        for position, tag in self.conditions.tags_asked:
            if tag not in tags:
                self.notes.unknown(position, tag, tags)
        return rules

    def asking(self, department: str, node: Node) -> Rule:
        """What a department asks of everybody."""
        return Rule(
            name=f"departments.{department}",
            position=node.position,
            when=AllOf(()),
            fields={},
            ask=self._names(node, self.questions),
        )

    def _rule(self, node: Node) -> Rule:
        entries = self.notes.mapping(node, RULE_KEYS, required=("name", "when"))
        stop = self.notes.truth(entries["stop"]) if "stop" in entries else False
        if isinstance(node, MappingNode) and not entries.keys() & set(DOES):
            self.notes.note(node.position, "this rule does nothing: it needs `set`, `tags` or `stop`")
        return Rule(
            name=self._name(entries.get("name")),
            position=node.position,
            when=self.conditions.condition(entries["when"]) if "when" in entries else NEVER,
            fields=self._set(entries.get("set")),
            adjust=self._adjust(entries.get("adjust")),
            tags=self._tags(entries.get("tags")),
            ask=self._names(entries.get("ask"), self.questions),
            suggest=self._names(entries.get("suggest"), self.solutions),
            stop=bool(stop),
        )

    def _name(self, node: Node | None) -> str:
        name = self.notes.text(node) if node is not None else None
        if node is None or name is None:
            return ""
        check_name(self.notes, name, node.position)
        if name == DEFAULT:
            self.notes.note(node.position, "a rule cannot be called %(name)r", name=name)
        if name in self.names:
            note_twice(self.notes, name, node.position, self.names[name])
        self.names.setdefault(name, node.position)
        return name

    def _set(self, node: Node | None) -> dict[str, FieldValue]:
        if node is None:
            return {}
        self._refuse_empty(node, FIELDS)
        return self.fields.fields(self.notes.mapping(node, FIELDS))

    def _adjust(self, node: Node | None) -> dict[str, str]:
        if node is None:
            return {}
        self._refuse_empty(node, ADJUSTED)
        entries = self.notes.mapping(node, ADJUSTED)
        return {name: change for name, value in entries.items() if (change := self.notes.choice(value, CHANGES))}

    def _refuse_empty(self, node: Node, known: Collection[str]) -> None:
        if isinstance(node, MappingNode) and not node.entries:
            self.notes.note(node.position, "at least one of these is expected here: %(known)s", known=", ".join(known))

    def _tags(self, node: Node | None) -> tuple[str, ...]:
        tags: dict[str, None] = {}
        for item in self.notes.scalars(node) if node is not None else ():
            tag = self.notes.text(item)
            if tag and not _TAG.fullmatch(tag):
                self.notes.note(
                    item.position, "a tag has at most %(limit)s letters, digits, spaces or . : / - _", limit=MAX_NAME
                )
            elif tag:
                tags[tag] = None
        return tuple(tags)

    def _names(self, node: Node | None, known: Collection[str]) -> tuple[str, ...]:
        items = self.notes.scalars(node) if node is not None else ()
        return tuple(dict.fromkeys(name for item in items if (name := self.notes.choice(item, known))))


def check_name(notes: Notes, name: str, position: Position) -> None:
    if not _NAME.fullmatch(name):
        notes.note(
            position,
            "a name begins with a letter or digit and has at most %(limit)s letters, digits, spaces or . : / - _",
            limit=MAX_NAME,
        )


def note_twice(notes: Notes, name: str, position: Position, first: Position) -> None:
    if first.file == position.file:
        notes.note(position, "the rule in line %(line)s is already called %(name)r", line=first.line, name=name)
    else:
        notes.note(position, "%(place)s is already called %(name)r", place=str(first), name=name)
