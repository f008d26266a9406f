"""Which addresses are public, in whatever clothes they come."""

import pytest

from domain.addresses import is_nobodys, is_public


@pytest.mark.parametrize("address", ["8.8.8.8", "149.154.167.220", "2606:4700::1111", "2a00:1450:4001:81b::200e"])
def test_public_addresses(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "100.100.100.200", "0.0.0.0", "255.255.255.255", "224.0.0.1", "192.0.0.192", "198.18.0.1",
        "240.0.0.1", "192.0.2.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254",
        "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::", "2002:a9fe:a9fe::1", "::127.0.0.1", "fec0::1", "2001:db8::1", "2001:0:7f00:1::",
        "::ffff:0:7f00:1", "64:ff9b:1::1", "3fff::1", "5f00::1", "localhost", "", "1.2.3",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "0.0.0.0", "::", "224.0.0.1",
        "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "::169.254.169.254", "::ffff:0:a9fe:a9fe",
    ],
)  # fmt: skip
def test_nobody_lives_at_link_local_or_no_address(address):
    assert is_nobodys(address)
    assert not any(map(is_nobodys, ["10.0.0.5", "127.0.0.1", "::1", "fd00::1", "64:ff9b::808:808"]))
