"""`balcao run`: the daemon itself; everything it is lives in ingest/app.py."""

import asyncio
import faulthandler
from datetime import timedelta

import click

from domain.errors import ConfigError
from domain.units import BadValue, parse_duration
from ingest import memory
from ingest.commands.failures import Unusable
from ingest.commands.shape import OneOf, command
from ingest.commands.shell import Shell
from ingest.roles import ROLES
from ingest.translations import N_, _

STANDARD_ERROR = 2


@command(
    None,
    "run",
    json=False,
    help=N_("Start the daemon. SIGTERM or Ctrl-C stops it, twice at once; SIGHUP reads the rules again."),
    example="balcao run\nbalcao run --role web -c /etc/balcao/balcao.yaml\nbalcao run --backfill 30d",
)
@click.option("--role", type=OneOf(("all", *ROLES)), default="all", show_default=True, help=N_("Which part to run."))
@click.option(
    "--backfill",
    metavar="TIME",
    help=N_("Also take mail that lies in the mailboxes from before, so far back (30d); it is not acknowledged."),
)
def run(shell: Shell, role: str, backfill: str | None) -> int:
    """Exit 0 after a clean stop, 1 after a crash, 2 for a configuration that does not let it start."""
    back = None if backfill is None else _duration(backfill)
    memory.grow()
    faulthandler.enable(STANDARD_ERROR)  # a signal such as SIGBUS lets nothing else be told
    try:
        settings = shell.settings
        from ingest.app import run as run_daemon  # noqa: PLC0415 - mistakes are told before all is imported

        return asyncio.run(run_daemon(settings, role, backfill=back))
    except ConfigError as error:
        from ingest.commands.check import mistakes_of_settings  # noqa: PLC0415 - what looks at everything at once is large

        raise ConfigError(mistakes_of_settings(shell) or error.mistakes) from error


def _duration(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except (BadValue, OverflowError) as error:
        raise Unusable(_("--backfill: write a duration as a number and its unit: 30d, 12h")) from error
