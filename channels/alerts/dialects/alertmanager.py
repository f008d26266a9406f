"""Prometheus Alertmanager's webhook, version 4: a group of alerts, each an incident of its own.

    {"version": "4", "status": "firing", "groupLabels": {…}, "commonAnnotations": {…}, "alerts": [
       {"status": "resolved", "labels": {…}, "annotations": {…}, "startsAt": "…", "endsAt": "…", "generatorURL": "…",
        "fingerprint": "c1d8…"}]}

`endsAt` of what fires is Go's zero time. Without a fingerprint the labels are it, as Alertmanager itself does.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from channels.alerts.plan import (
    Broken,
    Found,
    Plan,
    Skipped,
    bound,
    elements,
    first,
    labels_of,
    labels_of_text,
    line_of,
    moment_of,
    sign_of,
    text_of,
    url_of,
)
from channels.wild import Wild
from domain.alert import AlertEvent, AlertSign
from domain.errors import Undecodable

_NAMES = ("alertname", "rulename", "job")
_SEVERITIES = ("severity", "priority", "level")
_SUMMARIES = ("summary", "title", "message")
_DESCRIPTIONS = ("description", "message", "details")
_RUNBOOKS = ("runbook_url", "runbook", "runbookUrl", "playbook", "playbook_url")


def recognises(payload: Wild, plan: Plan) -> bool:
    del plan
    found = payload.value.get("alerts")
    if not isinstance(found, list):
        return False
    ours = ("groupKey", "groupLabels", "commonLabels", "receiver")
    return any(name in payload.value for name in ours) or any("status" in one for one in found if isinstance(one, dict))


def read(payload: Wild, plan: Plan) -> Found:
    found = list(read_alerts(payload, plan, "alertmanager"))
    left_out = payload.value.get("truncatedAlerts")
    if isinstance(left_out, int) and left_out > 0:
        found.append(Skipped(f"{left_out} alerts were left out by Alertmanager (max_alerts)"))
    return found


def read_alerts(payload: Wild, plan: Plan, source: str) -> Iterator[AlertEvent | Skipped | Broken]:
    for element in elements(payload, "alerts"):
        if isinstance(element, Broken):
            yield element
            continue
        try:
            yield read_alert(element, plan, source)
        except Undecodable as error:
            yield Broken(element.value, str(error))


def read_alert(alert: Wild, plan: Plan, source: str, **more: Any) -> AlertEvent:
    """Raises Undecodable for one without a state, or without anything that tells it from others."""
    sign = sign_of(alert, "status")
    labels = labels_of(alert.value.get("labels"))
    notes = labels_of_text(alert.value.get("annotations"))
    fingerprint = alert.line("fingerprint") or _digest(labels)
    if not fingerprint:
        raise Undecodable(f"{alert.path}: neither a fingerprint nor labels")
    problems = alert.problems
    return AlertEvent(
        **{
            "fingerprint": fingerprint[:200],
            "sign": sign,
            "source": source,
            "name": first(labels, _NAMES) or fingerprint[:200],
            "summary": line_of(first(notes, _SUMMARIES)),
            "description": text_of(first(notes, _DESCRIPTIONS)),
            "severity": first(labels, _SEVERITIES).casefold() or None,
            "runbook": url_of(first(notes, _RUNBOOKS) or first(labels, _RUNBOOKS)),
            "link": url_of(alert.value.get("generatorURL")),
            "started_at": moment_of(alert, "startsAt", plan),
            "ended_at": moment_of(alert, "endsAt", plan) if sign is AlertSign.RESOLVED else None,
            **more,
            "labels": bound(labels, plan, problems),
            "problems": tuple(problems),
        }
    )


def _digest(labels: dict[str, str]) -> str:
    return hashlib.sha256(repr(sorted(labels.items())).encode("utf-8", "replace")).hexdigest()[:16] if labels else ""
