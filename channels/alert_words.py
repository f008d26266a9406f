"""An alert as an interaction, whichever channel it came by. Portuguese, for it is the customer service's own record.

Procedimento: https://wiki.exemplo.com.br/disco-cheio        the runbook first: it is what helps
Disco em 97 % em db-1
…
Gravidade: critical · Rótulos: instance=db-1, team=dados
"""

from datetime import datetime

from channels.json_reading import believable, problem_traits
from domain.alert import AlertEvent
from domain.interaction import Interaction, Medium, Party

NO_RETURN_PATH = "an alert has no return path"
LONGEST_TEXT = 8000


def alert_interaction(event: AlertEvent, channel: str, identity: str, received_at: datetime) -> Interaction:
    text = alert_text(event)
    told = event.ended_at or event.started_at or event.told_at
    return Interaction(
        channel=channel,
        identity=identity,
        medium=Medium.ALERT,
        sender=Party(address=event.source),
        occurred_at=believable(told, received_at),
        subject=event.headline,
        text=text,
        text_full=text,
        provider_id=event.fingerprint,
        traits={**event.traits(), **problem_traits(list(event.problems))},
        no_return_path=NO_RETURN_PATH,
        authentic=True,
        alert=event,
    )


def alert_text(event: AlertEvent) -> str:
    labels = ", ".join(f"{name}={value}" for name, value in event.labels)
    facts = " · ".join(
        filter(None, [event.severity and f"Gravidade: {event.severity}", labels and f"Rótulos: {labels}"])
    )
    parts = (
        event.runbook and f"Procedimento: {event.runbook}",
        event.summary or event.name,
        event.description if event.description != event.summary else "",
        facts,
        event.link and f"Na origem: {event.link}",
    )
    return "\n".join(filter(None, parts))[:LONGEST_TEXT]
