"""Secrets are not written in the settings but referred to.

    env:NAME      an environment variable
    file:path     a file, relative to the folder of the settings file; one newline at its end does not count

Nothing is kept: each value is read when it is asked for, so no repr and no traceback of ours shows one.
"""

import contextlib
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from secrets import token_hex

from domain.errors import N_, ConfigError, Mistake, Position
from domain.units import BadValue, parse_reference

MAX_BYTES = 64 * 1024
_FOLDER_MODE, _FILE_MODE = 0o700, 0o600


class Secrets:
    """`base` is the folder of the settings file; `places` knows where in it each reference is written."""

    def __init__(self, base: Path, places: Mapping[str, Position] | None = None) -> None:
        self._base = base
        self._places = dict(places or {})

    def __repr__(self) -> str:
        return f"Secrets({str(self._base)!r})"

    def reveal(self, reference: str) -> str:
        """The secret. Raises ConfigError, which names the reference but never a value."""
        kind, where = self._split(reference)
        value = os.environ.get(where, "") if kind == "env" else self._content(reference, self._base / where)
        if value:
            return value
        if kind == "env":
            raise self._mistake(reference, N_("the environment variable %(name)s is not set or empty"), name=where)
        raise self._mistake(reference, N_("the secret file %(path)s is empty"), path=where)

    def create_if_missing(self, reference: str, within: Path, value: str) -> bool:
        """Write `value` where `reference` points, if that is a missing file below `within`; true if it was written.

        The file appears complete, with mode 0600 and on disk, or not at all; an existing one is never touched.
        """
        kind, where = self._split(reference)
        target = self._base / where
        if kind == "env" or os.path.lexists(target) or not _is_below(target, within):
            return False
        try:
            return _create(target, value)
        except OSError as error:
            raise self._mistake(
                reference,
                N_("the secret file %(path)s cannot be written: %(reason)s"),
                path=where,
                reason=error.strerror,
            ) from None

    def exposed(self, references: Iterable[str]) -> list[Mistake]:
        """A warning for every secret file that other users of this machine can read or write."""
        found = []
        for reference in references:
            kind, where = self._split(reference)
            if kind == "file" and _is_open_to_others(self._base / where):
                text = N_("other users can read or write the secret file %(path)s; run: chmod 600 %(path)s")
                found.append(Mistake(self._place(reference), text, {"path": where}))
        return found

    def _split(self, reference: str) -> tuple[str, str]:
        try:
            kind, _, where = parse_reference(reference).partition(":")
        except BadValue as error:
            # What was written may be the secret itself, so it is not repeated.
            raise ConfigError([Mistake(self._place(reference), error.text)]) from None
        return kind, where

    def _content(self, reference: str, path: Path) -> str:
        try:
            with path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)
            text = content.decode("utf-8")
        except OSError as error:
            raise self._mistake(
                reference, N_("the secret file %(path)s cannot be read: %(reason)s"), path=path, reason=error.strerror
            ) from None
        except UnicodeDecodeError:
            raise self._mistake(reference, N_("the secret file %(path)s is not UTF-8 text"), path=path) from None
        if len(content) > MAX_BYTES:
            raise self._mistake(reference, N_("the secret file %(path)s is too large"), path=path)
        return text[:-2] if text.endswith("\r\n") else text.removesuffix("\n")

    def _place(self, reference: str) -> Position:
        return self._places.get(reference, Position(str(self._base), 1, 1))

    def _mistake(self, reference: str, text: str, /, **values: object) -> ConfigError:
        return ConfigError([Mistake(self._place(reference), text, values)])


def _is_below(path: Path, folder: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def _is_open_to_others(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH))
    except OSError:
        return False


def _create(target: Path, value: str) -> bool:
    """A link is made only when the name is free, so of two processes one wins and neither sees half a file."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=_FOLDER_MODE)
    draft = target.with_name(f".{target.name}.{token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE), "w", encoding="utf-8") as file:
            file.write(f"{value}\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, target)
    except FileExistsError:
        return False
    finally:
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
    _sync_folder(target.parent)
    return True


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
