"""The alarms for Prometheus and the dashboard for Grafana in docs/monitoring ask for figures that there are."""

import json
import re
from pathlib import Path

import promql_parser
import pytest
import yaml

from ingest.metrics import Metrics

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


def test_every_alarm_is_tried_firing_and_silent():
    """By promtool (tests/e2e/test_observability.py); here: that none is left out."""
    tried = yaml.safe_load((FOLDER / "balcao.rules.test.yaml").read_text(encoding="utf-8"))["tests"]
    fired = {one["alertname"] for test in tried for one in test.get("alert_rule_test", ()) if one["exp_alerts"]}
    assert fired == {rule["alert"] for rule in alarms()}
    (quiet,) = [test for test in tried if "promql_expr_test" in test]
    shown = {re.match(r"\w+", one["series"])[0] for one in quiet["input_series"]}
    assert {name for rule in alarms() for name in re.findall(r"\bbalcao_\w+|\bup\b", rule["expr"])} <= shown


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


def test_the_dashboard_can_be_imported_and_provisioned():
    """Imported, `${DS_PROMETHEUS}` is what __inputs asks for; put into a folder, it is the variable of that name."""
    (source,) = BOARD["__inputs"]
    assert (source["type"], source["pluginId"]) == ("datasource", "prometheus")
    required = {(one["type"], one["id"]) for one in BOARD["__requires"]}
    assert {("grafana", "grafana"), ("datasource", "prometheus")} <= required
    assert {("panel", panel["type"]) for panel in BOARD["panels"]} <= required
    assert BOARD.get("id") is None, "an id is of one Grafana only"
    variables = {one["name"]: one for one in BOARD["templating"]["list"]}
    assert {name: (one["type"], one["query"]) for name, one in variables.items()} == {
        source["name"]: ("datasource", "prometheus")
    }
    used = set(re.findall(r"\$\{?(\w+)", json.dumps(BOARD["panels"])))
    assert used <= variables.keys() | {"__rate_interval"}


@pytest.mark.parametrize(
    "target", [target for panel in BOARD["panels"] for target in panel["targets"]], ids=lambda target: target["expr"]
)
def test_a_legend_names_what_its_query_groups_by(target):
    named = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
    grouped = {one.strip() for group in re.findall(r"by \(([^)]*)\)", target["expr"]) for one in group.split(",")}
    assert named == grouped - {"le"}


def test_the_targets_of_a_panel_are_told_apart():
    for panel in BOARD["panels"]:
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])
        assert len({target["legendFormat"] for target in panel["targets"]}) == len(panel["targets"])
        assert panel["fieldConfig"]["defaults"]["unit"]
