"""Servers that misbehave, played by tests/channels/imap/server.py: each costs its own mail at most."""

import asyncio
import time
from dataclasses import replace

import pytest

from channels.imap.batches import AFTER_BREAKS
from domain.errors import ConnectionLost, CredentialsRejected, IntakeUnavailable, ReceiverError
from tests.channels.imap.mailbox import Kept, mail
from tests.channels.imap.server import Box, serving
from tests.channels.imap.transport import receiver_of, receiving
from tests.patience import until

WITHOUT_IDLE = "IMAP4rev1 MOVE UIDPLUS AUTH=PLAIN"
WITHOUT_MOVE = "IMAP4rev1 IDLE UIDPLUS AUTH=PLAIN"


@pytest.fixture
def server():
    with serving() as one:
        yield one


async def taken(server, tmp_path, *, count, settled=0, intake=None, **options):
    """Open the empty folder, deliver numbered mails, wait for `count` of them and until `settled` are marked there."""
    intake = intake or Kept()
    receiver = receiver_of(server, tmp_path, **options)
    async with receiving(receiver, intake):
        await until(lambda: server.box.commands("IDLE") or "IDLE" not in server.box.capabilities)
        with server.box.changed:
            for number in range(1, 8):
                server.box.deliver(mail(f"carta {number}"))
        await until(lambda: len(intake.raws) >= count)
        await until(lambda: intake.ledger.of().upto == 7)
        await until(lambda: len(intake.ledger.settled) >= settled)
    return intake


@pytest.mark.parametrize(
    ("fault", "reason"), [("refused", "SERVERBUG"), ("withheld", "the server lists this mail and does not give it")]
)
async def test_a_mail_that_is_not_given_is_a_gap_and_the_others_are_taken(fault, reason, server, tmp_path):
    getattr(server.box, fault).add(3)

    intake = await taken(server, tmp_path, count=6)

    assert [(gap.uid, gap.attempts) for gap in intake.ledger.missing.values()] == [(3, 1)]
    assert reason in intake.ledger.missing[1, 3].reason
    assert "carta 3" not in intake.subjects()


async def test_a_gap_is_tried_again_when_its_time_comes_and_each_time_later(server, tmp_path):
    server.box.refused.add(3)
    intake = await taken(server, tmp_path, count=6)
    first = intake.ledger.missing[1, 3]
    intake.ledger.missing[1, 3] = replace(first, retry_at=first.noted_at)

    async with receiving(receiver_of(server, tmp_path), intake):
        await until(lambda: intake.ledger.missing[1, 3].attempts == 2)
    second = intake.ledger.missing[1, 3]
    assert second.retry_at - second.noted_at == 2 * (first.retry_at - first.noted_at)

    server.box.refused.clear()
    intake.ledger.missing[1, 3] = replace(second, retry_at=first.noted_at)
    async with receiving(receiver_of(server, tmp_path), intake):
        await until(lambda: len(intake.raws) == 7)
        await until(lambda: not intake.ledger.missing)
    assert intake.silent() == []


async def test_a_mail_over_which_the_server_dies_is_found_out_and_given_up(server, tmp_path):
    """Batches shrink until it is alone; neither it nor its neighbours are fetched for ever."""
    server.box.broken.add(3)
    intake = Kept()
    async with receiving(receiver_of(server, tmp_path), intake) as running:
        await until(lambda: server.box.commands("IDLE"))
        for number in range(1, 8):
            server.box.deliver(mail(f"carta {number}"))
        await until(lambda: running.done() or intake.ledger.of().upto == 7)
        assert not running.done(), "its folder is opened again, the channel goes on"

    assert len(intake.raws) == 6
    assert len(server.box.commands("LOGIN")) <= 1 + len(AFTER_BREAKS) + 1
    assert "breaks the connection" in intake.ledger.missing[1, 3].reason


async def test_without_idle_it_looks_from_time_to_time(tmp_path):
    with serving(Box(capabilities=WITHOUT_IDLE)) as server:
        intake = await taken(server, tmp_path, count=7, poll="1s")

    assert server.box.commands("IDLE") == []
    assert len(intake.raws) == 7


async def test_an_end_of_file_in_idle_is_a_lost_connection_and_no_hot_loop(server, tmp_path):
    server.box.hang_up_in_idle = True
    began = time.monotonic()

    with pytest.raises(ConnectionLost, match="could not wait"):
        await receiver_of(server, tmp_path).run(Kept(), lambda: None)

    assert len(server.box.commands("IDLE")) == 1
    assert time.monotonic() - began < 30


