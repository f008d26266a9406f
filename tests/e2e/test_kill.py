"""Answered means kept, exactly once: a real daemon is killed again and again while customers write (attack 1)."""

import os
import random
import threading
import time
from functools import partial

import pytest

from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.senders import History, Sender, deliver_chat, send_mail

KILLS = int(os.environ.get("BALCAO_KILLS", "6"))
"""`make kills` asks for twenty."""
BUDGETS = "acknowledgement: {budgets: {per_address: 1000, per_domain: 100000, all: 100000, same_text: null}}"


@pytest.mark.e2e
@pytest.mark.timeout(400)
def test_nothing_answered_is_lost_or_doubled_over_kills(tmp_path):
    daemon = Daemon(tmp_path, extra=BUDGETS).start()
    history, stop = History(), threading.Event()
    mail = partial(send_mail, daemon.ports["smtp"])
    chat = deliver_chat(daemon.ports["public"], daemon.secret)
    senders = [Sender(f"m{n}", mail, history, stop) for n in range(3)] + [
        Sender(f"c{n}", chat, history, stop) for n in range(2)
    ]
    for sender in senders:
        sender.start()
    try:
        answered_at_kills = []
        for number in range(KILLS):
            if number % 2:
                time.sleep(random.uniform(0.05, 3.0))  # anywhere in the start
            else:
                before = len(history.answered)
                wait_for(lambda before=before: len(history.answered) > before, what="an answer to a customer")
                time.sleep(random.uniform(0.05, 1.0))  # at full work
            daemon.kill()
            answered_at_kills.append(len(history.answered))
            daemon.start(ready=False)
        wait_for(daemon.is_ready, what="readiness")
        stop.set()
        for sender in senders:
            sender.join(30)
        wait_for(daemon.drained, what="an empty journal and outbox")
        tickets = daemon.tickets()
        stored_acknowledgements = [
            acknowledgement for ticket in tickets for acknowledgement in ticket["acknowledgements"]
        ]
    finally:
        stop.set()
        daemon.stop()
    assert answered_at_kills[-1] > answered_at_kills[0], "the customers got nowhere: the test proves nothing"
    history.is_kept_once(tickets)
    assert {item["state"] for item in stored_acknowledgements} <= {"sent", "failed", "silent"}
