"""A lease belongs to one holder until its time is over, on both databases."""

import asyncio
from datetime import timedelta

import pytest

from store.ledger import JournalLedger
from tests.store.filings import NOW

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def ledger(journal):
    return JournalLedger(journal)


async def test_who_asks_first_has_it_and_the_others_hear_who(ledger):
    assert await ledger.lease("bot", "a", NOW + MINUTE, NOW) is None
    assert await ledger.lease("bot", "b", NOW + MINUTE, NOW) == "a"
    assert await ledger.lease("another bot", "b", NOW + MINUTE, NOW) is None


async def test_its_holder_may_hold_it_longer(ledger):
    await ledger.lease("bot", "a", NOW + MINUTE, NOW)
    assert await ledger.lease("bot", "a", NOW + 3 * MINUTE, NOW + MINUTE / 2) is None
    assert await ledger.lease("bot", "b", NOW + 9 * MINUTE, NOW + 2 * MINUTE) == "a"


async def test_after_its_time_it_is_anybodys(ledger):
    await ledger.lease("bot", "a", NOW + MINUTE, NOW)
    assert await ledger.lease("bot", "b", NOW + 2 * MINUTE, NOW + MINUTE) is None
    assert await ledger.lease("bot", "a", NOW + 2 * MINUTE, NOW + MINUTE) == "b"


async def test_only_its_holder_gives_it_back(ledger):
    await ledger.lease("bot", "a", NOW + MINUTE, NOW)
    await ledger.give_back("bot", "b")
    assert await ledger.lease("bot", "b", NOW + MINUTE, NOW) == "a"
    await ledger.give_back("bot", "a")
    assert await ledger.lease("bot", "b", NOW + MINUTE, NOW) is None


async def test_of_many_who_ask_at_once_one_gets_it(ledger):
    answers = await asyncio.gather(*(ledger.lease("bot", name, NOW + MINUTE, NOW) for name in "abcdefgh"))
    assert answers.count(None) == 1
