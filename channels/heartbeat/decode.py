"""A report becomes a sign of life of its system; nothing is filed of it, unless its incident is solved by it.

What a ping by token carries is of no matter; a signed post says whose it is: {"system": "backup-padaria"}.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from channels.alert_words import alert_interaction
from channels.heartbeat.door import SYSTEM
from channels.json_reading import read_payload
from domain.afterwards import Afterword
from domain.alert import AlertSign
from domain.errors import Undecodable
from domain.heartbeat import Watched
from domain.interaction import Ignored, Interaction
from domain.raw import RawInteraction


def decode(raw: RawInteraction, *, watched: Mapping[str, Watched]) -> Sequence[Interaction | Afterword] | Ignored:
    """Raises Undecodable for a system that the settings do not name."""
    known = raw.envelope.get(SYSTEM)
    name = known if isinstance(known, str) else read_payload(raw).required_line(SYSTEM)
    if name not in watched:
        raise Undecodable(f"system: {name[:80]!r} is none of the settings'; known are: {', '.join(sorted(watched))}")
    reason = f"heartbeat of {watched[name].title}"
    event = watched[name].event(AlertSign.BEAT)
    beat = alert_interaction(event, raw.channel, f"{raw.dedup_key}:beat", raw.received_at)
    return Ignored(reason=reason, noted=(replace(beat, pending=reason),))
