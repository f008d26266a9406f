"""A short cut of the chaos suite: some faults for a few seconds each, reconciled exactly. `make chaos` has all."""

import random

import pytest

from tests.chaos.faults import FAULTS
from tests.chaos.report import machine
from tests.chaos.runner import Theatre

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

SHORT = [fault for fault in FAULTS if fault.short is not None]


@pytest.fixture(scope="module")
def theatre(tmp_path_factory):
    made = Theatre(tmp_path_factory.mktemp("chaos"), pause=0.15)
    yield made
    made.close()


@pytest.mark.parametrize("place", sorted({fault.place for fault in SHORT}))
def test_nothing_answered_is_lost_or_doubled(theatre, place):
    """One house after the other; the order of the faults within it is drawn, too."""
    seed = random.randrange(10**6)
    faults = [fault for fault in SHORT if fault.place == place]
    random.Random(seed).shuffle(faults)
    outcomes = [theatre.play(fault, fault.short, seed) for fault in faults]
    told = [(one.fault, one.trouble, one.books) for one in outcomes if not one.passed]
    assert not told, f"seed {seed} on {machine()}: {told}"
    if all(one.skipped for one in outcomes):
        pytest.skip(outcomes[0].skipped)
    assert all(one.accepted for one in outcomes)
