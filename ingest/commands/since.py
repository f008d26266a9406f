"""Points in time as people write them on the command line: `30d`, `2026-11-22`, `2026-11-22T14:05-03:00`."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click

from domain.units import BadValue, parse_duration
from ingest.commands.failures import Unusable
from ingest.commands.shell import Shell
from ingest.translations import N_, _

since_option = click.option(
    "--since", metavar="T", help=N_("Only tickets opened since then: 30d, 2026-11-22, 2026-11-22T14:05.")
)


def asked_since(shell: Shell, text: str | None) -> datetime | None:
    """In UTC. A time without an offset is the organisation's; a duration counts back from now. Raises Unusable."""
    if text is None:
        return None
    try:
        return datetime.now(UTC) - parse_duration(text)
    except (BadValue, OverflowError):
        pass
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(shell.settings.timezone))).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unusable(
            _("%(text)s is no point in time: write 30d, 2026-11-22 or 2026-11-22T14:05-03:00") % {"text": repr(text)}
        ) from error
