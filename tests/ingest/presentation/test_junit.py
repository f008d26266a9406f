"""Rule test results as JUnit XML, whatever the rule file's author wrote."""

import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from ingest.presentation.junit import junit


def result(name, *, reason=None):
    return {"name": name, "ok": reason is None, "file": "rules.yaml", "line": 3, "column": 5, "reason": reason}


def test_failures_carry_their_reason_and_place():
    root = ET.fromstring(junit("rules.yaml", [result("a"), result("b", reason='"x" & <y>')]))

    first, second = root.iter("testcase")
    assert root.attrib == {"tests": "2", "failures": "1"}
    assert first.find("failure") is None
    assert second.find("failure").get("message") == '"x" & <y>'
    assert (second.get("file"), second.get("line")) == ("rules.yaml", "3")


@given(st.text(), st.text(st.characters()))
def test_no_text_breaks_the_document(name, reason):
    root = ET.fromstring(junit(name, [result(name, reason=reason)]))

    assert len(list(root.iter("testcase"))) == 1


REQUIRED = {
    "testsuite": {"name", "tests", "failures", "errors"},
    "testcase": {"name", "classname"},
    "failure": {"message"},
}
INSIDE = {"testsuites": {"testsuite"}, "testsuite": {"testcase"}, "testcase": {"failure"}, "failure": set()}


def test_the_document_has_the_shape_that_ci_servers_read():
    """Elements, their nesting, required attributes and counts, as the schemas of Jenkins and Surefire ask."""
    why = [{"rule": "alta", "position": {"file": "rules.yaml", "line": 9}, "sentences": ["words: none"]}]
    failing = {**result("b", reason="priority"), "differences": [{"why": why}]}
    root = ET.fromstring(junit("rules.yaml", [result("a"), failing, result("c", reason="x")]))

    assert root.tag == "testsuites"
    for element in root.iter():
        assert {child.tag for child in element} <= INSIDE[element.tag]
        assert REQUIRED.get(element.tag, set()) <= set(element.attrib)
    (suite,) = root
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "2", "0")
    assert len(list(suite.iter("failure"))) == 2
    assert next(suite.iter("failure")).text == "priority\nalta (rules.yaml:9)\nwords: none"
