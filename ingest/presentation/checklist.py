"""The checklist of `balcao check`: one line for each thing that was looked at."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from domain.errors import Mistake
from ingest.presentation.clean import line
from ingest.presentation.console import cell, console, table
from ingest.presentation.labels import counted_rules, counted_tests, label
from ingest.presentation.reasons import why
from ingest.translations import N_, _, in_words, ngettext

THINGS = {
    "settings": N_("Settings"),
    "channels": N_("Channels"),
    "secrets": N_("Secrets"),
    "journal": N_("Journal"),
    "databases": N_("Databases"),
    "letters": N_("Letters"),
    "rules": N_("Rules"),
}


class Found(Protocol):
    """ingest.commands.check.Finding, as far as it is shown."""

    @property
    def what(self) -> str: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...
    @property
    def mistakes(self) -> Sequence[Mistake]: ...
    @property
    def warnings(self) -> Sequence[Mistake]: ...
    @property
    def failures(self) -> Sequence[Mapping[str, Any]]: ...


def show_checklist(findings: Sequence[Found]) -> None:
    rows = table("", _("What"), _("Found"))
    for finding in findings:
        mark, style = _mark(finding)
        rows.add_row(cell(mark, style), cell(label(THINGS, finding.what)), cell(_summary(finding)))
    out = console()
    out.print(rows)
    for finding in findings:
        for warning in finding.warnings:
            out.print(cell(f"{warning.position}: {in_words(warning.text, warning.values)}", "yellow"))
        for failure in finding.failures:
            out.print(cell(f"✗ {failure['test']}: {why(failure['reason'])}", "red"))


def _mark(finding: Found) -> tuple[str, str]:
    if finding.mistakes or finding.failures:
        return "✗", "bold red"
    return ("!", "bold yellow") if finding.warnings else ("✓", "green")


def _summary(finding: Found) -> str:
    if count := len(finding.mistakes):
        return ngettext("%(count)d mistake", "%(count)d mistakes", count) % {"count": count}
    if count := len(finding.failures):
        return ngettext("%(count)d failing test", "%(count)d failing tests", count) % {"count": count}
    if finding.warnings:
        count = len(finding.warnings)
        return ngettext("%(count)d warning", "%(count)d warnings", count) % {"count": count}
    return _GOOD.get(finding.what, _in_order)(finding.facts)


def _in_order(_facts: Mapping[str, Any]) -> str:
    return _("in order")


def _rules(facts: Mapping[str, Any]) -> str:
    found = {"rules": counted_rules(facts["rules"]), "tests": counted_tests(facts["tests"])}
    return _("%(file)s: %(rules)s, %(tests)s passed") % {"file": facts["file"], **found}


_GOOD = {
    "settings": lambda facts: line(facts["file"]),
    "channels": lambda facts: ", ".join(f"{name} ({kind})" for name, kind in facts.items()),
    "rules": _rules,
}
