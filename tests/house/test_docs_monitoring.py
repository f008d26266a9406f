"""The alarms for Prometheus and the dashboard for Grafana in docs/monitoring ask for figures that there are."""

import json
import re
from pathlib import Path

import promql_parser
import pytest
import yaml

from ingest.telemetry import Metrics

FOLDER = Path(__file__).parents[2] / "docs" / "monitoring"
RULES = yaml.safe_load((FOLDER / "balcao.rules.yaml").read_text(encoding="utf-8"))
BOARD = json.loads((FOLDER / "balcao.dashboard.json").read_text(encoding="utf-8"))
OF_PROMETHEUS = {"up": {"job", "instance"}}
SCRAPED = {"job", "instance", "role"}


def known():
    """name as Prometheus stores it → its labels."""
    names = dict(OF_PROMETHEUS)
    for family in Metrics().registry.collect():
        labels = set(family_labels(family.name))
        ends = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(family.type, ("",))
        names |= {family.name + end: labels | ({"le"} if end == "_bucket" else set()) for end in ends}
    return names


def family_labels(name):
    figures = (figure for figure in vars(Metrics()).values() if getattr(figure, "_name", None) == name)
    return next(figures)._labelnames


def alarms():
    return [rule for group in RULES["groups"] for rule in group["rules"]]


def expressions():
    yield from (rule["expr"] for rule in alarms())
    yield from (target["expr"] for panel in BOARD["panels"] for target in panel["targets"])


@pytest.mark.parametrize("expression", list(expressions()))
def test_an_expression_is_promql_over_figures_that_there_are(expression):
    bare = expression.replace("$__rate_interval", "5m")
    promql_parser.parse(bare)
    named = set(re.findall(r"\bbalcao_\w+|\bup\b", bare))
    assert named
    assert named <= known().keys()
    labels = set().union(*(known()[name] for name in named)) | SCRAPED
    grouped = {label.strip() for group in re.findall(r"by \(([^)]*)\)", bare) for label in group.split(",")}
    matched = set(re.findall(r'[{,]\s*(\w+)\s*(?:=~|!~|!=|=)"', bare))
    assert grouped | matched <= labels


@pytest.mark.parametrize("rule", alarms(), ids=lambda rule: rule["alert"])
def test_an_alarm_says_who_is_called_and_why(rule):
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["summary"]
    told = set(re.findall(r"\$labels\.(\w+)", json.dumps(rule["annotations"])))
    grouped = {label.strip() for group in re.findall(r"by \(([^)]*)\)", rule["expr"]) for label in group.split(",")}
    assert told <= grouped | ({"instance"} if "by" not in rule["expr"] else set())


def test_the_dashboard_asks_for_one_source_and_its_panels_do_not_overlap():
    [source] = BOARD["__inputs"]
    cells = set()
    for panel in BOARD["panels"]:
        assert {panel["datasource"]["uid"], *(target["datasource"]["uid"] for target in panel["targets"])} == {
            f"${{{source['name']}}}"
        }
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        mine = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & mine
        cells |= mine
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])
