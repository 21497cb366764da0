"""Makes the addresses that feeds and editors give whole and safe."""

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from newsletter.errors import BadValue
from subscribers.oneline import is_one_line, one_line

LONGEST_URL = 2000

_ATTRIBUTE = re.compile(r"""(?P<head>\s(?:href|src|poster)\s*=\s*)(?P<quote>["'])(?P<url>[^"'<>]*)(?P=quote)""", re.IGNORECASE)


def feed_address(text: str) -> str:
    """Give the address an editor meant: without blanks, with a scheme.

    Raises:
        BadValue: it cannot be an address of the web.

    """
    url = text.strip()
    if url.lower().startswith("feed:"):
        url = url[len("feed:") :].removeprefix("//")
    if "://" not in url:
        url = f"https://{url}"
    try:
        parts = urlsplit(url)
        # A port that is no number makes `port` raise: "javascript:alert(1)" is no host and port.
        is_host = bool(parts.hostname) and parts.username is None and parts.port != 0
        is_web = is_host and parts.scheme.lower() in {"http", "https"}
    except ValueError:
        is_web = False
    if not is_web or not is_one_line(url) or " " in url:
        raise BadValue("feed", text, "is no address of the web, such as https://blog.example.org/feed/")
    return url


def absolute(base: str, url: str) -> str:
    """Give *url* as a whole http or https address, empty when it is none."""
    if not url.strip():
        return ""
    try:
        whole = urljoin(base, url.strip())
        parts = urlsplit(whole)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.netloc or len(whole) > LONGEST_URL:
        return ""
    return one_line(whole, LONGEST_URL)


def without_trackers(url: str) -> str:
    """Take the marks of campaigns (utm_…) out of an address: they are no part of where it leads."""
    if "utm_" not in url:
        return url
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not name.startswith("utm_")]
    return urlunsplit(parts._replace(query=urlencode(query)))


def resolve_links(html: str, base: str) -> str:
    """Make the addresses in *html* whole; whatever is no address of the web stays for the sanitiser to judge."""

    def whole(found: re.Match[str]) -> str:
        url = absolute(base, found["url"]) if found["url"][:1] != "#" else ""
        return f"{found['head']}{found['quote']}{url or found['url']}{found['quote']}"

    return _ATTRIBUTE.sub(whole, html)
