"""Which database errors mean "not now" and which mean "this is wrong".

locked, full, read-only, unreachable, not migrated  ─▶ StoreUnavailable    the caller waits and tries again
IntegrityError                                      ─▶ as it is            the caller re-reads and decides anew
anything else                                       ─▶ as it is            our bug
"""

import sqlite3
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from domain.errors import StoreUnavailable

READ_ONLY = "25006"
POOLED = "a pooler lets clients share connections to PostgreSQL: give each client one of its own (pool_mode = session)"
_UNAVAILABLE_STATES = (
    "08",  # connection
    READ_ONLY,
    "28",  # authorisation
    "3D000",  # no such database
    "3F000",  # no schema that this user may use
    "40",  # serialisation failure, deadlock: rolled back, may be tried again
    "42P01",  # undefined table: not migrated
    "42703",  # undefined column: not migrated
    "42501",  # insufficient privilege
    "53",  # out of disk, memory or connections
    "55",  # lock not available
    "57",  # shutting down, cancelled
    "58",  # input/output error
)
_ELSEWHERE = ("26000", "42P05")
"""A statement that this connection has prepared is not there, or is there before it was: the server's connection is not
the one it was."""
_WHY = {
    "08P01": "refused",  # a pooler that knows not what we set, or who we are
    "28": "login",
    "3D000": "missing",
    "3F000": "rights",
    "42P01": "schema",
    "42703": "schema",
    "42501": "rights",
    **dict.fromkeys(_ELSEWHERE, "pooled"),
}
"""Of states, or how they begin, those that do not pass by themselves."""
_NO_TLS = "rejected SSL upgrade"
"""Of a server that has none: asyncpg calls it a connection that failed, and has no class for it."""
_NOT_MIGRATED = ("no such table", "no such column", "has no column")
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the database cannot do *now* into StoreUnavailable; everything else passes through."""
    try:
        yield
    except IntegrityError:
        raise
    except sqlite3.OperationalError as error:
        raise unavailable(error) from error
    except NoConnectionFree as error:
        raise StoreUnavailable("no free connection to the database", detail=str(error)) from error
    except DBAPIError as error:
        if is_unavailable(error):
            raise unavailable(error.orig or error) from error
        raise


def is_unavailable(error: DBAPIError) -> bool:
    """SQLite calls everything operational, even a statement that makes no sense; that is our bug, not its absence."""
    if _sqlite_code(error) == sqlite3.SQLITE_ERROR:
        return any(words in str(error.orig) for words in _NOT_MIGRATED)
    if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None) or ""
    return state.startswith((*_UNAVAILABLE_STATES, *_ELSEWHERE)) or is_damaged(error)


def is_read_only(error: DBAPIError) -> bool:
    """PostgreSQL lets this session write nothing."""
    return getattr(error.orig, "sqlstate", None) == READ_ONLY


def is_damaged(error: DBAPIError) -> bool:
    """The SQLite file itself is broken where it was read."""
    return _sqlite_code(error) in _DAMAGED


def _sqlite_code(error: DBAPIError) -> int | None:
    """SQLite's primary result code."""
    code: int | None = getattr(error.orig, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def unavailable(error: BaseException) -> StoreUnavailable:
    """The peer learns nothing of our database; the log learns everything."""
    if isinstance(error, TimeoutError):
        return StoreUnavailable("the database does not answer")
    why = _why(error)
    known = POOLED if why == "pooled" else str(error) if why else ""
    detail = known or f"{type(error).__name__}: {error}"
    return StoreUnavailable("the database cannot be used now", detail=detail, why=why)


def _why(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError) or _NO_TLS in str(error):
        return "tls"
    if isinstance(error, sqlite3.Error):
        return "schema" if any(words in str(error) for words in _NOT_MIGRATED) else ""
    state = getattr(error, "sqlstate", None) or ""
    return next((why for begin, why in _WHY.items() if state.startswith(begin)), "")
