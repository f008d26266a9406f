"""What a terminal showed, as an SVG that needs nothing from anywhere: no font, no script, no link."""

import re
from pathlib import Path

from rich.console import Console

COLUMNS = 136
FONTS = "'Fira Code','JetBrains Mono','DejaVu Sans Mono',Menlo,Consolas,monospace"
FETCHED_FONTS = re.compile(r"\s*@font-face \{.*?\}\n", re.DOTALL)


def canvas(columns: int = COLUMNS) -> Console:
    """A console that remembers what it shows, as a colour terminal of so many columns would."""
    return Console(record=True, width=columns, force_terminal=True, color_system="truecolor")


def draw(console: Console, path: Path, *, title: str) -> None:
    drawn = FETCHED_FONTS.sub("\n", console.export_svg(title=title, unique_id="balcao"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(drawn.replace("Fira Code, monospace", FONTS), encoding="utf-8")
