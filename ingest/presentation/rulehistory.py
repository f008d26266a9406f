"""The rule sets there were, for people: a list, or one with what it changed."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from ingest.presentation.clean import block, line
from ingest.presentation.console import cell, console, heading, paragraph, table
from ingest.presentation.labels import label
from ingest.presentation.moments import moment
from ingest.presentation.reasons import why
from ingest.translations import N_, _

OUTCOMES = {
    "accepted": N_("in force"),
    "refused": N_("refused"),
    "rolled_back": N_("put back"),
}
STYLES = {"accepted": "green", "refused": "bold red", "rolled_back": "yellow"}
DIFF_STYLES = {"+": "green", "-": "red", "@": "cyan"}
LONGEST_REASON = 70


def show_events(events: Sequence[Mapping[str, Any]], zone: tzinfo) -> None:
    out = console()
    if not events:
        out.print(cell(_("No rule files have been looked at yet: the daemon does so when it starts.")))
        return
    rows = table("", _("When"), _("Rule set"), _("Outcome"), _("Who wrote it"), _("Lines"), _("Reason"))
    for event in events:
        outcome = event["outcome"]
        rows.add_row(
            cell("●" if event["present"] else ""),
            cell(moment(event["at"], zone)),
            cell(event["hash"] or None),
            cell(label(OUTCOMES, outcome), STYLES.get(outcome, "")),
            cell(event["who"] or None),
            cell(_lines(event)),
            cell(why(event["reasons"][0]) if event["reasons"] else None, limit=LONGEST_REASON),
        )
    out.print(rows)
    out.print(cell(_("● what the files hold now"), "dim"))


def show_event(document: Mapping[str, Any], zone: tzinfo, *, content: bool) -> None:
    """`document` is that of `balcao rules history HASH --json`."""
    out = console()
    if content:
        for file in document["files"]:
            if len(document["files"]) > 1:
                out.print(heading(line(file["name"])))
            out.print(paragraph(file["text"]), soft_wrap=True)
        return
    out.print(cell(document["hash"], "bold"))
    if outcome := document.get("outcome"):
        about = (moment(document["at"], zone), label(OUTCOMES, outcome), document["who"])
        out.print(cell(" · ".join(filter(None, about))))
    for reason in document.get("reasons", ()):
        out.print(paragraph(f"  {line(why(reason))}", "red"))
    if document["diff"] is None:
        out.print(cell(_("The files are too large to compare; --content shows them.")))
    for text in document["diff"] or ():
        out.print(paragraph(block(text), DIFF_STYLES.get(text[:1], "")), soft_wrap=True)


def _lines(event: Mapping[str, Any]) -> str | None:
    return None if event["added"] is None else f"+{event['added']} -{event['removed']}"
