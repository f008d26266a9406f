"""Proposed rules, for people: one table, then each with its tickets and what to paste."""

from collections.abc import Mapping, Sequence
from typing import Any

from ingest.presentation.clean import line
from ingest.presentation.console import cell, console, heading, paragraph, table
from ingest.presentation.labels import FIELDS, counted_tickets, label
from ingest.presentation.quantities import percent
from ingest.translations import N_, _

MOST_TOLD = 5
LONGEST_SUBJECT = 50
KINDS = {
    "right": N_("would have been right: %(tickets)s"),
    "wrong": N_("would have been wrong: %(tickets)s"),
    "undecided": N_("no rule decides, nobody moved: %(tickets)s"),
}


def show_suggestions(document: Mapping[str, Any]) -> None:
    """`document` is that of `balcao rules suggest --json`."""
    out = console()
    counts = {"tickets": counted_tickets(document["tickets"]), "corrected": document["corrected"]}
    out.print(cell(_("%(tickets)s read, %(corrected)d corrected by people") % counts, "dim"))
    found = document["suggestions"]
    if not found:
        out.print(paragraph(_("Nothing to suggest: no words tell these tickets apart well enough.")))
        return
    out.print(_overview(found))
    for number, one in enumerate(found, 1):
        _show(number, one)
    out.print(paragraph(_("\nRead the words and tickets before you paste; then try it: balcao rules backtest")))


def _overview(found: Sequence[Mapping[str, Any]]) -> Any:
    rows = table("", _("Words"), _("Field"), _("To"), _("Right"), _("Wrong"), _("Undecided"), _("Precision"))
    for number, one in enumerate(found, 1):
        rows.add_row(
            cell(number),
            cell(one["words"]),
            cell(label(FIELDS, one["field"])),
            cell(one["value"]),
            cell(f"+{len(one['right'])}", "green"),
            cell(len(one["wrong"]), "red" if one["wrong"] else ""),
            cell(len(one["undecided"])),
            cell(None if one["precision"] is None else percent(one["precision"])),
        )
    return rows


def _show(number: int, one: Mapping[str, Any]) -> None:
    out = console()
    out.print(heading(f"{number}. {line(one['rule'])}"))
    for kind, text in KINDS.items():
        if one[kind]:
            out.print(paragraph(_(text) % {"tickets": _tickets(one[kind])}))
    out.print(paragraph(_place(one["place"]), "dim"))
    out.print(paragraph(one["yaml"].rstrip("\n"), "cyan"), soft_wrap=True)


def _tickets(found: Sequence[Mapping[str, Any]]) -> str:
    told = [f"#{one['ticket']} {line(one['subject'], limit=LONGEST_SUBJECT)}" for one in found[:MOST_TOLD]]
    return ", ".join(told) + (" …" if len(found) > MOST_TOLD else "")


def _place(place: Mapping[str, Any]) -> str:
    values = {"rule": line(place["rule"]), "place": f"{line(place['file'])}:{place['line']}"}
    match place["side"]:
        case "above":
            return _("Paste the rule above %(rule)s (%(place)s):") % values
        case "below":
            return _("Paste the rule below %(rule)s (%(place)s):") % values
        case _:
            return _("Paste the rule as the first one:")
