"""Every set of rule files that was looked at, kept under `var/rules`, and what became of it.

    var/rules/sets/<hash>.json     the texts of one set, by its hash: the one that verdicts name; never changed
    var/rules/history.jsonl        one event a line, appended and synced: when, which set, instead of which, by whom
    var/rules/lock                 shared while the daemon looks, exclusive while a rollback writes

Files and not tables, so that rules are reloaded and explained while the ticket database is away (docs/adr/0010).
"""

import fcntl
import os
import pwd
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import orjson

from ingest.durable import append_line, give_to_owner_of, write_file
from ingest.locks import make_private
from ingest.rulefiles import Look, whole_text
from triage.fingerprint import fingerprint


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    ROLLED_BACK = "rolled_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleEvent:
    """`before` is the set in force until then ('' when there was none); `who` owns the files that changed, or typed
    the rollback. `written_at` is when the newest of them was written, `reasons` why it was refused."""

    at: datetime
    outcome: Outcome
    hash: str
    before: str
    file: str
    who: str
    written_at: datetime | None = None
    reasons: tuple[str, ...] = ()


Texts = Mapping[str, str]
"""By place below the folder of the main file, which comes first."""


class UnknownSet(KeyError):
    """No set of that name is kept, or it is damaged."""


class RuleHistory:
    """May be used by the daemon and by commands at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sets = folder / "sets"
        self._events = folder / "history.jsonl"

    def events(self) -> list[RuleEvent]:
        """Oldest first. A line that a power cut left half written is nobody's."""
        with suppress(OSError):
            return [event for line in self._events.read_bytes().splitlines() if (event := _event(line))]
        return []

    def hashes(self) -> list[str]:
        """Of all sets kept."""
        return sorted(path.stem for path in self._sets.glob("*.json"))

    def texts(self, name: str) -> Texts:
        """Raises UnknownSet."""
        try:
            kept = orjson.loads((self._sets / f"{name}.json").read_bytes())
            texts = {str(below): str(text) for below, text in kept["files"]}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UnknownSet(name) from error
        if hash_of(texts) != name:
            raise UnknownSet(name)
        return texts

    def keep(self, texts: Texts) -> str:
        """Returns the hash. Raises OSError."""
        name = hash_of(texts)
        path = self._sets / f"{name}.json"
        if texts and not path.exists():
            self._make()
            write_file(path, orjson.dumps({"files": list(texts.items())}, option=orjson.OPT_APPEND_NEWLINE))
        return name

    def record(self, event: RuleEvent) -> None:
        """Raises OSError."""
        self._make()
        append_line(self._events, orjson.dumps(event))

    def remember(self, look: Look, outcome: Outcome, before: str, reasons: Iterable[str], now: datetime) -> None:
        """Keep what was looked at, and what became of it, unless that is what the last event says. Raises OSError."""
        name = self.keep(look.texts)
        event = RuleEvent(
            at=now, outcome=outcome, hash=name, before=before, file=str(look.main), who="", reasons=tuple(reasons)
        )
        last = next(reversed(self.events()), None)
        if last and (last.outcome, last.hash, last.reasons) == (event.outcome, event.hash, event.reasons):
            return
        if not before:
            event = replace(event, before=last_in_force(self.events()))
        who, written_at = self._author(look, event.before)
        self.record(replace(event, who=who, written_at=written_at))

    def _author(self, look: Look, before: str) -> tuple[str, datetime | None]:
        """Who owns the files that differ from the set before, and when the newest was written."""
        try:
            known = self.texts(before)
        except UnknownSet:
            known = {}
        changed = [below for below, text in look.texts.items() if known.get(below) != text] or list(look.texts)
        found = []
        for below in changed:
            with suppress(OSError):
                found.append((look.main.parent / below).stat())
        owners = dict.fromkeys(owner_name(one.st_uid) for one in found)
        newest = max((one.st_mtime for one in found), default=None)
        return ", ".join(owners), None if newest is None else datetime.fromtimestamp(newest, UTC)

    @contextmanager
    def looking(self) -> Iterator[bool]:
        """False while somebody writes the rule files."""
        with self._locked(fcntl.LOCK_SH | fcntl.LOCK_NB) as free:
            yield free

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Nobody looks meanwhile. Raises OSError."""
        self._make()
        with self._locked(fcntl.LOCK_EX):
            yield

    @contextmanager
    def _locked(self, how: int) -> Iterator[bool]:
        try:
            descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            if how == fcntl.LOCK_EX:
                raise
            yield True  # nobody has ever written here, or nobody can
            return
        try:
            give_to_owner_of(self.folder, descriptor)
            yield _flock(descriptor, how)
        finally:
            os.close(descriptor)

    def _make(self) -> None:
        for folder in (self.folder.parent, self.folder, self._sets):
            make_private(folder)


def hash_of(texts: Texts) -> str:
    return fingerprint(whole_text(texts)) if texts else ""


def last_in_force(events: Iterable[RuleEvent]) -> str:
    """The set that was accepted last; '' when none was."""
    return next((event.hash for event in reversed(list(events)) if event.outcome is Outcome.ACCEPTED), "")


def owner_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # a container may know the number only
        return f"uid {uid}"


def _flock(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how)
    except BlockingIOError:
        return False
    return True


def _event(line: bytes) -> RuleEvent | None:
    with suppress(ValueError, KeyError, TypeError, AttributeError):
        values = orjson.loads(line)
        written = values["written_at"]
        return RuleEvent(
            at=datetime.fromisoformat(values["at"]),
            outcome=Outcome(values["outcome"]),
            hash=str(values["hash"]),
            before=str(values["before"]),
            file=str(values["file"]),
            who=str(values["who"]),
            written_at=datetime.fromisoformat(written) if written else None,
            reasons=tuple(map(str, values["reasons"])),
        )
    return None
