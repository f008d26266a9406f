"""Rule test results as JUnit XML, which every CI server can show."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ingest.presentation.clean import block

_NO_XML = re.compile("[\ufffe\uffff]")


def junit(name: str, results: Sequence[Mapping[str, Any]]) -> bytes:
    """`results` are the tests of `balcao rules test --json`."""
    failed = sum(not result["ok"] for result in results)
    suite = ET.Element("testsuite", name=_text(name), tests=str(len(results)), failures=str(failed), errors="0")
    for result in results:
        place = _text(result["file"])
        case = ET.SubElement(
            suite, "testcase", classname=place, name=_text(result["name"]), file=place, line=str(result["line"])
        )
        if not result["ok"]:
            failure = ET.SubElement(case, "failure", message=_text(result["reason"]), type="expectation")
            failure.text = _text("\n".join([result["reason"], *_why(result)]))
    suites = ET.Element("testsuites", tests=str(len(results)), failures=str(failed))
    suites.append(suite)
    ET.indent(suites)
    return b"%s\n" % ET.tostring(suites, encoding="utf-8", xml_declaration=True)


def _why(result: Mapping[str, Any]) -> Iterator[str]:
    """The rules that should have decided, each with the condition that failed."""
    for difference in result.get("differences", ()):
        for obstacle in difference["why"]:
            yield f"{obstacle['rule']} ({obstacle['position']['file']}:{obstacle['position']['line']})"
            yield from obstacle["sentences"]


def _text(value: object) -> str:
    return _NO_XML.sub("", block(value))
