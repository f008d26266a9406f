"""LMTP over real sockets: LHLO, one answer per recipient, a Unix socket with its rights, Postfix's own client."""

import asyncio
import os
import smtplib
import stat
import subprocess

import pytest

from benchmarks.machine import smtp_source
from channels.smtp.options import Options
from tests.channels.site import UNAVAILABLE, FakeIntake
from tests.channels.smtp.transport import MAIL, OPTIONS, receiver_of, receiving, wired

TCP = {"lmtp": ["127.0.0.1:0"]}
TO = [b"suporte@exemplo.com", b"a@ajuda.exemplo.com"]


async def delivered(wire, *recipients, content=b"Subject: x\r\n\r\noi\r\n.\r\n"):
    """Answers to RCPT, and the answers after the content: as many as recipients were taken."""
    await wire.say(b"MAIL FROM:<ana@cliente.example>\r\n")
    answers = [await wire.say(b"RCPT TO:<%s>\r\n" % recipient) for recipient in recipients]
    assert (await wire.say(b"DATA\r\n")).startswith(b"354")
    wire.writer.write(content)
    return answers, [await wire.reply() for answer in answers if answer.startswith(b"250")]


async def test_each_recipient_that_was_taken_is_answered_in_order_also_one_named_twice():
    receiver, intake = receiver_of(**TCP), FakeIntake()
    async with receiving(receiver, intake), wired(receiver.lmtp_addresses[0].port) as wire:
        hello = await wire.say(b"LHLO mx.exemplo.com\r\n")
        answers, after = await delivered(wire, TO[0], b"nobody@exemplo.com", TO[1], TO[0])
        assert (await wire.say(b"NOOP\r\n")).startswith(b"250"), "nothing more was said"

    assert b"PIPELINING" in hello
    assert b"ENHANCEDSTATUSCODES" in hello
    assert [answer[:3] for answer in answers] == [b"250", b"550", b"250", b"250"]
    assert [answer[:9] for answer in after] == [b"250 2.0.0"] * 3
    assert [raw.envelope["rcpt_to"] for raw in intake.accepted] == [[address.decode() for address in TO]]


@pytest.mark.parametrize(
    ("broken", "content", "code"),
    [
        (UNAVAILABLE, b"oi\r\n.\r\n", b"451"),
        (RuntimeError("x"), b"oi\r\n.\r\n", b"451"),
        (None, b"x" * 2000 + b"\r\n.\r\n", b"552"),
    ],
)
async def test_a_refusal_too_is_said_once_for_each(broken, content, code):
    receiver = receiver_of(max_message="1kB", **TCP)
    async with receiving(receiver, FakeIntake(broken=broken)), wired(receiver.lmtp_addresses[0].port) as wire:
        await wire.say(b"LHLO c\r\n")
        _, after = await delivered(wire, *TO, content=content)
        assert [answer[:3] for answer in after] == [code, code]
        assert (await wire.say(b"NOOP\r\n")).startswith(b"250")


async def test_the_greetings_of_smtp_are_not_lmtps_nor_the_other_way_round():
    receiver = receiver_of(**TCP)
    async with receiving(receiver, FakeIntake()) as port:
        async with wired(receiver.lmtp_addresses[0].port) as wire:
            assert (await wire.say(b"EHLO c\r\n")).startswith(b"500")
            assert (await wire.say(b"HELO c\r\n")).startswith(b"500")
            assert (await wire.say(b"MAIL FROM:<>\r\n")).startswith(b"503")
        async with wired(port) as wire:
            assert (await wire.say(b"LHLO c\r\n")).startswith(b"500")


async def test_with_no_recipient_taken_there_is_no_data():
    receiver = receiver_of(**TCP)
    async with receiving(receiver, FakeIntake()), wired(receiver.lmtp_addresses[0].port) as wire:
        await wire.say(b"LHLO c\r\n")
        await wire.say(b"MAIL FROM:<>\r\n")
        await wire.say(b"RCPT TO:<nobody@exemplo.com>\r\n")
        assert (await wire.say(b"DATA\r\n")).startswith(b"503")


def by_socket(path):
    with smtplib.LMTP(str(path), timeout=10) as client:
        return client.sendmail("ana@cliente.example", ["suporte@exemplo.com"], MAIL)


async def test_a_unix_socket_has_its_rights_replaces_a_dead_one_and_is_gone_afterwards(tmp_path):
    path, intake = tmp_path / "lmtp.sock", FakeIntake()
    receiver = receiver_of(lmtp=[f"unix:{path}"], lmtp_mode="0600")
    for _ in range(2):
        async with receiving(receiver, intake):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert await asyncio.to_thread(by_socket, path) == {}
        assert not path.exists()
        os.mknod(path, stat.S_IFSOCK | 0o600)
    assert [raw.envelope["peer"] for raw in intake.accepted] == [""], "the same mail twice"


async def test_a_socket_that_is_in_use_and_a_file_are_left_alone(tmp_path):
    path = tmp_path / "lmtp.sock"
    async with receiving(receiver_of(lmtp=[f"unix:{path}"]), FakeIntake()):
        with pytest.raises(OSError, match="somebody listens"):
            await receiver_of(lmtp=[f"unix:{path}"]).run(FakeIntake(), lambda: None)
        assert await asyncio.to_thread(by_socket, path) == {}
    path.write_text("mine")
    with pytest.raises(OSError, match="no socket"):
        await receiver_of(lmtp=[f"unix:{path}"]).run(FakeIntake(), lambda: None)
    assert path.read_text() == "mine"


@pytest.mark.parametrize("bad", ["127.0.0.1:25", "unix:", "127.0.0.1", 8024])
def test_what_is_no_lmtp_address(bad):
    with pytest.raises(ValueError, match="lmtp"):
        Options.model_validate({**OPTIONS, "lmtp": [bad]})


@pytest.mark.skipif(smtp_source() is None, reason="Postfix's smtp-source cannot be had here")
@pytest.mark.parametrize("to_socket", [True, False])
async def test_postfixs_own_client_is_understood(tmp_path, to_socket):
    path, intake = tmp_path / "lmtp.sock", FakeIntake()
    receiver = receiver_of(lmtp=["127.0.0.1:0", f"unix:{path}"], lmtp_mode="0666")
    async with receiving(receiver, intake):
        target = f"unix:{path}" if to_socket else f"inet:127.0.0.1:{receiver.lmtp_addresses[0].port}"
        command = [*smtp_source(), "-L", "-m", "30", "-s", "3", "-r", "2", "-f", "ana@cliente.example",
                   "-t", "x@ajuda.exemplo.com", target]  # fmt: skip
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(intake.accepted) == 30
    assert {len(raw.envelope["rcpt_to"]) for raw in intake.accepted} == {2}
