"""The journal on a terminal: entries as a table, one entry with the head of its payload."""

import json
from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ingest.presentation.clean import json_text
from ingest.presentation.console import cell, console, heading, paragraph, table
from ingest.presentation.labels import FATES, STYLES, label
from ingest.presentation.moments import moment
from ingest.presentation.reasons import why, why_perhaps
from ingest.translations import _, ngettext

HEAD_BYTES = 2_000
LONGEST_REASON = 100

Entry = dict[str, Any]


def show_entries(entries: Sequence[Entry], zone: tzinfo) -> None:
    if not entries:
        console().print(cell(_("No entries.")))
        return
    rows = table(_("Entry"), _("Channel"), _("Received"), _("Fate"), _("Attempts"), _("Reason"))
    for entry in entries:
        rows.add_row(
            cell(entry["id"]),
            cell(entry["channel"]),
            cell(moment(entry["received_at"], zone)),
            _fate(entry),
            cell(entry["attempts"]),
            cell(_reason(entry), limit=LONGEST_REASON),
        )
    console().print(rows)
    console().print(cell(ngettext("%(count)d entry", "%(count)d entries", len(entries)) % {"count": len(entries)}))


def show_entry(entry: Entry, zone: tzinfo) -> None:
    grid = Table.grid(padding=(0, 2))
    for name, value in (
        (_("Entry"), cell(entry["id"])),
        (_("Channel"), cell(entry["channel"])),
        (_("Received"), cell(moment(entry["received_at"], zone))),
        (_("Fate"), _fate(entry)),
        (_("Reason"), cell(_reason(entry))),
        (_("Attempts"), cell(entry["attempts"])),
        (_("Settled"), cell(moment(entry["settled_at"], zone))),
        (_("Size"), cell(f"{entry['size']} B")),
    ):
        grid.add_row(cell(name, "dim"), value)
    envelope = json_text(json.dumps(entry["envelope"], ensure_ascii=False, indent=2, default=str))
    console().print(
        Group(
            grid,
            heading(_("Envelope")),
            Padding(paragraph(envelope), (0, 0, 0, 2)),
            heading(_("Head of the payload")),
            Padding(paragraph(entry["payload_head"]), (0, 0, 0, 2)),
        )
    )


def head_of(payload: bytes) -> str:
    """The first bytes as text; what is no text is shown as `\\x1b`, so nothing reaches the terminal unseen."""
    text = payload[:HEAD_BYTES].decode("utf-8", errors="backslashreplace").replace("\r\n", "\n")
    shown = "".join(char if char in "\n\t" or char.isprintable() else _escaped(char) for char in text)
    return shown if len(payload) <= HEAD_BYTES else f"{shown}…"


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def _fate(entry: Entry) -> Text:
    return cell(label(FATES, entry["fate"]), STYLES.get(entry["fate"], ""))


def _reason(entry: Entry) -> str | None:
    """What is ignored has its reason from us or from the settings (`because`), never from an error."""
    said = why_perhaps if entry["fate"] == "ignored" else why
    return said(entry["reason"]) if entry["reason"] else None
