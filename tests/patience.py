"""How long tests wait for what must come, and how they bound what something may cost.

A wait ends as soon as the thing is there, so its patience costs nothing on a good day; it is long, because three tests
run at once on two cores. A cost is CPU time, which others do not spend; what the tests before it left on the heap is
kept out of the garbage collector's sight, or its whole price would fall on whoever is measured.
"""

import asyncio
import gc
import inspect
import time
from contextlib import contextmanager

PATIENCE = 60.0
DEADLINE = 90.0
"""For what other processes must do."""


async def until(condition):
    """The first true value of `condition()`, which may have to be awaited."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = condition()
            if inspect.isawaitable(found):
                found = await found
            if found:
                return found
            await asyncio.sleep(0.01)


def wait_for(condition, *, within=DEADLINE, what="the condition"):
    """The first true value of `condition()`; fails after `within` seconds with `what`, or what it says by then."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what() if callable(what) else what} did not come about within {within} s")


@contextmanager
def costs_below(seconds):
    """Fails unless what stands in the block takes less than so many seconds of CPU time."""
    spent = Cost()
    with spent:
        yield
    assert spent.seconds < seconds


class Cost:
    """`seconds` of CPU time that its block took."""

    def __enter__(self):
        gc.freeze()
        self._begun = time.process_time()
        return self

    def __exit__(self, *_error):
        self.seconds = time.process_time() - self._begun
        gc.unfreeze()
