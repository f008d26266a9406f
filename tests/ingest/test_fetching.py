"""Files that messages named are fetched, attached, tried again, given up: with a real store and a real server."""

import asyncio
import shutil
from datetime import timedelta

import pytest

from domain.errors import FetchFailed
from domain.remote import Access, Location, RemoteFile
from ingest.download import Bounds
from ingest.fetching import Fetching
from ingest.metrics import Metrics
from ingest.supervise import Liveness
from store import desk as units
from store import queries, remote_files
from store.attachments import AttachmentFiles
from store.engines import Database
from store.migrating import upgrade
from tests.files_server import files_server
from tests.patience import until
from tests.store.filings import NOW, PERIOD, chat, filing

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(40)
PHOTO = RemoteFile(reference="p", name="foto", content_type="application/octet-stream")


class FakeFetcher:
    """Where the reference leads on a server; errors are raised first, one for each try."""

    def __init__(self, server, *errors):
        self.server = server
        self.errors = list(errors)
        self.closed = False

    async def locate(self, file):
        if self.errors:
            raise self.errors.pop(0)
        return Location(url=f"{self.server.origin}/{file.reference}", access=Access(origins=(self.server.origin,)))

    async def close(self):
        self.closed = True


class House:
    def __init__(self, database, folder, fetcher):
        self.database = database
        self.files = AttachmentFiles(folder)
        self.now = NOW
        self.liveness = Liveness()
        self.fetcher = fetcher
        self.wake = asyncio.Event()
        self.fetching = self.made()

    def made(self, **options):
        values = {
            "database": self.database,
            "files": self.files,
            "fetchers": {"chat": self.fetcher} if self.fetcher else {},
            "wake": self.wake,
            "metrics": Metrics(),
            "liveness": self.liveness,
            "bounds": Bounds(size=1000, seconds=5),
            "concurrency": 2,
            "retry_delays": (10.0, 60.0),
            "poll": 0.05,
            "now": lambda: self.now,
        }
        return Fetching(**{**values, **options})

    async def file(self, *remote):
        message = chat("a", remote_files=remote)
        await self.database.write(lambda connection: units.file(connection, [filing(1, message)], NOW, PERIOD))

    async def turn(self):
        while await self.fetching.one_turn():
            await self.fetching.settle()

    async def message(self):
        ticket = await self.database.read(lambda connection: queries.ticket(connection, 1))
        return ticket["messages"][0]


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("desk") / "desk.db"
    asyncio.run(upgrade(f"sqlite:///{path}", "desk"))
    return path


@pytest.fixture
async def server():
    async with files_server(p=JPEG) as server:
        yield server


@pytest.fixture
async def house(template, tmp_path, server):
    shutil.copy(template, tmp_path / "desk.db")
    database = Database.open(f"sqlite:///{tmp_path / 'desk.db'}")
    yield House(database, tmp_path / "attachments", FakeFetcher(server))
    await database.close()


async def test_a_file_becomes_an_attachment_with_the_type_of_its_bytes(house):
    await house.file(PHOTO)
    await house.turn()

    message = await house.message()
    [attached] = message["attachments"]
    assert (attached["name"], attached["content_type"], attached["size"]) == ("foto", "image/jpeg", len(JPEG))
    assert "remote_files" not in message
    assert house.files.get(attached["sha256"]) == JPEG


async def test_a_temporary_failure_waits_for_its_delay(house, server):
    await house.file(PHOTO)
    house.fetcher.errors = [FetchFailed("away", permanent=False)]
    await house.turn()
    house.now += timedelta(seconds=9)
    await house.turn()
    assert (await house.message())["remote_files"][0]["reason"] == "away"
    assert server.asked == []

    house.now += timedelta(seconds=1)
    await house.turn()
    assert len((await house.message())["attachments"]) == 1


async def test_the_providers_wish_for_silence_is_kept(house, server):
    await house.file(PHOTO)
    house.fetcher.errors = [FetchFailed("slow down", permanent=False, retry_after=100)]
    await house.turn()
    house.now += timedelta(seconds=99)
    await house.turn()
    assert server.asked == []


async def test_after_the_last_delay_it_is_given_up_until_a_person_says_so(house):
    await house.file(PHOTO)
    house.fetcher.errors = [FetchFailed("away", permanent=False)] * 3
    for _ in range(4):
        await house.turn()
        house.now += timedelta(days=1)
    [failed] = (await house.message())["remote_files"]
    assert (failed["state"], failed["attempts"], failed["reason"]) == ("failed", 3, "away")

    await house.database.write(lambda connection: remote_files.retry(connection, 1, "maria", house.now))
    await house.turn()
    assert len((await house.message())["attachments"]) == 1


@pytest.mark.parametrize(
    ("file", "answer", "reason"),
    [
        (RemoteFile(reference="p", name="a", size=1001), JPEG, "larger than 0.001 MB"),
        (RemoteFile(reference="p", name="a"), b"x" * 1001, "larger than 0.001 MB"),
        (RemoteFile(reference="p", name="a"), (404, {}, None), "answered 404"),
        (
            RemoteFile(reference="p", name="a", content_type="image/png"),
            b"<!doctype html><p>Sign in",
            "a web page came",
        ),
    ],
)
async def test_what_is_hopeless_fails_at_once_with_its_reason(house, server, file, answer, reason):
    server.answers["/p"] = answer
    await house.file(file)
    await house.turn()

    [failed] = (await house.message())["remote_files"]
    assert failed["state"] == "failed"
    assert reason in failed["reason"]


async def test_one_bad_file_does_not_hold_up_its_neighbours(house, server):
    server.answers["/gone"] = (404, {}, None)
    await house.file(RemoteFile(reference="gone", name="a"), PHOTO, PHOTO, PHOTO)
    await house.turn()

    assert len((await house.message())["attachments"]) == 3


async def test_a_bug_of_a_channel_costs_its_file_only(house):
    house.fetcher.errors = [RuntimeError("bug")]
    await house.file(PHOTO)
    await house.turn()

    assert (await house.message())["remote_files"][0]["state"] == "waiting"


async def test_a_channel_that_is_gone_is_said(house):
    house.fetching = house.made(fetchers={})
    await house.file(PHOTO)
    await house.turn()

    assert "'chat' is not configured" in (await house.message())["remote_files"][0]["reason"]


async def test_running_it_fetches_what_is_filed_meanwhile_and_what_a_dead_process_left(house, server):
    await house.file(PHOTO)
    await house.database.write(lambda connection: remote_files.claim(connection, 10, NOW))
    running = asyncio.ensure_future(house.fetching.run())

    async def attached():
        return (await house.message())["attachments"]

    await until(attached)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert house.liveness.parts["files"].state == "up"


async def test_stopping_leaves_what_is_under_way_for_the_next_start(house, server):
    async def never(request):
        await asyncio.sleep(60)

    server.answers["/p"] = never
    await house.file(PHOTO)
    running = asyncio.ensure_future(house.fetching.run())
    await until(lambda: server.asked)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert await house.database.write(lambda connection: remote_files.recover(connection, NOW)) == 1
