"""While nodes are upgraded one after the other, the statements of an old one go on working on the schema of the next.

`tests/rolling/statements.jsonl` holds what the store of each version executed in its own tests (`make statements`).
Each is executed here, with an example of its parameters, on the schema one step later, on both engines.
"""

import ast
import itertools
import re

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from store import migrating
from store.engines import Database
from store.migrating import newest, upgrade
from tests.rolling.catalogue import read, values_of
from tests.store.test_migrating import blank

VERSIONS, STATEMENTS = read()
STEPS = [*VERSIONS, f"{newest('desk')}+{newest('journal')}"]
MISSING_VALUE = re.compile(r"NOT NULL constraint failed|null value in column|not-null|CHECK constraint")
BROKEN = {
    "j0003": {
        "leases": "leases counted moments, and could not be told from renewals: nobody polls between the two (0019)"
    }
}
"""Statements that a step broke before there was this rule: table by the journal's revision that they came from."""


def revisions(version):
    return version.split("+")


def excused(version, sql):
    return any(re.search(rf"\b{table}\b", sql) for old, tables in BROKEN.items() if old in version for table in tables)


def test_the_version_before_this_one_is_known():
    """Else: `python -m tests.rolling.record COMMIT`, with the last commit before the migration."""
    desk = sorted(path.name.partition("_")[0] for path in (migrating._FOLDER / "desk").glob("d*.py"))
    journal = sorted(path.name.partition("_")[0] for path in (migrating._FOLDER / "journal").glob("j*.py"))
    now = f"{desk[-1]}+{journal[-1]}"
    before = {f"{desk[-2]}+{journal[-1]}", f"{desk[-1]}+{journal[-2]}", f"{desk[-2]}+{journal[-2]}"}
    assert before & (set(VERSIONS) - {now})


def tried(connection, statement):
    """What went wrong: an old statement, or something that it needs and a fresh database does not hold."""
    savepoint = connection.begin_nested()
    try:
        connection.exec_driver_sql(statement.sql, values_of(statement))
    except IntegrityError as error:
        return str(error.orig) if MISSING_VALUE.search(str(error.orig)) else None
    except DBAPIError as error:
        return str(error.orig)
    finally:
        savepoint.rollback()
    return None


async def test_the_statements_of_each_version_work_on_the_next_schema(fresh_url, backend):
    """Both kinds in one database, as with `database` in the settings."""
    url = await blank(fresh_url, backend)
    failures, count = [], 0
    for version, following in itertools.pairwise(STEPS):
        if version == following:
            continue
        for kind, revision in zip(("desk", "journal"), revisions(following), strict=True):
            await upgrade(url, kind, revision)
        asked = [one for one in STATEMENTS if one.dialect == backend and version in one.versions]
        async with Database.open(url) as database:
            answers = await database.write(lambda connection, asked=asked: [tried(connection, one) for one in asked])
        count += len(asked)
        failures += [
            (version, following, answer, one.sql)
            for one, answer in zip(asked, answers, strict=True)
            if answer is not None and not excused(version, one.sql)
        ]
    assert failures == []
    assert count > 100


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("ALTER TABLE outbox DROP COLUMN language", "language"),
        ("ALTER TABLE outbox RENAME COLUMN recipient TO addressee", "recipient"),
        ("DROP TABLE remote_files", "remote_files"),
        ("ALTER TABLE outbox ADD COLUMN weight INTEGER NOT NULL DEFAULT NULL", "weight"),
    ],
)
async def test_what_an_old_node_cannot_bear_is_seen(change, why, open_database):
    """A column or table that goes while it is still used, and one that old nodes do not fill."""
    database = await open_database("desk")
    await database.write(lambda connection: connection.exec_driver_sql(change))
    asked = [one for one in STATEMENTS if one.dialect == "sqlite" and VERSIONS[-1] in one.versions]
    answers = await database.write(lambda connection: [tried(connection, one) for one in asked])
    assert any(why in answer for answer in answers if answer)


FIRST_WITH_RULES = {"desk": "d0017", "journal": "j0006"}
CONTRACTIONS = {"drop_column", "drop_table", "rename_table", "alter_column", "drop_constraint"}


def calls_in(tree):
    return {
        node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }


def migrations():
    for kind, first in FIRST_WITH_RULES.items():
        for path in sorted((migrating._FOLDER / kind).glob("[dj]*.py")):
            if path.name.partition("_")[0] >= first:
                yield pytest.param(path, id=path.stem)


@pytest.mark.parametrize("path", list(migrations()))
def test_a_migration_says_which_code_works_with_it_and_takes_nothing_from_that(path):
    """Expand, then use, then contract: what takes something away works only with code that has done without it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    assert said["works_from"] <= said["down_revision"]
    taken = calls_in(next(node for node in tree.body if getattr(node, "name", "") == "upgrade")) & CONTRACTIONS
    assert not taken or said.get("contracts"), f"{taken}: name in `contracts` since which revision nobody uses it"
    if said.get("contracts"):
        assert said["contracts"] <= said["works_from"] < said["revision"]
