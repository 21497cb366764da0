"""What of a network address is counted as one."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.networks import network_of


@pytest.mark.parametrize(
    ("client", "network"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("192.0.2.254", "192.0.2.0/24"),
        ("::ffff:192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("2001:db8:1:ffff::", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_addresses_that_change_together_are_one(client: str, network: str) -> None:
    """A /24, a /48, and whatever a proxy says that is no address."""
    assert network == network_of(client)


@given(st.ip_addresses())
def test_every_address_lies_in_its_network(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """And its network is that of its network's own first address."""
    network = ipaddress.ip_network(network_of(str(address)))

    assert str(network) == network_of(str(network.network_address))
