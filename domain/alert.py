"""What a monitoring system tells of one incident at one moment.

    firing ─▶ firing ─▶ … ─▶ resolved          in any order, doubled, late

The `fingerprint` is what the reports of one incident have in common within their channel.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.traits import TraitValue

LABEL = "label."
"""Traits that hold a label begin so."""
MOST_LABELS = 60

_LEVELS = {
    "critical": ("critical", "crit", "fatal", "emergency", "alert", "disaster", "high", "page", "p1", "p2", "down",
                 "unreachable", "major", "blocker", "sev1", "sev2"),
    "warning": ("warning", "warn", "error", "average", "minor", "p3", "medium", "unknown", "sev3"),
    "info": ("info", "information", "informational", "notice", "debug", "low", "none", "not classified", "p4", "p5",
             "ok", "up"),
}  # fmt: skip
_LEVEL_OF = {word: level for level, words in _LEVELS.items() for word in words}
LEVELS = tuple(_LEVELS)
"""From the most urgent on."""


class AlertSign(StrEnum):
    """BEAT: a system under watch reports that it lives. OVER is ours: a maintenance window has ended."""

    FIRING = "firing"
    RESOLVED = "resolved"
    BEAT = "beat"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertEvent:
    """`started_at` and `ended_at` are those of the episode, as far as they are told.

    `severity` is the source's own word, in small letters. `link`: where the source shows the alert.
    `told_at`: when the source said so, where it takes long to get here (mail).
    `heard_at`: of a beat that failed to come, when the last one did; a later one refutes it.
    """

    fingerprint: str
    sign: AlertSign
    source: str
    name: str
    summary: str = ""
    description: str = ""
    severity: str | None = None
    labels: tuple[tuple[str, str], ...] = ()
    runbook: str | None = None
    link: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    heard_at: datetime | None = None
    told_at: datetime | None = None
    problems: tuple[str, ...] = ()

    @property
    def level(self) -> str | None:
        """critical, warning or info; None for a word that nobody knows."""
        return level_of(self.severity)

    @property
    def headline(self) -> str:
        """One line; the subject of the ticket that the incident opens."""
        return self.name if self.summary in {"", self.name} else f"{self.name}: {self.summary}"

    def traits(self) -> Mapping[str, TraitValue]:
        """What rules may ask for. Only what is told."""
        told: dict[str, TraitValue] = {
            "alert.source": self.source,
            "alert.name": self.name,
            "alert.state": self.sign.value,
            "alert.fingerprint": self.fingerprint,
            "alert.severity": self.severity,
            "alert.level": self.level,
            "alert.runbook": self.runbook,
            "alert.link": self.link,
            **{LABEL + name: value for name, value in self.labels},
        }
        return {name: value for name, value in told.items() if value is not None}


def level_of(severity: str | None) -> str | None:
    return _LEVEL_OF.get((severity or "").casefold())
