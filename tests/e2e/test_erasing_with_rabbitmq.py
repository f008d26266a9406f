"""A person is erased while something of hers still waits in RabbitMQ: afterwards nothing of her is anywhere."""

import sqlite3
from contextlib import closing

import pytest

from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.test_attachments_in_a_bucket import send
from tests.e2e.test_files_erased_meanwhile import told
from tests.ports import greets
from tests.store.conftest import rabbitmq, rabbitmq_node

__all__ = ["rabbitmq", "rabbitmq_node"]

pytestmark = [pytest.mark.e2e, pytest.mark.long]

EXTRA = 'worker: {{processes: 1}}\njournal: {{url: "{url}", queue: balcao.erased}}'
MARK = "mariana-alves"


def everything(folder):
    """Every row of every table, and every file's bytes beside them."""
    found = b""
    for path in sorted((folder / "var").rglob("*")):
        if path.suffix == ".db":
            with closing(sqlite3.connect(path)) as database:
                names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
                found += "".join(
                    repr(database.execute(f'SELECT * FROM "{name}"').fetchall()) for name in names
                ).encode()
        elif path.is_file() and ".db-" not in path.name:
            found += path.read_bytes()
    return found


def test_what_waited_in_the_queue_is_erased_when_it_comes_out(rabbitmq, tmp_path):
    daemon = Daemon(tmp_path, extra=EXTRA.format(url=rabbitmq)).start()
    accepting = None
    try:
        send(daemon, MARK, b"%PDF the first")
        wait_for(lambda: len(daemon.tickets()) == 1 and daemon.drained(), what="the first ticket")
        daemon.stop()
        accepting = Daemon(tmp_path / "accepting", role="receive", extra=daemon.extra).start(ready=False)
        wait_for(lambda: greets(accepting.ports["smtp"], b"220"), what="an open door")
        send(accepting, f"{MARK}+2", b"%PDF the second")
        send(accepting, "beatriz", b"%PDF of another")

        begun = told(daemon, ["contacts", "erase", f"{MARK}@cliente.example", "--yes"])
        assert begun["erasures"][0]["finished_at"] is None
        accepting.stop()
        daemon.start()
        wait_for(lambda: len(daemon.tickets()) == 3, what="the tickets of those who waited")
        wait_for(lambda: is_over(daemon), what="the end of the erasure")
        assert told(daemon, ["contacts", "erase", "--resume"])["erasures"] == []
        wait_for(daemon.drained, what="an empty journal")
    finally:
        for one in (accepting, daemon):
            if one is not None:
                one.stop()
    left = everything(tmp_path) + everything(tmp_path / "accepting")
    assert [mark for mark in (MARK.encode(), b"%PDF the first", b"%PDF the second") if mark in left] == []
    assert b"beatriz@cliente.example" in left
    assert b"%PDF of another" in left


def is_over(daemon):
    return all(one["finished_at"] for one in told(daemon, ["contacts", "erase", "--resume"])["erasures"])
