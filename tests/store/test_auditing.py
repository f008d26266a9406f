"""Missing, damaged, orphaned, not moved yet: each is found, on disk as in a bucket."""

from datetime import timedelta

import pytest

from store import auditing, moving
from store.attachments import AttachmentFiles
from store.bucket import AttachmentBucket, BucketOptions
from store.contents import Moving
from tests.s3_server import ACCESS, SECRET, S3Server
from tests.samples import NOON
from tests.store.test_condemned import BOLETO, OTHER, name

AFTER_ALL = NOON + timedelta(days=3650)


@pytest.fixture(scope="module")
def server():
    running = S3Server().start()
    yield running
    running.stop()


@pytest.fixture
def disk(tmp_path):
    return AttachmentFiles(tmp_path / "attachments")


@pytest.fixture
def bucket(server):
    return AttachmentBucket(
        BucketOptions(bucket=server.new_bucket(), region="us-east-1", endpoint=server.endpoint, path_style=True,
                      access_key=ACCESS, secret_key=SECRET, timeout=2.0)
    )  # fmt: skip


@pytest.fixture(params=["disk", "bucket"])
def contents(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
async def database(open_database):
    opened = await open_database("desk")
    await opened.write(name(1, BOLETO))
    return opened


async def audit(database, contents, **options):
    return await auditing.audit(database, contents, **{"read": True, "young": AFTER_ALL, "told": print, **options})


async def test_all_is_well(database, contents):
    contents.put(BOLETO.content, BOLETO.sha256)
    found = await audit(database, contents)

    assert (found.named, found.good, found.whole, found.orphaned) == (1, 1, True, [])
    assert await auditing.count_names(database) == 1


@pytest.mark.parametrize("read", [True, False])
async def test_what_is_missing_is_named_with_its_tickets(database, contents, read):
    found = await audit(database, contents, read=read)

    assert (found.missing, found.damaged, found.whole) == ([BOLETO.sha256], [], False)
    tickets = await database.read(lambda connection: auditing.tickets_naming(connection, BOLETO.sha256))
    assert [(one["ticket"], one["name"]) for one in tickets] == [(1, "boleto.pdf")]


async def test_one_flipped_bit_is_damage_that_only_reading_finds(database, disk):
    disk.put(BOLETO.content, BOLETO.sha256)
    flipped = bytes([BOLETO.content[0] ^ 1]) + BOLETO.content[1:]
    disk.path(BOLETO.sha256).write_bytes(flipped)

    assert (await audit(database, disk)).damaged == [BOLETO.sha256]
    assert (await audit(database, disk, read=False)).damaged == []
    disk.path(BOLETO.sha256).write_bytes(b"cut")
    assert (await audit(database, disk, read=False)).damaged == [BOLETO.sha256]


async def test_what_no_ticket_names_is_an_orphan_once_it_is_old(database, contents):
    for one in (BOLETO, OTHER):
        contents.put(one.content, one.sha256)

    found = await audit(database, contents)
    assert [one.sha256 for one in found.orphaned] == [OTHER.sha256]
    assert found.whole
    young = await audit(database, contents, young=NOON - timedelta(days=3650))
    assert (young.orphaned, young.young) == ([], 1)


async def test_what_was_not_moved_yet_is_found_where_it_was_and_moved_with_its_bytes(database, disk, bucket):
    for one in (BOLETO, OTHER):
        disk.put(one.content, one.sha256)
    both = Moving(bucket, disk)

    assert (await audit(database, both)).elsewhere == 1
    assert both.get(BOLETO.sha256) == BOLETO.content
    done = await moving.move(both, keep=False, told=print)
    assert (done.moved, done.moved_bytes, done.damaged) == (2, BOLETO.size + OTHER.size, [])
    assert list(disk.listing()) == []
    found = await audit(database, both)
    assert (found.good, found.elsewhere, found.whole) == (1, 0, True)


async def test_moving_leaves_what_is_damaged_and_can_be_begun_again(database, disk, bucket):
    for one in (BOLETO, OTHER):
        disk.put(one.content, one.sha256)
    disk.path(OTHER.sha256).write_bytes(b"damaged")

    for _ in range(2):
        done = await moving.move(Moving(bucket, disk), keep=True, told=print)
        assert (done.moved, done.damaged) == (1, [OTHER.sha256])
    back = await moving.move(Moving(disk, bucket), keep=False, told=print)
    assert back.moved == 1
    assert [one.sha256 for one in bucket.listing()] == []
