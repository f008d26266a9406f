"""A connection to a broker that does not come about."""

import asyncio
import gc
import logging
import warnings

import pytest

from domain.broker import parse_broker
from domain.errors import IntakeUnavailable
from store.broker import Link
from tests.ports import free_port


async def nothing(_channel):
    pass


@pytest.fixture
def _uncollected():
    """Nothing is cleared away before we look, and no record of a log keeps hold of it."""
    gc.collect()
    gc.disable()
    logging.disable()
    yield
    logging.disable(logging.NOTSET)
    gc.enable()


@pytest.mark.usefixtures("_uncollected")
async def test_a_broker_that_is_away_leaves_nothing_for_python_to_grumble_about():
    """The garbage collector runs in whichever thread has just made something, also in one without a loop."""
    link = Link(parse_broker(f"amqp://127.0.0.1:{free_port()}"), name="test", prepare=nothing)
    with pytest.raises(IntakeUnavailable):
        await link.up()
    await link.close()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        await asyncio.to_thread(gc.collect)
    assert [str(one.message) for one in told] == []
