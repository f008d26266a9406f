"""From rule files to rules in force: `load` either compiles everything or lists every mistake.

    Nodes ─▶ sections ─▶ departments, default ─▶ lists, calendars, define ─▶ rules ─▶ tests ─▶ RuleSet
               └────────────────┴────────────────────────┴─────────────────────┴────────┴───▶ ConfigError

All mistakes are told at once, each with its place. The main file comes first, then what it includes, in order;
sections of the same name are joined.
"""

import re
from collections.abc import Iterable, Sequence

from domain.document import Mapping, Node, Scalar
from domain.errors import Position
from triage.contacts import Contacts
from triage.fingerprint import fingerprint
from triage.keywords import DEPARTMENT_KEYS, FILE_KEYS, MAIN_ONLY
from triage.loading_calendars import Almanac
from triage.loading_cases import CaseReader
from triage.loading_conditions import ConditionReader
from triage.loading_contacts import read_contacts
from triage.loading_patterns import PatternReader
from triage.loading_proposals import read_questions, read_solutions
from triage.loading_rules import MAX_RULES, FieldReader, RuleReader, check_name, note_twice
from triage.notes import Notes
from triage.numbering import Numbering
from triage.rules import Case, FieldValue, RuleSet

__all__ = ["MAX_RULES", "RuleSet", "load", "load_cases"]

VERSION = 1
REQUIRED = ("version", "departments", "default", "rules")

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)


def load(document: Node, text: str, *, parts: Sequence[Node] = (), contacts: Node | None = None) -> RuleSet:
    """The rule set of a file; `text` is its text with that of all others, for the hash.

    `parts` are the files it includes and `contacts` its file of contacts. Raises ConfigError with every mistake.
    """
    return _Loader(document, parts, contacts).load(text)


def load_cases(document: Node, ruleset: RuleSet | None = None) -> tuple[Case, ...]:
    """Cases from a file of their own: a list, or a mapping with `tests`. Raises ConfigError.

    With `ruleset`, departments, rules, questions and solutions that it does not have are mistakes.
    """
    notes = Notes()
    node: Node | None = document
    if isinstance(document, Mapping):
        node = notes.mapping(document, ("version", "tests"), required=("tests",)).get("tests")
    reader = CaseReader(notes, Almanac(notes, None).zone) if ruleset is None else CaseReader.of(notes, ruleset)
    cases = reader.cases(notes.items(node))
    notes.raise_if_any()
    return cases


class _Loader:
    def __init__(self, document: Node, parts: Sequence[Node], contacts: Node | None) -> None:
        self.notes, self.numbering = Notes(), Numbering()
        whole = bool(parts)
        required = tuple(key for key in REQUIRED if not (whole and key in {"departments", "rules"}))
        self.main = self.notes.mapping(document, FILE_KEYS, required)
        self.sections = [self.main, *(self.notes.mapping(part, _part_keys()) for part in parts)]
        self.contacts_file = contacts
        self.asked_by: dict[str, Node] = {}

    def load(self, text: str) -> RuleSet:
        for section in self.sections:
            self._version(section.get("version"))
        departments = self._departments()
        fields = FieldReader(self.notes, departments)
        default = self._default(fields)
        almanac = Almanac(self.notes, self.main.get("timezone"))
        almanac.read(self._named("calendars"))
        patterns = PatternReader(self.notes, self.numbering, self._named("lists"))
        patterns.check_lists()
        conditions = ConditionReader(self.notes, patterns, almanac, self._named("define"))
        conditions.define_all()
        questions = read_questions(self.notes, self._named("questions"), conditions)
        solutions = read_solutions(self.notes, self._named("solutions"))
        reader = RuleReader(self.notes, conditions, fields, questions=questions, solutions=solutions)
        contacts = self._contacts()
        asking = {slug: reader.asking(slug, node) for slug, node in self.asked_by.items()}
        rules = reader.rules(self._listed("rules"))
        names = tuple(rule.name for rule in rules)
        cases = CaseReader(self.notes, almanac.zone, tuple(departments), names, questions, solutions)
        tests = cases.cases(self._listed("tests"))
        self.notes.raise_if_any()
        return RuleSet(
            hash=fingerprint(text),
            departments=departments,
            default=default,
            rules=rules,
            tests=tests,
            questions=questions,
            solutions=solutions,
            asking=asking,
            letters=tuple(fields.letters),
            zone=almanac.zone,
            eyes=self.numbering.eyes(contacts),
            calendars=almanac.calendars,
        )

    def _version(self, node: Node | None) -> None:
        if node is not None and (not isinstance(node, Scalar) or node.value != VERSION or node.value is True):
            self.notes.note(node.position, "this version of Balcão reads version %(version)s", version=VERSION)

    def _departments(self) -> dict[str, str]:
        departments: dict[str, str] = {}
        for slug, (position, value) in self._joined("departments").items():
            if not _SLUG.fullmatch(slug):
                self.notes.note(position, "write small letters, digits and - here: %(name)r", name=slug)
            departments[slug] = self._display_name(slug, value) or slug
        nodes = [section["departments"] for section in self.sections if "departments" in section]
        if not departments and nodes and all(isinstance(node, Mapping) for node in nodes):
            self.notes.note(nodes[0].position, "at least one department is expected here")
        return departments

    def _display_name(self, slug: str, node: Node) -> str | None:
        if isinstance(node, Mapping):
            entries = self.notes.mapping(node, DEPARTMENT_KEYS, required=("name",))
            self.asked_by.update({slug: entries["ask"]} if "ask" in entries else {})
            return self.notes.text(entries["name"]) if "name" in entries else None
        return self.notes.text(node)

    def _default(self, fields: FieldReader) -> dict[str, FieldValue]:
        node, required = self.main.get("default"), ("department", "priority")
        return fields.fields(self.notes.mapping(node, required, required) if node is not None else {})

    def _contacts(self) -> Contacts:
        node = self.contacts_file or self.main.get("contacts")
        return read_contacts(self.notes, node) if node is not None else Contacts()

    def _named(self, key: str) -> dict[str, Node]:
        """The entries of a section with names of their own, over all files."""
        joined = self._joined(key)
        for name, (position, _) in joined.items():
            check_name(self.notes, name, position)
        return {name: value for name, (_, value) in joined.items()}

    def _joined(self, key: str) -> dict[str, tuple[Position, Node]]:
        joined: dict[str, tuple[Position, Node]] = {}
        for section in self.sections:
            for name, value in self.notes.entries(section.get(key)):
                if (text := str(name.value)) in joined:
                    note_twice(self.notes, text, name.position, joined[text][0])
                joined.setdefault(text, (name.position, value))
        return joined

    def _listed(self, key: str) -> list[Node]:
        return [item for section in self.sections for item in self.notes.items(section.get(key))]


def _part_keys() -> Iterable[str]:
    return [key for key in FILE_KEYS if key not in MAIN_ONLY]
