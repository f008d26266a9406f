"""What a channel read, for people: one block per interaction."""

from collections.abc import Mapping
from typing import Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ingest.presentation.console import cell, console, paragraph
from ingest.presentation.files import file_words
from ingest.presentation.labels import MEDIA, label
from ingest.presentation.reasons import why, why_perhaps
from ingest.translations import _


def show_decoded(file: str, document: Any) -> None:
    """`document` is what `balcao decode --json` prints."""
    out = console()
    out.print(cell(file, "bold"))
    match document:
        case {"undecodable": reason}:
            out.print(cell(_("unreadable: %(reason)s") % {"reason": why(reason)}, "bold red"))
        case {"ignored": reason}:
            out.print(cell(_("ignored: %(reason)s") % {"reason": why_perhaps(reason)}, "dim"))
        case _:
            for one in document:
                if "identity" not in one:
                    told = ", ".join(f"{name}={value}" for name, value in one.items() if value is not None)
                    out.print(cell(_("about earlier messages: %(told)s") % {"told": told}))
                    continue
                out.print(Padding(_fields(one), (0, 0, 0, 2)))
                out.print(Padding(paragraph(one["text"]), (1, 0, 1, 4)))


def _fields(interaction: Mapping[str, Any]) -> Table:
    grid = Table.grid(padding=(0, 2))
    for name, value in (
        (_("Medium"), label(MEDIA, interaction["medium"])),
        (_("From"), _party(interaction["sender"])),
        (_("To"), ", ".join(interaction["recipients"])),
        (_("Subject"), interaction["subject"]),
        (_("When"), interaction["occurred_at"]),
        (_("Automatic"), "" if interaction["automated"] == "none" else interaction["automated"]),
        (_("Conversation"), interaction["conversation_key"]),
        (_("Identity"), interaction["identity"]),
        (_("Attachments"), ", ".join(file_words(one) for one in interaction["attachments"])),
        (_("Traits"), ", ".join(f"{key}={value}" for key, value in interaction["traits"].items())),
    ):
        if value:
            grid.add_row(Text(name, style="dim"), cell(value))
    return grid


def _party(party: Mapping[str, Any]) -> str:
    return f"{party['name']} <{party['address']}>" if party["name"] else str(party["address"])
