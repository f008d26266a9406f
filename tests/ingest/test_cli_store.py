"""`balcao store …`: verified, cleaned and moved by commands, on disk and in a bucket."""

import asyncio
import os

import pytest

from store.attachments import AttachmentFiles
from tests.ingest.desk import file_tickets, install
from tests.s3_server import ACCESS, SECRET, S3Server
from tests.samples import mail
from tests.store.test_condemned import BOLETO, OTHER

S3 = """\
attachments:
  place: {place}
  s3: {{bucket: {bucket}, endpoint: "{endpoint}", path_style: true, access_key: env:S3_A, secret_key: env:S3_S}}
"""
KEYS = {"S3_A": ACCESS, "S3_S": SECRET}


@pytest.fixture(scope="module")
def server():
    running = S3Server().start()
    yield running
    running.stop()


@pytest.fixture
def desk(tmp_path):
    installed = install(tmp_path)
    (tmp_path / "var").mkdir()
    asyncio.run(file_tickets(f"sqlite:///{tmp_path / 'var' / 'balcao.db'}", mail(attachments=(BOLETO,))))
    files = AttachmentFiles(tmp_path / "var" / "attachments")
    for one in (BOLETO, OTHER):
        files.put(one.content, one.sha256)
    return installed


@pytest.fixture
def files(desk):
    return AttachmentFiles(desk.folder / "var" / "attachments")


def age(files, attachment, seconds=100_000):
    path = files.path(attachment.sha256)
    os.utime(path, (path.stat().st_mtime - seconds,) * 2)


def test_all_is_well_and_what_is_young_is_no_orphan(desk):
    found = desk.json("store", "verify")

    assert (found["ok"], found["named"], found["good"], found["young"], found["orphaned"]) == (True, 1, 1, 1, [])
    assert "lá e inteiros" in desk.run("store", "verify").output


@pytest.mark.parametrize(("spoil", "what"), [("unlink", "missing"), ("damage", "damaged")])
def test_what_is_lost_is_told_with_its_ticket_and_exits_1(desk, files, spoil, what):
    path = files.path(BOLETO.sha256)
    path.unlink() if spoil == "unlink" else path.write_bytes(b"x" * BOLETO.size)

    found = desk.json("store", "verify", code=1)
    (lost,) = found[what]
    assert lost["sha256"] == BOLETO.sha256
    assert [(one["ticket"], one["name"]) for one in lost["tickets"]] == [(1, "boleto.pdf")]
    (entry,) = {one["entry"] for one in lost["tickets"]}
    shown = desk.run("store", "verify")
    assert shown.exit_code == 1
    assert "#1" in shown.output
    assert entry in shown.output
    assert "balcao journal retry" in " ".join(shown.output.split())


def test_a_file_that_every_ticket_names_is_one_line(tmp_path):
    """The logo of a letterhead: thousands of tickets and entries would fill the screen many times over."""
    desk = install(tmp_path)
    (tmp_path / "var").mkdir()
    mails = [mail(identity=f"mail:{number}", message_id=None, attachments=(BOLETO,)) for number in range(300)]
    asyncio.run(file_tickets(f"sqlite:///{tmp_path / 'var' / 'balcao.db'}", *mails))

    shown = desk.run("store", "verify")
    assert len(shown.output.splitlines()) < 30
    assert "#4, … +296" in " ".join(shown.output.split())
    assert len(desk.json("store", "verify", code=1)["missing"][0]["tickets"]) == 300


def test_quick_looks_at_sizes_alone(desk, files):
    files.path(BOLETO.sha256).write_bytes(b"x" * BOLETO.size)

    assert desk.json("store", "verify", "--quick")["ok"]
    files.path(BOLETO.sha256).write_bytes(b"x")
    assert not desk.json("store", "verify", "--quick", code=1)["ok"]


def test_clean_removes_what_is_old_and_named_by_nobody(desk, files):
    assert desk.json("store", "clean")["removed"] == 0
    age(files, OTHER)
    assert [one["sha256"] for one in desk.json("store", "verify")["orphaned"]] == [OTHER.sha256]
    dry = desk.json("store", "clean", "--dry-run")
    assert (dry["unnamed"], dry["bytes"], dry["removed"]) == (1, OTHER.size, 0)
    assert desk.json("store", "clean")["removed"] == 1
    assert [one.sha256 for one in files.listing()] == [BOLETO.sha256]
    assert desk.run("store", "clean", "--older-than", "1 dia").exit_code == 2


def test_from_disk_to_a_bucket_and_back(desk, files, server):
    bucket = server.new_bucket()
    config = desk.config.read_text(encoding="utf-8")

    def settle(place):
        desk.config.write_text(config + S3.format(place=place, bucket=bucket, endpoint=server.endpoint))

    settle("s3")
    assert desk.run("store", "verify", "--json", env=KEYS).exit_code == 0
    moved = desk.run("store", "move", env=KEYS)
    assert moved.exit_code == 0, moved.output
    assert "2 conteúdos" in moved.output
    assert len(server.keys(bucket)) == 2
    assert list(files.listing()) == []
    files.put(b"damaged", BOLETO.sha256)
    assert desk.run("store", "move", env=KEYS).exit_code == 1
    files.remove(BOLETO.sha256)
    settle("disk")
    assert desk.run("store", "move", env=KEYS).exit_code == 0
    assert files.get(BOLETO.sha256) == BOLETO.content
    assert server.keys(bucket) == []


def test_a_bucket_that_cannot_be_used_is_told_in_its_own_words(desk, server):
    settings = desk.config.read_text() + S3.format(place="s3", bucket="nobodys", endpoint=server.endpoint)
    desk.config.write_text(settings)

    missing_key = desk.run("store", "verify")
    assert missing_key.exit_code == 2
    assert "S3_A" in missing_key.output
    told = desk.run("store", "verify", env=KEYS)
    assert told.exit_code == 2
    assert "NoSuchBucket" in told.output
    assert "db upgrade" not in told.output


def test_without_a_second_place_there_is_nothing_to_move(desk):
    assert desk.run("store", "move").exit_code == 2
