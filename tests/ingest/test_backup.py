"""A copy while the daemon works, put back on either engine: nothing that was acknowledged is missing."""

import asyncio
import json
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from config.settings import load
from ingest import backup, restoring
from ingest.backup import NotABackup
from ingest.wiring import open_contents
from tests.e2e.disks import small_disk
from tests.pipeline import house_in, install, opened
from tests.store.conftest import (
    backend,
    fresh_url,
    on_server,
    postgres_server,
    postgres_templates,
    run_sql,
    sqlite_templates,
    templates,
)

__all__ = ["backend", "fresh_url", "postgres_server", "postgres_templates", "sqlite_templates", "templates"]

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
HEAD = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"
BODY = "--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=x.pdf\r\n\r\n%PDF {}\r\n--b--"


@pytest.fixture
async def house(tmp_path, fresh_url, sqlite_templates, backend):
    store = json.dumps(await fresh_url("desk")) if backend == "postgresql" else "null"
    (tmp_path / "old").mkdir()
    async with house_in(tmp_path / "old", templates=sqlite_templates, store=store) as made:
        yield made


async def taken(house, folder, **options):
    settings = load(house.folder / "balcao.yaml")
    given = {"with_contents": True, "secrets": True, "told": print, **options}
    return await backup.create(settings, folder, open_contents(settings), NOW, **given)


async def put_back(settings, folder):
    backup.verify(folder)
    assert await restoring.occupied(settings, folder) is None
    return await restoring.restore(settings, folder, open_contents(settings), print)


async def subjects(house):
    return sorted(ticket["subject"] for ticket in await house.tickets())


@pytest.fixture
def other_server(onto, request):
    """Not a coroutine: starting one runs a loop of its own."""
    return request.getfixturevalue("postgres_server") if onto == "postgresql" else None


@pytest.mark.parametrize("onto", ["sqlite", "postgresql"])
async def test_what_was_copied_is_put_back_on_either_engine_and_goes_on(
    house, tmp_path, fresh_url, backend, onto, other_server
):
    for number in range(3):
        await house.mail(BODY.format(number), headers=HEAD)
    await house.work()
    await house.mail("ainda espera")
    await house.journal.claim(1)
    done = await taken(house, tmp_path / "copy")
    assert (done.contents, done.absent) == (3, [])
    before = await house.tickets()

    (tmp_path / "new").mkdir()
    url = json.dumps(await other_url(other_server)) if onto == "postgresql" else "null"
    install(tmp_path / "new", store=url)
    settings = load(tmp_path / "new" / "balcao.yaml")
    await put_back(settings, tmp_path / "copy")
    assert not restoring.mark_of(settings).exists()
    fresh = await opened(tmp_path / "new")
    try:
        assert await fresh.tickets() == before
        await fresh.work()
        assert len(await fresh.tickets()) == 4
        await fresh.mail("mais um")
        await fresh.work()
        assert [ticket["number"] for ticket in await fresh.tickets()] == [1, 2, 3, 4, 5]
        contents = open_contents(settings)
        files = [one for ticket in before for message in ticket["messages"] for one in message["attachments"]]
        assert [contents.get(one["sha256"])[:4] for one in files] == [b"%PDF"] * 3
    finally:
        await fresh.close()


async def other_url(server):
    """A PostgreSQL database that holds nothing at all."""
    name = f"restored_{time.monotonic_ns()}"
    await run_sql(server, f"CREATE DATABASE {name}")
    return on_server(server, name)


async def test_a_copy_that_is_taken_under_load_holds_every_promise_made_before(house, tmp_path):
    """Whatever was accepted before the copy began is in it, as an entry or as a ticket; and once."""
    stop = asyncio.Event()
    accepted = []

    async def write():
        while not stop.is_set():
            accepted.append((await house.mail(f"marca {len(accepted)}")).raw_id)
            await house.work()
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        group.create_task(write())
        while len(accepted) < 5:
            await asyncio.sleep(0.01)
        promised = list(accepted)
        await taken(house, tmp_path / "copy")
        stop.set()

    (tmp_path / "new").mkdir()
    install(tmp_path / "new")
    await put_back(load(tmp_path / "new" / "balcao.yaml"), tmp_path / "copy")
    fresh = await opened(tmp_path / "new")
    try:
        await fresh.work()
        raws = [message["raw_id"] for ticket in await fresh.tickets() for message in ticket["messages"]]
        assert set(promised) <= set(raws)
        assert len(raws) == len(set(raws))
    finally:
        await fresh.close()


