"""Signs of life that the processes of one `var/` leave for each other.

    each process ── every 5 s ──▶ var/run/<role>.json      written aside, renamed into place; gone after a clean stop
    private site, `balcao status` ◀── read by `heard`      younger than 60 s, and its process still there

A file that cannot be read is nobody's sign: whoever wrote it writes it anew in a few seconds.
"""

import contextlib
import os
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from ingest.supervise import Part, PartState

TRUSTED_FOR = timedelta(seconds=60)
_WORST_FIRST = (PartState.FAILED, PartState.DOWN, PartState.STARTING, PartState.UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What one process says of itself. `figures`: see `ingest.figures`. `opened`: all its parts were started."""

    roles: frozenset[str]
    process: int
    host: str
    since: datetime
    at: datetime
    opened: bool
    parts: Mapping[str, Part]
    figures: list[Any] = field(default_factory=list)


def write(path: Path, sign: Sign) -> None:
    """Raises OSError, for example on a full disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{sign.process}")
    try:
        aside.write_bytes(orjson.dumps(sign, default=sorted))
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def heard(folder: Path, now: datetime) -> list[Sign]:
    """The living processes of `folder`, newest sign first; no role twice."""
    found = [sign for path in sorted(folder.glob("*.json")) if (sign := _read(path)) and _is_alive(sign, now)]
    taken: set[str] = set()
    signs = []
    for sign in sorted(found, key=lambda sign: sign.at, reverse=True):
        if not taken & sign.roles:
            taken |= sign.roles
            signs.append(sign)
    return signs


def together(signs: Iterable[Sign], roles: Iterable[str]) -> tuple[bool, dict[str, Part]]:
    """Whether all of `roles` are there and every part is up, and the parts, with one more for each role.

    What several processes have (each its own connection to a database) is as well as the worst of them is.
    """
    signs = list(signs)
    parts: dict[str, Part] = {}
    for sign in signs:
        for name, part in sign.parts.items():
            parts[name] = min(parts.get(name, part), part, key=lambda part: _WORST_FIRST.index(part.state))
    for role in roles:
        parts[f"role {role}"] = _role(next((sign for sign in signs if role in sign.roles), None))
    return all(part.state is PartState.UP for part in parts.values()), parts


def _role(sign: Sign | None) -> Part:
    if sign is None:
        return Part(state=PartState.DOWN, since=datetime.now(UTC), detail="no sign of life")
    state = PartState.UP if sign.opened else PartState.STARTING
    return Part(state=state, since=sign.since, last_success=sign.at, detail=f"process {sign.process}")


def _is_alive(sign: Sign, now: datetime) -> bool:
    """Process numbers mean nothing on another host (or in another container): there the age must do."""
    if abs(now - sign.at) > TRUSTED_FOR:
        return False
    if sign.host != socket.gethostname():
        return True
    try:
        os.kill(sign.process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _read(path: Path) -> Sign | None:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        written = orjson.loads(path.read_bytes())
        return Sign(
            roles=frozenset(map(str, written["roles"])),
            process=int(written["process"]),
            host=str(written["host"]),
            since=datetime.fromisoformat(written["since"]),
            at=datetime.fromisoformat(written["at"]).astimezone(UTC),
            opened=bool(written["opened"]),
            parts={name: _part(part) for name, part in written["parts"].items()},
            figures=list(written["figures"]),
        )
    return None


def _part(written: Mapping[str, Any]) -> Part:
    last = written["last_success"]
    return Part(
        state=PartState(written["state"]),
        since=datetime.fromisoformat(written["since"]),
        last_success=datetime.fromisoformat(last) if last else None,
        detail=str(written["detail"]),
    )
