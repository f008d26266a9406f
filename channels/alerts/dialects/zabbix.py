"""Zabbix, by the media type of docs/alerts.md: macros as a flat JSON object. The trigger is the incident, not an event:
one that comes and goes flaps.

    {"source": "zabbix", "event_id": "{EVENT.ID}", "trigger_id": "{TRIGGER.ID}", "event_value": "{EVENT.VALUE}",
     "event_update_status": "{EVENT.UPDATE.STATUS}", "event_name": …, "event_severity": …, "host": …, "event_date": …}

A macro that Zabbix could not fill stays as it is written, or becomes *UNKNOWN*: both are nothing.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any

from channels.alerts.plan import Found, Plan, Skipped, bound, first, labels_of, line_of, text_of, url_of
from channels.wild import Wild
from domain.alert import AlertEvent, AlertSign
from domain.errors import Undecodable

_UNFILLED = re.compile(r"\{[$#A-Z][A-Z0-9_.<>#]*\}|\*UNKNOWN\*|\*UNAVAILABLE\*")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SIGNS = {"1": AlertSign.FIRING, "problem": AlertSign.FIRING, "0": AlertSign.RESOLVED, "ok": AlertSign.RESOLVED,
          "resolved": AlertSign.RESOLVED}  # fmt: skip
_RUNBOOK_TAGS = ("runbook", "runbook_url")
_FACTS = {"host": ("host", "host_name", "hostname"), "ip": ("host_ip", "ip"), "group": ("host_group", "hostgroup")}


def recognises(payload: Wild, plan: Plan) -> bool:
    del plan
    names = {_name(name) for name in payload.value}
    return payload.value.get("source") == "zabbix" or (
        "event_id" in names and bool(names & {"trigger_id", "event_value", "event_severity"})
    )


def read(payload: Wild, plan: Plan) -> Found:
    said = {_name(name): text for name, value in payload.value.items() if (text := _filled(value))}
    if said.get("event_update_status") == "1":
        return [Skipped(f"an update of a problem: {first(said, ('event_update_message', 'event_name'))[:200]}")]
    fingerprint = said.get("trigger_id") or said.get("event_id")
    if not fingerprint:
        raise Undecodable("trigger_id: text expected, got nothing")
    sign = _SIGNS.get(first(said, ("event_value", "event_status", "trigger_status")).casefold())
    if sign is None:
        raise Undecodable("event_value: 1 (problem) or 0 (recovered) expected")
    problems = payload.problems
    labels = _labels(said)
    name = first(said, ("event_name", "trigger_name", "subject")) or f"trigger {fingerprint}"
    return [
        AlertEvent(
            fingerprint=f"trigger:{fingerprint}"[:200] if "trigger_id" in said else f"event:{fingerprint}"[:200],
            sign=sign,
            source="zabbix",
            name=line_of(name),
            summary=line_of(said.get("opdata") or said.get("event_opdata")),
            description=text_of(first(said, ("trigger_description", "message"))),
            severity=first(said, ("event_severity", "trigger_severity", "severity")).casefold() or None,
            labels=bound(labels, plan, problems),
            runbook=url_of(first(labels, _RUNBOOK_TAGS) or said.get("trigger_url")),
            link=url_of(said.get("event_link") or said.get("link")),
            started_at=_moment(said, "event", plan),
            ended_at=_moment(said, "event_recovery", plan) if sign is AlertSign.RESOLVED else None,
            problems=tuple(problems),
        )
    ]


def _name(name: str) -> str:
    """`EVENT.ID`, `{EVENT.ID}` and `eventId` are event_id."""
    return re.sub(r"[^a-z0-9]+", "_", _HUMP.sub("_", name).lower()).strip("_")


def _filled(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    text = text_of(value)
    return "" if _UNFILLED.fullmatch(text) else text


def _labels(said: dict[str, str]) -> dict[str, str]:
    facts = {label: line for label, names in _FACTS.items() if (line := line_of(first(said, names)))}
    return {**facts, **_tags(first(said, ("event_tags", "event_tagsjson", "tags")))}


def _tags(given: str) -> dict[str, str]:
    """{EVENT.TAGSJSON} is a list of objects, {EVENT.TAGS} is `scope:availability, team:db`."""
    if given.startswith("["):
        try:
            found = json.loads(given)
        except (ValueError, RecursionError):
            return {}
        pairs = [(one.get("tag"), one.get("value") or "true") for one in found if isinstance(one, dict)]
        return labels_of({name: value for name, value in pairs if isinstance(name, str)})
    written = [one.strip().partition(":") for one in given.split(",") if one.strip()]
    return labels_of({name: value or "true" for name, _, value in written})


def _moment(said: dict[str, str], stem: str, plan: Plan) -> datetime | None:
    date, time = said.get(f"{stem}_date", "").replace(".", "-"), said.get(f"{stem}_time", "")
    try:
        moment = datetime.fromisoformat(f"{date} {time}")
        moment = moment.replace(tzinfo=plan.zone) if moment.tzinfo is None else moment
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
