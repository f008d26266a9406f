"""`balcao rules …`: what operations staff ask of a rule file before and after they change it."""

import click

from ingest.commands.backtest import run_backtest
from ingest.commands.explain import explain, why_not
from ingest.commands.rule_history import history, rollback
from ingest.commands.rule_lint import rule_lint
from ingest.commands.rule_tests import rule_tests
from ingest.commands.shape import command, group
from ingest.commands.shell import Shell, print_json, say
from ingest.commands.stats import stats
from ingest.commands.suggest import suggest_rules
from ingest.presentation.labels import counted_rules, counted_tests
from ingest.rulesets import read_rules
from ingest.translations import N_, _
from triage.schema import rules_schema

rules = group("rules", help=N_("Check, test and explain the rule file."))


@command(
    rules,
    "check",
    help=N_("Check a rule file for mistakes. Without FILE: the one that the settings name."),
    example="balcao rules check rules.yaml",
)
@click.argument("file", metavar="[FILE]", required=False)
def check(shell: Shell, file: str | None) -> None:
    """Mistakes are a configuration error: exit 2, each as file:line:column on stderr."""
    path = shell.rule_file(file)
    ruleset = read_rules(path)
    document = {
        "ok": True,
        "file": str(path),
        "hash": ruleset.hash,
        "departments": dict(ruleset.departments),
        "rules": len(ruleset.rules),
        "tests": len(ruleset.tests),
    }
    found = {"rules": counted_rules(len(ruleset.rules)), "tests": counted_tests(len(ruleset.tests))}
    shell.answer(document, lambda: say(_("%(file)s: no mistakes; %(rules)s, %(tests)s") % {"file": path, **found}))


for _added in (rule_tests, rule_lint, explain, why_not, run_backtest, stats, suggest_rules, history, rollback):
    rules.add_command(_added)


@command(
    rules,
    "schema",
    help=N_("Print the JSON Schema of the rule file, for editors."),
    example="balcao rules schema > rules.schema.json",
)
def schema(shell: Shell) -> None:
    del shell
    print_json(rules_schema(_))
