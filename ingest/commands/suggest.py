"""`balcao rules suggest`: words that would have decided as people did, each as a rule ready to be pasted.

past tickets with their corrections ─┐
rule file ───────────────────────────┴─▶ proposals that load and pass every test ─▶ a table and YAML, or JSON
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import click

from config.settings import Settings
from domain.past import Past
from ingest.commands.databases import read_store
from ingest.commands.shape import Whole, command
from ingest.commands.shell import Shell
from ingest.commands.since import asked_since, since_option
from ingest.presentation.moments import iso
from ingest.presentation.suggest import show_suggestions
from ingest.rulesets import looked_at
from ingest.suggesting import Proposal, Trial
from ingest.translations import N_
from store.past import pasts, span
from triage.phrases import printable
from triage.rules import RuleSet

LIMIT = 10
SUPPORT = 3
MOST_TICKETS = 10_000
"""The newest ones: all of them are held in memory and judged by one process."""
LONGEST_SUBJECT = 80


@command(
    None,
    "suggest",
    help=N_(
        "Propose rules from what people corrected and from what no rule decided, each with the tickets it would have "
        "got right and wrong and as YAML with tests. Nothing is changed. Without FILE: the rule file of the settings."
    ),
    example="balcao rules suggest --since 30d",
)
@click.argument("file", metavar="[FILE]", required=False)
@since_option
@click.option(
    "--limit", type=Whole(1, 1000), metavar="N", default=LIMIT, show_default=True, help=N_("At most so many proposals.")
)
@click.option(
    "--min-support",
    "support",
    type=Whole(2, 1_000_000),
    metavar="N",
    default=SUPPORT,
    show_default=True,
    help=N_("Propose only words that so many different senders use."),
)
def suggest_rules(shell: Shell, file: str | None, since: str | None, limit: int, support: int) -> None:
    """Raises ConfigError when the present file does not load or fails its tests."""
    moment = asked_since(shell, since)
    look, ruleset = looked_at(shell.rule_file(file))
    tickets, unreadable = _past(shell.settings, moment)
    found = Trial(look, ruleset, tickets, support).proposals(limit)
    document = {
        "file": str(look.main),
        "hash": ruleset.hash,
        "since": iso(moment),
        "tickets": len(tickets),
        "unreadable": unreadable,
        "corrected": sum(bool(past.corrected) for past in tickets),
        "suggestions": as_document(found, ruleset, tickets),
    }
    shell.answer(document, lambda: show_suggestions(document))


def _past(settings: Settings, since: datetime | None) -> tuple[list[Past], int]:
    """Those that can be judged, and how many cannot."""
    chosen = read_store(settings, partial(span, since=since, newest=MOST_TICKETS))
    slices = [read_store(settings, partial(pasts, span=one)) for one in chosen.slices()] if chosen else []
    return [past for one in slices for past in one.pasts], sum(len(one.unreadable) for one in slices)


def as_document(found: Sequence[Proposal], ruleset: RuleSet, tickets: Sequence[Past]) -> list[dict[str, Any]]:
    subjects = {past.number: past.facts.subject for past in tickets}
    return [_as_json(one, ruleset, subjects) for one in found]


def _as_json(proposal: Proposal, ruleset: RuleSet, subjects: Mapping[int, str]) -> dict[str, Any]:
    one = proposal.suggestion
    return {
        "rule": proposal.rule,
        "field": one.field,
        "value": one.value,
        "words": one.phrase,
        "z": one.z,
        "precision": None if one.precision is None else round(one.precision, 4),
        "place": _place(one.above, ruleset),
        "right": _told(one.fixed, subjects),
        "wrong": _told(one.wrong, subjects),
        "undecided": _told(one.open, subjects),
        "unchanged": one.kept,
        "yaml": proposal.yaml,
    }


def _place(above: str | None, ruleset: RuleSet) -> dict[str, Any]:
    """Where the rule belongs: above that rule, or below the last one; nulls where there is none yet."""
    beside = next((rule for rule in ruleset.rules if rule.name == above), None) or next(reversed(ruleset.rules), None)
    if beside is None:
        return {"side": None, "rule": None, "file": None, "line": None}
    side = "below" if above is None else "above"
    return {"side": side, "rule": beside.name, "file": beside.position.file, "line": beside.position.line}


def _told(numbers: Sequence[int], subjects: Mapping[int, str]) -> list[dict[str, Any]]:
    return [{"ticket": number, "subject": printable(subjects[number])[:LONGEST_SUBJECT]} for number in numbers]
