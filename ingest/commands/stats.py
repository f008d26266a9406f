"""`balcao rules stats`: which rules decide, which never do, and which ones people correct.

tickets.decided ──▶ hits by rule and field ─┐
history ──▶ corrections by rule and field ──┼─▶ a table, or JSON
rule file ──▶ rules that never decided ─────┘
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from domain.past import CORRECTABLE
from ingest.commands.databases import read_store
from ingest.commands.shape import command
from ingest.commands.shell import Shell
from ingest.commands.since import asked_since, since_option
from ingest.presentation.moments import iso
from ingest.presentation.stats import show_stats
from ingest.rulesets import read_rules
from ingest.translations import N_
from store.statistics import Statistics, statistics
from triage.rules import DEFAULT


@command(
    None,
    "stats",
    help=N_("Show how often each rule decided, which never did, and which ones people corrected."),
    example="balcao rules stats --since 30d",
)
@since_option
def stats(shell: Shell, since: str | None) -> None:
    moment = asked_since(shell, since)
    names = [rule.name for rule in read_rules(shell.rule_file(None)).rules]
    found = read_store(shell.settings, partial(statistics, since=moment))
    document = {"since": iso(moment), **as_document(found, names)}
    shell.answer(document, lambda: show_stats(document))


def as_document(found: Statistics, names: Sequence[str]) -> dict[str, Any]:
    """`names`: the rules of the present file, in its order. Most hits first."""
    known = {*names, DEFAULT}
    hit = {rule for _, rule in found.hits}
    return {
        "tickets": found.tickets,
        "rules": [{**row, "in_file": row["rule"] in known} for row in _rows(found)],
        "never": [name for name in names if name not in hit],
    }


def _rows(found: Statistics) -> Iterator[dict[str, Any]]:
    moved: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for (what, rule, where), count in found.corrected.items():
        moved[what, rule][where] += count
    for (what, rule), hits in sorted(found.hits.items(), key=lambda item: (-item[1], item[0])):
        corrected = moved[what, rule].total()
        correctable = what in CORRECTABLE
        yield {
            "rule": rule,
            "field": what,
            "hits": hits,
            "corrected": corrected if correctable else None,
            "precision": round(1 - corrected / hits, 4) if correctable else None,
            "moved_to": dict(sorted(moved[what, rule].items(), key=lambda item: (-item[1], item[0]))),
        }
