"""Which addresses of the web something may be told to; the rest is asked of the name server when it is told."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from newsletter.errors import BadValue
from newsletter.outbound import WEB_PORTS, Address, FetchPolicy, is_public
from subscribers.sentence import say

LONGEST = 2_000


def checked(url: str, policy: FetchPolicy) -> str:
    """Give an address as it is kept.

    Raises:
        BadValue: it is none, is not https, carries a password, or leads into a network of one's own.

    """
    text = url.strip()
    reason = _refusal(text, policy)
    if reason:
        raise BadValue(say("address"), text[:LONGEST], reason)
    return text


def _refusal(text: str, policy: FetchPolicy) -> str:
    if len(text) > LONGEST or not text.isascii() or not text.isprintable() or " " in text:
        return say("is too long, or has signs that stand in no address")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return say("is no address of the web")
    if parts.scheme not in WEB_PORTS or not parts.hostname:
        return say("is no address of the web: it begins with https://")
    if parts.username is not None or parts.password is not None:
        return say("carries a user name or password; the signature proves who calls")
    if policy.allow_loopback and _is_loopback(parts.hostname):
        return ""
    return _outside(parts.scheme, parts.hostname, port)


def _outside(scheme: str, host: str, port: int | None) -> str:
    number = _number(host)
    if number is not None and not is_public(number):
        return say("is not a public address")
    if scheme != "https":
        return say("begins with http://, where everybody on the way reads along; use https://")
    return say("names a port; only 443 is used") if port not in {None, WEB_PORTS["https"]} else ""


def _is_loopback(host: str) -> bool:
    number = _number(host)
    return host == "localhost" or (number is not None and number.is_loopback)


def _number(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
