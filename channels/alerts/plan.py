"""What a dialect is given to read with, and what it gives back.

A dialect is one file in `channels/alerts/dialects/`: `recognises(payload)` and `read(payload, plan)`, both pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, Protocol

from channels.cleaning import clean_line, clean_text
from channels.wild import Wild, as_moment
from domain.alert import MOST_LABELS, AlertEvent, AlertSign
from domain.errors import Undecodable

LONGEST_VALUE = 500
LONGEST_TEXT = 4000
MOST = 5000
_NEVER = 1970


@dataclass(frozen=True, slots=True)
class Skipped:
    """Understood, and nothing that we keep; why, in English."""

    reason: str


@dataclass(frozen=True, slots=True)
class Broken:
    """One alert of several that cannot be read."""

    element: object
    reason: str


Found = Sequence[AlertEvent | Skipped | Broken]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`zone`: of times that tell none. `labels`: what the settings bind every alert of the channel to."""

    received_at: datetime
    zone: tzinfo = UTC
    labels: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


class Dialect(Protocol):
    """A module of `channels.alerts.dialects`."""

    def recognises(self, payload: Wild, plan: Plan) -> bool:
        """Whether it looks like a body of this tool; asked in the order of DIALECTS."""

    def read(self, payload: Wild, plan: Plan) -> Found:
        """Raises Undecodable for a body that nothing can be made of."""


def labels_of(given: Any) -> dict[str, str]:
    """Name → value of an object whose values are text, numbers or truths; the rest is left out."""
    if not isinstance(given, Mapping):
        return {}
    found = ((clean_line(str(name), 200), _plain(value)) for name, value in given.items())
    return {name: value for name, value in found if name and value}


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return clean_line(str(value), LONGEST_VALUE)
    return ""


def bound(labels: Mapping[str, str], plan: Plan, problems: list[str]) -> tuple[tuple[str, str], ...]:
    """The labels of an alert, in order; those that the settings bind are theirs, whatever the body claims."""
    for name, value in plan.labels.items():
        if labels.get(name, value) != value:
            problems.append(f"label {name}: {labels[name]!r} is not this channel's; it speaks for {value!r}")
    ours = {**labels, **plan.labels}
    first = sorted(ours, key=lambda name: (name not in plan.labels, name))[:MOST_LABELS]
    if len(ours) > MOST_LABELS:
        problems.append(f"{len(ours) - MOST_LABELS} labels more than {MOST_LABELS} are left out")
    return tuple(sorted((name, ours[name]) for name in first))


def labels_of_text(given: Any) -> dict[str, str]:
    """Annotations: as labels, but of many lines."""
    if not isinstance(given, dict):
        return {}
    return {str(name): text for name, value in given.items() if (text := text_of(value))}


def first(values: Mapping[str, str], names: Sequence[str]) -> str:
    """The first of `names` that is there; empty if none is."""
    return next((values[name] for name in names if values.get(name)), "")


def moment_of(part: Wild, name: str, plan: Plan) -> datetime | None:
    """A time as ISO 8601 or Unix seconds; Go's zero time, 0 and what is no time are none."""
    given = part.value.get(name)
    if given is None or given in {"", 0, "0"}:
        return None
    try:
        if isinstance(given, str) and given.strip().replace(".", "", 1).isdigit():
            given = float(given)
        if isinstance(given, str):
            moment = datetime.fromisoformat(_short_fraction(given.strip()))
            moment = moment.replace(tzinfo=plan.zone) if moment.tzinfo is None else moment
            return moment.astimezone(UTC) if moment.year > _NEVER else None
        return as_moment(given)
    except (ValueError, TypeError, OverflowError, OSError):
        part.note_unlike(name, "a time as ISO 8601 or Unix seconds")
        return None


def _short_fraction(text: str) -> str:
    """Go writes nanoseconds; Python reads six digits."""
    whole, dot, rest = text.partition(".")
    digits = len(rest) - len(rest.lstrip("0123456789"))
    return f"{whole}.{rest[: min(digits, 6)]}{rest[digits:]}" if dot and digits else text


def text_of(given: Any) -> str:
    return clean_text(given).strip()[:LONGEST_TEXT] if isinstance(given, str) else ""


def line_of(given: Any) -> str:
    return clean_line(given, LONGEST_VALUE) if isinstance(given, str) else ""


def url_of(given: Any) -> str | None:
    """An address that a person may follow: http or https, nothing else."""
    line = clean_line(given, 1000) if isinstance(given, str) else ""
    return line if line.lower().startswith(("http://", "https://")) and " " not in line else None


def elements(payload: Wild, name: str) -> Iterator[Wild | Broken]:
    """The objects in the list under `name`. Raises Undecodable where there is no such list."""
    found = payload.value.get(name)
    if not isinstance(found, list):
        raise Undecodable(f"{name}: an array expected")
    if len(found) > MOST:
        raise Undecodable(f"{name}: at most {MOST} in one body, got {len(found)}")
    for index, element in enumerate(found):
        path = f"{name}[{index}]"
        yield Wild(element, path) if isinstance(element, dict) else Broken(element, f"{path}: an object expected")


SIGNS = {
    "firing": AlertSign.FIRING, "alerting": AlertSign.FIRING, "problem": AlertSign.FIRING, "open": AlertSign.FIRING,
    "triggered": AlertSign.FIRING, "trigger": AlertSign.FIRING, "down": AlertSign.FIRING,
    "resolved": AlertSign.RESOLVED, "ok": AlertSign.RESOLVED, "closed": AlertSign.RESOLVED,
    "recovered": AlertSign.RESOLVED, "recovery": AlertSign.RESOLVED, "resolve": AlertSign.RESOLVED,
    "up": AlertSign.RESOLVED, "normal": AlertSign.RESOLVED,
}  # fmt: skip
"""How the tools call the two."""


def sign_of(element: Wild, name: str) -> AlertSign:
    """Raises Undecodable."""
    word = element.required_line(name).casefold()
    if word not in SIGNS:
        where = f"{element.path}.{name}" if element.path else name
        raise Undecodable(f"{where}: {word[:40]!r} is no state; known are: {', '.join(SIGNS)}")
    return SIGNS[word]
