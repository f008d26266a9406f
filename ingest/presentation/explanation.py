"""Why a message is judged as it is: the deciding rules, and those that come after them."""

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import Any

from rich.table import Table

from ingest.presentation.console import cell, console, heading, priority_cell, table
from ingest.presentation.labels import FIELDS, label
from ingest.presentation.tickets import history_table, matched_words, verdict_table
from ingest.translations import N_, _

Said = Mapping[str, Any]

LISTED: Mapping[str, str] = {
    "adjusted": N_("Priority moved"),
    "tags": N_("Tag"),
    "questions": N_("Question"),
    "solutions": N_("Solution"),
    "left_out": N_("Question left out"),
}


def show_explanation(explanation: Said, zone: tzinfo) -> None:
    """`explanation` is the document of `balcao rules explain --json`."""
    out = console()
    if stored := explanation.get("stored"):
        values = {"number": explanation["ticket"], "ruleset": stored.get("ruleset")}
        out.print(heading(_("What ticket %(number)s got, under the rules %(ruleset)s") % values))
        then = explanation.get("then")
        out.print(_reasons_table(then) if then else verdict_table(stored, _tags_of(stored), others=True))
        if explanation["since"]:
            out.print(heading(_("What moved it since")))
            out.print(history_table(explanation["since"], zone))
        now = {"ruleset": explanation["ruleset"]}
        out.print(heading(_("What it would get now, under the rules %(ruleset)s") % now))
    out.print(_reasons_table(explanation))
    for sentence in _sentences(explanation):
        out.print(cell(sentence, "dim"))


def _reasons_table(explanation: Said) -> Table:
    rows = table(_("Field"), _("Value"), _("Rule"), _("Place"), _("Words that matched"))
    for name, reason, style in _reasons(explanation):
        value = str(reason["value"])
        rows.add_row(
            cell(name, style),
            priority_cell(value) if not style else cell(value, style),
            cell(reason["rule"], style),
            cell(_place(reason["position"]), style),
            cell(matched_words(reason["matched"]), style),
        )
    return rows


def _tags_of(stored: Said) -> list[Any]:
    return [tag["value"] if isinstance(tag, Mapping) else tag for tag in stored.get("tags") or ()]


def _sentences(explanation: Said) -> Iterator[str]:
    yield _("Rules that apply: %(rules)s") % {"rules": ", ".join(explanation["applied"]) or "—"}
    if explanation["stopped_by"]:
        yield _("Stopped by: %(rule)s") % {"rule": explanation["stopped_by"]}
    if explanation.get("stored"):
        names = ", ".join(label(FIELDS, name) for name in explanation["differs"])
        yield _("Decided otherwise now: %(fields)s") % {"fields": names or "—"}


def _reasons(explanation: Said) -> Iterator[tuple[str, Said, str]]:
    """Rows in order: a field, what would decide it next, …, then what adds up."""
    for name, reason in explanation["fields"].items():
        yield label(FIELDS, name), reason, ""
        if "decided" in reason:
            yield "  " + _("before it was moved"), {**reason, "value": reason["decided"]}, "dim"
        yield from _runners_up(reason)
    for kind, name in LISTED.items():
        for reason in explanation[kind]:
            yield _(name), reason, ""
            yield from _runners_up(reason)


def _runners_up(reason: Said) -> Iterator[tuple[str, Said, str]]:
    for other in reason["runners_up"]:
        yield "  " + _("else"), other, "dim"


def _place(position: Said | None) -> str | None:
    return f"{position['file']}:{position['line']}" if position else None
