"""Tests of a rule file: `given` a message, `expect` of the verdict."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from domain.document import Mapping as MappingNode
from domain.document import Node, Scalar
from domain.facts import AttachmentFacts, Facts
from domain.interaction import Automated, Medium, TraitValue
from domain.units import BadValue, parse_duration, parse_size
from triage.keywords import CASE_KEYS, EXPECT_KEYS, FIELDS, GIVEN_KEYS, PRIORITIES
from triage.notes import Notes
from triage.rules import DEFAULT, Case, Expectation, FieldValue, Payload, RuleSet
from triage.sight import value_text

CHANNEL = "email"
"""The channel of a message that names none."""
MOMENT = datetime(2026, 1, 5, 13, 0, tzinfo=UTC)
"""When the messages of tests arrive: a Monday, 10 o'clock in São Paulo."""

_TEXTS = ("channel", "subject", "text", "sender", "sender_name", "contact_class", "contact_plan")
_MEDIA, _KINDS = tuple(map(str, Medium)), tuple(map(str, Automated))
_CONTENT_TYPES = {"pdf": "application/pdf", "xml": "application/xml", "zip": "application/zip", "txt": "text/plain"}
_PICTURE = re.compile(r"(png|jpe?g|gif|webp)", re.ASCII)


@dataclass(frozen=True, slots=True)
class CaseReader:
    """The other collections hold the names that may be expected; None takes any. `at` is local time in `zone`."""

    notes: Notes
    zone: ZoneInfo
    departments: Collection[str] | None = None
    rules: Collection[str] | None = None
    questions: Collection[str] | None = None
    solutions: Collection[str] | None = None

    @classmethod
    def of(cls, notes: Notes, ruleset: RuleSet) -> "CaseReader":
        rules = tuple(rule.name for rule in ruleset.rules)
        return cls(notes, ruleset.zone, tuple(ruleset.departments), rules, ruleset.questions, ruleset.solutions)

    def cases(self, items: Iterable[Node]) -> tuple[Case, ...]:
        return tuple(map(self._case, items))

    def _case(self, node: Node) -> Case:
        entries = self.notes.mapping(node, CASE_KEYS, required=("name", "given"))
        if entries and not entries.keys() & {"expect", "expect_not"}:
            self.notes.note(node.position, "%(key)r is missing here", key="expect")
        name = self.notes.text(entries["name"]) if "name" in entries else None
        return Case(
            name=name or "",
            position=node.position,
            facts=self._facts(entries.get("given")),
            expect=self._expectation(entries.get("expect")),
            expect_not=self._expectation(entries.get("expect_not")),
            payload=self._payload(entries.get("given")),
        )

    def _payload(self, given: Node | None) -> Payload | None:
        node = given.get("payload") if isinstance(given, MappingNode) else None
        file = self.notes.text(node) if node is not None else None
        if not isinstance(given, MappingNode) or node is None or file is None:
            return None
        channel = given.get("channel")
        return Payload(
            file=file,
            channel=str(channel.value) if isinstance(channel, Scalar) else CHANNEL,
            position=node.position,
            given=frozenset("occurred_at" if key.value == "at" else str(key.value) for key, _value in given.entries),
        )

    def _facts(self, node: Node | None) -> Facts:
        given = self.notes.mapping(node, GIVEN_KEYS) if node is not None else {}
        if node is not None and isinstance(node, MappingNode) and not node.entries:
            self.notes.note(node.position, "say what the message is, at least its text")
        values: dict[str, Any] = {"channel": CHANNEL, "medium": "mail", "occurred_at": MOMENT}
        readers: dict[str, Callable[[Node], object]] = {
            **dict.fromkeys(_TEXTS, self._string),
            "medium": lambda node: self.notes.choice(node, _MEDIA),
            "automated": lambda node: self.notes.choice(node, _KINDS),
            "recipients": lambda node: tuple(str(item.value) for item in self.notes.scalars(node)),
            "is_reply": self.notes.truth,
            "attachments": lambda node: tuple(self._attachment(item) for item in self.notes.items(node)),
            "traits": self._traits,
            "headers": self._headers,
            "at": self._moment,
            "conversation_age": self._age,
            "message_count": self._count,
        }
        for name, value in given.items():
            if name in readers and (read := readers[name](value)) is not None:
                values["occurred_at" if name == "at" else name] = read
        return Facts(**values)

    def _headers(self, node: Node) -> Mapping[str, str]:
        return {name.casefold(): value_text(value) for name, value in self._traits(node).items()}

    def _moment(self, node: Node) -> datetime:
        try:
            local = datetime.fromisoformat(str(node.value) if isinstance(node, Scalar) else "")
        except ValueError:
            self.notes.note(node.position, "write a moment as 2026-12-24 17:30")
            return MOMENT
        return (local if local.tzinfo else local.replace(tzinfo=self.zone)).astimezone(UTC)

    def _age(self, node: Node) -> float:
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        try:
            return parse_duration(value).total_seconds()
        except BadValue as bad:
            self.notes.note(node.position, bad.text, **bad.values)
            return 0.0

    def _count(self, node: Node) -> int:
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self.notes.note(node.position, "a number is expected here")
        return 1

    def _string(self, node: Node) -> str | None:
        """Text, also where YAML reads a number (a phone number, a subject `2024`)."""
        if isinstance(node, Scalar) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
            return str(node.value)
        if isinstance(node, Scalar) and node.value == "":
            return ""
        return self.notes.text(node)

    def _attachment(self, node: Node) -> AttachmentFacts:
        if isinstance(node, Scalar):
            name = self.notes.text(node) or ""
            return AttachmentFacts(name=name, content_type=_guess(name), size=1)
        entries = self.notes.mapping(node, ("name", "type", "size"), required=("name",))
        name = (self._string(entries["name"]) if "name" in entries else "") or ""
        content_type = self.notes.text(entries["type"]) if "type" in entries else _guess(name)
        return AttachmentFacts(name=name, content_type=content_type or "", size=self._size(entries.get("size")))

    def _size(self, node: Node | None) -> int:
        value = node.value if isinstance(node, Scalar) else None
        if node is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value if isinstance(value, int) else 1
        try:
            return parse_size(value)
        except BadValue as bad:
            self.notes.note(node.position, bad.text, **bad.values)
            return 1

    def _traits(self, node: Node | None) -> Mapping[str, TraitValue]:
        traits: dict[str, TraitValue] = {}
        for key, value in self.notes.entries(node):
            if isinstance(value, Scalar):
                traits[str(key.value)] = value.value
            else:
                self.notes.note(value.position, "a single word or value is expected here")
        return traits

    def _expectation(self, node: Node | None) -> Expectation:
        entries = self.notes.mapping(node, EXPECT_KEYS) if node is not None else {}
        if isinstance(node, MappingNode) and not node.entries:
            self.notes.note(node.position, "say at least one thing that is expected")
        fields = {
            name: value
            for name in FIELDS
            if name in entries and (value := self._value(name, entries[name])) is not None
        }
        return Expectation(
            fields=fields,
            rules=self._deciders(entries["rule"]) if "rule" in entries else {},
            tags=self._names(entries.get("tags"), None),
            ask=self._names(entries.get("ask"), self.questions),
            suggest=self._names(entries.get("suggest"), self.solutions),
        )

    def _names(self, node: Node | None, known: Collection[str] | None) -> tuple[str, ...]:
        items = self.notes.scalars(node) if node is not None else ()
        read = [self.notes.text(item) if known is None else self.notes.choice(item, known) for item in items]
        return tuple(name for name in read if name)

    def _value(self, name: str, node: Node) -> FieldValue | None:
        if name in {"flag", "ticket"}:
            return self.notes.truth(node)
        if name == "priority":
            return self.notes.choice(node, PRIORITIES)
        if name != "department":
            return self.notes.text(node)
        return self.notes.text(node) if self.departments is None else self.notes.choice(node, self.departments)

    def _deciders(self, node: Node) -> Mapping[str, str]:
        if isinstance(node, Scalar):
            rule = self._rule(node)
            return {"department": rule} if rule else {}
        entries = self.notes.mapping(node, FIELDS)
        return {name: rule for name, value in entries.items() if (rule := self._rule(value))}

    def _rule(self, node: Node) -> str | None:
        return self.notes.text(node) if self.rules is None else self.notes.choice(node, (*self.rules, DEFAULT))


def _guess(name: str) -> str:
    """The content type that a file of this name usually has."""
    ending = name.rpartition(".")[2].casefold()
    if _PICTURE.fullmatch(ending):
        return f"image/{ending.replace('jpg', 'jpeg')}"
    return _CONTENT_TYPES.get(ending, "application/octet-stream")
