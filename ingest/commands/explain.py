"""`balcao rules explain` and `why-not`: which rules decide a message, by which words, and why another one does not.

message, rule file ──▶ explain ──▶ a table, or JSON
                   └─▶ why-not ──▶ the first condition that failed, with what it saw
"""

from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

import click

from domain.errors import ConfigError
from domain.facts import Facts
from ingest.commands.failures import Unusable
from ingest.commands.message import Asked, asked_about, message_options
from ingest.commands.shape import command
from ingest.commands.shell import Shell
from ingest.presentation.explanation import show_explanation
from ingest.presentation.moments import iso
from ingest.presentation.refusal import show_why_not
from ingest.roles import rules_folder
from ingest.rulehistory import RuleHistory, UnknownSet
from ingest.rulesets import kept_rules, read_book, read_rules
from ingest.translations import N_, _
from triage.explain import as_json
from triage.explain import explain as explain_facts
from triage.notes import near_miss
from triage.rules import Rule, RuleSet
from triage.whynot import as_json as why_not_as_json
from triage.whynot import why_not as why_not_applied


@command(
    None,
    "explain",
    help=N_("Show which rules decide a message, and by which words. Without FILE: the rule file of the settings."),
    example='balcao rules explain rules.yaml --text "O sistema caiu!" --subject Urgente\n'
    "balcao rules explain rules.yaml --eml mail.eml\nbalcao rules explain rules.yaml --ticket 123",
)
@click.argument("file", metavar="[FILE]", required=False)
@message_options
def explain(shell: Shell, file: str | None, **given: Any) -> None:
    """Of a ticket: what was decided when it was opened, what moved it since, and what the file would decide now."""
    ruleset = read_rules(shell.rule_file(file))
    asked = asked_about(shell, given)
    document = {**as_json(explain_facts(ruleset, asked.facts)), **_about(asked)}
    document["differs"] = _differences(document) if asked.verdict else []
    document["then"] = _explained_then(shell, asked)
    document["since"] = list(asked.since)
    shell.answer(document, lambda: show_explanation(document, ZoneInfo(shell.settings.timezone)))


@command(
    None,
    "why-not",
    help=N_("Show why a rule does not decide a message: the first condition that fails, and what it saw."),
    example='balcao rules why-not alta-bloqueia-entrega rules.yaml --text "O relatório travou"\n'
    "balcao rules why-not alta-bloqueia-entrega --ticket 123",
)
@click.argument("name", metavar="RULE")
@click.argument("file", metavar="[FILE]", required=False)
@message_options
def why_not(shell: Shell, name: str, file: str | None, **given: Any) -> None:
    book = read_book(shell.rule_file(file))
    rule = _rule_called(name, book.rules)
    asked = asked_about(shell, given)
    answer = why_not_applied(book.rules, book.outline, rule, asked.facts)
    document = {"ruleset": book.rules.hash, **why_not_as_json(answer), **_about(asked)}
    shell.answer(document, lambda: show_why_not(document))


def _rule_called(name: str, rules: RuleSet) -> Rule:
    names = {rule.name: rule for rule in rules.rules}
    if name in names:
        return names[name]
    if near := near_miss(name, names):
        raise Unusable(_("there is no rule %(name)r; did you mean %(near)r?") % {"name": name, "near": near})
    raise Unusable(_("there is no rule %(name)r in this file") % {"name": name})


def _explained_then(shell: Shell, asked: Asked) -> dict[str, Any] | None:
    """Of a ticket, what the rules of that day say, where they are kept: with places and runners-up."""
    if asked.verdict is None:
        return None
    try:
        texts = RuleHistory(rules_folder(shell.settings.var_path)).texts(str(asked.verdict.get("ruleset")))
        return as_json(explain_facts(kept_rules(texts), asked.facts))
    except (UnknownSet, ConfigError):  # not kept, or in a language that is not spoken any more
        return None


def _about(asked: Asked) -> dict[str, Any]:
    return {"ticket": asked.ticket, "stored": asked.verdict, "facts": _facts_as_json(asked.facts)}


def _differences(document: dict[str, Any]) -> list[str]:
    """The fields that the rules decide otherwise now."""
    then, now = document["stored"].get("fields", {}), document["fields"]
    return [name for name in {**then, **now} if then.get(name, {}).get("value") != now.get(name, {}).get("value")]


def _facts_as_json(facts: Facts) -> dict[str, Any]:
    document = {**asdict(facts), "traits": dict(facts.traits), "headers": dict(facts.headers)}
    moments = {name: iso(value) for name in ("occurred_at", "received_at") if (value := document[name])}
    return {**document, **moments}
