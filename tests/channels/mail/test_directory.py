"""Without a relay: mail as files."""

import email
import os

import pytest

from channels.mail.directory import DirectorySender, write_durably
from domain.errors import SendFailed
from tests.channels.mail.outgoing import NOW, message
from tests.channels.mail.reading import MAILBOX


@pytest.fixture
def sender(tmp_path):
    return DirectorySender(tmp_path / "outgoing", MAILBOX, lambda: NOW)


async def test_a_message_is_one_file_and_the_same_message_the_same_file(sender, tmp_path):
    name = await sender.send(message())
    assert await sender.send(message()) == name
    await sender.close()

    (path,) = (tmp_path / "outgoing").iterdir()
    assert path.name == name == "00000007.eml"
    assert email.message_from_bytes(path.read_bytes())["To"] == "<ana@cliente.example>"


async def test_a_directory_that_cannot_be_written_is_temporary_trouble(tmp_path):
    (tmp_path / "outgoing").write_text("a file stands where the directory should be")

    with pytest.raises(SendFailed) as failed:
        await DirectorySender(tmp_path / "outgoing", MAILBOX, lambda: NOW).send(message())
    assert not failed.value.permanent


async def test_what_is_no_address_is_written_nowhere(sender, tmp_path):
    with pytest.raises(SendFailed) as failed:
        await sender.send(message(to="a@b.example, c@d.example"))
    assert failed.value.permanent
    assert not (tmp_path / "outgoing").exists()


def test_the_file_and_its_directory_are_synced_and_a_failure_leaves_no_half(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", synced.append)
    write_durably(tmp_path / "a.eml", b"inteiro")
    assert len(synced) == 2

    monkeypatch.setattr(os, "fsync", lambda _descriptor: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_durably(tmp_path / "b.eml", b"metade")
    assert [path.name for path in tmp_path.glob("*.eml")] == ["a.eml"]