async def test_a_copy_that_was_cut_or_changed_is_refused(house, tmp_path):
    await house.mail(BODY.format(1), headers=HEAD)
    await house.work()
    await taken(house, tmp_path / "copy")
    good = backup.verify(tmp_path / "copy")
    assert good["contents"] == 1

    def spoil_database(folder):
        path = folder / "balcao.db"
        content = bytearray(path.read_bytes())
        content[5000] ^= 1
        path.write_bytes(content)

    spoils = {
        "manifest": lambda folder: (folder / "manifest.json").unlink(),
        "cut manifest": lambda folder: (folder / "manifest.json").write_bytes(b'{"balcao'),
        "database": spoil_database,
        "missing": lambda folder: (folder / "journal.db").unlink(),
        "content": lambda folder: next(p for p in (folder / "attachments").rglob("?" * 64)).write_bytes(b"x"),
        "lost content": lambda folder: next(p for p in (folder / "attachments").rglob("?" * 64)).unlink(),
    }
    for name, spoil in spoils.items():
        shutil.copytree(tmp_path / "copy", tmp_path / name)
        spoil(tmp_path / name)
        with pytest.raises(NotABackup):
            backup.verify(tmp_path / name)


async def test_nothing_is_put_over_what_is_there(house, tmp_path):
    await house.mail("um")
    await house.work()
    await taken(house, tmp_path / "copy")

    assert await restoring.occupied(load(house.folder / "balcao.yaml"), tmp_path / "copy") is not None


@pytest.mark.parametrize("step", ["contents", "desk", "journal"])
async def test_a_restore_that_died_is_begun_again(house, tmp_path, step, monkeypatch):
    await house.mail(BODY.format(1), headers=HEAD)
    await house.work()
    await taken(house, tmp_path / "copy")
    (tmp_path / "new").mkdir()
    install(tmp_path / "new")
    settings = load(tmp_path / "new" / "balcao.yaml")
    contents = open_contents(settings)
    real = restoring._put_back

    async def dies(url, kind, copy, told):
        if kind == step:
            raise RuntimeError("killed")
        await real(url, kind, copy, told)

    def dies_at_contents(*_args):
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(restoring, "_put_back", dies)
        if step == "contents":
            patch.setattr(contents, "put", dies_at_contents)
        with pytest.raises(RuntimeError):
            await restoring.restore(settings, tmp_path / "copy", contents, print)
    assert restoring.mark_of(settings).exists()
    await put_back(settings, tmp_path / "copy")
    fresh = await opened(tmp_path / "new")
    try:
        assert await subjects(fresh) == await subjects(house)
    finally:
        await fresh.close()


async def test_a_full_disk_is_told_and_gives_its_space_back(house, tmp_path):
    await house.mail(BODY.format(1), headers=HEAD)
    await house.work()
    with small_disk(tmp_path / "small", 200_000) as small:
        with pytest.raises(OSError, match="No space left on device"):
            await taken(house, small / "copy")
        assert list(small.iterdir()) == []


async def test_killed_in_the_middle_a_copy_is_no_copy(house, tmp_path, backend):
    """SIGKILL while attachments are copied."""
    for number in range(30):
        await house.mail(BODY.format(number), headers=HEAD)
    await house.work()
    script = (
        "import sys, time; from store import auditing; from ingest.cli import main; from ingest import backup\n"
        "real = backup._copy_one\n"
        "def slow(*args):\n    time.sleep(0.2); return real(*args)\n"
        "backup._copy_one = slow\n"
        "main(sys.argv[1:])"
    )
    target = tmp_path / "copy"
    words = ["-c", str(house.folder / "balcao.yaml"), "backup", "create", str(target)]
    process = await asyncio.to_thread(subprocess.Popen, [sys.executable, "-c", script, *words])
    while not (target / "attachments").exists():
        assert process.poll() is None
        await asyncio.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()

    with pytest.raises(NotABackup, match="no complete backup"):
        backup.verify(target)
