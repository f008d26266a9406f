"""Names that lead nowhere: departments nobody is sent to, definitions nobody uses, classes nobody has.

And rules that no test shows at work.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from domain.document import Mapping as MappingNode
from domain.document import Node, Scalar, Sequence
from triage.lint.findings import Finding
from triage.outline import Sections
from triage.rules import Rule, RuleSet

USES: Mapping[str, frozenset[str]] = {
    "define": frozenset({"is"}),
    "lists": frozenset({"list"}),
    "calendars": frozenset({"calendar"}),
    "questions": frozenset({"ask"}),
    "solutions": frozenset({"suggest"}),
}
"""Sections of names, and the keys after which a name is used."""

CONTACT_FIELDS = {"contact_class": ("unknown-class", "contact_class"), "contact_plan": ("unknown-plan", "plan")}


def findings(ruleset: RuleSet, sections: Sections, channels: Collection[str] | None) -> Iterator[Finding]:
    """`channels` are the names of those that are set up; None where nobody knows."""
    yield from _departments(ruleset, sections)
    yield from _unused(sections)
    yield from _unknown_contacts(ruleset, sections)
    if channels is not None:
        yield from _unknown_channels(sections, {name.casefold() for name in channels})


def untested(rules: Iterable[Rule]) -> Iterator[Finding]:
    """`rules` are those that applied in no test."""
    return (Finding(kind="untested-rule", position=rule.position, rule=rule.name) for rule in rules)


def _departments(ruleset: RuleSet, sections: Sections) -> Iterator[Finding]:
    reached = {rule.fields.get("department") for rule in ruleset.rules} | {ruleset.default.get("department")}
    for name, (position, _node) in sections.named("departments").items():
        if name not in reached:
            yield Finding(kind="department-unreached", position=position, values={"name": name})


def _unused(sections: Sections) -> Iterator[Finding]:
    """A name that only unused definitions use is unused too."""
    definitions = sections.named("define")
    used = _used_in(node for key in ("rules", "questions", "departments") for node in sections.nodes(key))
    waiting = [name for section, name in used if section == "define"]
    while waiting:
        name = waiting.pop()
        found = _used_in([definitions[name][1]]) - used if name in definitions else set()
        used |= found
        waiting.extend(name for section, name in found if section == "define")
    for section in USES:
        named = sections.named(section)
        for name, (position, _node) in named.items():
            alone = section == "calendars" and len(named) == 1 and _asks_hours(sections)
            if (section, name) not in used and not alone:
                yield Finding(kind="unused-definition", position=position, values={"name": name})


def _used_in(nodes: Iterator[Node] | list[Node]) -> set[tuple[str, str]]:
    """(section, name) of every name that stands after a key that uses one."""
    used: set[tuple[str, str]] = set()
    for key, node in _entries_below(nodes):
        for section, keys in USES.items():
            if key in keys:
                items = node.items if isinstance(node, Sequence) else (node,)
                used.update((section, str(item.value)) for item in items if isinstance(item, Scalar))
    return used


def _entries_below(nodes: Iterator[Node] | list[Node]) -> Iterator[tuple[str, Node]]:
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, Sequence):
            waiting.extend(node.items)
        elif isinstance(node, MappingNode):
            for key, value in node.entries:
                yield str(key.value), value
                waiting.append(value)


def _asks_hours(sections: Sections) -> bool:
    """With one calendar nobody needs to name it."""
    nodes = [node for key in ("rules", "define", "questions") for node in sections.nodes(key)]
    return any(key == "hours" for key, _node in _entries_below(nodes))


def _unknown_contacts(ruleset: RuleSet, sections: Sections) -> Iterator[Finding]:
    known = ruleset.eyes.contacts.known.values()
    nodes = [node for key in ("rules", "define", "questions") for node in sections.nodes(key)]
    for key, node in _entries_below(nodes):
        kind, attribute = CONTACT_FIELDS.get(key, ("", ""))
        names = {value.casefold() for contact in known if (value := getattr(contact, attribute or "plan"))}
        for item in (node.items if isinstance(node, Sequence) else (node,)) if kind else ():
            if isinstance(item, Scalar) and _is_plain(item) and str(item.value).casefold() not in names:
                yield Finding(kind=kind, position=item.position, values={"name": str(item.value)})


def _unknown_channels(sections: Sections, known: Collection[str]) -> Iterator[Finding]:
    nodes = [node for key in ("rules", "define", "questions") for node in sections.nodes(key)]
    for key, node in _entries_below(nodes):
        for item in (node.items if isinstance(node, Sequence) else (node,)) if key == "channel" else ():
            if isinstance(item, Scalar) and _is_plain(item) and str(item.value).casefold() not in known:
                yield Finding(kind="unknown-channel", position=item.position, values={"name": str(item.value)})


def _is_plain(item: Scalar) -> bool:
    """Neither a pattern with * nor an expression, which may find names of any kind."""
    text = str(item.value)
    return "*" not in text and not text.startswith("/")
