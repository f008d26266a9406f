"""What stays is taken from the garbage collector."""

import gc

import pytest

from ingest.memory import settle


@pytest.fixture
def _thawed():
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("_thawed")
def test_what_is_there_is_never_walked_over_again():
    library = [[] for _ in range(10_000)]
    settle()
    assert gc.get_freeze_count() > len(library)
    assert gc.get_count()[2] == 0
    assert len(gc.get_objects()) < gc.get_freeze_count()
