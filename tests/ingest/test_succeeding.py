"""Who does not count any more is succeeded; who cannot see does not guess."""

import pytest

from domain.errors import StoreUnavailable
from ingest.sole import TERM
from ingest.succeeding import OLD, Succession
from store.nodes import NOBODY


class Roster:
    """Counts of others as a test wants them."""

    def __init__(self):
        self.counts, self.away, self.own, self.lives = {}, False, 0, set()

    def beat(self, _connection, name):
        assert name == "me"
        if self.away:
            raise StoreUnavailable("away")
        self.own += 1

    def look(self, _connection):
        return self.counts | {"me": self.own}

    def succeed(self, connection, name, seen, recover):
        assert seen == self.counts[name]
        if name in self.lives:
            return None
        del self.counts[name]
        return recover(connection, name)


class House:
    def __init__(self, holds=3):
        self.roster, self.now, self.succeeded, self.taken = Roster(), 100.0, [], 0
        self.succession = Succession(
            name="me",
            roster=self.roster,
            write=self.write,
            recover=lambda _connection, name: self.succeeded.append(name) or holds,
            taken=self.wake,
            clock=lambda: self.now,
        )

    async def write(self, unit):
        return unit(None)

    def wake(self):
        self.taken += 1

    async def looks(self, seconds, step=2.0):
        end = self.now + seconds
        while self.now < end:
            await self.succession.look()
            self.now += step


@pytest.fixture
def house():
    return House()


async def test_a_count_that_stands_still_is_succeeded_after_the_term_and_not_before(house):
    house.roster.counts = {"other": 5}
    await house.looks(TERM - 1)
    assert house.succeeded == []
    await house.looks(4)
    assert (house.succeeded, house.taken) == (["other"], 1)


async def test_a_count_that_grows_never_is(house):
    for count in range(20):
        house.roster.counts = {"other": count}
        await house.looks(2)
    assert house.succeeded == []


async def test_oneself_never_is(house):
    await house.looks(60)
    assert house.succeeded == []
    assert house.roster.own == 30


async def test_who_could_not_look_begins_to_wait_anew(house):
    """The database was away for everybody: nobody could count."""
    house.roster.counts = {"other": 5}
    await house.looks(6)
    house.roster.away = True
    await house.looks(60)
    house.roster.away = False
    await house.looks(TERM - 1)
    assert house.succeeded == []
    await house.looks(4)
    assert house.succeeded == ["other"]


async def test_who_counted_at_the_last_moment_is_waited_for_again(house):
    house.roster.counts, house.roster.lives = {"other": 5}, {"other"}
    await house.looks(30)
    assert (house.succeeded, house.taken) == ([], 0)
    house.roster.lives = set()
    await house.looks(4)
    assert house.succeeded == ["other"]


async def test_what_an_older_version_holds_is_left_alone_for_long(house):
    house.roster.counts = {NOBODY: 77}
    await house.looks(OLD - 10, step=5.0)
    assert house.succeeded == []
    await house.looks(30, step=5.0)
    assert house.succeeded == [NOBODY]


async def test_who_left_nothing_is_forgotten_without_a_word():
    house = House(holds=0)
    house.roster.counts = {"other": 5}
    await house.looks(20)
    assert (house.succeeded, house.taken) == (["other"], 0)
