"""`balcao run`: the daemon itself; everything it is lives in ingest/app.py."""

import asyncio

import click

from domain.errors import ConfigError
from ingest.commands.check import mistakes_of_settings
from ingest.commands.shape import OneOf, command
from ingest.commands.shell import Shell
from ingest.roles import ROLES
from ingest.translations import N_


@command(
    None,
    "run",
    json=False,
    help=N_("Start the daemon. SIGTERM or Ctrl-C stops it, twice at once; SIGHUP reads the rules again."),
    example="balcao run\nbalcao run --role web -c /etc/balcao/balcao.yaml",
)
@click.option("--role", type=OneOf(("all", *ROLES)), default="all", show_default=True, help=N_("Which part to run."))
def run(shell: Shell, role: str) -> int:
    """Exit 0 after a clean stop, 1 after a crash, 2 for a configuration that does not let it start."""
    try:
        settings = shell.settings
        from ingest.app import run as run_daemon  # noqa: PLC0415 - mistakes are told before all is imported

        return asyncio.run(run_daemon(settings, role))
    except ConfigError as error:
        raise ConfigError(mistakes_of_settings(shell) or error.mistakes) from error
