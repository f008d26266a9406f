"""What a real daemon shows of itself: figures of every stage, labels that stay few, a status at a glance."""

import http.client
import json
import re
import shutil
import smtplib
import subprocess
from pathlib import Path

import pytest

from domain.outgoing import SendState
from domain.raw import Fate
from domain.remote import FileState
from ingest.stages import STAGES
from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.senders import chat_body, mail_bytes, post, send_mail
from tests.house.test_docs_monitoring import RULES, expressions

MARK = "zz9"
"""Stands in everything that strangers send here."""
ALERTS = """\
  alertas:
    kind: alerts
    bearer: file:var/secrets/alertas.key
"""


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    made = Daemon(tmp_path_factory.mktemp("observed"))
    made.config.write_text(made.config.read_text(encoding="utf-8") + ALERTS, encoding="utf-8")
    made.start()
    send_mail(made.ports["smtp"], "first")
    assert post(made.ports["public"], "site", made.secret(), chat_body("first"), "first")[0] // 100 == 2
    wait_for(lambda: made.metrics().get("balcao_accept_to_ticket_seconds_count", 0) >= 2, what="two tickets")
    yield made
    made.stop()


def request(daemon, method, path, body=b"", headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", daemon.ports["public"], timeout=30)
    try:
        connection.request(method, path, body, headers or {})
        return connection.getresponse().status
    finally:
        connection.close()


def firing(daemon, number):
    """An alert whose every word is a stranger's."""
    labels = {"alertname": f"{MARK}{number}", f"{MARK}{number}": "x", "severity": f"{MARK}{number}"}
    alert = {"status": "firing", "labels": labels, "annotations": {}, "startsAt": "2026-11-27T10:00:00Z",
             "endsAt": "0001-01-01T00:00:00Z", "fingerprint": f"{MARK}{number}"}  # fmt: skip
    body = {"version": "4", "groupKey": MARK, "status": "firing", "receiver": MARK, "alerts": [alert]}
    headers = {"Authorization": f"Bearer {daemon.secret('alertas')}", "Content-Type": "application/json"}
    return request(daemon, "POST", "/hooks/alertas", json.dumps(body).encode(), headers)


def test_every_stage_counts_what_passes_what_fails_and_how_long_it_takes(daemon):
    before = daemon.metrics()
    wait_for(lambda: daemon.metrics()['balcao_stage_items_total{stage="dispatch"}'] >= 1, what="an acknowledgement")
    figures = daemon.metrics()

    for stage in STAGES:
        failures = f'balcao_stage_failures_total{{stage="{stage}"}}'
        assert figures[failures] == before[failures], "there from the start, and moved by nothing that went well"
        if stage != "files":
            assert figures[f'balcao_stage_items_total{{stage="{stage}"}}'] >= 1, stage
            assert figures[f'balcao_stage_seconds_count{{stage="{stage}"}}'] >= 1
            assert figures[f'balcao_stage_seconds_sum{{stage="{stage}"}}'] > 0


def test_what_only_grows_is_counted_from_the_start(daemon):
    """Then every quarter of an hour, so it is what was there when the daemon came up."""
    figures = daemon.metrics()
    assert {f'balcao_journal_entries{{fate="{fate}"}}' for fate in Fate} <= figures.keys()
    assert {f'balcao_outbox_messages{{state="{state}"}}' for state in SendState} <= figures.keys()
    assert {f'balcao_files_remote{{state="{state}"}}' for state in FileState} <= figures.keys()


def test_no_stranger_makes_a_label(daemon):
    """Unknown channels, paths, methods, senders, recipients, fingerprints, departments: none becomes a series."""
    assert firing(daemon, 0) // 100 == 2
    wait_for(lambda: any(name.startswith("balcao_alerts_total") for name in daemon.metrics()), what="the first alert")
    before = set(daemon.metrics())
    for number in range(25):
        request(daemon, "POST", f"/hooks/{MARK}{number}", b"{}")
        request(daemon, f"{MARK.upper()}{number}", f"/{MARK}/{number}?department={MARK}{number}")
        assert firing(daemon, number) // 100 == 2
        body = {"sender": {"id": f"{MARK}-{number}", "name": MARK}, "conversation": f"{MARK}{number}", "text": MARK}
        assert post(daemon.ports["public"], "site", daemon.secret(), body, f"{MARK}-{number}")[0] // 100 == 2
        send_mail(daemon.ports["smtp"], f"{MARK}-{number}", sender=f"{MARK}{number}@{MARK}{number}.example")
        with smtplib.SMTP("127.0.0.1", daemon.ports["smtp"], timeout=30) as smtp, pytest.raises(smtplib.SMTPException):
            smtp.sendmail(f"a@{MARK}.example", [f"{MARK}{number}@{MARK}.example"], mail_bytes(MARK))
    wait_for(lambda: daemon.metrics()['balcao_stage_items_total{stage="decode"}'] >= 77, what="all of it decoded")
    after = set(daemon.metrics())

    assert MARK not in " ".join(after).lower()
    labels = re.findall(r'(\w+)="([^"]*)"', " ".join(after))
    assert {value for name, value in labels if name == "channel"} <= {"email", "site", "telefone", "alertas"}
    assert {value for name, value in labels if name == "stage"} == set(STAGES)
    assert {value for name, value in labels if name == "fate"} <= {fate.value for fate in Fate}
    assert len(after - before) < 40, sorted(after - before)


def test_every_expression_of_alarms_and_dashboard_asks_what_this_daemon_shows(daemon):
    shown = {name.partition("{")[0] for name in daemon.metrics()} | {"up"}
    lazy = {"balcao_source_gaps", "balcao_incidents"}
    asked = {name for expression in expressions() for name in re.findall(r"\bbalcao_\w+|\bup\b", expression)}

    assert asked - shown <= lazy, "those two are there once a mailbox was read, or something burns"


def test_prometheus_takes_the_alarms_and_the_figures(daemon, tmp_path):
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (tests/set_up.sh installs prometheus where it may)")
    rules = Path(__file__).parents[2] / "docs" / "monitoring" / "balcao.rules.yaml"
    checked = subprocess.run([promtool, "check", "rules", rules], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert f"{sum(len(group['rules']) for group in RULES['groups'])} rules found" in checked.stdout
    trial = rules.with_name("balcao.rules.test.yaml")
    tried = subprocess.run([promtool, "test", "rules", trial], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stdout + tried.stderr
    connection = http.client.HTTPConnection("127.0.0.1", daemon.ports["private"], timeout=30)
    connection.request("GET", "/metrics")
    figures = connection.getresponse().read()
    connection.close()
    linted = subprocess.run([promtool, "check", "metrics"], input=figures, capture_output=True, check=False)
    assert linted.returncode == 0, linted.stderr.decode()


def test_the_status_is_one_screen_and_says_that_all_is_well(daemon):
    wait_for(daemon.drained, what="a quiet desk")
    document = daemon.json("status")
    shown = daemon.balcao("status")

    assert document["verdict"] == {"state": "ok", "reasons": []}
    channels = {one["name"]: one for one in document["channels"]}
    assert channels["email"]["last_accepted"] > "2026"
    assert (channels["email"]["waiting"], channels["email"]["oldest_waiting_s"]) == (0, None)
    assert document["databases"]["store"]["revision"] == document["databases"]["store"]["expected"]
    assert shown.startswith("● EM ORDEM  tudo no ar")
    assert len(shown.splitlines()) <= 24


def test_without_its_ticket_store_the_daemon_is_said_to_stand_still(daemon):
    """The real file is taken away and put back: mail is accepted meanwhile, and filed afterwards."""
    store = daemon.folder / "var" / "balcao.db"
    aside = store.with_name("aside")
    filed = daemon.metrics()["balcao_accept_to_ticket_seconds_count"]
    store.rename(aside)
    store.mkdir()
    try:
        send_mail(daemon.ports["smtp"], "meanwhile")
        wait_for(lambda: daemon.get("/readyz")["parts"]["store"]["state"] == "down", what="the missing store")
        document = json.loads(daemon.balcao("status", "--json", check=False))
        assert document["verdict"]["state"] == "stopped"
        assert "store" in document["verdict"]["reasons"][0]["text"]
        counts = document["journal"]["counts"]
        assert counts["waiting"] + counts["claimed"] >= 1
        failures = daemon.metrics()['balcao_stage_failures_total{stage="commit"}']
        assert failures >= 1
    finally:
        store.rmdir()
        aside.rename(store)
    wait_for(lambda: daemon.metrics()["balcao_accept_to_ticket_seconds_count"] > filed, what="the mail that waited")
