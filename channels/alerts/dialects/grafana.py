"""Grafana's webhook contact point: Alertmanager's body with Grafana's own links in it; and the older one of a rule.

{"orgId": 1, "status": "firing", "alerts": [{"status": …, "labels": …, "dashboardURL": …, "panelURL": …,
   "valueString": "[ var='A' … ]", …}], "title": …}
{"ruleId": 7, "ruleName": "…", "state": "alerting", "message": "…", "ruleUrl": "…", "tags": {…}}     before 9
"""

from channels.alerts.dialects.alertmanager import read_alert
from channels.alerts.plan import Broken, Found, Plan, Skipped, bound, elements, labels_of, line_of, text_of, url_of
from channels.wild import Wild
from domain.alert import AlertEvent, AlertSign
from domain.errors import Undecodable

SOURCE = "grafana"
_LINKS = ("panelURL", "dashboardURL", "generatorURL")
_OLD_STATES = {"alerting": AlertSign.FIRING, "no_data": AlertSign.FIRING, "ok": AlertSign.RESOLVED}


def recognises(payload: Wild, plan: Plan) -> bool:
    del plan
    found = payload.value.get("alerts")
    if "ruleId" in payload.value or "ruleName" in payload.value:
        return True
    if not isinstance(found, list):
        return False
    first = next((one for one in found if isinstance(one, dict)), {})
    return "orgId" in payload.value or any(name in first for name in ("silenceURL", "dashboardURL", "panelURL"))


def read(payload: Wild, plan: Plan) -> Found:
    if not isinstance(payload.value.get("alerts"), list):
        return [_old(payload, plan)]
    found: list[AlertEvent | Skipped | Broken] = []
    for element in elements(payload, "alerts"):
        if isinstance(element, Broken):
            found.append(element)
            continue
        link = next((url for name in _LINKS if (url := url_of(element.value.get(name)))), None)
        try:
            event = read_alert(element, plan, SOURCE, link=link)
        except Undecodable as error:
            found.append(Broken(element.value, str(error)))
        else:
            found.append(event)
    return found


def _old(payload: Wild, plan: Plan) -> AlertEvent | Skipped:
    state = payload.required_line("state").casefold()
    if state not in _OLD_STATES:
        return Skipped(f"a rule in state {state[:40]!r}")
    name, rule = payload.line("ruleName") or "", payload.value.get("ruleId")
    fingerprint = f"rule:{rule}" if isinstance(rule, int | str) and rule else name
    if not fingerprint:
        raise Undecodable("ruleId: a number expected, got nothing")
    labels = labels_of(payload.value.get("tags"))
    return AlertEvent(
        fingerprint=fingerprint[:200],
        sign=_OLD_STATES[state],
        source=SOURCE,
        name=name or fingerprint,
        summary=line_of(payload.value.get("message")),
        description=text_of(payload.value.get("message")),
        severity=labels.get("severity", "").casefold() or None,
        labels=bound(labels, plan, payload.problems),
        link=url_of(payload.value.get("ruleUrl")),
        problems=tuple(payload.problems),
    )
