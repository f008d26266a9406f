"""Tickets as a table for spreadsheets: CSV that no spreadsheet takes for commands.

    =HYPERLINK(…)     ─▶ '=HYPERLINK(…)         text, also behind spaces, quotes and invisible signs
    x;=cmd|…          ─▶ x;'=cmd|…              where `;` or a tab is taken for the end of a cell

Excel, LibreOffice and Google Sheets compute what begins with one of `= + - @`, and take a leading apostrophe for
"this is text" (CWE-1236). Exact values are in the JSON of the same command.
"""

import csv
import re
from codecs import StreamWriter
from collections.abc import Iterable, Mapping
from typing import Any

from ingest.presentation.clean import line

HEADINGS = (
    "number", "state", "department", "priority", "subject", "contact_name", "contact_addresses", "assignee", "tags",
    "flagged", "opened_at", "solved_at",
)  # fmt: skip
BOM = "\ufeff"
"""Without it Excel reads UTF-8 as if it were the machine's old code page."""

_UNSEEN = "\\s\"'\u00ad\u200b-\u200f\u2060\ufeff"
_COMMAND = re.compile(f"(^|[,;\t])([{_UNSEEN}]*)(?=[=+\\-@\uff1d\uff0b\uff0d\uff20\u2212])")


def write(rows: Iterable[Mapping[str, Any]], out: StreamWriter) -> None:
    """`rows` are tickets in the shape of `tickets list --json`. Written while they are read."""
    out.write(BOM)
    table = csv.writer(out, quoting=csv.QUOTE_ALL)
    table.writerow(HEADINGS)
    table.writerows(_cells(row) for row in rows)


def _cells(ticket: Mapping[str, Any]) -> list[str]:
    contact = ticket["contact"]
    told = {
        **ticket,
        "contact_name": contact["name"],
        "contact_addresses": " ".join(contact["addresses"]),
        "tags": " ".join(ticket["tags"]),
        "flagged": "yes" if ticket["flagged"] else "no",
    }
    return [harmless(told[heading]) for heading in HEADINGS]


def harmless(value: object) -> str:
    """On one line, with an apostrophe before whatever a spreadsheet would compute."""
    return "" if value is None else _COMMAND.sub(r"\1'\2", line(value))
