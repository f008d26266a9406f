"""When many incidents are one: so many new ones of a group within so short a time. Pure.

A group is made of the values that the labels of the settings have; what lacks a label has "" for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from domain.alert import LEVELS, AlertEvent, AlertSign
from domain.incident_desk import StormPlan

STORM = "Tempestade de alertas"
MOST_NAMED = 20


def group_of(plan: StormPlan | None, labels: Mapping[str, str]) -> str:
    """`cluster=prod, service=api`; empty where everything is one group."""
    return ", ".join(f"{name}={labels.get(name, '')}" for name in plan.by) if plan else ""


def breaks_out(plan: StormPlan, moments: Iterable[datetime]) -> bool:
    """Whether at least `alerts` of these beginnings lie within `within`."""
    ordered = sorted(moments)
    return any(last - first < plan.within for first, last in zip(ordered, ordered[plan.alerts - 1 :], strict=False))


def storm_event(group: str, events: Sequence[AlertEvent]) -> AlertEvent:
    """What the first alerts of a storm have in common: its labels, its worst severity, one procedure if it is one."""
    common = set(events[0].labels).intersection(*(event.labels for event in events))
    runbooks = {event.runbook for event in events}
    names = list(dict.fromkeys(event.headline for event in events))
    more = [f"… e mais {len(names) - MOST_NAMED}"] if len(names) > MOST_NAMED else []
    worst = min(events, key=lambda event: LEVELS.index(event.level) if event.level else len(LEVELS))
    return AlertEvent(
        fingerprint=group,
        sign=AlertSign.FIRING,
        source=events[0].source,
        name=STORM,
        summary=group,
        description="\n".join([f"{len(events)} alertas:", *(f"- {name}" for name in names[:MOST_NAMED]), *more]),
        severity=worst.severity,
        labels=tuple(label for label in events[0].labels if label in common),
        runbook=runbooks.pop() if len(runbooks) == 1 else None,
        started_at=min((event.started_at for event in events if event.started_at), default=None),
    )
