"""Uptime Kuma's webhook: one beat of one monitor.

    {"heartbeat": {"monitorID": 3, "status": 0, "time": "2026-03-02 12:00:00.123", "msg": "timeout"},
     "monitor": {"id": 3, "name": "Site", "url": "https://…", "tags": [{"name": "cliente", "value": "padaria"}]},
     "msg": "[Site] [🔴 Down] timeout"}

0 is down, 1 up, 2 pending, 3 maintenance; times are UTC. A message without a monitor is a test, or tells of a
certificate.
"""

import re
from dataclasses import replace
from datetime import UTC

from channels.alerts.plan import Found, Plan, Skipped, bound, labels_of, line_of, moment_of, text_of, url_of
from channels.wild import Wild
from domain.alert import AlertEvent, AlertSign
from domain.errors import Undecodable

SOURCE = "uptime-kuma"
_SIGNS = {0: AlertSign.FIRING, 1: AlertSign.RESOLVED}
_OTHERS = {2: "pending", 3: "maintenance"}
_CERTIFICATE = re.compile(r"\[([^\]]{1,200})\].{0,300}?certificate.{0,300}?will expire in \d+ days?", re.IGNORECASE)
_LABELS = {"type": "type", "hostname": "host", "url": "url"}


def recognises(payload: Wild, plan: Plan) -> bool:
    del plan
    return "heartbeat" in payload.value and ("monitor" in payload.value or "msg" in payload.value)


def read(payload: Wild, plan: Plan) -> Found:
    beat, monitor = payload.value.get("heartbeat"), payload.value.get("monitor")
    if not isinstance(beat, dict):
        return [_without_beat(payload, plan)]
    part, about = (
        Wild(beat, "heartbeat", payload.problems),
        Wild(monitor if isinstance(monitor, dict) else {}, "monitor", payload.problems),
    )
    status = beat.get("status")
    if status in _OTHERS and not isinstance(status, bool):
        return [Skipped(f"a monitor that is in {_OTHERS[status]}")]
    if status not in _SIGNS or isinstance(status, bool):
        raise Undecodable("heartbeat.status: 0 (down), 1 (up), 2 or 3 expected")
    number = beat.get("monitorID") or beat.get("monitor_id") or about.value.get("id")
    name = about.line("name")
    if not isinstance(number, int | str) and not name:
        raise Undecodable("heartbeat.monitorID: a number expected")
    labels = _labels(about)
    sign, at = _SIGNS[status], moment_of(part, "time", replace(plan, zone=UTC))
    return [
        AlertEvent(
            fingerprint=f"monitor:{number if isinstance(number, int | str) else name}"[:200],
            sign=sign,
            source=SOURCE,
            name=line_of(name) or f"monitor {number}",
            summary=line_of(beat.get("msg")),
            description=text_of(about.value.get("description")),
            severity=labels.get("severity", "critical").casefold(),
            labels=bound(labels, plan, payload.problems),
            runbook=url_of(labels.get("runbook")),
            link=url_of(about.value.get("url")),
            told_at=at,
            ended_at=at if sign is AlertSign.RESOLVED else None,
            problems=tuple(payload.problems),
        )
    ]


def _labels(monitor: Wild) -> dict[str, str]:
    own = {label: monitor.value.get(name) for name, label in _LABELS.items()}
    tags = monitor.value.get("tags")
    found = [one for one in tags if isinstance(one, dict)] if isinstance(tags, list) else []
    named = {str(one.get("name")): one.get("value") or "true" for one in found if one.get("name")}
    known = labels_of({**own, **named})
    return {name: value for name, value in known.items() if value not in {"https://", "http://"}}


def _without_beat(payload: Wild, plan: Plan) -> AlertEvent | Skipped:
    message = payload.line("msg") or ""
    found = _CERTIFICATE.search(message)
    if found is None:
        return Skipped(f"a message without a monitor: {message[:200]}")
    return AlertEvent(
        fingerprint=f"certificate:{found[1]}",
        sign=AlertSign.FIRING,
        source=SOURCE,
        name=found[1],
        summary=line_of(message),
        severity="warning",
        labels=bound({}, plan, payload.problems),
    )
