"""What the store of each schema version asks of a database: one line a statement, with an example of its parameters.

{"versions": ["d0013+j0003", …]}                                       the first line; in order
{"dialect", "sql", "parameters", "in": [0, 1]}                         in which of these it was seen
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("statements.jsonl")
TESTS_OWN = re.compile(r"\bthings\b")
"""The table of the tests of the engines."""


@dataclass(frozen=True)
class Statement:
    dialect: str
    sql: str
    parameters: tuple[Any, ...]
    versions: tuple[str, ...]


def read(file: Path = FILE) -> tuple[list[str], list[Statement]]:
    """Versions in order, and every statement."""
    if not file.exists():
        return [], []
    first, *rows = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    versions: list[str] = first["versions"]
    return versions, [_statement(row, versions) for row in rows]


def merged(statements: Sequence[Statement], version: str, recorded: Sequence[Mapping[str, Any]]) -> list[Statement]:
    """With what was `recorded` of `version` in the place of what was known of it."""
    known = {(one.dialect, one.sql): _without(one, version) for one in statements}
    for row in _narrowest(recorded):
        key = row["dialect"], row["sql"]
        before = known.get(key) or Statement(*key, tuple(row["parameters"]), ())
        known[key] = Statement(*key, before.parameters, tuple(sorted({*before.versions, version})))
    return sorted((one for one in known.values() if one.versions), key=lambda one: (one.dialect, one.sql))


def write(statements: Sequence[Statement], file: Path = FILE) -> None:
    versions = sorted({version for one in statements for version in one.versions})
    rows = [{"versions": versions}, *(_row(one, versions) for one in statements)]
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def values_of(statement: Statement) -> tuple[Any, ...]:
    """As the driver wants them."""
    return tuple(base64.b64decode(one["base64"]) if isinstance(one, dict) else one for one in statement.parameters)


def _narrowest(recorded: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """One of those that differ only in how many rows or values they were given."""
    kept: dict[tuple[str, str], Mapping[str, Any]] = {}
    for row in recorded:
        key = row["dialect"], _shape(row["sql"])
        if TESTS_OWN.search(row["sql"]):
            continue
        if key not in kept or len(row["sql"]) < len(kept[key]["sql"]):
            kept[key] = row
    yield from kept.values()


def _shape(sql: str) -> str:
    one = re.sub(r"\$\d+", "$", sql)
    one = re.sub(r"(\([^()]*\))(, \1)+", r"\1", one)
    return re.sub(r"(\?|\$(?:::\w+)?)(, \1)+", r"\1", one)


def _without(statement: Statement, version: str) -> Statement:
    rest = tuple(one for one in statement.versions if one != version)
    return Statement(statement.dialect, statement.sql, statement.parameters, rest)


def _statement(row: Mapping[str, Any], versions: Sequence[str]) -> Statement:
    seen = tuple(versions[number] for number in row["in"])
    return Statement(row["dialect"], row["sql"], tuple(row["parameters"]), seen)


def _row(statement: Statement, versions: Sequence[str]) -> dict[str, Any]:
    seen = [versions.index(one) for one in statement.versions]
    return {"dialect": statement.dialect, "sql": statement.sql, "parameters": list(statement.parameters), "in": seen}
