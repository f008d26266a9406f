"""What every channel kind must do, asked of all of them (house.md §4). A new kind is tested by being in KINDS."""

import asyncio
import json
import random

import pytest

from channels import KINDS
from domain.errors import ShareSpent, Undecodable
from domain.interaction import Ignored
from tests.channels.cases import all_cases, as_json, build_channel, cases_of, transport_of
from tests.channels.site import UNAVAILABLE, FakeIntake
from tests.patience import PATIENCE

CASES = all_cases()
ROUNDS = 150


def names(case):
    return f"{case.kind}-{case.path.stem}" if hasattr(case, "kind") else str(case)


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def channel(kind, tmp_path):
    return build_channel(kind, tmp_path)


@pytest.mark.parametrize("case", CASES, ids=names)
def test_every_payload_decodes_to_its_expected_json(case, tmp_path):
    """And what comes out is JSON that any database takes: no NaN, no NUL, no half characters."""
    found = as_json(build_channel(case.kind, tmp_path), case.raw())

    assert found == json.loads(case.expected.read_text(encoding="utf-8"))
    text = json.dumps(found, ensure_ascii=False, allow_nan=False)
    assert text.encode()
    assert "\\u0000" not in text


def test_every_kind_has_at_least_eight_payloads(kind):
    assert len(cases_of(kind)) >= 8


@pytest.mark.parametrize("case", CASES, ids=names)
def test_decoding_is_a_function_of_its_input(case, tmp_path):
    first, second = build_channel(case.kind, tmp_path), build_channel(case.kind, tmp_path)

    assert as_json(first, case.raw()) == as_json(second, case.raw())


def survives(channel, raw):
    """Decode may answer anything but raise nothing except Undecodable, with a reason."""
    try:
        decoded = channel.decode(raw)
    except Undecodable as error:
        return bool(str(error))
    return (
        bool(decoded.reason) if isinstance(decoded, Ignored) else all(item.channel == raw.channel for item in decoded)
    )


@pytest.mark.parametrize("case", CASES, ids=names)
def test_damaged_payloads_raise_only_undecodable(case, tmp_path):
    """Truncations and flipped bits; the seed is the file's name, so a failure can be repeated."""
    channel, chance, whole = build_channel(case.kind, tmp_path), random.Random(case.path.name), case.path.read_bytes()

    for _ in range(ROUNDS):
        damaged = bytearray(whole[: chance.randrange(len(whole) + 1)] if chance.random() < 0.5 else whole)
        for _ in range(chance.randrange(1, 4) if damaged else 0):
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        assert survives(channel, case.raw(bytes(damaged))), bytes(damaged)


def test_random_bytes_raise_only_undecodable(kind, channel):
    chance, case = random.Random(kind), cases_of(kind)[0]

    for _ in range(ROUNDS):
        junk = chance.randbytes(chance.randrange(400))
        assert survives(channel, case.raw(junk)), junk


async def test_what_is_accepted_is_durable_and_repeats_itself(kind, channel):
    """The transport is told yes after the intake promised; the same bytes again have the same dedup_key."""
    transport, intake = transport_of(kind), FakeIntake()

    first = await transport.hand_over(channel, intake)
    assert first == transport.ACCEPTED
    await transport.hand_over(channel, intake)

    assert len(intake.accepted) == 1
    assert intake.accepted[0].channel == channel.name


async def test_what_is_refused_reaches_no_intake(kind, channel):
    transport, intake = transport_of(kind), FakeIntake()

    answer = await transport.hand_over(channel, intake, acceptable=False)

    assert answer == transport.REFUSED
    assert intake.accepted == []


async def test_without_durability_the_sender_is_asked_to_try_again(kind, channel):
    transport = transport_of(kind)

    assert await transport.hand_over(channel, FakeIntake(broken=UNAVAILABLE)) == transport.UNAVAILABLE


async def test_who_is_over_his_share_is_told_to_come_again(kind, channel):
    """429 over HTTP, 451 by mail; what we fetch ourselves stays where it is."""
    transport = transport_of(kind)
    spent = ShareSpent("you have sent more than your share; try again later", seconds=7, detail="secret")
    expected = {503: 429}.get(transport.UNAVAILABLE, transport.UNAVAILABLE)

    assert await transport.hand_over(channel, FakeIntake(broken=spent)) == expected


async def test_cancelling_stops_a_receiver_within_two_seconds(kind, channel):
    """A kind that is only called has no receiver; then it must offer routes."""
    if channel.receiver is None:
        assert channel.routes is not None
        return
    up = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(channel.receiver.run(FakeIntake(), up.set))
        await asyncio.wait_for(up.wait(), PATIENCE)
        running.cancel()
        _, pending = await asyncio.wait([running], timeout=2)
    assert pending == set()
