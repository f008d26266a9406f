"""Contents of attachments for people: what was looked at, what is wrong, what was removed or moved."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ingest.presentation.clean import line
from ingest.presentation.console import cell, console, heading, paragraph, table
from ingest.translations import N_, _

Document = Mapping[str, Any]
MOST_ROWS = 25
MOST_OF_ONE = 4
"""Tickets, entries and names of one content: a letterhead's logo is named by all of them."""
MENDING = N_(
    "To mend: `balcao journal retry ENTRY` takes the file anew from one of the messages that it came in, and makes no "
    "second one; or put it back from a backup, where it is called by its SHA-256, too. Then verify again."
)


def show_audit(document: Document) -> None:
    rows = table(_("Contents"), _("Count"))
    for name, style in (("named", ""), ("good", "green"), ("elsewhere", "yellow"), ("missing", "bold red"),
                        ("damaged", "bold red"), ("orphaned", "yellow"), ("young", "dim")):  # fmt: skip
        count = document[name] if isinstance(document[name], int) else len(document[name])
        rows.add_row(cell(_HEADINGS[name]()), cell(count, style if count else "dim"))
    out = console()
    out.print(cell(document["place"], "bold"))
    out.print(rows)
    for name in ("missing", "damaged"):
        _show_lost(_HEADINGS[name](), document[name])
    if document["missing"] or document["damaged"]:
        out.print(paragraph(_(MENDING), "yellow"))
    if document["elsewhere"]:
        out.print(paragraph(_("Not all has been moved here: balcao store move"), "yellow"))
    if document["orphaned"]:
        text = _("What no ticket names is removed by the daemon once a day, or now by `balcao store clean`.")
        out.print(paragraph(text, "dim"))


def _show_lost(title: str, lost: Sequence[Document]) -> None:
    if not lost:
        return
    rows = table(_("SHA-256"), _("Tickets"), _("Entry"), _("Name"))
    for one in lost[:MOST_ROWS]:
        named = one["tickets"]
        numbers = _some(f"#{each['ticket']}" for each in named)
        entries = _some(each["entry"] for each in named if each["entry"])
        names = _some(line(each["name"]) for each in named)
        rows.add_row(cell(one["sha256"]), cell(numbers), cell(entries), cell(names, limit=60))
    console().print(heading(title))
    console().print(rows)
    if len(lost) > MOST_ROWS:
        console().print(cell(_("… and %(count)s more; --json has them all") % {"count": len(lost) - MOST_ROWS}, "dim"))


def _some(words: Iterable[str]) -> str:
    several = list(dict.fromkeys(words))
    more = [f"… +{len(several) - MOST_OF_ONE}"] if len(several) > MOST_OF_ONE else []
    return ", ".join([*several[:MOST_OF_ONE], *more])


_HEADINGS = {
    "named": lambda: _("named by tickets"),
    "good": lambda: _("there and whole"),
    "elsewhere": lambda: _("still where they were kept before"),
    "missing": lambda: _("missing"),
    "damaged": lambda: _("damaged"),
    "orphaned": lambda: _("named by no ticket"),
    "young": lambda: _("named by no ticket yet"),
}
