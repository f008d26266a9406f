"""Failures at a chosen step of whatever is done with a database; a step is a statement or a commit.

Fault.arm(n, HOW) ─▶ the n-th step from now on …
    ERROR    fails: SQLite by an I/O error, PostgreSQL by a connection that is cut
    LATE     as ERROR, but a commit has happened and nobody hears of it
    CANCEL   goes on, while the task that waits for it is cancelled
    KILL     never comes: the process dies by SIGKILL
"""

import os
import signal
import sqlite3
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from store import sqlite

How = Enum("How", "ERROR LATE CANCEL KILL")


@dataclass
class Fault:
    """Fires once, at step `at`. `cancel`: what CANCEL does."""

    at: int = 0
    how: How = How.ERROR
    steps: int = 0
    fired: bool = False
    cancel: Any = None
    seen: list[str] = field(default_factory=list)

    def arm(self, at, how, cancel=None):
        self.at, self.how, self.cancel, self.steps, self.fired = at, how, cancel, 0, False
        self.seen.clear()

    def due(self, what):
        """Whether this step must fail; what needs no failing happens here."""
        self.steps += 1
        self.seen.append(what)
        if self.steps != self.at or self.fired:
            return False
        self.fired = True
        if self.how is How.KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.how is How.CANCEL:
            self.cancel()
        return self.how in {How.ERROR, How.LATE}


def on_sqlite(fault, patch):
    """`patch(object, name, value)` puts it in place."""

    def step(statement):
        if fault.due(statement):
            raise _io_error()

    class Cursor(sqlite3.Cursor):
        def execute(self, statement, *args):
            step(statement)
            return super().execute(statement, *args)

        def executemany(self, statement, *args):
            step(statement)
            return super().executemany(statement, *args)

    class Connection(sqlite3.Connection):
        def cursor(self, factory=Cursor):
            return super().cursor(factory)

        def execute(self, *args):
            return self.cursor().execute(*args)

        def commit(self):
            due = fault.due("COMMIT")
            if not due or fault.how is How.LATE:
                super().commit()
            if due:
                raise _io_error()

    patch(sqlite, "sqlite3", _Driver(Connection))


def _io_error():
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR
    return error


@dataclass
class _Driver:
    """The module `sqlite3` with connections that count their steps; others keep theirs."""

    factory: type

    def __getattr__(self, name):
        return getattr(sqlite3, name)

    def connect(self, *args, **more):
        return sqlite3.connect(*args, factory=self.factory, **more)


def on_postgres(fault, patch):
    """A connection that is cut: the server rolls back, as it does when a host goes."""

    def cut(dialect, connection):
        connection.terminate()
        raise dialect.dbapi.InterfaceError("the connection was closed in the middle of the operation")

    def step(name):
        real = getattr(PGDialect_asyncpg, name)

        def do(self, cursor, statement, *args, **more):
            if fault.due(statement):
                cut(self, cursor._connection)
            return real(self, cursor, statement, *args, **more)

        patch(PGDialect_asyncpg, name, do)

    step("do_execute")
    step("do_executemany")
    commit = PGDialect_asyncpg.do_commit

    def do_commit(self, connection):
        due = fault.due("COMMIT")
        if due and fault.how is How.ERROR:
            cut(self, connection._connection)
        commit(self, connection)
        if due:
            cut(self, connection._connection)

    patch(PGDialect_asyncpg, "do_commit", do_commit)
