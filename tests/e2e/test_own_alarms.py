"""Balcão's alarms come back in as its tickets: a real daemon, a real Prometheus, a real Alertmanager, in a circle.

The alarms and the routes are those of docs/monitoring, with shorter times and the addresses of this test.
"""

import json
import re
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from tests.e2e.daemon import Daemon, wait_for
from tests.e2e.senders import send_mail
from tests.house.test_docs_monitoring import BOARD, RULES
from tests.ports import free_port

FOLDER = Path(__file__).parents[2] / "docs" / "monitoring"
CHANNEL = """\
  alertas:
    kind: alerts
    bearer: file:var/secrets/alertas.key
"""
TOOLS = ("prometheus", "promtool", "prometheus-alertmanager", "amtool")
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not all(map(shutil.which, TOOLS)),
        reason="needs Debian's prometheus and prometheus-alertmanager (tests/set_up.sh)",
    ),
]


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    made = Daemon(tmp_path_factory.mktemp("alarmed"))
    made.config.write_text(made.config.read_text(encoding="utf-8") + CHANNEL, encoding="utf-8")
    yield made.start()
    made.stop()


@pytest.fixture(scope="module")
def routes(daemon, tmp_path_factory):
    """The Alertmanager of the docs: quick, before this daemon, and with nobody to call."""
    folder = tmp_path_factory.mktemp("routes")
    text = (FOLDER / "alertmanager.yaml").read_text(encoding="utf-8")
    text = re.sub(r"(group_wait|group_interval): \w+", r"\1: 1s", text)
    text = text.replace("127.0.0.1:8080", f"127.0.0.1:{daemon.ports['public']}")
    text = text.replace("/etc/alertmanager/balcao.token", str(daemon.folder / "var" / "secrets" / "alertas.key"))
    text = text.replace("smtp.exemplo.com.br:587", f"127.0.0.1:{free_port()}")
    path = folder / "alertmanager.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@contextmanager
def running(*command, port):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: process.poll() is None and _is_ready(port), what=command[0])
        yield
    finally:
        process.terminate()
        process.wait(20)


