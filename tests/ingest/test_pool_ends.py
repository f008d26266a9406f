"""A pool that ends while its children are being born ends in silence."""

import subprocess
import sys

import pytest

from tests.pipeline import ready_for_children

INSTANTS = 40
ENDING = """
import asyncio, sys
from pathlib import Path
from pebble.common import CONSTS
from config.settings import load
from ingest import rulesets
from ingest.pool import PipelinePool
from ingest.supervise import spawn

CONSTS.sleep_unit = 0.001  # a pool ends at once, as where a busy machine lets the child begin late

async def main(instants):
    settings = load(Path(sys.argv[1]))
    source = rulesets.tested(settings.rules_path)
    for instant in range(instants):
        pool = PipelinePool(settings)
        starting = spawn(pool.warm_up(source), name="warm up")
        await asyncio.sleep(instant / 1000)
        starting.cancel()
        await pool.close()

asyncio.run(main(int(sys.argv[2])))
"""


@pytest.fixture
async def settings_file(tmp_path):
    return await ready_for_children(tmp_path, processes=2)


async def test_a_pool_that_ends_at_any_instant_of_its_childrens_birth_leaves_no_traceback(settings_file):
    done = subprocess.run(  # noqa: ASYNC221 - nothing else runs here
        [sys.executable, "-c", ENDING, str(settings_file), str(INSTANTS)],
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert (done.returncode, done.stderr) == (0, "")
