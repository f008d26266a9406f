"""The receiver over real sockets."""

import asyncio
import contextlib
import smtplib

import pytest

from channels.smtp.receive_session import Session
from domain.errors import ShareSpent
from tests.channels.site import UNAVAILABLE, FakeIntake
from tests.channels.smtp.transport import MAIL, one_mail, receiver_of, receiving, wired
from tests.patience import PATIENCE, until


class SlowIntake(FakeIntake):
    """Promises only when allowed to."""

    def __init__(self):
        super().__init__()
        self.asked, self.allowed = asyncio.Event(), asyncio.Event()

    async def accept(self, raw):
        self.asked.set()
        await self.allowed.wait()
        return await super().accept(raw)


async def test_a_mail_is_kept_byte_for_byte_with_its_envelope():
    intake = FakeIntake()
    async with receiving(receiver_of(), intake) as port:
        assert await asyncio.to_thread(one_mail, port) == 250

    (raw,) = intake.accepted
    assert raw.payload == MAIL
    assert raw.envelope["mail_from"] == "ana@cliente.example"
    assert raw.envelope["rcpt_to"] == ["suporte@exemplo.com"]
    assert (raw.envelope["peer"], raw.envelope["tls"]) == ("127.0.0.1", False)
    assert raw.received_at.tzinfo is not None


async def test_250_names_the_journal_id_and_comes_only_after_the_promise():
    intake = SlowIntake()
    async with receiving(receiver_of(), intake) as port, wired(port) as wire:
        await wire.up_to_data()
        wire.writer.write(b"oi\r\n.\r\n")
        await intake.asked.wait()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(wire.reader.read(1), 0.05)
        intake.allowed.set()

        answer = await asyncio.wait_for(wire.reader.readline(), PATIENCE)
    assert answer == b"250 2.0.0 Accepted as raw-%s\r\n" % intake.accepted[0].dedup_key.encode()


async def test_many_mails_over_one_connection_and_pipelined_commands():
    intake = FakeIntake()
    async with receiving(receiver_of(), intake) as port, wired(port) as wire:
        await wire.say(b"EHLO c\r\n")
        for number in range(3):
            head = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<suporte@exemplo.com>\r\nDATA\r\n"
            assert (await wire.say(head)).startswith(b"250")
            assert [(await wire.reply())[:3] for _ in range(2)] == [b"250", b"354"]
            assert (await wire.say(b"Message-ID: <%d@x>\r\n\r\n.\r\n" % number)).startswith(b"250")
    assert len(intake.accepted) == 3


async def test_several_listeners_and_their_free_ports_are_known():
    receiver, intake = receiver_of(listen=["127.0.0.1:0", "127.0.0.1:0"]), FakeIntake()
    async with receiving(receiver, intake):
        ports = [listen.port for listen in receiver.addresses]
        assert [await asyncio.to_thread(one_mail, port) for port in ports] == [250, 250]
    assert len(set(ports)) == 2
    assert 0 not in ports


async def test_an_address_that_is_taken_is_a_receiver_error():
    async with receiving(receiver_of(), FakeIntake()) as port:
        with pytest.raises(OSError, match="cannot listen"):
            await receiver_of(listen=[f"127.0.0.1:{port}"]).run(FakeIntake(), lambda: None)


SPENT = ShareSpent("you have sent more than your share", seconds=7, detail="secret")


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (UNAVAILABLE, b"451 4.3.0"),
        (RuntimeError("secret detail"), b"451 4.3.0"),
        (OSError("secret"), b"451 4.3.0"),
        (KeyError("secret"), b"451 4.3.0"),
        (SPENT, b"451 4.7.1"),
    ],
)
async def test_what_cannot_be_taken_now_is_451_without_our_reason_and_the_connection_goes_on(broken, code):
    """Our fault, or others who come first."""
    intake = FakeIntake(broken=broken)
    async with receiving(receiver_of(), intake) as port, wired(port) as wire:
        answer = await wire.content(b"oi\r\n.\r\n")
        intake.broken = None
        again = await wire.content(b"oi\r\n.\r\n")

    assert answer.startswith(code)
    assert b"secret" not in answer
    assert again.startswith(b"250")


async def test_a_bug_while_answering_a_command_is_451_too(monkeypatch):
    monkeypatch.setattr("channels.smtp.receive_dialogue.read_mail", lambda _argument: 1 / 0)
    async with receiving(receiver_of(), FakeIntake()) as port, wired(port) as wire:
        await wire.say(b"EHLO c\r\n")
        assert (await wire.say(b"MAIL FROM:<a@b.example>\r\n")).startswith(b"451 4.3.0")
        assert (await wire.say(b"NOOP\r\n")).startswith(b"250")


async def test_what_aiosmtpd_would_answer_to_an_exception_is_never_permanent():
    async with receiving(receiver_of(), FakeIntake()) as port, wired(port):
        answer = await Session.handle_exception(object.__new__(_Stub), RuntimeError("secret"))
    assert answer.startswith("451 4.3.0")


