"""However much waits in the journal, a daemon that starts accepts as soon as with nothing: on both engines.

The daemon's own CPU until then is compared, which other work on the machine does not change. `make restart` fills the
journal with 100,000 entries and wants an answer within 3 seconds of the start of the process.
"""

import asyncio
import os
import time
from contextlib import suppress
from datetime import UTC, datetime

import psutil
import pytest

from domain.raw import RawInteraction
from store.appending import append, new_entry
from store.engines import Database
from store.migrating import upgrade
from store.raw_ids import RawIds
from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.senders import mail_bytes, send_mail
from tests.store.conftest import on_server, postgres_server, run_sql

__all__ = ["postgres_server"]

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(600)]

WAITING = int(os.environ.get("BALCAO_RESTART_ENTRIES", "3000"))
WITHIN = float(os.environ.get("BALCAO_RESTART_SECONDS", "60"))
"""Seconds; on a machine that does other things only the CPU of the two starts can be compared."""
MORE = 1.0
PAGE = 1000


@pytest.fixture(params=["sqlite", "postgresql"])
def daemon(request, tmp_path):
    if request.param == "sqlite":
        made = Daemon(tmp_path / "node")
        yield made, f"sqlite:///{made.folder}/var/journal.db"
    else:
        server = request.getfixturevalue("postgres_server")
        asyncio.run(run_sql(server, "CREATE DATABASE balcao_restart"))
        url = on_server(server, "balcao_restart")
        made = Daemon(tmp_path / "node", extra=f'database: "{url}"')
        yield made, url
    if made.process is not None and made.process.poll() is None:
        made.kill()
    if request.param == "postgresql":
        asyncio.run(run_sql(server, "DROP DATABASE balcao_restart WITH (FORCE)"))


async def fill(url, count):
    """As if the tickets had been away for as long as it took to accept so many."""
    await upgrade(url, "journal")
    ids = RawIds()
    async with Database.open(url) as database:
        for first in range(0, count, PAGE):
            entries = [
                new_entry(
                    ids.draw(),
                    RawInteraction(
                        channel="email",
                        dedup_key=f"before-{number}",
                        received_at=datetime.now(UTC),
                        payload=mail_bytes(f"before-{number}"),
                        envelope={"mail_from": f"c{number}@cliente.example", "rcpt_to": ["suporte@exemplo.com.br"]},
                    ),
                )
                for number in range(first, min(first + PAGE, count))
            ]
            await database.write(lambda connection, entries=entries: append(connection, entries, ids.draw))


def until_it_accepts(daemon, mark):
    """From the start of the process to the answer to a mail: seconds, and seconds of its own CPU."""
    began = time.monotonic()
    daemon.start(ready=False)
    while time.monotonic() < began + 90:
        with suppress(OSError):
            send_mail(daemon.ports["smtp"], mark, timeout=60)
            spent = psutil.Process(daemon.process.pid).cpu_times()
            return time.monotonic() - began, spent.user + spent.system
        assert daemon.process.poll() is None, daemon.tail()
        time.sleep(0.02)
    raise AssertionError(daemon.tail())


def test_a_start_with_much_that_waits_accepts_as_soon_as_one_with_nothing(daemon):
    daemon, url = daemon
    _, empty = until_it_accepts(daemon, "empty")
    daemon.kill()
    asyncio.run(fill(url, WAITING))
    took, full = until_it_accepts(daemon, "full")
    print(f"with {WAITING} waiting: {took:.2f} s, {full:.2f} s of CPU; with nothing {empty:.2f} s")  # noqa: T201 - make restart
    counts = wait_for(lambda: daemon.get("/readyz") and daemon.json("status")["journal"]["counts"], what="a status")
    assert sum(counts[fate] for fate in ("waiting", "claimed", "done")) == WAITING + 2
    assert counts["quarantined"] == counts["failed"] == 0
    assert full <= empty + MORE
    assert took <= WITHIN