def _is_ready(port):
    """Both tools answer there once they have read what they keep."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture(scope="module")
def alertmanager(routes):
    port = free_port()
    command = ["prometheus-alertmanager", f"--config.file={routes}", f"--storage.path={routes.parent / 'data'}",
               f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]  # fmt: skip
    with running(*command, port=port):
        yield port


@pytest.fixture(scope="module")
def prometheus(daemon, alertmanager, tmp_path_factory):
    """A function that asks its API."""
    folder = tmp_path_factory.mktemp("prometheus")
    rules = re.sub(r"\bfor: \w+", "for: 1s", (FOLDER / "balcao.rules.yaml").read_text(encoding="utf-8"))
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    settings = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": ["rules.yaml"],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{alertmanager}"]}]}]},
        "scrape_configs": [
            {"job_name": "balcao", "static_configs": [{"targets": [f"127.0.0.1:{daemon.ports['private']}"]}]}
        ],
    }
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    port = free_port()
    command = ["prometheus", f"--config.file={folder / 'prometheus.yaml'}", f"--storage.tsdb.path={folder / 'data'}",
               f"--web.listen-address=127.0.0.1:{port}"]  # fmt: skip

    def ask(path, **query):
        address = f"http://127.0.0.1:{port}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(address, timeout=10) as answer:
            return json.load(answer)

    with running(*command, port=port):
        wait_for(lambda: ask("query", query="balcao_part_up")["data"]["result"], what="the first scrape")
        yield ask


def alarms(daemon, name):
    return [one for one in daemon.json("incidents", "list") if one["name"] == name]


def test_the_routes_of_the_docs_are_taken_by_alertmanager():
    checked = subprocess.run(
        ["amtool", "check-config", FOLDER / "alertmanager.yaml"], capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        (("alertname=BalcaoIsGone", "severity=page"), "person,balcao"),
        (("alertname=BalcaoRulesRefused", "severity=ticket"), "balcao"),
        (("alertname=DiskFull", "severity=critical"), "balcao"),
    ],
)
def test_what_pages_goes_to_a_person_and_comes_in_as_well(labels, receivers):
    command = ["amtool", "config", "routes", "test", f"--config.file={FOLDER / 'alertmanager.yaml'}", *labels]
    found = subprocess.run(command, capture_output=True, text=True, check=True)

    assert found.stdout.strip() == receivers


def test_prometheus_evaluates_every_alarm(prometheus):
    groups = wait_for(lambda: prometheus("rules")["data"]["groups"], what="the rules")
    loaded = wait_for(
        lambda: (
            all(rule["health"] == "ok" for group in groups for rule in group["rules"])
            or groups.__setitem__(slice(None), prometheus("rules")["data"]["groups"])
        ),
        what="the first evaluation",
    )

    assert loaded
    names = {rule["name"] for group in groups for rule in group["rules"]}
    assert names == {rule["alert"] for group in RULES["groups"] for rule in group["rules"]}


def test_every_panel_of_the_dashboard_shows_something(daemon, prometheus):
    """As Grafana asks: over a range, with its variable filled in, each curve named by the labels of its legend."""
    send_mail(daemon.ports["smtp"], "painel")
    burns(daemon)
    targets = {target["expr"]: target for panel in BOARD["panels"] for target in panel["targets"]}
    empty = lambda: {one for one in targets if not curves(prometheus, one)}  # noqa: E731 - asked until it is so
    wait_for(lambda: empty() <= ONLY_FETCHED, what="a curve in every panel")
    for expression, target in targets.items():
        for curve in curves(prometheus, expression):
            assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= curve["metric"].keys(), expression
            assert all(re.fullmatch(r"NaN|[+-]?Inf|[-+.e\d]+", value) for _, value in curve["values"])


OF_THE_MACHINE = "BalcaoDiskRunsFull"
"""Its disk belongs to others, too, and six hours of it are seconds here."""
ONLY_FETCHED = {"sum by (channel, folder) (balcao_source_gaps)"}
"""There once a mailbox was read; this desk has none."""


def curves(prometheus, expression):
    now = time.time()
    answer = prometheus(
        "query_range", query=expression.replace("$__rate_interval", "15s"), start=now - 30, end=now, step=5
    )
    assert answer["status"] == "success"
    return answer["data"]["result"]


def burns(daemon):
    """An alarm of somebody else's, so that there is an incident."""
    alert = {"status": "firing", "labels": {"alertname": "DiskFull", "severity": "critical"}, "annotations": {},
             "startsAt": "2026-11-27T10:00:00Z", "endsAt": "0001-01-01T00:00:00Z", "fingerprint": "painel"}  # fmt: skip
    body = json.dumps({"version": "4", "groupKey": "g", "status": "firing", "receiver": "balcao", "alerts": [alert]})
    request = urllib.request.Request(
        f"http://127.0.0.1:{daemon.ports['public']}/hooks/alertas",
        body.encode(),
        {"Authorization": f"Bearer {daemon.secret('alertas')}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status // 100 == 2


def test_an_alarm_of_balcao_is_a_ticket_of_balcao_and_solved_when_it_is_over(daemon, prometheus):
    rules = daemon.folder / "rules.yaml"
    good = rules.read_text(encoding="utf-8")
    rules.write_text("version: 1\n", encoding="utf-8")
    try:
        (incident,) = wait_for(lambda: alarms(daemon, "BalcaoRulesRefused"), what="the ticket about the rules")
        assert incident["state"] == "firing"
        assert incident["summary"] == "the rule file on disk is refused, older rules are in force"
        assert incident["ticket"] is not None
    finally:
        rules.write_text(good, encoding="utf-8")
    (over,) = wait_for(
        lambda: [one for one in alarms(daemon, "BalcaoRulesRefused") if one["state"] == "resolved"],
        what="the end of the alarm",
    )

    assert (over["ticket"], over["returns"]) == (incident["ticket"], 0)
    assert daemon.json("tickets", "show", str(over["ticket"]))["state"] == "solved"


def test_an_alarm_that_balcao_files_nothing_is_one_ticket_afterwards_and_feeds_no_other(daemon, prometheus):
    """Its ticket store is gone: the alarm says so, to Balcão, which cannot file it. Back, all is quiet again."""
    store = daemon.folder / "var" / "balcao.db"
    aside = store.with_name("aside")
    before = {one["number"] for one in daemon.tickets()}
    store.rename(aside)
    store.mkdir()
    try:
        send_mail(daemon.ports["smtp"], "meanwhile")
        told = lambda: daemon.metrics()['balcao_accepted_total{channel="alertas"}']  # noqa: E731 - read twice
        had = told()
        wait_for(lambda: told() > had, what="the alarm about the store, accepted all the same")
        arrived = told()
        time.sleep(5)
        assert told() - arrived <= 2, "it does not feed itself"
    finally:
        store.rmdir()
        aside.rename(store)
    wait_for(lambda: alarms(daemon, "BalcaoPartIsDown"), what="the alarm's ticket")
    is_over = lambda: all(one["state"] == "resolved" for one in alarms(daemon, "BalcaoPartIsDown"))  # noqa: E731 - as above
    wait_for(is_over, what="the end of the alarm")
    new = [one for one in daemon.tickets() if one["number"] not in before]

    own = [one for one in new if one["incident"]]
    assert len(new) - len(own) == 1, "the mail"
    names = [one["incident"]["name"] for one in own if one["incident"]["name"] != OF_THE_MACHINE]
    assert set(names) <= {"BalcaoPartIsDown", "BalcaoStageFails"}
    assert len(names) <= 3
    counts = daemon.json("status")["journal"]["counts"]
    assert (counts["quarantined"], counts["failed"]) == (0, 0)
