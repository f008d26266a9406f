"""Tests of a rule file: `given` a message, `expect` of the verdict."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from domain.document import Mapping as MappingNode
from domain.document import Node, Scalar
from domain.facts import AttachmentFacts, Facts
from domain.interaction import Automated, Medium, TraitValue
from domain.units import BadValue, parse_size
from triage.notes import Notes
from triage.rules import DEFAULT, Case, Expectation, FieldValue
from triage.vocabulary import CASE_KEYS, EXPECT_KEYS, FIELDS, GIVEN_KEYS, PRIORITIES

MOMENT = datetime(2026, 1, 5, 13, 0, tzinfo=UTC)
"""When the messages of tests arrive: a Monday, 10 o'clock in São Paulo."""

_MEDIA, _KINDS = tuple(map(str, Medium)), tuple(map(str, Automated))
_CONTENT_TYPES = {"pdf": "application/pdf", "xml": "application/xml", "zip": "application/zip", "txt": "text/plain"}
_PICTURE = re.compile(r"(png|jpe?g|gif|webp)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReader:
    """`departments` and `rules` are the names that may be expected; None takes any."""

    notes: Notes
    departments: Collection[str] | None
    rules: Collection[str] | None

    def cases(self, node: Node | None) -> tuple[Case, ...]:
        return tuple(self._case(item) for item in self.notes.items(node))

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
        )

    def _facts(self, node: Node | None) -> Facts:
        given = self.notes.mapping(node, GIVEN_KEYS) if node is not None else {}
        if node is not None and isinstance(node, MappingNode) and not node.entries:
            self.notes.note(node.position, "say what the message is, at least its text")
        values: dict[str, Any] = {"channel": "email", "medium": "mail", "occurred_at": MOMENT}
        for name in ("channel", "subject", "text", "sender", "sender_name"):
            if name in given and (text := self._string(given[name])) is not None:
                values[name] = text
        for name, allowed in (("medium", _MEDIA), ("automated", _KINDS)):
            if name in given and (choice := self.notes.choice(given[name], allowed)):
                values[name] = choice
        if "recipients" in given:
            values["recipients"] = tuple(str(item.value) for item in self.notes.scalars(given["recipients"]))
        if "is_reply" in given:
            values["is_reply"] = self.notes.truth(given["is_reply"]) or False
        values["attachments"] = tuple(self._attachment(item) for item in self.notes.items(given.get("attachments")))
        values["traits"] = self._traits(given.get("traits"))
        return Facts(**values)

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
        tags = self.notes.scalars(entries["tags"]) if "tags" in entries else ()
        return Expectation(
            fields=fields,
            rules=self._deciders(entries["rule"]) if "rule" in entries else {},
            tags=tuple(text for tag in tags if (text := self.notes.text(tag))),
        )

    def _value(self, name: str, node: Node) -> FieldValue | None:
        if name == "flag":
            return self.notes.truth(node)
        if name == "priority":
            return self.notes.choice(node, PRIORITIES)
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
