"""Balcão's own format, for whatever can post: one alert, or several in `alerts`.

    {"fingerprint": "disk:db-1", "state": "firing", "severity": "critical", "name": "Disco cheio", "summary": "97 %",
     "labels": {"host": "db-1"}, "runbook": "https://…", "link": "https://…", "started_at": "…"}

Only `fingerprint` and `state` are required.
"""

from channels.alerts.plan import (
    Broken,
    Found,
    Plan,
    Skipped,
    bound,
    elements,
    labels_of,
    line_of,
    moment_of,
    sign_of,
    text_of,
    url_of,
)
from channels.wild import Wild
from domain.alert import AlertEvent, AlertSign
from domain.errors import Undecodable

_URLS = ("runbook", "runbook_url")
_LINKS = ("link", "url")


def recognises(payload: Wild, plan: Plan) -> bool:
    """Whatever nobody else knows is held against this format, whose errors name its fields."""
    del payload, plan
    return True


def read(payload: Wild, plan: Plan) -> Found:
    if "alerts" not in payload.value:
        return [_alert(payload, plan)]
    found: list[AlertEvent | Skipped | Broken] = []
    for element in elements(payload, "alerts"):
        if isinstance(element, Broken):
            found.append(element)
            continue
        try:
            found.append(_alert(element, plan))
        except Undecodable as error:
            found.append(Broken(element.value, str(error)))
    return found


def _alert(alert: Wild, plan: Plan) -> AlertEvent:
    fingerprint = alert.required_line("fingerprint")
    sign = sign_of(alert, "state")
    labels = labels_of(alert.value.get("labels"))
    severity = alert.line("severity") or labels.get("severity", "")
    known = {"started_at": moment_of(alert, "started_at", plan), "ended_at": moment_of(alert, "ended_at", plan)}
    runbook = next((url for name in _URLS if (url := url_of(alert.value.get(name)))), None)
    if runbook is None and alert.value.get("runbook"):
        alert.note_unlike("runbook", "an address that begins with https://")
    return AlertEvent(
        fingerprint=fingerprint[:200],
        sign=sign,
        source=alert.line("source") or "generic",
        name=alert.line("name") or labels.get("alertname") or fingerprint,
        summary=line_of(alert.value.get("summary")),
        description=text_of(alert.value.get("description")),
        severity=severity.casefold() or None,
        labels=bound(labels, plan, alert.problems),
        runbook=runbook,
        link=next((url for name in _LINKS if (url := url_of(alert.value.get(name)))), None),
        started_at=known["started_at"],
        ended_at=known["ended_at"] if sign is AlertSign.RESOLVED else None,
        problems=tuple(alert.problems),
    )
