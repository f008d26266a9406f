"""How far fetched sources were read, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import IntakeUnavailable
from domain.source import Backfill, Gap, Progress
from store.ledger import JournalLedger

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


@pytest.fixture
async def ledger(journal):
    return JournalLedger(journal)


@pytest.fixture
async def inbox(ledger):
    """A folder that was begun at UID 10."""
    known = await ledger.folder("caixa", "INBOX")
    await ledger.begin(replace(known, uid_validity=7, start=10, upto=9, began_at=NOW, looked_at=NOW))
    return await ledger.folder("caixa", "INBOX")


def gap(uid, attempts=1, reason="refused"):
    return Gap(uid=uid, reason=reason, attempts=attempts, noted_at=NOW, retry_at=NOW + timedelta(minutes=5))


async def test_a_new_folder_was_never_opened_and_is_the_same_the_next_time(ledger):
    first = await ledger.folder("caixa", "INBOX")

    assert (first.uid_validity, first.start, first.upto) == (None, 1, 0)
    assert await ledger.folder("caixa", "INBOX") == first
    assert (await ledger.folder("caixa", "Suporte")).key != first.key
    assert (await ledger.folder("outra", "INBOX")).key != first.key


async def test_progress_is_remembered_and_never_goes_back(ledger, inbox):
    await ledger.record(inbox.key, Progress(looked_at=NOW, accepted=(10, 12), settled=(10,), upto=12))
    await ledger.record(inbox.key, Progress(looked_at=NOW + timedelta(hours=1), accepted=(3, 10), upto=5))

    after = await ledger.folder("caixa", "INBOX")
    assert (after.upto, after.looked_at) == (12, NOW + timedelta(hours=1))
    assert await ledger.accepted(inbox.key, 4, 100) == {10, 12}
    assert await ledger.accepted(inbox.key, 1, 11) == {3, 10}
    assert await ledger.unsettled(inbox.key) == [3, 12]
    await ledger.record(inbox.key, Progress(looked_at=NOW, settled=(3, 12)))
    assert await ledger.unsettled(inbox.key) == []


async def test_a_gap_stays_until_its_mail_is_here_or_gone(ledger, inbox):
    await ledger.record(inbox.key, Progress(looked_at=NOW, gaps=(gap(10), gap(11), gap(12))))
    later = replace(gap(11, attempts=2, reason="still refused"), noted_at=NOW + timedelta(hours=1))
    await ledger.record(inbox.key, Progress(looked_at=NOW, accepted=(10,), vanished=(12,), gaps=(later,)))

    assert await ledger.gaps(inbox.key) == [replace(later, noted_at=NOW)]
    report = next(iter(await ledger.reports()))
    assert (report.folder.name, report.missing, report.gaps) == ("INBOX", 1, (replace(later, noted_at=NOW),))
    assert await ledger.accepted_counts() == {inbox.key: 1}


async def test_another_uidvalidity_forgets_uids_and_gaps_of_this_folder_only(ledger, inbox):
    other = await ledger.folder("caixa", "Suporte")
    for key in (inbox.key, other.key):
        await ledger.record(key, Progress(looked_at=NOW, accepted=(10,), gaps=(gap(11),), upto=11))
    again = Backfill(since=NOW, silent_before=NOW + timedelta(days=1))
    await ledger.begin(replace(inbox, uid_validity=8, start=1, upto=0, backfill=again))

    after = await ledger.folder("caixa", "INBOX")
    assert (after.uid_validity, after.start, after.upto, after.backfill) == (8, 1, 0, again)
    assert await ledger.accepted(inbox.key, 1, 100) == set()
    assert await ledger.gaps(inbox.key) == []
    assert await ledger.accepted(other.key, 1, 100) == {10}
    assert [one.uid for one in await ledger.gaps(other.key)] == [11]


async def test_a_finished_backfill_means_that_we_were_here_since_then(ledger, inbox):
    await ledger.backfill(inbox.key, Backfill(since=NOW - timedelta(days=30), silent_before=NOW))
    assert (await ledger.folder("caixa", "INBOX")).backfill is not None
    await ledger.backfill(inbox.key, None)
    after = await ledger.folder("caixa", "INBOX")
    assert (after.backfill, after.began_at) == (None, NOW - timedelta(days=30))

    await ledger.backfill(inbox.key, Backfill(since=NOW, silent_before=NOW))
    await ledger.backfill(inbox.key, None)
    assert (await ledger.folder("caixa", "INBOX")).began_at == NOW - timedelta(days=30)


async def test_trouble_is_told_until_it_is_over(ledger, inbox):
    await ledger.trouble(inbox.key, "no such folder")
    assert (await ledger.folder("caixa", "INBOX")).trouble == "no such folder"
    await ledger.trouble(inbox.key, None)
    assert (await ledger.folder("caixa", "INBOX")).trouble is None


async def test_many_uids_at_once(ledger, inbox):
    uids = tuple(range(10, 3010))
    await ledger.record(inbox.key, Progress(looked_at=NOW, accepted=uids, gaps=tuple(map(gap, uids)), upto=3009))
    await ledger.record(inbox.key, Progress(looked_at=NOW, settled=uids, vanished=uids))

    assert await ledger.accepted(inbox.key, 1, 10_000) == set(uids)
    assert await ledger.unsettled(inbox.key) == []
    assert await ledger.gaps(inbox.key) == []


async def test_a_journal_that_is_away_is_said_in_words(ledger, journal):
    await journal.close()

    with pytest.raises(IntakeUnavailable):
        await ledger.folder("caixa", "INBOX")
