"""Rule test results as JUnit XML, whatever the rule file's author wrote."""

import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from ingest.presentation.junit import junit as junit_at
from tests.samples import NOON


def junit(name, results):
    return junit_at(name, results, NOON)


def result(name, *, reason=None):
    return {"name": name, "ok": reason is None, "file": "rules.yaml", "line": 3, "column": 5, "reason": reason,
            "seconds": 0.002}  # fmt: skip


def test_failures_carry_their_reason_and_place():
    root = ET.fromstring(junit("rules.yaml", [result("a"), result("b", reason='"x" & <y>')]))

    first, second = root.iter("testcase")
    assert (root[0].get("tests"), root[0].get("failures"), root[0].get("time")) == ("2", "1", "0.004000")
    assert first.find("failure") is None
    assert second.find("failure").get("message") == '"x" & <y>'
    assert second.find("failure").text.startswith("rules.yaml:3:5\n")


@given(st.text(), st.text(st.characters()))
def test_no_text_breaks_the_document(name, reason):
    root = ET.fromstring(junit(name, [result(name, reason=reason)]))

    assert len(list(root.iter("testcase"))) == 1


SUITE = {"id", "name", "package", "timestamp", "hostname", "tests", "failures", "errors", "time"}
ATTRIBUTES = {
    "testsuites": set(),
    "testsuite": SUITE,
    "testcase": {"name", "classname", "time"},
    "failure": {"message", "type"},
}
"""What Ant's schema demands; it allows no other, and Jenkins' schema knows them all."""
INSIDE = {
    "testsuites": ["testsuite"],
    "testsuite": ["properties", "testcase", "system-out", "system-err"],
    "testcase": ["failure"],
}
"""In this order."""


def test_the_document_has_the_shape_that_ci_servers_read():
    """Elements, their nesting, required attributes and counts, as the schemas of Ant and Jenkins ask."""
    why = [{"rule": "alta", "position": {"file": "rules.yaml", "line": 9}, "sentences": ["words: none"]}]
    failing = {**result("b", reason="priority"), "differences": [{"why": why}]}
    root = ET.fromstring(junit("rules.yaml", [result("a"), failing, result("c", reason="x")]))

    assert root.tag == "testsuites"
    for element in root.iter():
        assert list(dict.fromkeys(child.tag for child in element)) == [
            tag for tag in INSIDE.get(element.tag, ()) if element.find(tag) is not None
        ]
        assert set(element.attrib) == ATTRIBUTES.get(element.tag, set())
    (suite,) = root
    assert {"properties", "system-out", "system-err"} <= {child.tag for child in suite}
    assert suite.get("timestamp") == NOON.strftime("%Y-%m-%dT%H:%M:%S")
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "2", "0")
    assert len(list(suite.iter("failure"))) == 2
    assert next(suite.iter("failure")).text == "rules.yaml:3:5\npriority\nalta (rules.yaml:9)\nwords: none"
