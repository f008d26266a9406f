"""From a rule file to rules in force: `load` either compiles everything or lists every mistake.

Node ─▶ departments, default ─▶ define ─▶ rules ─▶ tests ─▶ RuleSet
          └────────────┴──────────┴─────────┴────────┴────▶ ConfigError, all mistakes with their places
"""

import hashlib
import re

from domain.document import Mapping, Node, Scalar
from domain.errors import Position
from triage.loading_cases import CaseReader
from triage.loading_conditions import NEVER, ConditionReader
from triage.notes import Notes
from triage.numbering import Numbering
from triage.rules import DEFAULT, Case, FieldValue, Rule, RuleSet
from triage.vocabulary import FIELDS, FILE_KEYS, PRIORITIES, RULE_KEYS

__all__ = ["RuleSet", "load", "load_cases"]

VERSION = 1
MAX_RULES = 20_000
MAX_NAME = 80

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)
_NAME = re.compile(rf"[^\W_][\w .:/-]{{0,{MAX_NAME - 1}}}")
_TAG = re.compile(rf"\w[\w .:/-]{{0,{MAX_NAME - 1}}}")


def load(document: Node, text: str) -> RuleSet:
    """The rule set of a file; `text` is its text, for the hash. Raises ConfigError with every mistake."""
    return _Loader().load(document, text)


def load_cases(document: Node, ruleset: RuleSet | None = None) -> tuple[Case, ...]:
    """Cases from a file of their own: a list, or a mapping with `tests`. Raises ConfigError.

    With `ruleset`, departments and rules that it does not have are mistakes.
    """
    notes = Notes()
    node: Node | None = document
    if isinstance(document, Mapping):
        node = notes.mapping(document, ("version", "tests"), required=("tests",)).get("tests")
    departments = tuple(ruleset.departments) if ruleset else None
    rules = tuple(rule.name for rule in ruleset.rules) if ruleset else None
    cases = CaseReader(notes=notes, departments=departments, rules=rules).cases(node)
    notes.raise_if_any()
    return cases


def fingerprint(text: str) -> str:
    """The name of a rule file's content: 16 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class _Loader:
    def __init__(self) -> None:
        self.notes, self.numbering = Notes(), Numbering()
        self.departments: dict[str, str] = {}

    def load(self, document: Node, text: str) -> RuleSet:
        entries = self.notes.mapping(document, FILE_KEYS, required=("version", "departments", "default", "rules"))
        self._version(entries.get("version"))
        self.departments = self._departments(entries.get("departments"))
        default = self._default(entries.get("default"))
        conditions = ConditionReader(self.notes, self.numbering, self._named(entries.get("define")))
        conditions.define_all()
        rules = self._rules(entries.get("rules"), conditions)
        names = tuple(rule.name for rule in rules)
        tests = CaseReader(notes=self.notes, departments=tuple(self.departments), rules=names).cases(
            entries.get("tests")
        )
        self.notes.raise_if_any()
        return RuleSet(
            hash=fingerprint(text),
            departments=self.departments,
            default=default,
            rules=rules,
            tests=tests,
            eyes=self.numbering.eyes(),
        )

    def _version(self, node: Node | None) -> None:
        if node is not None and (not isinstance(node, Scalar) or node.value != VERSION or node.value is True):
            self.notes.note(node.position, "this version of Balcão reads version %(version)s", version=VERSION)

    def _departments(self, node: Node | None) -> dict[str, str]:
        departments: dict[str, str] = {}
        for key, value in self.notes.entries(node):
            slug = str(key.value)
            if not _SLUG.fullmatch(slug):
                self.notes.note(key.position, "write small letters, digits and - here: %(name)r", name=slug)
            departments[slug] = self._display_name(value) or slug
        if isinstance(node, Mapping) and not departments:
            self.notes.note(node.position, "at least one department is expected here")
        return departments

    def _display_name(self, node: Node) -> str | None:
        if isinstance(node, Mapping):
            entries = self.notes.mapping(node, ("name",), required=("name",))
            return self.notes.text(entries["name"]) if "name" in entries else None
        return self.notes.text(node)

    def _default(self, node: Node | None) -> dict[str, FieldValue]:
        required = ("department", "priority")
        entries = self.notes.mapping(node, required, required) if node is not None else {}
        return self._fields(entries)

    def _named(self, node: Node | None) -> dict[str, Node]:
        named: dict[str, Node] = {}
        for key, value in self.notes.entries(node):
            self._check_name(str(key.value), key.position)
            named[str(key.value)] = value
        return named

    def _rules(self, node: Node | None, conditions: ConditionReader) -> tuple[Rule, ...]:
        items = self.notes.items(node)
        if node is not None and len(items) > MAX_RULES:
            self.notes.note(node.position, "more than %(limit)s rules", limit=MAX_RULES)
            return ()
        names: dict[str, Position] = {}
        rules = tuple(self._rule(item, names, conditions) for item in items)
        tags = {tag for rule in rules for tag in rule.tags}
        for position, tag in conditions.tags_asked:
            if tag not in tags:
                self.notes.unknown(position, tag, tags)
        return rules

    def _rule(self, node: Node, names: dict[str, Position], conditions: ConditionReader) -> Rule:
        entries = self.notes.mapping(node, RULE_KEYS, required=("name", "when"))
        stop = self.notes.truth(entries["stop"]) if "stop" in entries else False
        if isinstance(node, Mapping) and not entries.keys() & {"set", "tags", "stop"}:
            self.notes.note(node.position, "this rule does nothing: it needs `set`, `tags` or `stop`")
        return Rule(
            name=self._rule_name(entries.get("name"), names),
            position=node.position,
            when=conditions.condition(entries["when"]) if "when" in entries else NEVER,
            fields=self._set(entries.get("set")),
            tags=self._tags(entries.get("tags")),
            stop=bool(stop),
        )

    def _rule_name(self, node: Node | None, names: dict[str, Position]) -> str:
        name = self.notes.text(node) if node is not None else None
        if node is None or name is None:
            return ""
        self._check_name(name, node.position)
        if name == DEFAULT:
            self.notes.note(node.position, "a rule cannot be called %(name)r", name=name)
        if name in names:
            line = names[name].line
            self.notes.note(node.position, "the rule in line %(line)s is already called %(name)r", line=line, name=name)
        names.setdefault(name, node.position)
        return name

    def _check_name(self, name: str, position: Position) -> None:
        if not _NAME.fullmatch(name):
            self.notes.note(
                position,
                "a name begins with a letter or digit and has at most %(limit)s letters, digits, spaces or . : / - _",
                limit=MAX_NAME,
            )

    def _set(self, node: Node | None) -> dict[str, FieldValue]:
        if node is None:
            return {}
        if isinstance(node, Mapping) and not node.entries:
            self.notes.note(node.position, "at least one of these is expected here: %(known)s", known=", ".join(FIELDS))
        return self._fields(self.notes.mapping(node, FIELDS))

    def _fields(self, entries: dict[str, Node]) -> dict[str, FieldValue]:
        read = {name: self._field(name, node) for name, node in entries.items()}
        return {name: value for name, value in read.items() if value is not None}

    def _field(self, name: str, node: Node) -> FieldValue | None:
        if name == "flag":
            return self.notes.truth(node)
        return self.notes.choice(node, PRIORITIES if name == "priority" else tuple(self.departments))

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
