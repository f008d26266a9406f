"""Many rows, one statement: on both databases the same rows, counts and errors."""

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, Text, bindparam, column, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from store.at_once import WIDTHS, AtOnce

things = Table("things", MetaData(), Column("name", Text, primary_key=True), Column("value", BigInteger))


@pytest.fixture
async def database(open_database):
    """One with an empty table."""
    database = await open_database("desk")
    await database.write(things.create)
    return database


def build_insert(dialect_insert, numbers):
    return dialect_insert(things).values(
        [{name: bindparam(f"{name}{n}", type_=things.c[name].type) for name in ("name", "value")} for n in numbers]
    )


INSERT = AtOnce(build_insert, each=("name", "value"))
INSERT_NEW = AtOnce(lambda i, numbers: build_insert(i, numbers).on_conflict_do_nothing(), each=("name", "value"))
ADD = AtOnce(
    lambda _, numbers: (
        update(things)
        .values(value=things.c.value + bindparam("more", type_=things.c.value.type))
        .where(things.c.name.in_([bindparam(f"name{n}", type_=things.c.name.type) for n in numbers]))
    ),
    each=("name",),
    fixed=("more",),
)
READ = AtOnce(lambda *_: select(things.c.name, things.c.value).order_by(things.c.name))


def rows(count):
    return [(f"c{number:03}", number) for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, 5, max(WIDTHS), max(WIDTHS) * 3 + 7])
async def test_every_row_is_written_and_counted(database, count):
    def unit(connection):
        return INSERT.run(connection, rows(count)), [tuple(row) for row in READ.fetch(connection, ())]

    assert await database.write(unit) == (count, rows(count))


async def test_what_was_there_is_not_counted(database):
    def unit(connection):
        INSERT.run(connection, rows(3))
        return INSERT_NEW.run(connection, [*rows(10), ("c003", 1)]), len(READ.fetch(connection, ()))

    assert await database.write(unit) == (7, 10)


async def test_one_statement_changes_all_that_are_named(database):
    def unit(connection):
        INSERT.run(connection, rows(3))
        changed = ADD.change(connection, [("c000",), ("c002",), ("none",)], 10)
        return changed, [tuple(row) for row in READ.fetch(connection, ())]

    assert await database.write(unit) == (2, [("c000", 10), ("c001", 1), ("c002", 12)])


async def test_errors_are_sqlalchemys_and_undo_the_unit(database):
    def unit(connection):
        connection.execute(insert(things).values(name="kept out", value=1))
        INSERT.run(connection, [("a", 1), ("a", 2)])

    with pytest.raises(IntegrityError):
        await database.write(unit)
    assert ("kept out", 1) not in [tuple(row) for row in await database.read(lambda c: READ.fetch(c, ()))]


async def test_values_that_no_database_takes_are_not_called_unavailable(database):
    with pytest.raises((DBAPIError, TypeError)):
        await database.write(lambda connection: INSERT.run(connection, [("a", object())]))


async def test_parameters_in_another_order_are_a_mistake_found_at_once(database):
    wrong = AtOnce(build_insert, each=("value", "name"))
    with pytest.raises(AssertionError, match="name0"):
        await database.write(lambda connection: wrong.run(connection, [("a", 1)]))


async def test_what_is_prepared_is_compiled_once(database):
    built = []

    def build(_, numbers):
        built.append(len(numbers))
        return select(*(column(f"x{n}") for n in numbers))

    statement = AtOnce(build)
    await database.read(lambda connection: [statement.prepare(connection) for _ in range(2)])
    assert sorted(built) == sorted(WIDTHS)
