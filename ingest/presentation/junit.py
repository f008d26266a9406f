"""Rule test results as JUnit XML, which every CI server can show.

Only what the schemas of Ant and of Jenkins both know, and all that either demands.
"""

import re
import socket
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ingest.presentation.clean import block
from ingest.presentation.rule_tests import obstacles_of

_NO_XML = re.compile("[\ufffe\uffff]")


def junit(name: str, results: Sequence[Mapping[str, Any]], at: datetime) -> bytes:
    """`results` are the tests of `balcao rules test --json`, begun `at`."""
    suites = ET.Element("testsuites")
    suite = ET.SubElement(suites, "testsuite", _of_suite(name, results, at))
    ET.SubElement(suite, "properties")
    for result in results:
        values = {"classname": result["file"], "name": result["name"], "time": f"{result['seconds']:.6f}"}
        case = ET.SubElement(suite, "testcase", {key: _text(value) for key, value in values.items()})
        if not result["ok"]:
            failure = ET.SubElement(case, "failure", message=_text(result["reason"]), type="expectation")
            place = f"{result['file']}:{result['line']}:{result['column']}"
            failure.text = _text("\n".join([place, result["reason"], *_why(result)]))
    ET.SubElement(suite, "system-out")
    ET.SubElement(suite, "system-err")
    ET.indent(suites)
    return b"%s\n" % ET.tostring(suites, encoding="utf-8", xml_declaration=True)


def _of_suite(name: str, results: Sequence[Mapping[str, Any]], at: datetime) -> dict[str, str]:
    return {
        "id": "0",
        "name": _text(name),
        "package": "rules",
        "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S"),
        "hostname": socket.gethostname() or "localhost",
        "tests": str(len(results)),
        "failures": str(sum(not result["ok"] for result in results)),
        "errors": "0",
        "time": f"{sum(result['seconds'] for result in results):.6f}",
    }


def _why(result: Mapping[str, Any]) -> Iterator[str]:
    """The rules that should have decided, each with the condition that failed."""
    for obstacle in obstacles_of(result):
        yield f"{obstacle['rule']} ({obstacle['position']['file']}:{obstacle['position']['line']})"
        yield from obstacle["sentences"]


def _text(value: object) -> str:
    return _NO_XML.sub("", block(value))
