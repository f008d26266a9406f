"""Holidays from the `holidays` library: public ones of a country and state, and optional ones by name.

The library is imported where a calendar asks for it: most commands have no need of its 0.2 s.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from triage.folding import fold

BRAZIL = "BR"
_LANGUAGE = "pt_BR"
_YEARS = range(2020, 2036)
"""Years whose optional holidays are known by name."""


@dataclass(frozen=True, slots=True)
class HolidayDates:
    """All days of `public`, and those of `optional` whose folded name is chosen."""

    public: Container[date]
    optional: Any
    chosen: frozenset[str]

    def __contains__(self, day: object) -> bool:
        return day in self.public or any(fold(name) in self.chosen for name in _names(self.optional, day))


def countries() -> Sequence[str]:
    import holidays  # noqa: PLC0415 - see above

    return sorted(holidays.list_supported_countries(include_aliases=False))


def states(country: str) -> Sequence[str]:
    """States as the library names them."""
    import holidays  # noqa: PLC0415 - see above

    return tuple(holidays.list_supported_countries(include_aliases=False)[country])


@lru_cache(maxsize=64)
def optional_names(country: str, state: str | None) -> tuple[str, ...]:
    """The names of optional holidays, as the library has them."""
    found = _optional(country, state)
    if found is None:
        return ()
    for year in _YEARS:
        found.get(date(year, 1, 1))
    return tuple(dict.fromkeys(name for names in found.values() for name in names.split("; ")))


def holiday_dates(country: str, state: str | None, optional: Iterable[str]) -> HolidayDates:
    """`optional` holds names in any spelling that folds to one of `optional_names`."""
    chosen = frozenset(map(fold, optional))
    return HolidayDates(_of(country, state, "public"), _optional(country, state) if chosen else None, chosen)


def _names(optional: Any, day: object) -> list[str]:
    found: str = optional.get(day, "") if optional is not None else ""
    return found.split("; ")


def _optional(country: str, state: str | None) -> Any | None:
    known = _of(country, state, "public").supported_categories
    return _of(country, state, "optional") if "optional" in known else None


def _of(country: str, state: str | None, category: str) -> Any:
    import holidays  # noqa: PLC0415 - see above

    kind = getattr(holidays, country)
    language = _LANGUAGE if _LANGUAGE in kind.supported_languages else None
    return holidays.country_holidays(country, subdiv=state, categories=(category,), language=language)
