"""Not now, or wrong? Every kind of database error is told apart."""

import sqlite3

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from domain.errors import StoreUnavailable
from store.failures import translated, unavailable


def sqlite_error(message, code):
    error = sqlite3.OperationalError(message)
    error.sqlite_errorcode = code
    return OperationalError("SELECT 1", {}, error)


def postgres_error(state):
    class ServerError(Exception):
        sqlstate = state

    return DBAPIError("SELECT 1", {}, ServerError("of the server"))


NOT_NOW = {
    "locked": sqlite_error("database is locked", sqlite3.SQLITE_BUSY),
    "locked, extended code": sqlite_error("database is locked", sqlite3.SQLITE_BUSY_SNAPSHOT),
    "full": sqlite_error("database or disk is full", sqlite3.SQLITE_FULL),
    "read-only": sqlite_error("attempt to write a readonly database", sqlite3.SQLITE_READONLY),
    "not migrated": sqlite_error("no such table: raw", sqlite3.SQLITE_ERROR),
    "half migrated": sqlite_error("table raw has no column named x", sqlite3.SQLITE_ERROR),
    "damaged": sqlite_error("database disk image is malformed", sqlite3.SQLITE_CORRUPT),
    "connection lost": InterfaceError("SELECT 1", {}, Exception("connection is closed")),
    "no connection free": NoConnectionFree("QueuePool limit"),
    **{f"state {state}": postgres_error(state) for state in ("08006", "25006", "40P01", "42P01", "53100", "57P01")},
}
POOLED_STATES = ("26000", "42P05")
WRONG = {
    "a statement that makes no sense": sqlite_error('near "SELCT": syntax error', sqlite3.SQLITE_ERROR),
    "a duplicate": IntegrityError("INSERT", {}, Exception("UNIQUE")),
    "state 22021, text it cannot hold": postgres_error("22021"),
    "ours": KeyError("x"),
}


@pytest.mark.parametrize("error", NOT_NOW.values(), ids=NOT_NOW)
def test_what_may_pass_is_store_unavailable(error):
    with pytest.raises(StoreUnavailable) as caught, translated():
        raise error
    assert caught.value.detail
    assert caught.value.__cause__ is error


def test_a_database_that_does_not_answer_is_told_in_words_alone():
    """A TimeoutError says nothing itself; after its name stood a colon and no more."""
    assert unavailable(TimeoutError()).in_full == "the database does not answer"


@pytest.mark.parametrize("state", POOLED_STATES)
def test_a_pooler_that_changes_the_connection_is_told_with_what_to_set(state):
    with pytest.raises(StoreUnavailable) as caught, translated():
        raise postgres_error(state)
    assert "pool_mode = session" in caught.value.detail


@pytest.mark.parametrize("error", WRONG.values(), ids=WRONG)
def test_what_is_wrong_passes_as_it_is(error):
    with pytest.raises(type(error)) as caught, translated():
        raise error
    assert caught.value is error
