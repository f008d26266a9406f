"""What a rule file would have changed, for people: a sum, the moves, the rules, tickets to read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ingest.presentation.clean import line
from ingest.presentation.console import cell, console, heading, paragraph, table
from ingest.presentation.labels import FIELDS, counted_tickets, label
from ingest.presentation.quantities import percent
from ingest.presentation.tickets import matched_words
from ingest.translations import _, ngettext

LONGEST_SUBJECT = 50
LONGEST_WORDS = 40
MOST_ROWS = 25


@contextmanager
def progress(total: int, *, wanted: bool) -> Iterator[Callable[[int], None]]:
    """A bar on standard error while it is a terminal; gone when done."""
    screen = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True, disable=not (wanted and screen.is_terminal)) as bar:
        task = bar.add_task(_("Judging"), total=total)
        yield lambda done: bar.advance(task, done)


def show_backtest(document: Mapping[str, Any]) -> None:
    """`document` is that of `balcao rules backtest --json`."""
    out = console()
    if not document["tickets"]:
        out.print(cell(_("No tickets to judge.")))
    else:
        _show_sum(document)
        _show_moves(document["moves"])
        _show_rules(document["rules"])
        _show_samples(document["moves"])
        _show_corrections(document["corrections"])
    for text in _remarks(document):
        out.print(paragraph(text, "yellow"))
    if document["limit"] is not None:
        words = _("within the limit of %(limit)s") if document["ok"] else _("more than the limit of %(limit)s")
        out.print(paragraph(words % {"limit": percent(document["limit"])}, "green" if document["ok"] else "bold red"))


def _show_sum(document: Mapping[str, Any]) -> None:
    out = console()
    values = {
        "changed": document["changed"],
        "tickets": counted_tickets(document["tickets"]),
        "share": percent(document["changed_share"]),
    }
    text = ngettext(
        "%(changed)d of %(tickets)s would change (%(share)s)",
        "%(changed)d of %(tickets)s would change (%(share)s)",
        document["changed"],
    )
    out.print(paragraph(text % values, "bold"))
    for name, count in document["fields"].items():
        out.print(paragraph(f"  {label(FIELDS, name)}: {count}"))
    cost = document["cost_us"]
    text = _("Cost of a message: %(judging)s µs to judge, %(all)s µs with reading it")
    out.print(cell(text % {"judging": round(cost["judging"]), "all": round(cost["all"])}, "dim"))


def _show_moves(moves: Sequence[Mapping[str, Any]]) -> None:
    if not moves:
        return
    rows = table(_("Field"), _("From"), _("To"), _("Tickets"))
    for move in moves[:MOST_ROWS]:
        rows.add_row(cell(label(FIELDS, move["field"])), cell(move["from"]), cell(move["to"]), cell(move["tickets"]))
    _print(_("What moves"), rows, len(moves))


def _show_rules(rules: Sequence[Mapping[str, Any]]) -> None:
    if not rules:
        return
    rows = table(_("Rule"), _("Field"), _("Before"), _("After"), _("Gained"), _("Lost"))
    for rule in rules[:MOST_ROWS]:
        counts = (cell(rule[name]) for name in ("before", "after"))
        gained, lost = cell(f"+{rule['gained']}", "green"), cell(f"-{rule['lost']}", "red")
        rows.add_row(cell(rule["rule"]), cell(label(FIELDS, rule["field"])), *counts, gained, lost)
    _print(_("Rules that gain or lose"), rows, len(rules))


def _show_samples(moves: Sequence[Mapping[str, Any]]) -> None:
    samples = [(move, sample) for move in moves for sample in move["samples"]]
    if not samples:
        return
    rows = table(_("No."), _("Change"), _("Rule before"), _("Rule after"), _("Words that matched"), _("Subject"))
    for move, sample in samples[:MOST_ROWS]:
        words = matched_words(sample["words_after"]) or matched_words(sample["words_before"])
        rows.add_row(
            cell(sample["ticket"]),
            cell(f"{move['from'] or '—'} → {move['to'] or '—'}"),
            cell(sample["rule_before"]),
            cell(sample["rule_after"]),
            cell(words, limit=LONGEST_WORDS),
            cell(sample["subject"], limit=LONGEST_SUBJECT),
        )
    _print(_("Tickets to read (balcao tickets show N)"), rows, len(samples))


def _show_corrections(corrections: Mapping[str, Mapping[str, int]]) -> None:
    if not corrections:
        return
    rows = table(_("Field"), _("As corrected"), _("Still wrong"), _("Wrong in another way"))
    for name, counts in corrections.items():
        rows.add_row(cell(label(FIELDS, name)), *(cell(counts[key]) for key in ("fixed", "missed", "otherwise")))
    _print(_("Tickets that people have corrected"), rows, len(corrections))


def _print(title: str, rows: Any, count: int) -> None:
    out = console()
    out.print(heading(title))
    out.print(rows)
    if count > MOST_ROWS:
        out.print(cell(_("… and %(count)d more; --json has all") % {"count": count - MOST_ROWS}, "dim"))


def _remarks(document: Mapping[str, Any]) -> Iterator[str]:
    if unmatched := document["unmatched"]["count"]:
        numbers = ", ".join(f"#{number}" for number in document["unmatched"]["tickets"][:10])
        text = ngettext(
            "%(count)d ticket is not decided by any rule any more: %(numbers)s",
            "%(count)d tickets are not decided by any rule any more: %(numbers)s",
            unmatched,
        )
        yield text % {"count": unmatched, "numbers": numbers}
    if unreadable := document["unreadable"]["count"]:
        text = ngettext(
            "%(count)d ticket has no facts to judge", "%(count)d tickets have no facts to judge", unreadable
        )
        yield text % {"count": unreadable}
    if failing := document["failing_tests"]:
        text = ngettext(
            "%(count)d test of %(file)s fails: it would be refused",
            "%(count)d tests of %(file)s fail: it would be refused",
            failing,
        )
        yield text % {"count": failing, "file": line(document["file"])}
