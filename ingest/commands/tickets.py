"""`balcao tickets …`: the queue, one ticket, all of them for a script, and a person's correction."""

import codecs
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Connection

from domain.ticket import Priority, State
from ingest.commands.databases import read_store, write_store
from ingest.commands.failures import Unusable, Wrong
from ingest.commands.fetch import fetch
from ingest.commands.note import note
from ingest.commands.numbers import NUMBER, no_ticket
from ingest.commands.reply import reply
from ingest.commands.shape import OneOf, command, group, limit_option
from ingest.commands.shell import Shell, json_line, say, warn
from ingest.commands.since import asked_since, since_option
from ingest.commands.who import person
from ingest.presentation import spreadsheet
from ingest.presentation.clean import line
from ingest.presentation.labels import FIELDS, label
from ingest.presentation.tickets import show_queue, show_ticket
from ingest.translations import N_, _
from store import desk, queries, verifying
from store.verifying import Accepted

PRIORITIES = [priority.value for priority in Priority]

tickets = group("tickets", help=N_("List, show, answer, annotate, export, move and verify tickets."))
tickets.add_command(reply)
tickets.add_command(fetch)
tickets.add_command(note)


@command(
    tickets,
    "list",
    help=N_("List tickets, newest first."),
    example="balcao tickets list --department financeiro --priority Alta",
)
@click.option("--department", metavar="D", help=N_("Only tickets of this department."))
@click.option("--priority", type=OneOf(PRIORITIES), help=N_("Only tickets of this priority."))
@click.option("--state", type=OneOf([state.value for state in State]), help=N_("Only tickets in this state."))
@limit_option
def list_tickets(shell: Shell, department: str | None, priority: str | None, state: str | None, limit: int) -> None:
    found = read_store(
        shell.settings, lambda connection: queries.list_tickets(connection, department, priority, state, limit)
    )
    if department and not found:
        _hint_at_departments(shell, department)
    shell.answer(found, lambda: show_queue(found, ZoneInfo(shell.settings.timezone)))


def _hint_at_departments(shell: Shell, department: str) -> None:
    """An empty queue and a misspelt department look the same; only the first is good news."""
    used = sorted({name for _state, name in read_store(shell.settings, queries.counts)})
    if used and department not in used:
        values = {"name": department, "used": ", ".join(used)}
        warn([_("no ticket was ever in department %(name)s; there are some in: %(used)s") % values])


@command(
    tickets,
    "show",
    help=N_("Show one ticket: messages, why it is where it is, acknowledgements, history."),
    example="balcao tickets show 123",
)
@click.argument("number", metavar="N", type=NUMBER)
def show(shell: Shell, number: int) -> None:
    found = read_store(shell.settings, lambda connection: queries.ticket(connection, number))
    if found is None:
        raise no_ticket(number)
    shell.answer(found, lambda: show_ticket(found, ZoneInfo(shell.settings.timezone)))


@command(
    tickets,
    "export",
    help=N_("Write every ticket in full, one JSON document per line, or one line of a table each (--csv)."),
    example="balcao tickets export --since 30d > tickets.jsonl\nbalcao tickets export --csv > tickets.csv",
)
@since_option
@click.option("--csv", "as_table", is_flag=True, help=N_("A table for spreadsheets: one line per ticket."))
def export(shell: Shell, since: str | None, as_table: bool) -> None:  # noqa: FBT001 - click's way with flags
    """JSON lines with and without --json. Streamed: memory does not grow with the number of tickets."""
    if as_table and shell.as_json:
        raise Unusable(_("--json or --csv, not both"))
    moment = asked_since(shell, since)
    read_store(shell.settings, partial(_write_table if as_table else _write_all, since=moment))


