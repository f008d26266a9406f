"""A bar for what takes a while: on standard error while it is a terminal, gone when done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def progress(what: str, total: int | None, *, wanted: bool) -> Iterator[Callable[[int], None]]:
    """`total` None: nobody knows how much there is. Yields what is to be told how many more are done."""
    screen = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True, disable=not (wanted and screen.is_terminal)) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.advance(task, done)
