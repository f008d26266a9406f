"""Attack 7: killed between `sending` and the relay's 250: at most one acknowledgement, and the trace says so.

A crash between commit and settle is in tests/ingest/test_pipeline.py, and at random moments in tests/e2e/test_kill.py.
"""

import threading

import pytest

from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.looking import filed
from tests.e2e.relay import Relay
from tests.e2e.senders import send_mail
from tests.patience import DEADLINE

pytestmark = pytest.mark.e2e

RELAY = "    relay: {{host: 127.0.0.1, port: {port}, tls: none}}"


@pytest.fixture
def relay():
    relay = Relay()
    relay.start()
    yield relay
    relay.close()


def killed_at(daemon, relay, moment, mark):
    """A mail whose acknowledgement is under way when the daemon is killed at `moment`; then it starts again."""
    dead = threading.Event()

    def kill():
        daemon.process.kill()
        daemon.process.wait()
        dead.set()

    relay.at[moment] = kill
    send_mail(daemon.ports["smtp"], mark)
    assert dead.wait(DEADLINE), f"the relay never saw {moment}"
    daemon.start()


def test_killed_at_every_moment_of_a_delivery_it_is_never_sent_twice(tmp_path, relay):
    daemon = Daemon(tmp_path, email=RELAY.format(port=relay.port)).start()
    try:
        moments = ("DATA", "content", "answered")
        for moment in moments:
            killed_at(daemon, relay, moment, moment)
        send_mail(daemon.ports["smtp"], "depois")
        filed(daemon, "depois")
        answers = {moment: filed(daemon, moment)["acknowledgements"] for moment in moments}
        wait_for(daemon.drained, what="an empty outbox")
    finally:
        daemon.stop()

    copies = {moment: relay.taken.count(f"{moment}@cliente.example") for moment in (*moments, "depois")}
    assert copies == {"DATA": 0, "content": 1, "answered": 1, "depois": 1}
    for moment in moments:
        ((state, reason),) = [(answer["state"], answer["reason"]) for answer in answers[moment]]
        assert (state, reason) == ("failed", "interrupted while sending; not repeated") or moment == "answered"


def test_a_relay_that_takes_the_content_and_goes_silent_is_not_asked_again(tmp_path, relay):
    """Cut, not crashed: the outcome is unknown, and what is sent at most once stays unsent."""
    daemon = Daemon(
        tmp_path, email=RELAY.format(port=relay.port), extra="dispatch: {retry_delays: [100ms, 100ms, 100ms]}"
    ).start()

    def cut():
        raise ConnectionResetError

    relay.at["content"] = cut
    try:
        send_mail(daemon.ports["smtp"], "cortada")
        (answer,) = filed(daemon, "cortada")["acknowledgements"]
        send_mail(daemon.ports["smtp"], "depois")
        filed(daemon, "depois")
    finally:
        daemon.stop()

    assert answer["state"] == "failed"
    assert relay.taken == ["cortada@cliente.example", "depois@cliente.example"]
