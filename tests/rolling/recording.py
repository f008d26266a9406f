"""A pytest plugin that writes down every statement the store executes: `-p recording`, into $BALCAO_STATEMENTS.

It stands alone, since it is loaded into older versions of this repository, too (`tests.rolling.record`).
"""

import base64
import json
import os
import re
import sys
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine import Engine

ROOT = str(Path.cwd()) + os.sep
OURS = tuple(f"{ROOT}{name}{os.sep}" for name in ("store", "ingest", "web"))
VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
OTHERS = re.compile(r"pg_catalog|sqlite_master|information_schema|_version\b|_oldest\b|pg_advisory|pg_stat")

found: dict[tuple[str, str], tuple[str, list]] = {}
migrating: list[bool] = []


def plain(value):
    if isinstance(value, bytes | bytearray | memoryview):
        return {"base64": base64.b64encode(bytes(value)[:64]).decode()}
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def key_of(statement):
    """The same for every number of rows, and of values in a list."""
    return re.sub(r"(\?|\$#(?:::\w+)?)(, (\?|\$#(?:::\w+)?))+", r"\1, …", re.sub(r"\$\d+", "$#", statement))


def from_the_store():
    """Whether the innermost frame of this repository is the daemon's, and not a test's."""
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(ROOT) and name != __file__ and "site-packages" not in name:
            return name.startswith(OURS)
        frame = frame.f_back
    return False


def note(dialect, statement, parameters):
    if migrating or not statement.lstrip().startswith(VERBS) or OTHERS.search(statement) or not from_the_store():
        return
    key = (dialect, key_of(statement))
    if key not in found or len(statement) < len(found[key][0]):
        found[key] = (statement, [plain(one) for one in parameters or ()])


@event.listens_for(Engine, "before_cursor_execute")
def executed(connection, _cursor, statement, parameters, _context, executemany):
    first = parameters[0] if executemany and parameters else parameters
    note(connection.dialect.name, statement, first)


def pytest_configure(config):
    del config
    from store import migrating as schema  # noqa: PLC0415 - of whichever version this is loaded into

    upgrade = schema._upgrade

    def quietly(*arguments):
        migrating.append(True)
        try:
            upgrade(*arguments)
        finally:
            migrating.pop()

    schema._upgrade = quietly
    try:
        from store.at_once import AtOnce  # noqa: PLC0415 - as above
    except ImportError:
        return
    execute = AtOnce._execute

    def noted(self, connection, rows, fixed, finish):
        if connection.dialect.name == "sqlite" and rows is not None:
            values = [*fixed, *(one for row in rows for one in row)]
            note("sqlite", self.text(connection, len(rows)), values)
        return execute(self, connection, rows, fixed, finish)

    AtOnce._execute = noted


def pytest_sessionfinish(session, exitstatus):
    del session, exitstatus
    with Path(os.environ["BALCAO_STATEMENTS"]).open("a", encoding="utf-8") as file:
        for (dialect, _key), (statement, parameters) in sorted(found.items()):
            row = {"dialect": dialect, "sql": statement, "parameters": parameters}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
