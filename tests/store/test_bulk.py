"""Rows as plain tuples, and value lists of few lengths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import bindparam, create_engine, select, update

from store.bulk import Bulk, chunks
from store.schema import counters

INSERT = Bulk.insert(counters)


@given(st.lists(st.integers(), max_size=600), st.integers(1, 100))
def test_chunks_hold_every_value_and_nothing_else(values, size):
    made = list(chunks(values, size))
    assert {value for chunk in made for value in chunk} == set(values)
    assert all(len(chunk).bit_count() == 1 for chunk in made)


@pytest.fixture
def connection():
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        counters.create(connection)
        yield connection
    engine.dispose()


@pytest.mark.parametrize("count", [0, 1, 3])
def test_every_row_is_written(connection, count):
    rows = [(f"c{number}", number) for number in range(count)]
    assert INSERT.run(connection, rows) == count
    assert [tuple(row) for row in connection.execute(select(counters))] == rows


def test_parameters_in_another_order_are_a_mistake_found_at_once(connection):
    wrong = Bulk(
        lambda _: update(counters).values(value=bindparam("new")).where(counters.c.name == bindparam("which")),
        ("which", "new"),
    )
    with pytest.raises(AssertionError, match="which"):
        wrong.run(connection, [("a", 1)])
