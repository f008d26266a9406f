"""The message that a rule command is asked about: written here, captured, or stored with a ticket.

--eml FILE · --text T · --text-file F · --ticket N ──▶ facts, changed by what is said beside
"""

import codecs
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from config.scalars import resolve
from domain.errors import Undecodable
from domain.facts import Facts
from domain.interaction import Ignored, Interaction, Medium, TraitValue
from domain.past import CORRECTABLE
from domain.units import BadValue
from ingest.commands.failures import Unusable, Wrong
from ingest.commands.numbers import NUMBER, no_ticket
from ingest.commands.shape import OneOf
from ingest.commands.shell import Shell
from ingest.presentation.reasons import why
from ingest.translations import N_, _
from triage.folding import MAX_SCANNED
from triage.notes import near_miss
from triage.snapshot import facts_of
from triage.vocabulary import FIXED_TRAITS

MAIL = "smtp"
CHANNEL = "email"
"""The channel of a text that names none, as in the tests of a rule file."""

_MOVES = ("retriaged", *CORRECTABLE)
SOURCES = ("eml", "text", "text_file", "ticket")

OPTIONS = (
    click.option("--eml", metavar="FILE", help=N_("A captured e-mail.")),
    click.option("--text", metavar="TEXT", help=N_("What the customer writes.")),
    click.option("--text-file", metavar="FILE", help=N_("The same, from a file (- is standard input).")),
    click.option("--ticket", type=NUMBER, metavar="N", help=N_("The message that opened a ticket.")),
    click.option("--subject", metavar="TEXT", help=N_("Subject of the message.")),
    click.option("--channel", metavar="NAME", help=N_("Channel it comes by.")),
    click.option("--medium", type=OneOf([medium.value for medium in Medium]), help=N_("Medium of the channel.")),
    click.option("--sender", metavar="ADDRESS", help=N_("Address of the sender.")),
    click.option("--trait", "traits", multiple=True, metavar="K=V", help=N_("A trait, such as call.answered=false.")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """As `tickets show --json` has them: `verdict` when the ticket was opened, and `since`, what moved it later."""

    facts: Facts
    ticket: int | None = None
    verdict: Mapping[str, Any] | None = None
    since: Sequence[Mapping[str, Any]] = ()


def message_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(OPTIONS):
        function = option(function)
    return function


def asked_about(shell: Shell, given: Mapping[str, Any]) -> Asked:
    """What is given beside a source replaces what the source says. Raises Unusable, Wrong and OSError."""
    traits = dict(_trait(text) for text in given["traits"])
    source = _one_source(given)
    asked = READERS[source](shell, given[source])
    changes = {name: given[name] for name in ("subject", "channel", "medium", "sender") if given[name] is not None}
    return replace(asked, facts=replace(asked.facts, **changes, traits={**asked.facts.traits, **traits}))


def _one_source(given: Mapping[str, Any]) -> str:
    named = [name for name in SOURCES if given[name] is not None]
    if len(named) != 1:
        raise Unusable(_("say what to explain: one of --eml, --text, --text-file or --ticket"))
    return named[0]


def _of_text(_shell: Shell, text: str) -> Asked:
    return Asked(facts=Facts(channel=CHANNEL, medium=Medium.MAIL.value, occurred_at=datetime.now(UTC), text=text))


def _of_text_file(shell: Shell, path: str) -> Asked:
    """No more is read than rules look at."""
    if path == "-":
        content = sys.stdin.buffer.read(4 * MAX_SCANNED)
    else:
        with Path(path).open("rb") as stream:
            content = stream.read(4 * MAX_SCANNED)
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(content, final=len(content) < 4 * MAX_SCANNED)
    except UnicodeDecodeError as error:
        raise Unusable(_("%(path)s is not UTF-8 text") % {"path": path}) from error
    return _of_text(shell, text)


def _of_eml(shell: Shell, path: str) -> Asked:
    from ingest.commands.captured import decoder, read_capture  # noqa: PLC0415 - only this source needs a channel
    from ingest.commands.files import largest_message  # noqa: PLC0415 - as above

    try:
        decoded = decoder(shell, MAIL)(read_capture(path, CHANNEL, largest_message(shell)))
    except Undecodable as error:
        raise Wrong(_("%(path)s cannot be read: %(reason)s") % {"path": path, "reason": why(str(error))}) from error
    messages = [] if isinstance(decoded, Ignored) else [one for one in decoded if isinstance(one, Interaction)]
    if not messages:
        raise Wrong(_("%(path)s holds no message") % {"path": path})
    return Asked(facts=facts_of(messages[0]))


def _of_ticket(shell: Shell, number: int) -> Asked:
    from ingest.commands.databases import read_store  # noqa: PLC0415 - only this source needs the database
    from store.queries import opening_facts, ticket  # noqa: PLC0415 - as above

    facts = read_store(shell.settings, lambda connection: opening_facts(connection, number))
    if facts is None:
        raise no_ticket(number)
    document = read_store(shell.settings, lambda connection: ticket(connection, number)) or {}
    since = [event for event in document.get("history", ()) if event["what"] in _MOVES]
    return Asked(facts=facts, ticket=number, verdict=document.get("verdict"), since=since)


READERS: Mapping[str, Callable[[Shell, Any], Asked]] = {
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
    for stem, known in FIXED_TRAITS.items():
        if name.startswith(stem) and name not in known:
            raise Unusable(_no_such(name, known))
    try:
        return name, resolve(value)
    except BadValue:
        return name, value


def _no_such(name: str, known: Sequence[str]) -> str:
    if near := near_miss(name, known):
        return _("%(name)r is not known here; did you mean %(near)r?") % {"name": name, "near": near}
    return _("%(name)r is not known here; known are: %(known)s") % {"name": name, "known": ", ".join(known)}
