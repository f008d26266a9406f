"""Small rule files and facts for the tests of this folder."""

from datetime import UTC, datetime
from textwrap import dedent, indent
from typing import Any

from config.reading import read
from domain.facts import Facts
from triage.loading import RuleSet, load

NOW = datetime(2026, 1, 5, 13, 0, tzinfo=UTC)
HEAD = """\
version: 1
departments: {suporte: Suporte, financeiro: Financeiro, comercial: {name: Comercial}}
default: {department: suporte, priority: Baixa}
"""


def facts(text: str = "", **values: Any) -> Facts:
    return Facts(**{"channel": "email", "medium": "mail", "occurred_at": NOW, "text": text, **values})


def rules_of(text: str) -> RuleSet:
    """A whole rule file."""
    return load(read(text, "rules.yaml"), text)


def rules(*listed: str, define: str = "", tests: str = "", sections: str = "") -> RuleSet:
    """A rule file of these rules, each as YAML below its `- `; `define` and `tests` as YAML blocks.

    `sections` are whole sections before them."""
    blocks = [f"define:\n{indent(dedent(define), '  ')}\n"] if define else []
    blocks.append("rules:\n" + "".join(_item(rule) for rule in listed) if listed else "rules: []\n")
    blocks += [f"tests:\n{indent(dedent(tests), '  ')}\n"] if tests else []
    return rules_of(HEAD + sections + "".join(blocks))


def matches(condition: str, given: Facts, define: str = "", sections: str = "") -> bool:
    """Whether a condition, written in YAML, holds for these facts."""
    ruleset = rules(f"name: it\nwhen: {condition}\nset: {{flag: true}}", define=define, sections=sections)
    return any(ruleset.applying(ruleset.eyes.look(given)))


def _item(rule: str) -> str:
    return "  - " + indent(dedent(rule).strip(), "    ").lstrip() + "\n"
