"""Persons are erased while others send the same files: no ticket names a file that is gone. On disk and in a bucket."""

import json
import threading

import pytest

from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.test_attachments_in_a_bucket import EXTRA, send
from tests.ingest.desk import balcao
from tests.s3_server import ACCESS, SECRET, S3Server

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

MAILS, FILES = 45, 3


@pytest.fixture(params=["disk", "s3"])
def daemon(request, tmp_path, monkeypatch):
    monkeypatch.setenv("T_S3_A", ACCESS)
    monkeypatch.setenv("T_S3_S", SECRET)
    extra, server = "worker: {processes: 1}", S3Server()
    if request.param == "s3":
        server.start()
        extra = EXTRA.format(bucket=server.new_bucket(), endpoint=server.endpoint)
    budgets = "acknowledgement: {budgets: {per_domain: 100000, same_text: null}}"
    daemon = Daemon(tmp_path, extra=f"{extra}\n{budgets}").start()
    yield daemon
    daemon.stop()
    server.stop()


def test_no_ticket_names_a_file_that_went_with_somebody_else(daemon):
    """Whoever has written is erased at once, so that each file loses its last name again and again."""
    content = [f"%PDF boleto {number}".encode() for number in range(FILES)]
    sent = threading.Event()

    def writing():
        for number in range(MAILS):
            send(daemon, f"m{number}", content[number % FILES])
        sent.set()

    writer = threading.Thread(target=writing, daemon=True)
    writer.start()
    for number in range(MAILS - FILES):
        wait_for(lambda mark=f"m{number}": is_erased(daemon, mark), what=f"the ticket of m{number}")
    writer.join()
    assert sent.is_set()
    wait_for(daemon.drained, what="an empty journal")
    found = daemon.json("store", "verify")
    assert (found["named"], found["good"], found["missing"], found["damaged"]) == (FILES, FILES, [], [])


def is_erased(daemon, mark):
    """False: there is no such person yet. What is being read just now is waited for."""
    words = ["contacts", "erase", f"{mark}@cliente.example", "--yes"]
    done = told(daemon, words)
    if "erasures" not in done:
        return False
    while done["erasures"][0]["finished_at"] is None:
        done = told(daemon, ["contacts", "erase", "--resume"])
    assert done["erasures"][0]["removed"]["attachments"] == 1
    return True


def told(daemon, words):
    return json.loads(balcao(*words, "--json", "-c", str(daemon.config)).stdout)
