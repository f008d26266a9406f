"""Maintenance windows: which one is open for an alert, and until when. Pure.

once        begins ≤ moment < ends
recurring   each day of `days` from `opens` to `closes` on the clock of its zone; past midnight, if it closes before
            it opens. The hour that a change of clocks takes away or gives twice is counted as the clock shows it.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from domain.incident_desk import Matchers, Window

_DAY = timedelta(days=1)


def open_window(
    windows: Sequence[Window], channel: str, labels: Mapping[str, str], moment: datetime
) -> tuple[Window, datetime] | None:
    """The window that silences this alert now, and when it ends; of several the one that ends last."""
    found = [
        (window, ends)
        for window in windows
        if (not window.channels or channel in window.channels)
        and matches(window.match, labels)
        and (ends := _open_until(window, moment)) is not None
    ]
    return max(found, key=lambda one: one[1], default=None)


def matches(match: Matchers, labels: Mapping[str, str]) -> bool:
    """Every label that is asked for is there, with one of the values; capitals do not matter."""
    return all(name in labels and any(_fits(labels[name], value) for value in values) for name, values in match.items())


def _fits(label: str, value: str) -> bool:
    pattern = ".*".join(re.escape(piece) for piece in value.split("*"))
    return re.fullmatch(pattern, label, re.IGNORECASE | re.DOTALL) is not None


def _open_until(window: Window, moment: datetime) -> datetime | None:
    if window.begins is not None and window.ends is not None:
        return window.ends if window.begins <= moment < window.ends else None
    today = moment.astimezone(window.zone).date()
    for day in (today, today - _DAY):
        if window.opens is None or window.closes is None or day.weekday() not in window.days:
            continue
        last = day if window.opens < window.closes else day + _DAY
        opens = datetime.combine(day, window.opens, window.zone).astimezone(UTC)
        closes = datetime.combine(last, window.closes, window.zone).astimezone(UTC)
        if opens <= moment < closes:
            return closes
    return None
