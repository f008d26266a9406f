"""Sentry's webhooks: the issue is the incident, whichever alert rule or person speaks of it.

    Sentry-Hook-Resource: event_alert    {"action": "triggered", "data": {"event": {"issue_id", "title", "level", …},
                                          "triggered_rule": "…"}}
    Sentry-Hook-Resource: issue          {"action": "created|resolved|unresolved|…", "data": {"issue": {"id", …}}}
    Sentry-Hook-Resource: metric_alert   {"action": "critical|warning|resolved", "data": {"metric_alert": {"id", …}}}
    the older plugin                     {"id", "project_slug", "message", "url", "level", "event": {…}}

What the body holds tells which one it is; the header is not needed.
"""

from typing import Any

from channels.alerts.plan import Found, Plan, Skipped, bound, labels_of, line_of, moment_of, text_of, url_of
from channels.wild import Wild
from domain.alert import AlertEvent, AlertSign
from domain.errors import Undecodable

SOURCE = "sentry"
_ISSUE_SIGNS = {"created": AlertSign.FIRING, "unresolved": AlertSign.FIRING, "resolved": AlertSign.RESOLVED}
_METRIC_SIGNS = {"critical": AlertSign.FIRING, "warning": AlertSign.FIRING, "resolved": AlertSign.RESOLVED}


def recognises(payload: Wild, plan: Plan) -> bool:
    data = payload.value.get("data")
    if isinstance(data, dict) and "action" in payload.value:
        return bool({"event", "issue", "metric_alert"} & data.keys()) or "Sentry-Hook-Resource" in plan.headers
    return "project_slug" in payload.value or ("triggering_rules" in payload.value and "event" in payload.value)


def read(payload: Wild, plan: Plan) -> Found:
    if "data" not in payload.value:
        return [_plugin(payload, plan)]
    data, action = payload.part("data"), payload.required_line("action").casefold()
    if "event" in data.value:
        return [_event(data, plan)]
    if "issue" in data.value:
        return [_issue(data.part("issue"), action, plan)]
    if "metric_alert" in data.value:
        return [_metric(data, action, plan)]
    return [Skipped(f"sentry {action[:40]!r}, which is no alert")]


def _event(data: Wild, plan: Plan) -> AlertEvent:
    event = data.part("event")
    issue = event.value.get("issue_id") or event.value.get("groupID") or event.value.get("issue")
    if not isinstance(issue, int | str) or not issue:
        raise Undecodable("data.event.issue_id: text expected, got nothing")
    rule = data.line("triggered_rule")
    labels = {**_tags(event.value.get("tags")), **labels_of({"rule": rule, "platform": event.value.get("platform")})}
    if (environment := event.line("environment")) is not None:
        labels["environment"] = environment
    return _told(f"issue:{issue}", AlertSign.FIRING, event, labels, plan)


def _issue(issue: Wild, action: str, plan: Plan) -> AlertEvent | Skipped:
    if action not in _ISSUE_SIGNS:
        return Skipped(f"a sentry issue that is {action[:40]!r}")
    number = issue.value.get("id")
    if not isinstance(number, int | str) or not number:
        raise Undecodable("data.issue.id: text expected, got nothing")
    project = issue.value.get("project")
    slug = project.get("slug") if isinstance(project, dict) else project
    labels = labels_of(
        {"project": slug, "platform": issue.value.get("platform"), "short_id": issue.value.get("shortId")}
    )
    return _told(f"issue:{number}", _ISSUE_SIGNS[action], issue, labels, plan)


def _metric(data: Wild, action: str, plan: Plan) -> AlertEvent | Skipped:
    if action not in _METRIC_SIGNS:
        return Skipped(f"a sentry metric alert that is {action[:40]!r}")
    alert = data.part("metric_alert")
    number = alert.value.get("id") or alert.value.get("identifier")
    rule = alert.value.get("alert_rule")
    title = rule.get("name") if isinstance(rule, dict) else None
    sign = _METRIC_SIGNS[action]
    problems = data.problems
    if not isinstance(number, int | str):
        raise Undecodable("data.metric_alert.id: text expected, got nothing")
    return AlertEvent(
        fingerprint=f"metric:{number}"[:200],
        sign=sign,
        source=SOURCE,
        name=line_of(title) or data.line("description_title") or f"metric alert {number}",
        summary=line_of(data.value.get("description_text")),
        severity=action if sign is AlertSign.FIRING else None,
        labels=bound({}, plan, problems),
        link=url_of(data.value.get("web_url")),
        started_at=moment_of(alert, "date_started", plan),
        ended_at=moment_of(alert, "date_closed", plan) if sign is AlertSign.RESOLVED else None,
        problems=tuple(problems),
    )


def _plugin(payload: Wild, plan: Plan) -> AlertEvent:
    number = payload.value.get("id")
    if not isinstance(number, int | str) or not number:
        raise Undecodable("id: text expected, got nothing")
    event = payload.value.get("event")
    tags = _tags(event.get("tags") if isinstance(event, dict) else None)
    labels = {**tags, **labels_of({"project": payload.value.get("project_slug") or payload.value.get("project")})}
    return _told(f"issue:{number}", AlertSign.FIRING, payload, labels, plan)


def _told(fingerprint: str, sign: AlertSign, about: Wild, labels: dict[str, str], plan: Plan) -> AlertEvent:
    value, problems = about.value, about.problems
    name = line_of(value.get("title")) or line_of(value.get("message")) or fingerprint
    links = (value.get("web_url"), value.get("permalink"), value.get("issue_url"), value.get("url"))
    return AlertEvent(
        fingerprint=fingerprint[:200],
        sign=sign,
        source=SOURCE,
        name=name,
        summary=line_of(value.get("culprit")),
        description=text_of(value.get("message")),
        severity=line_of(value.get("level")).casefold() or None,
        labels=bound(labels, plan, problems),
        link=next((url for one in links if (url := url_of(one))), None),
        problems=tuple(problems),
    )


def _tags(given: Any) -> dict[str, str]:
    """Pairs, or objects with key and value."""
    if not isinstance(given, list):
        return {}
    pairs = [(one[0], one[1]) for one in given if isinstance(one, list) and len(one) == 2]
    named = [(one.get("key"), one.get("value")) for one in given if isinstance(one, dict)]
    return labels_of({str(name): value for name, value in [*pairs, *named] if isinstance(name, str)})
