"""Receivers are started again; what a person must mend is told; the table of parts is honest."""

import asyncio

import pytest

from domain.errors import ConnectionLost, CredentialsRejected
from ingest import supervise
from ingest.supervise import Liveness, PartState, keep_running, spawn
from tests.patience import PATIENCE


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(supervise, "FIRST_DELAY", 0.001)
    monkeypatch.setattr(supervise, "LONGEST_DELAY", 0.004)
    monkeypatch.setattr(supervise, "CREDENTIALS_DELAY", 30.0)


class Scripted:
    """A receiver that does what its script says, one step a run, and then stays."""

    def __init__(self, *script):
        self.script = list(script)
        self.runs = 0
        self.staying = asyncio.Event()

    async def run(self, ready):
        self.runs += 1
        if self.script:
            error, was_ready = self.script.pop(0)
            if was_ready:
                ready()
            raise error
        ready()
        self.staying.set()
        await asyncio.Event().wait()


async def run_until_stays(receiver):
    liveness = Liveness()
    task = spawn(keep_running("part", receiver.run, liveness), name="part")
    try:
        await asyncio.wait_for(receiver.staying.wait(), PATIENCE)
        return liveness
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("error", [ConnectionLost("gone"), RuntimeError("our bug"), OSError("broken")])
async def test_a_receiver_that_fails_after_being_up_is_started_again(quick, error):
    receiver = Scripted((error, True), (error, True))
    liveness = await run_until_stays(receiver)
    assert receiver.runs == 3
    assert liveness.parts["part"].state is PartState.UP


async def test_an_address_in_use_at_the_start_is_told_and_not_tried_again(quick):
    receiver = Scripted((OSError(98, "address in use"), False))
    liveness = Liveness()
    with pytest.raises(OSError, match="address in use"):
        await keep_running("part", receiver.run, liveness)
    assert liveness.parts["part"].state is PartState.FAILED
    assert receiver.runs == 1


async def test_refused_credentials_are_tried_again_slowly(quick):
    receiver = Scripted((CredentialsRejected("wrong password"), False))
    liveness = Liveness()
    task = spawn(keep_running("part", receiver.run, liveness), name="part")
    await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert receiver.runs == 1
    assert (liveness.parts["part"].state, liveness.parts["part"].detail) == (PartState.DOWN, "wrong password")


async def test_delays_grow_and_are_bounded(quick, monkeypatch):
    delays = []

    async def no_sleep(seconds):
        delays.append(seconds)

    monkeypatch.setattr(supervise.asyncio, "sleep", no_sleep)
    monkeypatch.setattr(supervise.random, "uniform", lambda _low, high: high)
    receiver = Scripted(*[(ConnectionLost("gone"), False)] * 5)
    await run_until_stays(receiver)
    assert delays == [0.001, 0.002, 0.004, 0.004, 0.004]


def test_nothing_is_ready_before_every_part_is_up():
    liveness = Liveness()
    liveness.up("a")
    assert not liveness.ready
    liveness.opened = True
    assert liveness.ready
    liveness.down("b", "gone")
    assert not liveness.ready
    liveness.up("b")
    assert liveness.ready


def test_since_marks_the_change_and_last_success_every_success():
    liveness = Liveness()
    liveness.up("a")
    since, first = liveness.parts["a"].since, liveness.parts["a"].last_success
    liveness.up("a")
    assert liveness.parts["a"].since == since
    assert liveness.parts["a"].last_success > first
    liveness.down("a", "gone")
    assert liveness.parts["a"].since > since


async def test_each_part_that_was_up_and_is_no_longer_is_told_of_once(quick):
    lost, liveness = [], Liveness()
    liveness.lost = lost.append
    liveness.starting("mailbox")
    liveness.down("mailbox", "never was up")
    liveness.up("mailbox")
    liveness.down("mailbox", "gone")
    liveness.down("mailbox", "still gone")
    liveness.up("mailbox")
    liveness.failed("mailbox", "for good")
    assert lost == ["mailbox", "mailbox"]
