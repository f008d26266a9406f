"""Results of rule tests for people: a bar while they run, then what failed and why."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from ingest.presentation.clean import line
from ingest.presentation.console import cell, console, paragraph, table
from ingest.presentation.labels import FIELDS, label
from ingest.presentation.reasons import why
from ingest.translations import _, ngettext

Said = Mapping[str, Any]
WORTH_A_BAR = 200


@contextmanager
def progress(count: int, *, wanted: bool) -> Iterator[Callable[[], None]]:
    """A bar on standard error, if somebody sits there and it takes a moment."""
    errors = Console(stderr=True)
    bar = Progress(
        TextColumn(_("Tests")),
        BarColumn(),
        MofNCompleteColumn(),
        console=errors,
        transient=True,
        disable=not (wanted and errors.is_terminal and count >= WORTH_A_BAR),
    )
    with bar:
        task = bar.add_task("", total=count)
        yield lambda: bar.advance(task)


def show_results(document: Said) -> None:
    """`document` is that of `balcao rules test --json`."""
    out = console()
    failed = [result for result in document["tests"] if not result["ok"]]
    count = len(document["tests"])
    for result in failed:
        out.print(paragraph(f"✗ {line(result['name'])}", "bold red"))
        place = f"  {_place(result)}:{result['column']}"
        if result["differences"]:
            out.print(paragraph(place))
            _show_differences(result)
        else:
            out.print(paragraph(f"{place}: {line(why(result['reason']))}"))
    if failed:
        text = ngettext("%(failed)d of %(count)d test fails", "%(failed)d of %(count)d tests fail", count)
        out.print(paragraph(text % {"failed": len(failed), "count": count}, "bold"))
    else:
        text = ngettext("%(count)d test passes", "%(count)d tests pass", count) if count else _("there are no tests")
        out.print(paragraph(text % {"count": count}, "green"))


def _show_differences(result: Said) -> None:
    out = console()
    rows = table(_("Field"), _("Expected"), _("Got"), _("Decided by"))
    for one in result["differences"]:
        wanted = _("not %(value)s") % {"value": one["expected"]} if one["not"] else one["expected"]
        decider = one["rule"] if one["position"] is None else f"{one['rule']} ({_place(one['position'])})"
        rows.add_row(cell(_field(one["field"])), cell(wanted, "green"), cell(one["got"], "red"), cell(decider))
    out.print(rows)
    for obstacle in obstacles_of(result):
        out.print(cell(_obstacle(obstacle)), soft_wrap=True)
        for sentence in obstacle["sentences"]:
            out.print(paragraph(f"    {sentence}", "dim"), soft_wrap=True)


def obstacles_of(result: Said) -> Iterator[Said]:
    """Why the rules that were expected did not decide; what holds for two fields is told once."""
    told: list[Said] = []
    for difference in result.get("differences", ()):
        for obstacle in difference["why"]:
            if obstacle not in told:
                told.append(obstacle)
                yield obstacle


def _obstacle(obstacle: Said) -> str:
    by = obstacle["stopped_by"] or obstacle["beaten_by"]
    values = {"rule": obstacle["rule"], "place": _place(obstacle["position"]), "by": by}
    if obstacle["refusal"]:
        return _("%(rule)s (%(place)s) did not apply:") % values
    if obstacle["stopped_by"]:
        return _("%(rule)s (%(place)s) was not asked: %(by)s stops the reading") % values
    if obstacle["beaten_by"]:
        return _("%(rule)s (%(place)s) came too late: %(by)s decided first") % values
    return _("%(rule)s (%(place)s) applied") % values


def _field(name: str) -> str:
    of_rule = name.removeprefix("rule of ")
    return label(FIELDS, name) if of_rule == name else _("rule of %(field)s") % {"field": label(FIELDS, of_rule)}


def _place(place: Said) -> str:
    return f"{place['file']}:{place['line']}"
