"""Untrusted JSON that remembers its path, so that every mistake names the exact key.

    fields = Wild(value).part("sender")
    fields.text("id")         'sender.id: text expected, got a number'

A missing key, null and an empty text mean the same: not given. What is required raises Undecodable; what is optional
and of the wrong kind is left out and noted in `problems`, so that a wrong phone number does not cost a message.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from channels.cleaning import clean_line, clean_text
from channels.json_text import kind_of
from domain.errors import Undecodable

LONGEST_LINE = 1000


class Wild:
    """One JSON object and the path that leads to it. `problems` is shared with all its parts."""

    def __init__(self, value: Mapping[str, Any], path: str = "", problems: list[str] | None = None) -> None:
        self.value = value
        self.path = path
        self.problems: list[str] = [] if problems is None else problems

    def required_line(self, *names: str) -> str:
        """The first of `names` that is given, as one clean line. Raises Undecodable."""
        for name in names:
            given = self.value.get(name)
            if given is None or given == "":
                continue
            line = clean_line(self._tamed(name, given, str, "text"), LONGEST_LINE)
            if line:
                return line
        raise Undecodable(f"{self._at(names[0])}: text expected, got nothing")

    def line(self, name: str) -> str | None:
        given = self._optional(name, str, "text")
        return clean_line(given, LONGEST_LINE) or None if given else None

    def text(self, name: str) -> str | None:
        """Text of many lines, cleaned; surrounding white space stays."""
        given = self._optional(name, str, "text")
        return clean_text(given) or None if given else None

    def flag(self, name: str) -> bool | None:
        given: bool | None = self._optional(name, bool, "true or false")
        return given

    def seconds(self, name: str) -> int | None:
        """A duration in whole seconds, not negative; also accepted as text of digits."""
        given = self.value.get(name)
        if given is None or given == "":
            return None
        if isinstance(given, str) and given.strip().isascii() and given.strip().isdigit() and len(given) < 12:
            given = int(given)
        if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given < 10**9:
            self._note(name, f"seconds expected, got {_shown(given)}")
            return None
        return round(given)

    def moment(self, name: str) -> datetime | None:
        """ISO 8601 (without a zone: UTC) or Unix seconds, as aware UTC."""
        given = self.value.get(name)
        if given is None or given == "":
            return None
        try:
            return as_moment(given)
        except (ValueError, TypeError, OverflowError, OSError):
            self._note(name, f"a time as ISO 8601 or Unix seconds expected, got {_shown(given)}")
            return None

    def part(self, name: str) -> "Wild":
        """The object under `name`; an empty one when it is not given. Raises Undecodable for any other kind."""
        given = self.value.get(name)
        tamed = {} if given is None else self._tamed(name, given, dict, "an object")
        return Wild(tamed, self._at(name), self.problems)

    def optional_part(self, name: str) -> "Wild":
        return Wild(self._optional(name, dict, "an object") or {}, self._at(name), self.problems)

    def parts(self, name: str) -> Iterator["Wild"]:
        """The objects in the optional list under `name`; what is no object is noted."""
        for index, item in enumerate(self._optional(name, list, "an array") or ()):
            if isinstance(item, dict):
                yield Wild(item, f"{self._at(name)}[{index}]", self.problems)
            else:
                self._note(f"{name}[{index}]", f"an object expected, got {kind_of(item)}")

    def note(self, what: str) -> None:
        """Note something wrong with this object as a whole."""
        self.problems.append(f"{self.path}: {what}")

    def note_unlike(self, name: str, expected: str) -> None:
        """Note that what stands under `name` is not what is expected there."""
        self._note(name, f"{expected} expected, got {_shown(self.value.get(name))}")

    def _optional(self, name: str, kind: type, words: str) -> Any:
        given = self.value.get(name)
        if given is None or isinstance(given, kind):
            return given
        self._note(name, f"{words} expected, got {kind_of(given)}")
        return None

    def _tamed(self, name: str, given: Any, kind: type, words: str) -> Any:
        if isinstance(given, kind):
            return given
        raise Undecodable(f"{self._at(name)}: {words} expected, got {kind_of(given)}")

    def _note(self, name: str, what: str) -> None:
        self.problems.append(f"{self._at(name)}: {what}")

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


def as_moment(given: Any) -> datetime:
    """Raises ValueError, TypeError, OverflowError or OSError for what is no time between 1970 and 9999."""
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise TypeError("no time")
    if isinstance(given, int | float):
        seconds = given / 1000 if given > 10**11 else given  # JavaScript counts milliseconds
        moment = datetime.fromtimestamp(seconds, UTC)
    else:
        moment = datetime.fromisoformat(given.strip())
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if moment.year < 1970:
        raise ValueError("before 1970")
    return moment


def _shown(given: Any) -> str:
    return repr(given[:40]) if isinstance(given, str) else kind_of(given)
