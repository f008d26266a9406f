import pytest

from tests.ingest.desk import filled, install


@pytest.fixture
def installation(tmp_path):
    """Settings and rules, no databases yet."""
    return install(tmp_path)


@pytest.fixture(scope="session")
def desk(tmp_path_factory):
    """An installation with tickets and journal entries, for tests that only read."""
    return filled(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def own_desk(tmp_path):
    """The same, for a test that changes it."""
    return filled(tmp_path)
