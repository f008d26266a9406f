"""Messages that the shipped rules were not written from: how many get the department and the priority of their meaning.

The floors are what a change of the rules may cost; the figures of the first, honest reading are in the files.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from config.reading import read_file
from domain.interaction import Medium
from triage.engine import judge
from triage.loading import load

HERE = Path(__file__).parent / "held_out"
CONFIG = Path(__file__).parents[2] / "config"
FLOOR = 0.97


def messages(name):
    """(department, priority, subject, text) of every line that is no comment."""
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            label, subject, text = (part.strip() for part in line.split("|", 2))
            yield (*label.split(), subject, text)


def judged(rule_file, name):
    rules = load(read_file(CONFIG / rule_file), (CONFIG / rule_file).read_text(encoding="utf-8"))
    blank = rules.tests[0].facts
    for department, priority, subject, text in messages(name):
        medium = Medium.MAIL if subject else Medium.CHAT
        facts = replace(blank, subject=subject, text=text, medium=medium, channel=medium.value)
        yield department, priority, text, judge(rules, facts)


@pytest.mark.parametrize(
    ("rule_file", "name", "at_least"), [("rules.yaml", "pt.txt", 550), ("rules.en.yaml", "en.txt", 270)]
)
def test_what_customers_write_gets_the_department_and_priority_of_its_meaning(rule_file, name, at_least):
    cases = list(judged(rule_file, name))
    astray = [(text, verdict.department) for department, _, text, verdict in cases if verdict.department != department]
    misjudged = [(text, verdict.priority) for _, priority, text, verdict in cases if verdict.priority != priority]

    assert len(cases) >= at_least
    assert len(astray) <= (1 - FLOOR) * len(cases), astray
    assert len(misjudged) <= (1 - FLOOR) * len(cases), misjudged
