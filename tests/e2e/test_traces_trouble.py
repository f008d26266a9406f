"""Traces are told or not, and nothing depends on it: a collector that hangs or refuses, a daemon that is killed."""

import contextlib
import socket
import statistics
import threading
import time
from functools import partial

import pytest

from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.senders import History, Sender, chat_body, deliver_chat, post, send_mail
from tests.e2e.test_traces import collecting
from tests.patience import PATIENCE

pytestmark = [pytest.mark.e2e, pytest.mark.long]

BUDGETS = "acknowledgement: {budgets: {per_address: 1000, per_domain: 100000, all: 100000, same_text: null}}"
KILLS = 4
CALLS = 150
GRACE = 20
"""Seconds that a stop may take: the setting `grace` as it is."""


@contextlib.contextmanager
def hanging():
    """Whoever connects is neither read nor answered."""
    with socket.create_server(("127.0.0.1", 0), backlog=200) as door:
        yield door.getsockname()[1]


@contextlib.contextmanager
def refusing():
    with collecting() as collector:
        collector.code = 503
        yield collector.server_port


@pytest.fixture(params=[hanging, refusing], ids=["hangs", "refuses"])
def collector(request):
    """The port of one that takes no spans."""
    with request.param() as port:
        yield port


def traced(folder, port):
    return Daemon(folder, extra=f"{BUDGETS}\ntraces: http://127.0.0.1:{port}")


def test_over_kills_nothing_is_lost_or_doubled_and_the_end_waits_for_nobody(collector, tmp_path):
    """Each kill comes while some entries are filed and others are not: spans of both are half told."""
    daemon = traced(tmp_path, collector).start()
    history, stop = History(), threading.Event()
    mail = partial(send_mail, daemon.ports["smtp"])
    chat = deliver_chat(daemon.ports["public"], daemon.secret)
    senders = [Sender(f"{kind}{n}", send, history, stop) for n in range(2) for kind, send in (("m", mail), ("c", chat))]
    for sender in senders:
        sender.start()
    try:
        for _ in range(KILLS):
            wait_for(lambda: unfinished(daemon) and filed(daemon), what="entries half-way")
            daemon.kill()
            daemon.start()
        stop.set()
        for sender in senders:
            sender.join(PATIENCE)
        wait_for(daemon.drained, what="an empty journal and outbox")
        tickets = daemon.tickets()
        wait_for(lambda: daemon.logged("traces_not_exported"), what="the line about the collector")
        begun = time.monotonic()
        assert daemon.stop() == 0
        took = time.monotonic() - begun
    finally:
        stop.set()
        daemon.stop()
    print(f"{len(history.answered)} answered over {KILLS} kills; the stop took {took:.1f} s")  # noqa: T201 - the figures
    assert len(history.answered) > KILLS
    history.is_kept_once(tickets)
    assert took < GRACE


def unfinished(daemon):
    counts = daemon.get("/v1/journal?fate=waiting&limit=50") + daemon.get("/v1/journal?fate=claimed&limit=50")
    return bool(counts)


def filed(daemon):
    return daemon.metrics().get('balcao_settled_total{fate="done"}', 0) > 0


def test_whoever_hands_over_waits_no_longer_than_without_traces(collector, tmp_path):
    """By turns, so that whatever else the machine does falls on both."""
    plain, troubled = Daemon(tmp_path / "plain", extra=BUDGETS).start(), traced(tmp_path / "traced", collector).start()
    took = ((plain, []), (troubled, []))
    try:
        for number in range(CALLS):
            for daemon, times in took:
                begun = time.perf_counter()
                assert deliver(daemon, f"t{number}") == 202
                times.append(time.perf_counter() - begun)
        wait_for(lambda: troubled.logged("traces_not_exported"), what="the line about the collector")
    finally:
        stopped = [plain.stop(), troubled.stop()]
    without, with_trouble = (statistics.median(times) * 1000 for _, times in took)
    print(  # noqa: T201 - the figures
        f"accepted in {without:.1f} ms without traces, in {with_trouble:.1f} ms with a collector in trouble (medians)"
    )
    assert stopped == [0, 0]
    assert with_trouble < 3 * without + 50


def deliver(daemon, mark):
    return post(daemon.ports["public"], "site", daemon.secret(), chat_body(mark), mark)[0]
