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
