"""docs/operations.md tells every metric with its labels, every log event, every role, fate and exit code."""

import ast
import re
from pathlib import Path

import pytest

from domain.raw import Fate
from ingest.metrics import Metrics
from ingest.roles import ROLES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
CODE = ("ingest", "web", "channels", "store", "config")
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


def section(title):
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(title):
    """First and second cell of every row."""
    return dict(re.findall(r"^\| (.+?) \| (.+?) \|", section(title), re.MULTILINE))


def collected():
    """name as shown at /metrics -> (type, labels)."""
    metrics = {}
    for figure in vars(Metrics()).values():
        if described := getattr(figure, "describe", None):
            name = figure._name + ("_total" if figure._type == "counter" else "")
            assert described
            metrics[name] = (figure._type, set(figure._labelnames))
    return metrics


def told():
    return {
        name.strip("`"): (about.partition(":")[0], set(re.findall(r"`(\w+)`", about)))
        for name, about in rows("Metrics").items()
        if name.startswith("`balcao_")
    }


def logged():
    """Every event that the sources log."""
    events = set()
    for path in (path for package in CODE for path in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="log" | "_log"), attr=level),
                    args=[ast.Constant(value=str() as event), *_],
                ) if level in LEVELS:
                    events.add(event)
    return events


def test_every_metric_is_told_with_its_labels():
    assert told() == collected()


def test_every_log_event_is_told_and_none_that_does_not_exist():
    names = {event for cell in rows("The log") for event in re.findall(r"`(\w+)`", cell)}

    assert names == logged()


@pytest.mark.parametrize("fate", Fate)
def test_every_fate_is_told(fate):
    assert f"`{fate.value}`" in rows("The fates of an interaction")


@pytest.mark.parametrize("role", ROLES)
def test_every_role_is_told_and_run_by_the_supervisor(role):
    assert f"`{role}`" in rows("Roles")
    assert f"--role {role} " in (ROOT / "supervisord.conf").read_text(encoding="utf-8")


def test_the_supervisor_waits_longer_than_the_daemon_needs_to_stop():
    conf = (ROOT / "supervisord.conf").read_text(encoding="utf-8")
    grace = int(
        re.search(r"^grace: (\d+)s", (ROOT / "config/balcao.yaml").read_text(encoding="utf-8"), re.MULTILINE)[1]
    )

    assert all(int(seconds) > grace for seconds in re.findall(r"stopwaitsecs = (\d+)", conf))
