"""Facts and verdicts come back as they were, whatever customers wrote."""

from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.facts import AttachmentFacts, Facts
from domain.verdict import Adjustment, Decision, Match, Proposal, RunnerUp, Verdict
from store.codec import (
    deciders_from_json,
    deciders_to_json,
    dumps,
    facts_from_json,
    facts_to_json,
    storable,
    verdict_from_json,
    verdict_to_json,
)

clean = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
traits = st.dictionaries(
    clean, st.one_of(clean, st.booleans(), st.none(), st.integers(-(2**63), 2**63 - 1)), max_size=4
)
facts = st.builds(
    Facts,
    channel=clean,
    medium=clean,
    occurred_at=st.datetimes(timezones=st.just(UTC)),
    sender=clean,
    subject=clean,
    text=clean,
    recipients=st.lists(clean, max_size=3).map(tuple),
    attachments=st.lists(st.builds(AttachmentFacts, name=clean, content_type=clean, size=st.integers(0, 2**40))).map(
        tuple
    ),
    traits=traits,
    headers=st.dictionaries(clean, clean, max_size=2),
    received_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    conversation_age=st.floats(0, 1e9),
    message_count=st.integers(1, 10**6),
    contact_class=st.none() | clean,
    contact_plan=st.none() | clean,
)
matches = st.builds(Match, where=clean, words=st.lists(clean, max_size=3).map(tuple))
decisions = st.builds(
    Decision, value=st.one_of(clean, st.booleans()), rule=clean, matched=st.lists(matches, max_size=2).map(tuple)
)
shown = st.lists(matches, max_size=2).map(tuple)
proposals = st.builds(Proposal, name=clean, text=clean, rule=clean, link=st.none() | clean, matched=shown)
adjustments = st.builds(Adjustment, field=clean, change=st.sampled_from(["raise", "lower"]), rule=clean, matched=shown)
runners_up = st.builds(RunnerUp, field=clean, value=st.one_of(clean, st.booleans()), rule=clean)
verdicts = st.builds(
    Verdict,
    ruleset=clean,
    fields=st.dictionaries(clean, decisions, max_size=3),
    tags=st.lists(decisions, max_size=3).map(tuple),
    adjusted=st.lists(adjustments, max_size=2).map(tuple),
    questions=st.lists(proposals, max_size=2).map(tuple),
    solutions=st.lists(proposals, max_size=2).map(tuple),
    runners_up=st.lists(runners_up, max_size=2).map(tuple),
)


@given(facts, clean)
def test_facts_come_back_as_they_were(given_facts, text):
    assert facts_from_json(facts_to_json(given_facts, text=text), text=text) == given_facts


@given(verdicts)
def test_verdicts_come_back_as_they_were(verdict):
    assert verdict_from_json(verdict_to_json(verdict)) == verdict


def test_facts_and_verdicts_stored_before_there_was_more_of_them_are_still_read():
    old_facts = (
        '{"channel":"email","medium":"mail","occurred_at":"2026-01-05T13:00:00Z","sender":"a@b.example","sender_name":"A",'
        '"recipients":[],"subject":"s","automated":"none","is_reply":true,"attachments":[],"traits":{"x":1}}'
    )
    old_verdict = '{"ruleset":"0","fields":{"department":{"value":"a","rule":"r","matched":[]}},"tags":[]}'
    moment = datetime(2026, 1, 5, 13, tzinfo=UTC)

    read = facts_from_json(old_facts, text="t")

    assert (read.moment, read.message_count, read.conversation_age, read.contact_class) == (moment, 1, 0.0, None)
    assert facts_to_json(read, text="t").replace("+00:00", "Z") == old_facts
    assert verdict_from_json(old_verdict).questions == ()
    assert verdict_to_json(verdict_from_json(old_verdict)) == old_verdict


def test_the_text_is_kept_once():
    said = Facts(channel="a", medium="mail", occurred_at=datetime(2026, 1, 1, tzinfo=UTC), text="x")
    assert "text" not in orjson.loads(facts_to_json(said, text="x"))


@given(st.text())
def test_storable_text_is_utf8_without_nul(text):
    stored = storable(text)
    assert "\0" not in stored
    assert stored.encode().decode() == stored


@given(clean.filter(lambda text: "\0" not in text))
def test_good_text_is_left_alone(text):
    assert storable(text) is text


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ({"a": "x\ud800"}, {"a": "x?"}),
        ({"\ud800": [1 << 70]}, {"?": [str(1 << 70)]}),
        ([Match(where="t", words=("\udfff",))], [{"where": "t", "words": ["?"]}]),
    ],
)
def test_what_json_cannot_hold_is_mended(value, stored):
    assert orjson.loads(dumps(value)) == stored


def test_every_rule_that_had_a_say_is_among_the_deciders_once():
    """A rule that only raises a priority, asks or proposes has not been idle."""
    decision = Decision(value="x", rule="nota")
    proposal = Proposal(name="n", text="t", rule="pergunta")
    verdict = Verdict(
        ruleset="a",
        fields={"department": decision},
        tags=(decision, Decision(value="y", rule="nota")),
        adjusted=(Adjustment(field="priority", change="raise", rule="vip"),),
        questions=(proposal,),
        solutions=(proposal,),
    )
    assert deciders_from_json(deciders_to_json(verdict)) == [
        ("department", "nota"),
        ("raise", "vip"),
        ("tags", "nota"),
        ("questions", "pergunta"),
        ("solutions", "pergunta"),
    ]
