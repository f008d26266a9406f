"""A system that must report every so often, and is an incident when it does not.

    reports ─▶ … ─▶ reports ─▶ nothing for `every` + `grace` ─▶ incident ─▶ reports ─▶ solved

Before its first report nothing is known of it, and nothing is missed. While nobody here could have heard it, it is not
late: the time counts anew from when we listen again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.alert import AlertEvent, AlertSign


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """`name` as the settings call it; the fingerprint of its incidents. `title` and `summary`: for people."""

    name: str
    title: str
    every: timedelta
    grace: timedelta
    severity: str
    summary: str
    labels: tuple[tuple[str, str], ...] = ()
    runbook: str | None = None

    def event(
        self, sign: AlertSign, *, started_at: datetime | None = None, heard_at: datetime | None = None
    ) -> AlertEvent:
        return AlertEvent(
            fingerprint=self.name,
            sign=sign,
            source="heartbeat",
            name=self.title,
            summary=self.summary,
            severity=self.severity,
            labels=self.labels,
            runbook=self.runbook,
            started_at=started_at,
            heard_at=heard_at,
        )

    def missed(self, last: datetime | None, listening_since: datetime, now: datetime) -> datetime | None:
        """When it should have reported, if it is too late by now; `last`: when it did."""
        if last is None:
            return None
        due = max(last, listening_since) + self.every
        return due if now > due + self.grace else None
