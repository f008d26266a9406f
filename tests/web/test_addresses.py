"""Whose request it is."""

import pytest

from web.addresses import Proxies


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.2.3.4, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.2.3.4", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["10.0.0.3"], "10.0.0.3"),
        ("10.0.0.1", ["nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1, nonsense"], "10.0.0.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("", ["198.51.100.1"], ""),
    ],
)
def test_only_a_trusted_proxy_speaks_for_others(peer, forwarded, client):
    """What stands left of the nearest stranger, the stranger may have written."""
    assert Proxies(["10.0.0.0/8"]).client(peer, forwarded) == client


def test_no_proxy_is_trusted_unless_named():
    assert not Proxies([])
    with pytest.raises(ValueError, match="nonsense"):
        Proxies(["nonsense"])
