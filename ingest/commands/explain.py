"""`balcao rules explain`: which rules decide a message, and by which words.

--eml FILE · --text T · --text-file F · --ticket N ──▶ facts ──▶ explain ──▶ a table, or JSON
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from config.scalars import resolve
from domain.errors import Undecodable
from domain.facts import Facts
from domain.interaction import Ignored, Medium, TraitValue
from domain.units import BadValue
from ingest.commands.failures import Unusable, Wrong
from ingest.commands.shape import OneOf, Whole, command
from ingest.commands.shell import Shell
from ingest.presentation.explanation import show_explanation
from ingest.presentation.moments import iso
from ingest.rulebook import read_rules
from ingest.translations import N_, _
from triage.explain import as_json
from triage.explain import explain as explain_facts
from triage.snapshot import facts_of

MAIL = "smtp"
LARGEST_NUMBER = 2**63 - 1
CHANNEL = "email"
"""The channel of a text that names none, as in the tests of a rule file."""

SOURCES = ("eml", "text", "text_file", "ticket")


@command(
    None,
    "explain",
    help=N_("Show which rules decide a message, and by which words. Without FILE: the rule file of the settings."),
    example='balcao rules explain rules.yaml --text "O sistema caiu!" --subject Urgente\n'
    "balcao rules explain rules.yaml --eml mail.eml\nbalcao rules explain rules.yaml --ticket 123",
)
@click.argument("file", metavar="[FILE]", required=False)
@click.option("--eml", metavar="FILE", help=N_("A captured e-mail."))
@click.option("--text", metavar="TEXT", help=N_("What the customer writes."))
@click.option("--text-file", metavar="FILE", help=N_("The same, from a file."))
@click.option("--ticket", type=Whole(1, LARGEST_NUMBER), metavar="N", help=N_("The message that opened a ticket."))
@click.option("--subject", help=N_("Subject of the message."))
@click.option("--channel", help=N_("Channel it comes by."))
@click.option("--medium", type=OneOf([medium.value for medium in Medium]), help=N_("Medium of the channel."))
@click.option("--sender", help=N_("Address of the sender."))
@click.option("--trait", "traits", multiple=True, metavar="K=V", help=N_("A trait, such as call.answered=false."))
def explain(shell: Shell, file: str | None, traits: Sequence[str], **given: Any) -> None:
    """What is given beside a source replaces what the source says."""
    source = _one_source(given)
    ruleset = read_rules(shell.rule_file(file))
    facts = READERS[source](shell, given[source])
    changes = {name: given[name] for name in ("subject", "channel", "medium", "sender") if given[name] is not None}
    facts = replace(facts, **changes, traits={**facts.traits, **dict(_trait(text) for text in traits)})
    document = {**as_json(explain_facts(ruleset, facts)), "facts": _facts_as_json(facts)}
    shell.answer(document, lambda: show_explanation(document))


def _one_source(given: Mapping[str, Any]) -> str:
    named = [name for name in SOURCES if given[name] is not None]
    if len(named) != 1:
        raise Unusable(_("say what to explain: one of --eml, --text, --text-file or --ticket"))
    return named[0]


def _of_text(_shell: Shell, text: str) -> Facts:
    return Facts(channel=CHANNEL, medium=Medium.MAIL.value, occurred_at=datetime.now(UTC), text=text)


def _of_text_file(shell: Shell, path: str) -> Facts:
    try:
        return _of_text(shell, Path(path).read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise Unusable(_("%(path)s is not UTF-8 text") % {"path": path}) from error


def _of_eml(shell: Shell, path: str) -> Facts:
    from ingest.commands.captured import decoder, read_capture  # noqa: PLC0415 - only this source needs a channel

    try:
        decoded = decoder(shell, MAIL)(read_capture(path, CHANNEL))
    except Undecodable as error:
        raise Wrong(_("%(path)s cannot be read: %(reason)s") % {"path": path, "reason": error}) from error
    if isinstance(decoded, Ignored) or not decoded:
        raise Wrong(_("%(path)s holds no message") % {"path": path})
    return facts_of(decoded[0])


def _of_ticket(shell: Shell, number: int) -> Facts:
    from ingest.commands.databases import read_store  # noqa: PLC0415 - only this source needs the database
    from store.queries import opening_facts  # noqa: PLC0415 - as above

    facts = read_store(shell.settings, lambda connection: opening_facts(connection, number))
    if facts is None:
        raise Wrong(_("there is no ticket %(number)s") % {"number": number})
    return facts


READERS: Mapping[str, Callable[[Shell, Any], Facts]] = {
    "eml": _of_eml,
    "text": _of_text,
    "text_file": _of_text_file,
    "ticket": _of_ticket,
}


def _trait(text: str) -> tuple[str, TraitValue]:
    """`call.answered=false`; the value means what it would mean in a rule file."""
    name, sign, value = text.partition("=")
    if not name or not sign:
        raise Unusable(_("%(text)s is no trait: write name=value") % {"text": repr(text)})
    try:
        return name, resolve(value)
    except BadValue:
        return name, value


def _facts_as_json(facts: Facts) -> dict[str, Any]:
    return {**asdict(facts), "occurred_at": iso(facts.occurred_at), "traits": dict(facts.traits)}
