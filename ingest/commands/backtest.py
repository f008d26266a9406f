"""`balcao rules backtest`: what a rule file would have changed, before it is put into force.

candidate ─┬─▶ its own tests (told, not demanded)
           └─▶ past tickets, judged anew ─▶ compared with the verdict of that day ─▶ tables, or JSON
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

import click

from ingest.backtest import Outcome, backtest
from ingest.commands.databases import read_store
from ingest.commands.failures import AlreadySaid, Unusable
from ingest.commands.shape import Whole, command
from ingest.commands.shell import Shell
from ingest.commands.since import asked_since, since_option
from ingest.payloads import facts_of_case
from ingest.presentation.backtest import progress, show_backtest
from ingest.rulesets import source_and_rules
from ingest.translations import N_, _
from store import past
from triage.backtest import Sample, Tally
from triage.selftest import run_tests

SAMPLES = 3
LONGEST_LIST = 100
"""Ticket numbers named in a document; the count says how many there are."""


@command(
    None,
    "backtest",
    help=N_("Show what a rule file would change on past tickets. Without FILE: the rule file of the settings."),
    example="balcao rules backtest new-rules.yaml --since 30d\n"
    "balcao rules backtest new-rules.yaml --last 10000 --fail-if-changed-more-than 5%",
)
@click.argument("file", metavar="[FILE]", required=False)
@since_option
@click.option("--last", type=Whole(1, 1_000_000_000), metavar="N", help=N_("Only the newest so many tickets."))
@click.option(
    "--fail-if-changed-more-than", "limit", metavar="P", help=N_("Exit code 1 if more than this share changes: 5%.")
)
@click.option(
    "--samples",
    type=Whole(0, 1000),
    metavar="N",
    default=SAMPLES,
    show_default=True,
    help=N_("Tickets shown for each kind of change."),
)
@click.option("--processes", type=Whole(1, 256), metavar="N", help=N_("Processes that judge (default: one a core)."))
def run_backtest(shell: Shell, file: str | None, since: str | None, last: int | None, **given: Any) -> None:
    """Exit 1 when more changes than `limit` allows."""
    limit = None if given["limit"] is None else _share(given["limit"])
    source, ruleset = source_and_rules(shell.rule_file(file))
    failing = sum(not result.passed for result in run_tests(ruleset, facts_of=facts_of_case))
    span = read_store(shell.settings, _chosen(shell, since, last))
    outcome = Outcome(tally=Tally())
    if span is not None:
        options = {"samples": given["samples"], "processes": given["processes"]}
        with progress(span.count, wanted=not shell.as_json) as advance:
            outcome = backtest(shell.settings.store_url, source, span, advance=advance, **options)
    ok = limit is None or outcome.tally.share <= limit
    about = {"file": source.file, "ruleset": source.hash, "failing_tests": failing}
    document = {"ok": ok, **about, **as_document(outcome), "limit": limit}
    shell.answer(document, lambda: show_backtest(document))
    if not ok:
        raise AlreadySaid("")


def _chosen(shell: Shell, since: str | None, last: int | None) -> Callable[..., past.Span | None]:
    if since is not None and last is not None:
        raise Unusable(_("say --since or --last, not both"))
    moment = asked_since(shell, since)
    return partial(past.span, since=moment, newest=last)


def _share(text: str) -> float:
    """`5%`, `5` and `2.5 %`; in Portuguese `2,5%`. Raises Unusable."""
    try:
        percent = float(text.strip().removesuffix("%").replace(",", "."))
    except ValueError:
        percent = -1.0
    if not 0 <= percent <= 100:
        raise Unusable(
            _("%(text)s is no share: write a percentage such as %(example)s") % {"text": repr(text), "example": "5%"}
        )
    return percent / 100


def as_document(outcome: Outcome) -> dict[str, Any]:
    """Everything that was counted, largest first."""
    tally = outcome.tally
    judged = tally.judged or 1
    return {
        "tickets": tally.judged,
        "unreadable": _some(outcome.unreadable),
        "changed": tally.changed,
        "changed_share": round(tally.share, 6),
        "fields": dict(tally.fields.most_common()),
        "moves": list(_moves(tally)),
        "rules": list(_rules(tally)),
        "unmatched": _some(tally.unmatched),
        "newly_matched": tally.matched,
        "corrections": _corrections(tally),
        "cost_us": {
            "judging": round(outcome.judging / judged * 1e6, 1),
            "all": round(outcome.working / judged * 1e6, 1),
        },
    }


def _some(numbers: list[int]) -> dict[str, Any]:
    return {"count": len(numbers), "tickets": numbers[:LONGEST_LIST]}


def _moves(tally: Tally) -> Iterator[dict[str, Any]]:
    for move, count in sorted(tally.moves.items(), key=lambda item: (-item[1], tuple(map(str, item[0])))):
        field, before, after = move
        samples = [_sample(one) for one in tally.samples[move]]
        yield {"field": field, "from": before, "to": after, "tickets": count, "samples": samples}


def _sample(sample: Sample) -> Mapping[str, Any]:
    return asdict(sample)


def _rules(tally: Tally) -> Iterator[dict[str, Any]]:
    """Those that decide other tickets than before."""
    touched = tally.rules_gained.keys() | tally.rules_lost.keys()
    for rule, field in sorted(touched, key=lambda one: (-tally.rules_gained[one] - tally.rules_lost[one], one)):
        one = (rule, field)
        yield {
            "rule": rule,
            "field": field,
            "before": tally.rules_before[one],
            "after": tally.rules_after[one],
            "gained": tally.rules_gained[one],
            "lost": tally.rules_lost[one],
        }


def _corrections(tally: Tally) -> dict[str, dict[str, int]]:
    names = sorted(tally.fixed.keys() | tally.missed.keys() | tally.otherwise.keys())
    return {
        name: {"fixed": tally.fixed[name], "missed": tally.missed[name], "otherwise": tally.otherwise[name]}
        for name in names
    }
