"""Attack 44: rules judge a snapshot and act on nothing, so no rule can set off another run of rules."""

from dataclasses import FrozenInstanceError

import pytest

from tests.triage.samples import facts, rules
from triage.engine import judge
from triage.keywords import FIELDS, RULE_KEYS

PING = "name: ping\nwhen: {any: [{words: oi}, {not: {tag: pong}}]}\ntags: [ping]"
PONG = "name: pong\nwhen: {tag: ping}\ntags: [pong]\nset: {priority: Alta}"


def test_each_rule_is_asked_once_however_they_refer_to_one_another():
    back = "name: volta\nwhen: {tag: pong}\ntags: [ping, pong]\nset: {priority: Média}"
    verdict = judge(rules(PING, PONG, back), facts("oi"))

    assert [(tag.value, tag.rule) for tag in verdict.tags] == [("ping", "ping"), ("pong", "pong")]
    assert verdict.fields["priority"].rule == "pong"


def test_a_rule_never_sees_what_a_later_rule_gives():
    verdict = judge(rules(PONG, PING), facts("oi"))

    assert [tag.value for tag in verdict.tags] == ["ping"]
    assert verdict.priority == "Baixa"


def test_judging_again_gives_the_same_and_leaves_nothing_behind():
    ruleset, given = rules(PING, PONG), facts("oi")

    assert judge(ruleset, given) == judge(ruleset, given) == judge(rules(PING, PONG), given)


def test_facts_and_verdicts_cannot_be_changed_by_rules():
    verdict, given = judge(rules(PING, PONG), facts("oi")), facts("oi")

    with pytest.raises(FrozenInstanceError):
        given.text = "x"
    with pytest.raises(FrozenInstanceError):
        verdict.ruleset = "x"


def test_no_action_of_a_rule_sends_or_creates_anything():
    """A rule decides, gives tags, says what the one acknowledgement may hold and that a call needs no ticket; whether
    there is an acknowledgement, and that it is one per ticket, is decided elsewhere."""
    assert set(RULE_KEYS) == {"name", "when", "set", "adjust", "tags", "ask", "suggest", "stop"}
    assert set(FIELDS) == {"department", "priority", "flag", "assignee", "acknowledgement", "ticket"}


def test_words_that_a_verdict_shows_do_not_feed_the_next_message():
    shown = judge(rules(PING, PONG), facts("oi")).tags[0].matched[0].words[0]

    assert judge(rules("name: x\nwhen: {words: ping}\nset: {flag: true}"), facts(shown)).flagged is False
