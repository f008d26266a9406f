"""Contents go that no attachment names, and none that somebody is just about to name."""

import asyncio
import hashlib
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from domain.errors import StoreUnavailable
from domain.interaction import Attachment
from store import condemned, desk, sweeping
from store.attachments import AttachmentFiles
from store.condemned import ContentCondemned
from store.naming import put_and_name
from tests.samples import NOON
from tests.store.filings import filing, said

LATER = NOON + timedelta(days=2)
BOLETO = Attachment(name="boleto.pdf", content_type="application/pdf", content=b"%PDF-1.7 boleto")
OTHER = Attachment(name="foto.jpg", content_type="image/jpeg", content=b"\xff\xd8 foto")


@pytest.fixture
async def database(open_database):
    return await open_database("desk")


@pytest.fixture
def files(tmp_path):
    return AttachmentFiles(tmp_path / "attachments")


def name(number, *attachments):
    """A ticket whose message names `attachments`."""

    def unit(connection):
        desk.allocate_numbers(connection, 1)
        message = said(f"m{number}", attachments=attachments)
        desk.file(connection, [filing(number, message)], NOON, "2026-11-22T12")

    return unit


async def condemn(database, *attachments, now=NOON):
    contents = [one.sha256 for one in attachments]
    return await database.write(lambda connection: condemned.condemn(connection, contents, now))


def put(files, *attachments):
    async def do():
        files.put_many([(one.content, one.sha256) for one in attachments])

    return do


async def scan(database, files, **options):
    given = {"before": LATER + timedelta(days=365), "now": NOON, **options}
    return await sweeping.scan(database, files, **given)


async def test_what_is_named_stays_and_what_is_not_goes(database, files):
    await put(files, BOLETO, OTHER)()
    await database.write(name(1, BOLETO))

    found = await scan(database, files)
    assert (found.seen, found.unnamed, found.unnamed_bytes) == (2, 1, OTHER.size)
    assert await sweeping.sweep(database, files, NOON) == 1
    assert files.get(BOLETO.sha256) == BOLETO.content
    assert files.find(OTHER.sha256) is None
    assert await sweeping.sweep(database, files, NOON) == 0


async def test_what_is_young_stays_and_a_dry_run_changes_nothing(database, files):
    await put(files, OTHER)()

    assert (await scan(database, files, before=NOON)).kept == 1
    assert (await scan(database, files, dry=True)).unnamed == 1
    assert await sweeping.sweep(database, files, NOON) == 0
    assert files.find(OTHER.sha256) is not None


async def test_what_was_named_meanwhile_is_spared(database, files):
    """Condemned by somebody who read before the row was there, as PostgreSQL allows."""
    await put(files, BOLETO)()
    assert await condemn(database, BOLETO) == 1
    await database.write(lambda connection: condemned.spare(connection, [BOLETO.sha256]))
    await database.write(name(1, BOLETO))
    assert await condemn(database, BOLETO) == 0
    assert await sweeping.sweep(database, files, NOON) == 0
    assert files.find(BOLETO.sha256) is not None


async def test_naming_what_is_condemned_is_rolled_back_and_goes_well_the_next_time(database, files):
    await put(files, BOLETO)()
    await condemn(database, BOLETO)
    with pytest.raises(ContentCondemned):
        await database.write(name(1, BOLETO))

    await put_and_name(database, put(files, BOLETO), lambda: database.write(name(1, BOLETO)))
    assert await sweeping.sweep(database, files, NOON) == 0
    assert files.get(BOLETO.sha256) == BOLETO.content


async def test_a_content_that_went_after_it_was_put_is_put_again(database, files):
    """put ─ condemned, taken, removed ─ named: the name comes last, and would have had nothing."""
    puts = []

    async def put_once_then_lose_it():
        await put(files, BOLETO)()
        puts.append(1)
        if len(puts) == 1:
            await condemn(database, BOLETO)
            await sweeping.sweep(database, files, NOON)
            assert files.find(BOLETO.sha256) is None

    await put_and_name(database, put_once_then_lose_it, lambda: database.write(name(1, BOLETO)))

    assert len(puts) == 2
    assert files.get(BOLETO.sha256) == BOLETO.content


