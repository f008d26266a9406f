"""Attack 8: two daemons on one directory; a clock that is set back."""

import subprocess
import time
from datetime import UTC, datetime, timedelta

import pytest

from store import outbox, remote_files
from tests.e2e.daemon import BALCAO, Daemon, wait_for
from tests.e2e.looking import filed
from tests.e2e.senders import send_mail

DAY = timedelta(days=1)


@pytest.mark.e2e
def test_the_second_daemon_on_a_directory_is_refused_in_words_and_the_first_goes_on(tmp_path):
    first = Daemon(tmp_path).start()
    try:
        second = subprocess.run(
            [BALCAO, "run", "-c", str(first.config)],
            capture_output=True,
            text=True,
            timeout=30,
            cwd=tmp_path,
            check=False,
        )
        assert second.returncode == 2
        assert str(first.process.pid) in second.stderr
        assert str(tmp_path / "var") in second.stderr
        assert "Traceback" not in second.stderr
        send_mail(first.ports["smtp"], "ainda")
        filed(first, "ainda")

        first.kill()
        first.start()
        wait_for(first.is_ready, what="a start after a kill: the kernel gives locks back")
    finally:
        first.stop()


@pytest.fixture
def clock(monkeypatch):
    """A function that moves the time ids are made of."""
    real = time.time_ns
    return lambda step: monkeypatch.setattr(time, "time_ns", lambda: real() + int(step.total_seconds()) * 10**9)


async def test_after_the_clock_was_set_back_what_came_later_is_still_later(house, clock):
    receipts = []
    for step in (timedelta(), -DAY, DAY, timedelta(hours=-1), -3 * DAY):
        clock(step)
        await house.restart()
        receipts += [await house.mail(f"{len(receipts)}") for _ in range(3)]
    ids = [receipt.raw_id for receipt in receipts]

    assert ids == sorted(ids)
    outcomes = await house.work(limit=4)
    assert [outcome.raw_id for outcome in outcomes] == ids
    assert [outcome.tickets for outcome in outcomes] == [(number,) for number in range(1, len(ids) + 1)]


async def test_what_waits_is_due_again_when_the_clock_is_set_back_while_the_daemon_runs(house):
    """A chore looks for what was written in the future; what waits for good reason goes on waiting."""
    await house.mail()
    await house.work()
    now, an_hour_ago = datetime.now(UTC), datetime.now(UTC) - timedelta(hours=1)

    assert await house.database.write(lambda connection: outbox.due_again(connection, now)) == 0
    assert await house.database.write(lambda connection: outbox.due_again(connection, an_hour_ago)) == 1
    assert await house.database.write(lambda connection: remote_files.due_again(connection, an_hour_ago)) == 0
    claimed = await house.database.write(
        lambda connection: outbox.claim(connection, 10, an_hour_ago, busy={}, per_destination=10)
    )
    assert [message.to for message in claimed] == ["ana@cliente.example"]


async def test_what_waits_to_be_sent_does_not_wait_until_the_clock_catches_up(house):
    """Filed at noon, then the clock is set back to yesterday and the daemon starts anew."""
    await house.mail()
    await house.work()
    yesterday = datetime.now(UTC) - DAY
    await house.database.write(lambda connection: outbox.recover(connection, yesterday))
    claimed = await house.database.write(
        lambda connection: outbox.claim(connection, 10, yesterday, busy={}, per_destination=10)
    )

    assert [message.to for message in claimed] == ["ana@cliente.example"]