async def test_news_that_come_in_one_piece_with_the_last_answer_are_not_overlooked(server, tmp_path, monkeypatch):
    """A mail that arrives between the last look and IDLE is told in the first bytes, which no poll sees any more."""
    from tests.channels.imap.server import _Session  # noqa: PLC0415 - only this test changes how it speaks

    def idle(self, _):
        self.wfile.write(b"+ idling\r\n* 1 EXISTS\r\n")
        return "OK idled" if self.rfile.readline() else None

    monkeypatch.setattr(_Session, "do_idle", idle)
    async with receiving(receiver_of(server, tmp_path, idle="20m"), Kept()):
        await until(lambda: len(server.box.commands("IDLE")) > 2)


async def test_without_move_a_mail_is_copied_and_expunged_alone(tmp_path):
    with serving(Box(capabilities=WITHOUT_MOVE)) as server:
        server.box.mails = []
        await taken(server, tmp_path, count=7, settled=7, move_to="Feitas")

    assert {one.folder for one in server.box.mails} == {"Feitas"}
    assert all("EXPUNGE" not in line or line.upper().startswith("UID EXPUNGE") for line in server.box.heard)


async def test_a_folder_that_is_read_only_is_trouble_when_mails_should_be_flagged(tmp_path):
    with serving(Box(read_only=True)) as server:
        intake = Kept()
        async with receiving(receiver_of(server, tmp_path, flag="Seen"), intake):
            await until(lambda: intake.ledger.of().trouble)

    assert "read-only" in intake.ledger.of().trouble


async def test_what_could_not_be_flagged_before_a_crash_is_flagged_afterwards(server, tmp_path):
    intake = await taken(server, tmp_path, count=7)
    intake.ledger.settled.clear()

    async with receiving(receiver_of(server, tmp_path, flag="Balcao"), intake):
        await until(lambda: len(intake.ledger.settled) == 7)
    assert all("Balcao" in one.flags for one in server.box.mails)


async def test_of_a_mail_that_is_too_large_the_beginning_is_taken(server, tmp_path):
    large = mail("enorme", body="texto\r\n" + "x" * 500_000)
    intake = Kept()
    async with receiving(receiver_of(server, tmp_path, max_message="300kB"), intake):
        await until(lambda: server.box.commands("IDLE"))
        with server.box.changed:
            for content in (mail("antes"), large, mail("depois")):
                server.box.deliver(content)
        await until(lambda: len(intake.raws) == 3)

    raw = next(raw for raw in intake.raws.values() if raw.envelope.get("cut_from"))
    assert raw.payload == large[:262_144]
    assert raw.envelope["cut_from"] == len(large)
    assert intake.subjects() == ["antes", "enorme", "depois"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("NO [UNAVAILABLE] Temporary authentication failure", ConnectionLost),
        ("NO [LIMIT] Too many connections", ConnectionLost),
        ("NO Too many simultaneous connections", ConnectionLost),
        ("NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", CredentialsRejected),
        ("NO LOGIN failed.", CredentialsRejected),
    ],
)
async def test_a_refusal_that_will_pass_is_told_from_a_persons_mistake(answer, error, tmp_path):
    with serving(Box(login_answer=answer)) as server, pytest.raises(error):
        await receiver_of(server, tmp_path).run(Kept(), lambda: None)


async def test_a_server_that_takes_no_password_in_clear_is_told_in_words(tmp_path):
    with serving(Box(capabilities="IMAP4rev1 STARTTLS LOGINDISABLED")) as server:
        with pytest.raises(CredentialsRejected, match="set tls to starttls or implicit"):
            await receiver_of(server, tmp_path).run(Kept(), lambda: None)
        assert server.box.commands("LOGIN") == []


async def test_a_ledger_that_is_away_leaves_everything_where_it_is(server, tmp_path):
    intake = Kept()
    intake.ledger.broken = IntakeUnavailable("disk full")

    with pytest.raises(ReceiverError, match="mail stays in its folder"):
        await receiver_of(server, tmp_path).run(intake, lambda: None)


async def test_what_is_refused_by_the_journal_in_the_middle_is_fetched_again(server, tmp_path):
    """The position stops before the first mail that is not durable; what came after it is known, not taken twice."""
    intake, refuse = Kept(), {"carta 4"}
    accept = intake.accept

    async def choosy(raw):
        if any(subject.encode() in raw.payload for subject in refuse):
            raise IntakeUnavailable("disk full")
        return await accept(raw)

    intake.accept = choosy
    receiver = receiver_of(server, tmp_path)
    async with receiving(receiver, intake) as running:
        await until(lambda: server.box.commands("IDLE"))
        with server.box.changed:
            for number in range(1, 8):
                server.box.deliver(mail(f"carta {number}"))
        await asyncio.wait([running], timeout=10)
        assert isinstance(running.exception(), ReceiverError)
    assert intake.ledger.of().upto == 3
    assert len(intake.raws) == 6
    refuse.clear()

    async with receiving(receiver, intake):
        await until(lambda: len(intake.raws) == 7)
    assert intake.repeated == 0
