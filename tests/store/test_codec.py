"""Facts and verdicts come back as they were, whatever customers wrote."""

from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.facts import AttachmentFacts, Facts
from domain.verdict import Decision, Match, Verdict
from store.codec import dumps, facts_from_json, facts_to_json, storable, verdict_from_json, verdict_to_json

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
)
matches = st.builds(Match, where=clean, words=st.lists(clean, max_size=3).map(tuple))
decisions = st.builds(
    Decision, value=st.one_of(clean, st.booleans()), rule=clean, matched=st.lists(matches, max_size=2).map(tuple)
)
verdicts = st.builds(
    Verdict,
    ruleset=clean,
    fields=st.dictionaries(clean, decisions, max_size=3),
    tags=st.lists(decisions, max_size=3).map(tuple),
)


@given(facts, clean)
def test_facts_come_back_as_they_were(given_facts, text):
    assert facts_from_json(facts_to_json(given_facts, text=text), text=text) == given_facts


@given(verdicts)
def test_verdicts_come_back_as_they_were(verdict):
    assert verdict_from_json(verdict_to_json(verdict)) == verdict


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
