"""Makes the addresses that feeds and editors give whole and safe."""

import re
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from newsletter.errors import BadValue
from subscribers.oneline import is_one_line, one_line
from subscribers.sentence import say

LONGEST_URL = 2000

# What programs of campaigns hang onto a link to know who followed it.
_TRACKERS = frozenset({"fbclid", "gclid", "msclkid", "mc_cid", "mc_eid", "igshid", "_hsenc", "_hsmi"})

# Pages of all issues of a newsletter are compared whenever somebody looks through its posts: twenty years of them.
_MOST_KNOWN = 20_000

_ATTRIBUTE = re.compile(r"""(?P<head>\s(?:href|src|poster)\s*=\s*)(?P<quote>["'])(?P<url>[^"'<>]*)(?P=quote)""", re.IGNORECASE)


def feed_address(text: str, what: str = "feed") -> str:
    """Give the address an editor meant, of a feed or of *what* else: without blanks, with a scheme.

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
        raise BadValue(what, text, say("is no address of the web, such as https://blog.example.org/feed/"))
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
    """Take the marks of campaigns (utm_…, fbclid) out of an address: they are no part of where it leads."""
    query = urlsplit(url).query
    if not any(map(_is_tracker, _names(query))):
        return url
    kept = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if not _is_tracker(name)]
    return urlunsplit(urlsplit(url)._replace(query=urlencode(kept)))


@lru_cache(maxsize=_MOST_KNOWN)
def same_page(url: str) -> str:
    """Give what two spellings of one page's address have in common: with http and https, www, a last slash or trackers.

    Empty for the front page of a site, to which many things link, and for what is no address of the web.
    """
    parts = _parts(url)
    if parts is None or parts.scheme not in {"http", "https"}:
        return ""
    plain = urlsplit(without_trackers(url))
    path = plain.path.rstrip("/")
    if not path and not plain.query:
        return ""
    host = (plain.hostname or "").removeprefix("www.")
    port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    return f"{host}{port}{path}?{plain.query}".removesuffix("?")


def spellings(url: str) -> tuple[str, ...]:
    """Give the addresses under which the page at *url* may have been kept before its site went to https or lost its www.

    Empty where `same_page` is.
    """
    if not same_page(url):
        return ()
    parts = urlsplit(url)
    bare = parts.netloc.removeprefix("www.")
    path = parts.path.rstrip("/")
    found = {
        urlunsplit(parts._replace(scheme=scheme, netloc=host, path=way))
        for scheme in ("http", "https")
        for host in (bare, f"www.{bare}")
        for way in (path, f"{path}/")
    }
    return tuple(sorted(found))


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        # Raises for a port that is none.
        parts.port  # noqa: B018
    except ValueError:
        return None
    return parts if parts.netloc else None


def _names(query: str) -> list[str]:
    return [part.partition("=")[0] for part in query.split("&")]


def _is_tracker(name: str) -> bool:
    return name.startswith("utm_") or name in _TRACKERS


def resolve_links(html: str, base: str) -> str:
    """Make the addresses in *html* whole; whatever is no address of the web stays for the sanitiser to judge."""

    def whole(found: re.Match[str]) -> str:
        url = absolute(base, found["url"]) if found["url"][:1] != "#" else ""
        return f"{found['head']}{found['quote']}{url or found['url']}{found['quote']}"

    return _ATTRIBUTE.sub(whole, html)
