import pytest

from tests import dovecot as dovecots


@pytest.fixture(scope="session")
def shared_dovecot():
    """One for all tests that do not stop it; each takes a `user()` of its own."""
    with dovecots.running() as dovecot:
        yield dovecot


@pytest.fixture
def dovecot():
    """One to be killed."""
    with dovecots.running() as dovecot:
        yield dovecot