@command(
    tickets,
    "move",
    help=N_("Correct the department or priority of a ticket; the history keeps who did it."),
    example="balcao tickets move 123 --department financeiro --priority Alta",
)
@click.argument("number", metavar="N", type=NUMBER)
@click.option("--department", metavar="D", help=N_("Department, by its short name in the rule file."))
@click.option("--priority", type=OneOf(PRIORITIES), help=N_("Priority."))
def move(shell: Shell, number: int, department: str | None, priority: str | None) -> None:
    if department is None and priority is None:
        raise Unusable(_("say where to: --department, --priority or both"))
    if department is not None:
        _must_be_declared(shell, department)
    who, wanted = person(), {"department": department, "priority": priority}
    changes = write_store(shell.settings, lambda connection: _move(connection, number, wanted, who))
    shell.answer({"number": number, "who": who, **changes}, lambda: _say_changes(number, changes))


@command(
    tickets,
    "verify",
    help=N_("Accept messages that are held as unverified: they count as their sender's, and reopen a solved ticket."),
    example="balcao tickets verify 123\nbalcao tickets verify 123 456",
)
@click.argument("number", metavar="N", type=NUMBER)
@click.argument("chosen", metavar="[MESSAGE]...", type=NUMBER, nargs=-1)
def verify(shell: Shell, number: int, chosen: tuple[int, ...]) -> None:
    """Without MESSAGE: all that people wrote. What machines wrote is accepted only by its number."""
    who = person()
    done = write_store(shell.settings, lambda connection: _verify(connection, number, chosen, who))
    document = {
        "number": number,
        "who": who,
        "verified": list(done.messages),
        "participants": list(done.participants),
        "reopened": done.reopened is not None,
    }
    shell.answer(document, lambda: _say_accepted(number, done))


def _verify(connection: Connection, number: int, chosen: Sequence[int], who: str) -> Accepted:
    held = verifying.held(connection, number)
    if held is None:
        raise no_ticket(number)
    by_id = {one.id: one for one in held}
    for message in chosen:
        if message not in by_id:
            values = {"message": message, "number": number, "held": ", ".join(map(str, by_id)) or "-"}
            raise Wrong(_("message %(message)s is not held on ticket %(number)s; held are: %(held)s") % values)
    accepted = [by_id[message] for message in dict.fromkeys(chosen)] or [one for one in held if one.by_a_person]
    if not accepted:
        raise Wrong(_("nothing that a person wrote is held on ticket %(number)s") % {"number": number})
    return verifying.accept(connection, number, accepted, who, datetime.now(UTC))


def _say_accepted(number: int, done: Accepted) -> None:
    for message in done.messages:
        say(_("Ticket %(number)s: message %(message)s is verified") % {"number": number, "message": message})
    if done.reopened:
        say(_("Ticket %(number)s is open again") % {"number": number})


def _write_all(connection: Connection, *, since: datetime | None) -> None:
    for document in queries.export(connection, since):
        sys.stdout.buffer.write(json_line(document))


def _write_table(connection: Connection, *, since: datetime | None) -> None:
    spreadsheet.write(queries.overview(connection, since), codecs.getwriter("utf-8")(sys.stdout.buffer))


def _must_be_declared(shell: Shell, department: str) -> None:
    from ingest.rulesets import read_rules  # noqa: PLC0415 - the only command here that needs the rules

    declared = read_rules(shell.settings.rules_path).departments
    if department not in declared:
        raise Unusable(
            _("there is no department %(name)s; the rule file declares: %(known)s")
            % {"name": repr(department), "known": ", ".join(declared)}
        )


def _move(connection: Connection, number: int, wanted: Mapping[str, str | None], who: str) -> dict[str, Any]:
    before = queries.ticket(connection, number)
    now = datetime.now(UTC)
    if before is None or not desk.move(connection, number, wanted["department"], wanted["priority"], who, now):
        raise no_ticket(number)
    return {name: {"from": before[name], "to": value or before[name]} for name, value in wanted.items()}


def _say_changes(number: int, changes: Mapping[str, Mapping[str, str]]) -> None:
    changed = {name: change for name, change in changes.items() if change["from"] != change["to"]}
    if not changed:
        say(_("Ticket %(number)s: nothing to change") % {"number": number})
    for name, change in changed.items():
        values = {"number": number, "field": label(FIELDS, name), **{key: line(value) for key, value in change.items()}}
        say(_("Ticket %(number)s: %(field)s from %(from)s to %(to)s") % values)
