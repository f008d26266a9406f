"""What came of it, for people and for machines."""

import os
import platform
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table


def machine():
    """Named beside every figure."""
    model = next((line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "")
    return f"{os.cpu_count()} × {model or platform.machine()}, Python {platform.python_version()}"


def _lines(path):
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def as_json(outcomes, seed):
    faults = []
    for one in outcomes:
        told = asdict(one)
        books = told.pop("books")
        told |= {"lost": one.lost, "doubled": one.doubled, "passed": one.passed}
        told["books"] = {name: sorted(found)[:20] for name, found in books.items()}
        faults.append(told)
    return {"seed": seed, "machine": machine(), "passed": all(one.passed for one in outcomes), "faults": faults}


WIDTH = 150
COLUMNS = ("fault", "lasted", "accepted", "refused", "no answer", "lost", "doubled", "accepts after", "filed after", "")


def print_table(outcomes, seed, console=None):
    console = console or Console()
    console.width = max(console.width, WIDTH)
    table = Table(title=f"seed {seed} · {machine()}", title_justify="left")
    for name in COLUMNS:
        table.add_column(name, justify="left" if name in {"fault", ""} else "right", no_wrap=name != "")
    for one in outcomes:
        table.add_row(*_cells(one))
    console.print(table)


def _cells(one):
    if one.skipped:
        return (one.fault, *[""] * 8, f"[yellow]skipped: {one.skipped}")
    verdict = "[green]passed" if one.passed else f"[red]FAILED {one.trouble} {_disagreement(one.books)}"
    return (
        one.fault, f"{one.seconds:g} s", str(one.accepted), str(one.refused), str(one.unanswered),
        _zero(one.lost), _zero(one.doubled), _seconds(one.accepting_after), _seconds(one.filed_after),
        f"{verdict} [dim]{one.note}",
    )  # fmt: skip


def _disagreement(books):
    return ", ".join(f"{name}: {sorted(found)[:3]}" for name, found in asdict(books).items() if found)


def _zero(count):
    return "0" if count == 0 else f"[bold red]{count}"


def _seconds(value):
    return "–" if value is None else f"{value:.1f} s"