async def test_who_names_what_is_just_going_comes_again_later(database, files):
    await put(files, BOLETO)()
    await condemn(database, BOLETO)
    going = await database.write(lambda connection: condemned.take(connection, 10, NOON))
    assert going == [BOLETO.sha256]

    with pytest.raises(StoreUnavailable):
        await put_and_name(database, put(files, BOLETO), lambda: database.write(name(1, BOLETO)))

    files.remove(BOLETO.sha256)
    await database.write(lambda connection: condemned.gone(connection, going, NOON))
    await put_and_name(database, put(files, BOLETO), lambda: database.write(name(1, BOLETO)))
    assert files.get(BOLETO.sha256) == BOLETO.content


async def test_a_removal_that_died_is_taken_up_by_another_and_only_then(database, files):
    await put(files, OTHER)()
    await condemn(database, OTHER)
    await database.write(lambda connection: condemned.take(connection, 10, NOON))

    assert await sweeping.sweep(database, files, NOON + timedelta(minutes=1)) == 0
    assert await sweeping.sweep(database, files, NOON + condemned.STUCK + timedelta(seconds=1)) == 1
    assert files.find(OTHER.sha256) is None


async def test_the_same_content_can_be_condemned_again_and_is_forgotten_in_the_end(database, files):
    for _ in range(2):
        await put(files, OTHER)()
        assert await condemn(database, OTHER) == 1
        assert await condemn(database, OTHER) == 0
        assert await sweeping.sweep(database, files, NOON) == 1
    listed = "SELECT count(*) FROM condemned_contents"
    assert await database.read(lambda connection: connection.exec_driver_sql(listed).scalar()) == 1
    await sweeping.sweep(database, files, NOON + condemned.REMEMBERED + timedelta(seconds=1))
    assert await database.read(lambda connection: connection.exec_driver_sql(listed).scalar()) == 0


async def test_a_collector_beside_busy_writers_takes_nothing_that_is_named(database, files):
    """Ten contents over and over, named by new tickets while a collector runs without a pause."""
    contents = [Attachment(name="x", content_type="x/y", content=f"content {n}".encode()) for n in range(10)]
    number = iter(range(1, 1000))
    done = asyncio.Event()

    async def collect():
        while not done.is_set():
            await scan(database, files)
            await sweeping.sweep(database, files, NOON)

    async def write(some):
        for one in some * 3:
            ticket = next(number)
            for _ in range(100):
                try:
                    await put_and_name(database, put(files, one), lambda t=ticket, o=one: database.write(name(t, o)))
                    break
                except (StoreUnavailable, IntegrityError):
                    await asyncio.sleep(0.01)
            await database.write(_forget(ticket) if ticket % 2 else lambda _: None)

    async with asyncio.TaskGroup() as group:
        collector = group.create_task(collect())
        writers = [group.create_task(write(contents[start::2])) for start in range(2)]
        await asyncio.wait(writers)
        done.set()
        await collector

    query = "SELECT DISTINCT sha256 FROM attachments"
    named = await database.read(lambda connection: connection.exec_driver_sql(query).scalars().all())
    assert named
    assert [one for one in named if files.get(one) is None] == []


def _forget(ticket):
    query = f"DELETE FROM attachments WHERE message IN (SELECT id FROM messages WHERE ticket = {ticket})"
    return lambda connection: connection.exec_driver_sql(query)


def test_what_a_crash_left_half_written_goes(files, tmp_path):
    files.put(BOLETO.content, BOLETO.sha256)
    half = files.path(BOLETO.sha256).with_name(".new-abc")
    half.write_bytes(b"half")

    assert files.remove_unfinished(NOON) == 0
    assert files.remove_unfinished(LATER + timedelta(days=365)) == 1
    assert [one.sha256 for one in files.listing()] == [BOLETO.sha256] == [hashlib.sha256(BOLETO.content).hexdigest()]
