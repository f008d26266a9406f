"""The manager connection, against a server that speaks the documented line protocol."""

import asyncio
from contextlib import asynccontextmanager

import pytest
import structlog

from channels.voice.ami import AmiReceiver
from channels.voice.decode import decode
from domain.call import Outcome
from domain.call_merging import merged
from domain.errors import ConnectionLost, CredentialsRejected, IntakeUnavailable, ReceiverError
from tests.channels.site import FakeIntake
from tests.patience import until

BANNER = b"Asterisk Call Manager/7.0.3\r\n"
ACCEPTED = b"Response: Success\r\nMessage: Authentication accepted\r\n\r\n"
BOOTED = b"Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n"


def event(name, at, **fields):
    known = {"Event": name, "Uniqueid": "1.1", "Linkedid": "1.1", "Timestamp": f"{1772451600 + at}.000000", **fields}
    return "".join(f"{key}: {value}\r\n" for key, value in known.items()).encode() + b"\r\n"


CALL = (
    event("Newchannel", 0, CallerIDNum="11912345678", CallerIDName="Ana", Exten="600", Context="from-trunk"),
    event("QueueCallerJoin", 1, Queue="suporte"),
    event("VarSet", 1, Variable="X", Value="1"),
    event("QueueCallerAbandon", 30, Queue="suporte", HoldTime="29"),
    event("Hangup", 30, Cause="16"),
)


class Manager:
    """`scripts`: what each connection is told after its login; None: the secret is wrong."""

    def __init__(self, *scripts):
        self.scripts = list(scripts)
        self.asked = []
        self.closed = []

    async def serve(self, reader, writer):
        script = self.scripts.pop(0) if self.scripts else b""
        writer.write(BANNER)
        self.asked.append(await reader.readuntil(b"\r\n\r\n"))
        if script is None:
            writer.write(b"Response: Error\r\nMessage: Authentication failed\r\n\r\n")
        else:
            writer.write(BOOTED + ACCEPTED + script)
        await writer.drain()
        if not self.scripts:
            await reader.read()
        writer.close()
        self.closed.append(writer)


@asynccontextmanager
async def manager(*scripts):
    fake = Manager(*scripts)
    async with await asyncio.start_server(fake.serve, "127.0.0.1", 0) as server:
        yield fake, server.sockets[0].getsockname()[1]
        await until(lambda: len(fake.closed) == len(fake.asked))


def receiver(port, **options):
    return AmiReceiver(channel="pabx", host="127.0.0.1", port=port, user="balcao", secret="segredo", **options)


async def taken(one, intake, count):
    running = asyncio.create_task(one.run(intake, lambda: None))
    await until(lambda: len(intake.accepted) >= count or running.done())
    running.cancel()
    return (await asyncio.gather(running, return_exceptions=True))[0]


def call_of(intake):
    events = [event for raw in intake.accepted for one in read(raw) for event in one.call_events]
    return merged(events)


def read(raw):
    found = decode(raw)
    return found.noted if hasattr(found, "noted") else found


async def test_it_logs_in_and_journals_what_tells_of_calls():
    intake = FakeIntake()
    async with manager(b"".join(CALL)) as (fake, port):
        await taken(receiver(port), intake, 4)

    assert fake.asked == [b"Action: Login\r\nUsername: balcao\r\nSecret: segredo\r\nEvents: on\r\n\r\n"]
    assert len(intake.accepted) == 4, "a VarSet tells nothing"
    call = call_of(intake)
    assert (call.outcome, call.caller, call.queue, call.abandoned, call.waited_s) == (
        Outcome.MISSED, "+5511912345678", "suporte", True, 29,
    )  # fmt: skip


async def test_a_wrong_secret_is_told_apart_from_a_lost_connection():
    async with manager(None) as (_, port):
        with pytest.raises(CredentialsRejected, match="Authentication failed"):
            await receiver(port).run(FakeIntake(), lambda: None)


async def test_what_is_no_manager_is_not_told_the_secret():
    asked = []

    async def web(reader, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        asked.append(await reader.read(100))
        writer.close()

    async with await asyncio.start_server(web, "127.0.0.1", 0) as server:
        with pytest.raises(ConnectionLost, match="no Asterisk manager"):
            await receiver(server.sockets[0].getsockname()[1]).run(FakeIntake(), lambda: None)
    await asyncio.sleep(0)
    assert b"".join(asked) == b""


async def test_a_cut_in_the_middle_of_an_event_loses_that_event_and_nothing_before_it():
    intake = FakeIntake()
    async with manager(CALL[0] + CALL[1] + CALL[3][:25], b"") as (_, port):
        with pytest.raises(ConnectionLost, match="was cut"):
            await receiver(port).run(intake, lambda: None)

    assert len(intake.accepted) == 2


async def test_after_a_gap_it_says_from_when_until_when_nothing_was_heard():
    intake = FakeIntake()
    times = [1000.0]
    async with manager(CALL[0], CALL[4]) as (_, port):
        one = receiver(port, clock=lambda: times[0])
        with pytest.raises(ConnectionLost):
            await one.run(intake, lambda: None)
        times[0] = 1100.0
        with structlog.testing.capture_logs() as logs:
            await taken(one, intake, 2)

    (told,) = [entry for entry in logs if entry["event"] == "ami_unheard"]
    assert (told["since"], told["until"]) == ("1970-01-01T00:16:40+00:00", "1970-01-01T00:18:20+00:00")


async def test_until_the_connection_was_cut_nothing_was_missed_however_quiet_it_was():
    intake, times = FakeIntake(), iter((1000.0, 1100.0, 1103.0, 1103.0, 1103.0))
    async with manager(b"", CALL[0]) as (_, port):
        one = receiver(port, clock=lambda: next(times))
        with pytest.raises(ConnectionLost):
            await one.run(intake, lambda: None)
        with structlog.testing.capture_logs() as logs:
            await taken(one, intake, 1)

    assert [entry for entry in logs if entry["event"] == "ami_unheard"] == []


async def test_an_event_without_a_time_is_given_ours():
    intake = FakeIntake()
    bare = b"Event: Hangup\r\nUniqueid: 1.1\r\nLinkedid: 1.1\r\n\r\n"
    async with manager(bare) as (_, port):
        await taken(receiver(port, clock=lambda: 1772451600.5), intake, 1)

    assert intake.accepted[0].payload.endswith(b"Linkedid: 1.1\r\nTimestamp: 1772451600.500000\r\n")


async def test_a_silent_manager_is_asked_and_then_given_up():
    async with manager(b"") as (_, port):
        with pytest.raises(ConnectionLost, match="fallen silent"):
            await receiver(port, quiet=0.05).run(FakeIntake(), lambda: None)


async def test_whoever_connects_while_the_journal_is_away_says_so_and_comes_again(monkeypatch):
    intake = FakeIntake()

    async def away(*_):
        raise IntakeUnavailable("the journal is away")

    monkeypatch.setattr(intake.ledger, "folder", away)
    async with manager(b"") as (_, port):
        with pytest.raises(ReceiverError, match="cannot be taken down now: the journal is away"):
            await receiver(port).run(intake, lambda: None)


async def test_while_the_journal_is_away_an_event_waits(monkeypatch):
    monkeypatch.setattr("channels.voice.ami.JOURNAL_DELAY", 0.01)
    intake = FakeIntake(broken=IntakeUnavailable("away"))
    async with manager(CALL[0]) as (_, port):
        running = asyncio.create_task(receiver(port).run(intake, lambda: None))
        await until(lambda: intake.refused)
        intake.broken = None
        await until(lambda: intake.accepted)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    assert len(intake.accepted) == 1
