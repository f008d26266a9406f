"""What monitoring tools post becomes reports of incidents: one interaction for each alert of a body.

    body ──▶ its dialect ──▶ alerts, each with its own identity: the body's, and its place in it

A broken element of a list costs only itself, and not silently: it becomes an interaction of its own, with what was
wrong with it. The dialect is the one of the settings, or the first that knows the body.
"""

from collections.abc import Sequence

from channels.alert_words import NO_RETURN_PATH, alert_interaction
from channels.alerts.dialects import DIALECTS
from channels.alerts.plan import Broken, Plan, Skipped
from channels.json_reading import read_payload
from channels.unreadable import unreadable
from domain.afterwards import Afterword
from domain.alert import AlertEvent
from domain.errors import Undecodable
from domain.interaction import Ignored, Interaction, Medium
from domain.raw import RawInteraction

UNKNOWN = "monitoramento"


def decode(raw: RawInteraction, *, source: str, plan: Plan) -> Sequence[Interaction | Afterword] | Ignored:
    """Raises Undecodable when nothing in the body can be read."""
    payload = read_payload(raw)
    if source not in DIALECTS:
        source = next(name for name, dialect in DIALECTS.items() if dialect.recognises(payload, plan))
    found = DIALECTS[source].read(payload, plan)
    broken = [one.reason for one in found if isinstance(one, Broken)]
    if broken and len(broken) == len(found):
        raise Undecodable("; ".join(broken[:10]))
    told = [_told(raw, index, one) for index, one in enumerate(found) if not isinstance(one, Skipped)]
    if told:
        return told
    return Ignored(reason="; ".join(one.reason for one in found if isinstance(one, Skipped)) or "no alerts in it")


def _told(raw: RawInteraction, index: int, one: AlertEvent | Broken) -> Interaction:
    if isinstance(one, AlertEvent):
        return alert_interaction(one, raw.channel, f"{raw.dedup_key}:alert:{index}", raw.received_at)
    return unreadable(
        raw, index, one.element, one.reason,
        medium=Medium.ALERT, subject="Alerta ilegível", sender=UNKNOWN, no_return_path=NO_RETURN_PATH,
    )  # fmt: skip
