"""What a dialect is given to read with, and what it gives back.

A dialect is one file in `channels/voice/dialects/`: `recognises(element)` and `read(element, plan)`, both pure. An
element is one record as its system sent it: a JSON object, a form, an XML document, a CSV line, a block of AMI lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo

from channels.voice.moments import local_moment
from channels.voice.numbers import ANONYMOUS, comparable
from channels.wild import Wild
from domain.afterwards import Afterword
from domain.call import CallEvent
from domain.interaction import Interaction


@dataclass(frozen=True, slots=True)
class Skipped:
    """Understood, and nothing that we keep; why, in English."""

    reason: str


Found = Sequence[CallEvent | Interaction | Afterword] | Skipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """Of a telephone system, as its settings tell them. `source`: a name in DIALECTS, or `auto`.

    `zone`: where its clock hangs, for times that tell no zone; None: as the dialect is used to. `area_code` completes
    local numbers. `answers_sms`: what came by SMS can be answered.
    """

    source: str = "auto"
    zone: tzinfo | None = None
    area_code: str | None = None
    answers_sms: bool = False


USUAL = Habits()
HOME = ZoneInfo("America/Sao_Paulo")
"""Where a telephone system is, if nobody says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One body's reading."""

    channel: str
    received_at: datetime
    habits: Habits = USUAL

    def number(self, given: str | None) -> str | None:
        """Comparable; None where nothing is told."""
        return None if given is None else comparable(given, self.habits.area_code)

    def moment(self, element: Wild, name: str, zone: tzinfo = UTC) -> datetime | None:
        """Under `name`, aware UTC; `zone` where neither the time nor the settings name one. A bad one is noted."""
        given = element.value.get(name)
        if given is None or given in {"", "0", 0}:
            return None
        try:
            return local_moment(given, self.habits.zone or zone, self.received_at)
        except (ValueError, TypeError, OverflowError, OSError):
            element.note_unlike(name, "a time as ISO 8601 or Unix seconds")
            return None


class Dialect(Protocol):
    """A module of `channels.voice.dialects`."""

    def recognises(self, element: Wild) -> bool:
        """Whether it looks like a record of this system; asked in the order of DIALECTS."""

    def read(self, element: Wild, plan: Plan) -> Found:
        """Raises Undecodable for a record without what makes it a call."""


__all__ = ["ANONYMOUS", "HOME", "USUAL", "Dialect", "Found", "Habits", "Plan", "Skipped"]
