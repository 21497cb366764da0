"""What of a network address is counted as one; pure."""

import ipaddress

# A flood changes its address and keeps its network: providers route no less than a /24 to somebody of their own.
IPV4_NETWORK = 24
# A site has a /48 (RFC 6177); counting single IPv6 addresses, or the households of one machine, would count nothing.
IPV6_NETWORK = 48


def network_of(client: str) -> str:
    """Give the network of an address, `192.0.2.0/24` or `2001:db8::/48`; a text that is no address stands for itself."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return str(ipaddress.ip_network((int(address), IPV6_NETWORK), strict=False))
        address = address.ipv4_mapped
    return str(ipaddress.ip_network((int(address), IPV4_NETWORK), strict=False))
