"""Where tables are printed: colours only on a terminal, and never when NO_COLOR is set."""

import os
import sys

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ingest.presentation.clean import block, line

PIPE_WIDTH = 160
"""Columns when nobody's terminal says how many: a pipe should not fold what a wide screen would show."""

PRIORITY_STYLES = {"Alta": "bold red", "Média": "yellow", "Baixa": "green"}


class Out(Console):
    """A console that leaves it to the caller what a closed pipe means."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console() -> Console:
    tty = sys.stdout.isatty()
    width = None if tty or os.environ.get("COLUMNS") else PIPE_WIDTH
    return Out(width=width, force_terminal=tty, no_color=not tty or None, markup=False, emoji=False, highlight=False)


def table(*headings: str) -> Table:
    made = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for heading in headings:
        made.add_column(heading)
    return made


def cell(value: object, style: str = "", *, limit: int | None = None) -> Text:
    """One table cell with outside text on one line; None is shown as a dash."""
    return Text("—" if value is None else line(value, limit=limit), style=style)


def paragraph(text: object, style: str = "") -> Text:
    return Text(block(text), style=style)


def priority_cell(priority: str) -> Text:
    return cell(priority, PRIORITY_STYLES.get(priority, ""))


def heading(text: str) -> Text:
    return Text(f"\n{text}", style="bold underline")
