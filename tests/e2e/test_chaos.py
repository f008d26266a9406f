"""A short cut of the chaos suite: some faults for a few seconds each, reconciled exactly. `make chaos` has all."""

import random
import time

import pytest

from tests.chaos.faults import FAULTS
from tests.chaos.report import machine
from tests.chaos.runner import Theatre

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

SHORT = [fault for fault in FAULTS if fault.short is not None]
BUDGET = 15.0
"""Seconds for each house, after which no further fault is begun: the first one always is, the others are drawn."""


@pytest.fixture(scope="module")
def theatre(tmp_path_factory):
    made = Theatre(tmp_path_factory.mktemp("chaos"), pause=0.15)
    yield made
    made.close()


def drawn(place, seed):
    first, *others = [fault for fault in SHORT if fault.place == place]
    random.Random(seed).shuffle(others)
    return [first, *others]


@pytest.mark.parametrize("place", sorted({fault.place for fault in SHORT}))
def test_nothing_answered_is_lost_or_doubled(theatre, place):
    seed, outcomes, end = random.randrange(10**6), [], time.monotonic() + BUDGET
    for fault in drawn(place, seed):
        if outcomes and time.monotonic() > end:
            break
        outcomes.append(theatre.play(fault, fault.short, seed))
    told = [(one.fault, one.trouble, one.books) for one in outcomes if not one.passed]
    assert not told, f"seed {seed} on {machine()}: {told}"
    if all(one.skipped for one in outcomes):
        pytest.skip(outcomes[0].skipped)
    assert all(one.accepted for one in outcomes)
