"""Addresses of the web, compared as people compare them; pure."""

import ipaddress
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

WEB = frozenset({"http", "https"})

# Marks of campaigns, which are no part of where an address leads.
_MARKS = ("utm_", "mc_", "fbclid", "gclid")


def split(url: str) -> SplitResult | None:
    """Take an address apart; None: it is none."""
    try:
        parts = urlsplit(url.strip())
        # A port that is no number raises when it is asked for.
        _ = parts.port
    except ValueError:
        return None
    return parts


def is_web(url: str) -> bool:
    """Whether *url* is a whole address of the web."""
    parts = split(url)
    return parts is not None and parts.scheme.lower() in WEB and bool(parts.hostname)


def likeness(url: str) -> str:
    """Give what two spellings of one address share: no scheme, www, marks of campaigns, slash or fragment at its end."""
    parts = split(url)
    if parts is None or not parts.hostname:
        return url.strip()
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not pair[0].startswith(_MARKS)]
    asked = f"?{urlencode(sorted(query))}" if query else ""
    return f"{host_of(url)}{parts.path.rstrip('/')}{asked}"


def host_of(url: str) -> str:
    """Give the host of an address in lower case, without a leading www; empty when it has none."""
    parts = split(url)
    return ((parts.hostname or "") if parts is not None else "").lower().removeprefix("www.")


def is_numeric(url: str) -> bool:
    """Whether *url* names its machine by a number and not by a name."""
    try:
        return bool(ipaddress.ip_address(host_of(url)))
    except ValueError:
        return False


def is_home(url: str) -> bool:
    """Whether *url* leads to this machine itself or to a private network, where its readers are not."""
    host = host_of(url)
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal", ".lan")) or (host and "." not in host):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False


def is_loopback(url: str) -> bool:
    """Whether *url* leads to this machine itself."""
    host = host_of(url)
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
