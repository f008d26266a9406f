"""Rules by how often they decide and how often people disagree."""

from collections.abc import Mapping, Sequence
from typing import Any

from ingest.presentation.clean import line
from ingest.presentation.console import cell, console, heading, paragraph, table
from ingest.presentation.labels import FIELDS, counted_tickets, label
from ingest.presentation.quantities import percent
from ingest.translations import _

DOUBTFUL = 0.8
"""Below this precision a rule wants to be read."""


def show_stats(document: Mapping[str, Any]) -> None:
    """`document` is that of `balcao rules stats --json`."""
    out = console()
    if not document["tickets"]:
        out.print(cell(_("No tickets.")))
    else:
        rows = table(_("Rule"), _("Field"), _("Hits"), _("Corrected"), _("Precision"), _("Moved to"))
        for rule in document["rules"]:
            rows.add_row(*_cells(rule))
        out.print(rows)
        out.print(cell(counted_tickets(document["tickets"]), "dim"))
    _show_never(document["never"])


def _cells(rule: Mapping[str, Any]) -> Sequence[Any]:
    precision = rule["precision"]
    style = "bold red" if precision is not None and precision < DOUBTFUL else ""
    moved = ", ".join(f"{line(where)} {count}" for where, count in rule["moved_to"].items())
    name = rule["rule"] if rule["in_file"] else _("%(rule)s (not in the file any more)") % {"rule": rule["rule"]}
    return (
        cell(name, "" if rule["in_file"] else "dim"),
        cell(label(FIELDS, rule["field"])),
        cell(rule["hits"]),
        cell(rule["corrected"]),
        cell(None if precision is None else percent(precision), style),
        cell(moved or None),
    )


def _show_never(never: Sequence[str]) -> None:
    if never:
        console().print(heading(_("Rules that decided nothing")))
        console().print(paragraph(", ".join(map(line, never))))
