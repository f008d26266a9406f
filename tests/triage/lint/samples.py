"""Small rule files for lint: what it finds in them, as `kind rule:line`."""

from config.reading import read
from tests.triage.samples import HEAD
from triage.lint.checking import lint
from triage.loading import load
from triage.outline import Sections

MATTERS = {"error", "warning"}


def findings(text, *, parts=(), head=HEAD):
    whole = head + text
    document, others = read(whole, "rules.yaml"), [read(part, f"part{n}.yaml") for n, part in enumerate(parts)]
    ruleset = load(document, whole, parts=others)
    return lint(ruleset, Sections((document, *others)), [case.facts for case in ruleset.tests])


def kinds(text, *, hints=False, **more):
    """`kind at line`, hints about tests and words left out unless asked for."""
    found = findings(text, **more)
    return [f"{one.kind} {one.rule}".strip() for one in found if hints or one.severity in MATTERS]


def rule(name, when, does="set: {department: financeiro}"):
    return f"  - {{name: {name}, when: {when}, {does}}}\n"
