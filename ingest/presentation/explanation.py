"""Why a message is judged as it is: the deciding rules, and those that come after them."""

from collections.abc import Iterator, Mapping
from typing import Any

from ingest.presentation.console import cell, console, priority_cell, table
from ingest.presentation.labels import FIELDS, label
from ingest.presentation.tickets import matched_words
from ingest.translations import _


def show_explanation(explanation: Mapping[str, Any]) -> None:
    """`explanation` is the document of `balcao rules explain --json`."""
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
    out = console()
    out.print(rows)
    out.print(cell(_("Rules that apply: %(rules)s") % {"rules": ", ".join(explanation["applied"]) or "—"}, "dim"))
    if explanation["stopped_by"]:
        out.print(cell(_("Stopped by: %(rule)s") % {"rule": explanation["stopped_by"]}, "dim"))


def _reasons(explanation: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """Rows in order: a field, what would decide it next, …, the tags."""
    for name, reason in explanation["fields"].items():
        yield label(FIELDS, name), reason, ""
        for other in reason["runners_up"]:
            yield "  " + _("else"), other, "dim"
    for reason in explanation["tags"]:
        yield _("Tag"), reason, ""


def _place(position: Mapping[str, Any] | None) -> str | None:
    return f"{position['file']}:{position['line']}" if position else None
