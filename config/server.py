"""The address of a database as a person writes it. What could not be used is told by its place, before anything opens.

Never what was written: it may hold a password.
"""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from domain.errors import N_, ConfigError, Mistake, Position, reason_of

if TYPE_CHECKING:
    from sqlalchemy import URL

SCHEME = "postgresql://"
MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
OPTIONS = ("host", "port", "ssl", "sslmode", "sslrootcert", "passfile", "target_session_attrs")
"""What the driver understands behind `?`. libpq knows more; the driver would end with a TypeError."""


def check_address(url: str, place: Position, *, shared: str | None) -> None:
    """`shared`: what `database` says, if it is that which led here. Raises ConfigError."""
    if shared and not url.startswith(SCHEME):
        text = N_("%(reference)s must lead to postgresql://…; for SQLite leave `database` out")
        raise ConfigError([Mistake(place, text, {"reference": shared})])
    if url.startswith("sqlite:///"):
        return
    options = _options(url, place)
    if not options.keys() <= set(OPTIONS):
        text = N_("behind the ? of PostgreSQL's address only these may stand: %(known)s")
        raise ConfigError([Mistake(place, text, {"known": ", ".join(OPTIONS)})])
    if options.get("sslmode", MODES[0]) not in MODES:
        raise ConfigError([Mistake(place, N_("sslmode is one of: %(known)s"), {"known": ", ".join(MODES)})])
    if root := options.get("sslrootcert"):
        try:
            Path(root).read_bytes()
        except OSError as error:
            text = N_("the certificates to trust cannot be used: %(why)s")
            raise ConfigError([Mistake(place, text, {"why": reason_of(error)})]) from None


def _options(url: str, place: Position) -> dict[str, str]:
    """What stands behind `?`."""
    return {name: one if isinstance(one, str) else ",".join(one) for name, one in _parsed(url, place).query.items()}


def _parsed(url: str, place: Position) -> "URL":
    from sqlalchemy import make_url  # noqa: PLC0415 - mistakes of the file are told before this is imported
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415 - as above

    parsed = None
    with suppress(ArgumentError, ValueError):
        parsed = make_url(url) if url.startswith(SCHEME) else None
    if parsed is None or "@" in (parsed.host or ""):  # a password with an @ in it: the rest would be told as the host
        text = N_(
            'write it as "postgresql://user:password@host:5432/name"; signs like @ and / in the password '
            "in percent-encoding"
        )
        raise ConfigError([Mistake(place, text)])
    return parsed
