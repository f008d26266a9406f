"""The n-th step of accepting, claiming, filing and settling fails, for every n: one ticket and one acknowledgement.

A step is a statement or a commit on either database. A failing commit is tried both ways: it did not happen, and it
did but nobody heard of it.
"""

import sqlite3
from dataclasses import dataclass

import pytest

from domain.errors import IntakeUnavailable, StoreUnavailable
from store import sqlite

FAILURE = "disk I/O error"


@dataclass
class Fault:
    """Fires once, at step `at`; `late`: after a commit has happened."""

    at: int = 0
    steps: int = 0
    late: bool = False
    fired: bool = False

    def arm(self, at, *, late):
        self.at, self.steps, self.late, self.fired = at, 0, late, False

    def step(self):
        self.steps += 1
        if self.steps == self.at and not self.fired:
            self.fired = True
            error = sqlite3.OperationalError(FAILURE)
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error


@pytest.fixture
def fault(monkeypatch):
    made = Fault()

    class Cursor(sqlite3.Cursor):
        def execute(self, *args):
            made.step()
            return super().execute(*args)

        def executemany(self, *args):
            made.step()
            return super().executemany(*args)

    class Connection(sqlite3.Connection):
        def cursor(self, factory=Cursor):
            return super().cursor(factory)

        def execute(self, *args):
            return self.cursor().execute(*args)

        def commit(self):
            if not made.late:
                made.step()
            super().commit()
            if made.late:
                made.step()

    real = sqlite3.connect
    monkeypatch.setattr(sqlite.sqlite3, "connect", lambda *args, **more: real(*args, factory=Connection, **more))
    return made


async def accepted(house, mark):
    """The sender tries again until it is promised."""
    for _ in range(5):
        try:
            return await house.mail(f"marca {mark}", head=head_of(mark))
        except IntakeUnavailable:
            continue
    raise AssertionError("never accepted")


def head_of(mark):
    return (
        f"From: {mark}@cliente.example\r\nTo: suporte@exemplo.com.br\r\nSubject: {mark}\r\n"
        f"Message-ID: <{mark}@cliente.example>\r\nDate: Thu, 26 Nov 2026 09:00:00 -0300\r\n"
    )


async def worked(house):
    for _ in range(5):
        try:
            await house.work()
        except (StoreUnavailable, IntakeUnavailable):
            await house.journal.recover()
        else:
            return
    raise AssertionError("never done")


@pytest.mark.parametrize("late", [False, True], ids=["nothing happened", "it happened"])
async def test_whatever_step_fails_there_is_one_ticket_and_one_acknowledgement(fault, house, late):
    at = 0
    while True:
        at += 1
        mark = f"passo{at}"
        fault.arm(at, late=late)
        await accepted(house, mark)
        await worked(house)
        if not fault.fired:
            break
    fault.arm(0, late=False)
    tickets = await house.tickets()
    marks = [ticket["subject"] for ticket in tickets]

    assert at > 15, "there are more steps than this in accept, claim, commit and settle"
    assert sorted(marks) == sorted(f"passo{number}" for number in range(1, at + 1))
    assert all(len(ticket["messages"]) == 1 and len(ticket["acknowledgements"]) == 1 for ticket in tickets)
    assert all(count == 0 for fate, count in (await house.journal.counts()).items() if fate not in {"done", "ignored"})
