"""The links of a letter that are counted: found in its HTML, and exchanged for addresses of ours; pure."""

import re
from collections.abc import Mapping
from html import escape, unescape
from urllib.parse import SplitResult, urlsplit

from subscribers.tokens import TOKEN_LENGTH

# What browsers and servers pass on without asking; a longer address stays in the letter as it is, and is not counted.
LONGEST_URL = 2_000

# As the sanitiser and our templates write a link. Its text cannot hold one: there the "<" is escaped, and so is the quotation
# mark in an attribute. One that is not closed stays as it is.
_LINK = re.compile(r'(<a\b[^>]*?\shref=")([^"]*)(")(?=[^>]*>(.*?)</a>)', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
# A text that is an address, with its scheme or without. Such a link leads there itself: mail programs warn of one that says
# one address and leads to another.
_ADDRESS = re.compile(r"(?:https?:|www\.)\S|(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?(?:[/?#]\S*)?\Z", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}
# What ends a header field, or is read as a slash by some and not by others.
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
_TOKEN = re.compile(rf"[a-z2-7]{{{TOKEN_LENGTH}}}", re.ASCII)


def counted_in(html: str, public_url: str) -> tuple[str, ...]:
    """Give the addresses that links of *html* lead to outside of *public_url*, our own; each once, in order."""
    addresses = dict.fromkeys(unescape(found[2]) for found in _LINK.finditer(html) if not _says_address(found[4]))
    return tuple(address for address in addresses if leads_outside(address, public_url))


def exchanged(html: str, addresses: Mapping[str, str]) -> str:
    """Let links of *html* lead where *addresses* says; all others, and everything else, stay byte for byte."""
    if not addresses:
        return html

    def exchange(found: re.Match[str]) -> str:
        address = addresses.get(unescape(found[2]))
        return found[0] if address is None or _says_address(found[4]) else f"{found[1]}{escape(address, quote=True)}{found[3]}"

    return _LINK.sub(exchange, html)


def leads_outside(address: str, public_url: str) -> bool:
    """Whether *address* is one of the web that is not ours, and safe to lead somebody to."""
    if len(address) > LONGEST_URL or _UNSAFE.search(address):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    # A name before the host makes an address look like another one's.
    if parts.scheme not in {"http", "https"} or not parts.netloc or "@" in parts.netloc:
        return False
    own = urlsplit(public_url)
    try:
        is_ours = _host(parts) == _host(own)
    except ValueError:
        return False
    folder = own.path.rstrip("/")
    return not (is_ours and (parts.path == folder or parts.path.startswith(f"{folder}/")))


def _host(parts: SplitResult) -> tuple[str, int | None]:
    """Give host and port, however they are spelled; by http and https alike: a page of ours moves from one to the other."""
    port = parts.port
    return (parts.hostname or "").rstrip("."), None if port == _PORTS[parts.scheme] else port


def _says_address(inner: str) -> bool:
    """Whether what is seen of a link is an address, whatever it is dressed in."""
    return _ADDRESS.match(unescape(_TAG.sub("", inner)).strip()) is not None


def token_in(text: str) -> str | None:
    """Read the token of a counted link as it stands in an address; None: no link has such a one.

    Letter case does not matter, because mail servers change it.
    """
    token = text.lower() if text.isascii() else ""
    return token if _TOKEN.fullmatch(token) else None
