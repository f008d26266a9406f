"""The daemon when the address of its PostgreSQL leads to a standby, as after a failover, and back to a primary."""

import contextlib
import smtplib

import pytest

from tests.chaos.postgres import NAMES, Postgres
from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.looking import filed, part
from tests.e2e.senders import send_mail
from tests.standby import socket_of, standby_of

pytestmark = pytest.mark.e2e

WORDS = "this PostgreSQL is a standby, which only reads"


@pytest.fixture
def postgres():
    postgres = Postgres()
    yield postgres
    postgres.close()


@pytest.fixture
def daemon(tmp_path, postgres):
    store, journal = map(postgres.url, NAMES)
    daemon = Daemon(tmp_path, extra=f'store: {{url: "{store}"}}\njournal: {{url: "{journal}"}}')
    yield daemon
    daemon.stop()


def answers(daemon):
    with contextlib.suppress(OSError):
        return bool(daemon.get("/readyz")["parts"])
    return False


def is_told(daemon):
    return all(WORDS in part(daemon, name)[1] for name in ("journal", "store"))


def test_a_primary_that_became_a_standby_is_told_and_gone_on_with_when_there_is_one_again(daemon, postgres):
    daemon.start()
    send_mail(daemon.ports["smtp"], "before")
    filed(daemon, "before")
    with standby_of(postgres.uri) as standby:
        postgres.proxy.lead_to(str(socket_of(standby)))
        wait_for(lambda: is_told(daemon), what="the words")
        with pytest.raises(smtplib.SMTPException) as refused:
            send_mail(daemon.ports["smtp"], "meanwhile")
        assert refused.value.smtp_code == 451
        assert WORDS in part(daemon, "journal")[1], "a mail that is refused says the same"
        assert "standby, que só lê" in daemon.balcao("status", check=False)

        daemon.kill()
        daemon.start(ready=False)
        wait_for(lambda: answers(daemon) and is_told(daemon), what="the same words of a start that waits")

        postgres.proxy.lead_to(str(socket_of(postgres.uri)))
        wait_for(daemon.is_ready, what="readiness at the primary")
    send_mail(daemon.ports["smtp"], "meanwhile")
    assert len(filed(daemon, "meanwhile")["messages"]) == 1
    assert len(filed(daemon, "before")["messages"]) == 1
