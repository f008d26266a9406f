"""A lease belongs to one holder for as long as it renews, on both databases; no clock is asked."""

import asyncio

import pytest

from domain.errors import LeaseLost
from domain.source import Lease, Progress
from store.ledger import JournalLedger
from tests.store.filings import NOW


@pytest.fixture
async def ledger(journal):
    return JournalLedger(journal)


async def test_who_asks_first_has_it_and_the_others_hear_who(ledger):
    assert await ledger.lease("bot", "a", None) == Lease("a", 1)
    assert await ledger.lease("bot", "b", None) == Lease("a", 1)
    assert await ledger.lease("another bot", "b", None) == Lease("b", 1)


async def test_its_holder_makes_the_count_grow_and_nobody_else_does(ledger):
    await ledger.lease("bot", "a", None)
    assert await ledger.lease("bot", "a", None) == Lease("a", 2)
    assert await ledger.lease("bot", "b", 1) == Lease("a", 2)


async def test_whoever_saw_the_count_stand_still_takes_it(ledger):
    await ledger.lease("bot", "a", None)
    assert await ledger.lease("bot", "b", 1) == Lease("b", 2)
    assert await ledger.lease("bot", "a", None) == Lease("b", 2)


async def test_of_two_who_saw_it_stand_still_one_takes_it(ledger):
    await ledger.lease("bot", "a", None)
    answers = await asyncio.gather(*(ledger.lease("bot", name, 1) for name in "bcdefg"))
    assert len({answer.holder for answer in answers}) == 1


async def test_given_back_it_is_anybodys_and_an_older_count_takes_it_from_nobody(ledger):
    await ledger.lease("bot", "a", None)
    await ledger.give_back("bot", "b")
    assert (await ledger.lease("bot", "b", None)).holder == "a"
    await ledger.give_back("bot", "a")
    assert await ledger.lease("bot", "b", None) == Lease("b", 3)
    assert await ledger.lease("bot", "c", 1) == Lease("b", 3)


async def test_of_many_who_ask_at_once_one_gets_it(ledger):
    answers = await asyncio.gather(*(ledger.lease("bot", name, None) for name in "abcdefgh"))
    assert len({answer.holder for answer in answers}) == 1


async def test_what_the_holder_writes_is_written_and_what_it_writes_too_late_is_not(ledger):
    folder = await ledger.folder("caixa", "INBOX")
    await ledger.lease("caixa", "a", None)
    fenced = ledger.under("caixa", "a")
    await fenced.record(folder.key, Progress(looked_at=NOW, accepted=(1,), upto=1))

    await ledger.lease("caixa", "b", 1)
    with pytest.raises(LeaseLost, match="belongs to b now"):
        await fenced.record(folder.key, Progress(looked_at=NOW, accepted=(2,), upto=2))
    assert (await ledger.folder("caixa", "INBOX")).upto == 1
    assert await fenced.accepted(folder.key, 1, 9) == {1}


async def test_a_late_write_spoils_nothing_else_in_its_commit(ledger):
    folder = await ledger.folder("caixa", "INBOX")
    late = ledger.under("caixa", "nobody")
    results = await asyncio.gather(
        late.trouble(folder.key, "late"), ledger.trouble(folder.key, "in time"), return_exceptions=True
    )
    assert isinstance(results[0], LeaseLost)
    assert (await ledger.folder("caixa", "INBOX")).trouble == "in time"
