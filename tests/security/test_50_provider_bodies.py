"""Attacks 49, 50 and 51 for chat providers: repeated, broken and hostile bodies that are signed all the same."""

import json
import random

import pytest

from domain.errors import Undecodable
from domain.interaction import Ignored, Interaction
from domain.raw import RawInteraction
from tests.channels.cases import NAME, RECEIVED_AT, build_channel
from tests.channels.site import FakeIntake, calling
from tests.patience import costs_below
from tests.security.providers import PROVIDERS
from tests.security.test_50_webhook_bodies import MALFORMED


@pytest.fixture(params=PROVIDERS, ids=str)
def provider(request):
    return request.param


@pytest.fixture
async def door(provider, tmp_path):
    intake = FakeIntake()
    async with calling(list(build_channel(provider.kind, tmp_path).routes(intake))) as caller:
        caller.intake = intake
        yield caller


async def test_malformed_json_is_refused_in_words_and_the_door_stays_open(provider, door):
    for name, body in MALFORMED.items():
        status, answer, _ = await door.post(body, provider.sign(body))
        assert (name, status) == (name, 400)
        assert answer["detail"].startswith("line ")
    assert door.intake.accepted == []
    assert (await door.post(provider.good, provider.sign(provider.good)))[0] == 200


async def test_the_same_body_again_is_kept_once(provider, door):
    answers = [await door.post(provider.good, provider.sign(provider.good)) for _ in range(3)]

    assert [answer[0] for answer in answers] == [200, 200, 200]
    assert [answer[1]["duplicate"] for answer in answers] == [False, True, True]
    assert len(door.intake.accepted) == 1


def read(provider, tmp_path, payload):
    raw = RawInteraction(channel=NAME, dedup_key="canal:x", received_at=RECEIVED_AT, payload=payload)
    return build_channel(provider.kind, tmp_path).decode(raw)


NASTY = [None, True, 0, -1, 1.5, 10**30, "", "a\x00b", "\ud83d", "x" * 5000, [], {}, [[]], {"id": {}}, ["a"], "9" * 400]


def test_any_value_anywhere_costs_at_most_its_own_body(provider, tmp_path):
    """Every place of a good body is filled with every kind of value in turn."""
    channel, good = build_channel(provider.kind, tmp_path), json.loads(provider.good)
    with costs_below(20):
        for path in places(good):
            for value in NASTY:
                payload = json.dumps(replaced(good, path, value), ensure_ascii=True).encode()
                raw = RawInteraction(channel=NAME, dedup_key="canal:x", received_at=RECEIVED_AT, payload=payload)
                try:
                    found = channel.decode(raw)
                except Undecodable as error:
                    assert str(error)  # noqa: PT017 - a reason is all that is asked of it
                    continue
                if isinstance(found, Ignored):
                    assert found.reason
                    continue
                for one in found:
                    if isinstance(one, Interaction):
                        one.text.encode()
                        assert "\0" not in one.text + one.sender.address


def places(value, path=()):
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in inner:
        yield from places(item, (*path, name))


def replaced(value, path, new):
    if not path:
        return new if isinstance(new, dict) else {"object": new}
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new) if len(path) > 1 else new
    return copy


def test_a_flood_of_events_is_bounded(provider, tmp_path):
    """20,000 elements of nothing in one body."""
    with costs_below(10):
        good = json.loads(provider.good)
        lists = [path for path in places(good) if path and isinstance(dig(good, path), list)]
        for path in lists:
            body = json.dumps(replaced(good, path, [random.Random(1).random()] * 20_000)).encode()
            try:
                found = read(provider, tmp_path, body)
            except Undecodable:
                continue
            assert isinstance(found, Ignored) or len(found) <= 1


def dig(value, path):
    for name in path:
        value = value[name]
    return value
