"""`balcao incidents`: what monitoring tells, also what a maintenance window keeps from the tickets."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click

from ingest.commands.databases import read_store
from ingest.commands.installation import reporting, watched_systems
from ingest.commands.shape import OneOf, command, group, limit_option
from ingest.commands.shell import Shell
from ingest.presentation.heartbeats import show_heartbeats
from ingest.presentation.incidents import show_incidents
from ingest.translations import N_
from store import incident_documents

incidents = group("incidents", help=N_("What monitoring tells, with and without tickets."))


@command(
    incidents,
    "list",
    help=N_("List incidents, those last heard of first."),
    example="balcao incidents list --state firing\nbalcao incidents list --silenced",
)
@click.option("--state", type=OneOf(["firing", "resolved"]), help=N_("Only incidents in this state."))
@click.option("--silenced", is_flag=True, help=N_("Only what a maintenance window silences."))
@limit_option
def list_incidents(shell: Shell, state: str | None, silenced: bool, limit: int) -> None:  # noqa: FBT001 - click gives flags so
    found = read_store(shell.settings, lambda connection: incident_documents.listed(connection, state, silenced, limit))
    shell.answer(found, lambda: show_incidents(found, ZoneInfo(shell.settings.timezone)))


@command(
    incidents,
    "heartbeats",
    help=N_("List the systems that must report: when each did, and when it must again."),
    example="balcao incidents heartbeats",
)
def heartbeats(shell: Shell) -> None:
    watched, now = watched_systems(shell.settings), datetime.now(UTC)
    found = read_store(shell.settings, lambda connection: reporting(connection, watched, now))
    shell.answer(found, lambda: show_heartbeats(found, ZoneInfo(shell.settings.timezone), now))
