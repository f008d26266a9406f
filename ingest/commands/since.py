"""Points in time as people write them on the command line: `30d`, `2026-11-22`, `2026-11-22T14:05-03:00`."""

from datetime import UTC, datetime, tzinfo

from domain.units import BadValue, parse_duration
from ingest.commands.failures import Unusable
from ingest.translations import _


def parse_since(text: str, *, now: datetime, zone: tzinfo) -> datetime:
    """In UTC. A time without an offset is the organisation's; a duration counts back from `now`. Raises Unusable."""
    try:
        return now - parse_duration(text)
    except (BadValue, OverflowError):
        pass
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unusable(
            _("%(text)s is no point in time: write 30d, 2026-11-22 or 2026-11-22T14:05-03:00") % {"text": repr(text)}
        ) from error