class _Stub(Session):
    def _our_fault(self, error):
        return b"451 4.3.0 x"

    def __del__(self):
        """Nothing was set up."""


async def test_too_big_is_552_by_the_announced_size_and_by_the_size_it_turns_out_to_have():
    intake = FakeIntake()
    async with receiving(receiver_of(max_message="1kB"), intake) as port, wired(port) as wire:
        await wire.say(b"EHLO c\r\n")
        assert (await wire.say(b"MAIL FROM:<a@b.example> SIZE=1001\r\n")).startswith(b"552 5.3.4")
        assert (await wire.content(b"x" * 1500 + b"\r\n.\r\n")).startswith(b"552 5.3.4")
        assert (await wire.content(b"x" * 900 + b"\r\n.\r\n")).startswith(b"250")
        assert (await wire.content(b"x" * 100_000)).startswith(b"552 5.3.4")
        assert await wire.replies_until_closed() == b""
    assert len(intake.accepted) == 1


async def test_messages_in_flight_are_bounded_over_all_clients():
    """The one who brings too much at once is asked to come again; who came first is not disturbed."""
    intake = SlowIntake()
    async with receiving(receiver_of(max_in_flight="1kB"), intake) as port, wired(port) as one, wired(port) as two:
        await one.up_to_data()
        one.writer.write(b"x" * 700 + b"\r\n.\r\n")
        await intake.asked.wait()
        assert (await two.content(b"x" * 700 + b"\r\n.\r\n")).startswith(b"452 4.3.1")
        intake.allowed.set()
        assert (await one.reply()).startswith(b"250")
        assert (await two.content(b"x" * 700 + b"\r\n.\r\n")).startswith(b"250")


async def test_one_connection_too_many_is_told_so_politely():
    receiver = receiver_of(max_connections=2, max_connections_per_address=2)
    async with receiving(receiver, FakeIntake()) as port:
        async with wired(port), wired(port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            assert await reader.read() == b"421 4.7.0 Too many connections, try again later\r\n"
            writer.close()

        async def taken():
            with contextlib.suppress(smtplib.SMTPConnectError):
                return await asyncio.to_thread(one_mail, port) == 250

        await until(taken)


async def test_one_address_cannot_take_all_connections():
    async with receiving(receiver_of(max_connections_per_address=1), FakeIntake()) as port, wired(port):
        with pytest.raises(smtplib.SMTPConnectError) as refused:
            await asyncio.to_thread(smtplib.SMTP, "127.0.0.1", port)
    assert refused.value.smtp_code == 421


async def test_a_client_that_stopped_talking_is_still_answered():
    """`printf … | nc` closes its side before our answer."""
    intake = FakeIntake()
    async with receiving(receiver_of(), intake) as port, wired(port) as wire:
        await wire.up_to_data()
        wire.writer.write(b"oi\r\n.\r\n")
        wire.writer.write_eof()
        assert (await wire.replies_until_closed()).startswith(b"250")
    assert len(intake.accepted) == 1


async def test_content_cut_in_the_middle_reaches_no_intake():
    intake = FakeIntake()
    async with receiving(receiver_of(), intake) as port, wired(port) as wire:
        await wire.up_to_data()
        wire.writer.write(b"oi\r\n")
        wire.writer.write_eof()
        assert await wire.replies_until_closed() == b""
    assert intake.accepted == []


async def test_stopping_drops_half_read_content_unanswered_and_tells_idle_clients():
    receiver, intake = receiver_of(), FakeIntake()
    async with receiving(receiver, intake) as port:
        reading, idle = wired(port), wired(port)
        half, waiting = await reading.__aenter__(), await idle.__aenter__()
        await half.up_to_data()
        half.writer.write(b"metade\r\n")
        await asyncio.sleep(0.05)
    assert await half.replies_until_closed() == b""
    assert (await waiting.replies_until_closed()).startswith(b"421 4.3.2")
    assert intake.accepted == []
    for client in (half, waiting):
        client.writer.close()


async def test_stopping_lets_a_promise_under_way_be_given():
    intake = SlowIntake()
    async with receiving(receiver_of(), intake) as port:
        client = wired(port)
        wire = await client.__aenter__()
        await wire.up_to_data()
        wire.writer.write(b"oi\r\n.\r\n")
        await intake.asked.wait()
        asyncio.get_running_loop().call_later(0.1, intake.allowed.set)
    assert (await wire.replies_until_closed()).startswith(b"250")
    wire.writer.close()


async def test_stopping_does_not_wait_for_a_promise_that_does_not_come():
    intake, loop = SlowIntake(), asyncio.get_running_loop()
    async with receiving(receiver_of(), intake) as port:
        client = wired(port)
        wire = await client.__aenter__()
        await wire.up_to_data()
        wire.writer.write(b"oi\r\n.\r\n")
        await intake.asked.wait()
        begun = loop.time()
    assert loop.time() - begun < 2
    assert await wire.replies_until_closed() == b""
    wire.writer.close()
