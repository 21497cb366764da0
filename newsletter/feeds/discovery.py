"""Knows where else a blog keeps its posts: further pages, months, the Atom twin of a feed."""

import re
from html import unescape
from typing import Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from newsletter.feeds.addresses import absolute

# The formats that WordPress offers under /feed/…; all but "atom" lack the date of the last change.
_RSS_KINDS = frozenset({"rss", "rss2", "rdf"})
# The path up to the feed, and what kind is asked for.
_FEED_PATH = re.compile(r"^(?P<site>.*?/)feed(?:/(?P<kind>rss|rss2|rdf|atom))?/?$")
# Feeds of a part of the site: their month archives cannot be named by path.
_PART = re.compile(r"/(?:category|tag|author|topic|\d{4}/\d{2})/")


_LINK = re.compile(r"<link\b([^<>]{0,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json"})


class YearAndMonth(Protocol):
    """A calendar month; issues.model.Month is one."""

    @property
    def year(self) -> int:
        """The year of the common era."""

    @property
    def month(self) -> int:
        """1 to 12."""


def named_feeds(html: str, url: str) -> tuple[str, ...]:
    """Give the addresses of the feeds that a web page at *url* names, but for those of comments."""
    found: dict[str, None] = {}
    for link in _LINK.findall(html):
        values = {name.lower(): unescape(one or two or three) for name, one, two, three in _ATTRIBUTE.findall(link)}
        is_feed = "alternate" in values.get("rel", "").lower().split() and values.get("type", "").lower() in _FEED_TYPES
        address = absolute(url, values.get("href", ""))
        if is_feed and address and "comments" not in address:
            found[address] = None
    return tuple(found)


def looks_like_wordpress(url: str) -> bool:
    """Whether the address has the shape of a WordPress feed: …/feed/, …/feed/atom/ or ?feed=rss2."""
    parts = urlsplit(url)
    return "feed" in dict(parse_qsl(parts.query)) or _FEED_PATH.match(parts.path) is not None


def says_wordpress(generator: str) -> bool:
    """Whether a feed names WordPress as its maker."""
    return "wordpress" in generator.lower()


def atom_twin(url: str) -> str:
    """Give the Atom feed beside a WordPress feed of another kind: it alone tells when a post was changed.

    Empty when *url* is Atom already, or not shaped as WordPress shapes its feeds.
    """
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if query.get("feed") in _RSS_KINDS or query.get("feed") == "":
        return _with_query(url, feed="atom")
    path = _FEED_PATH.match(parts.path)
    if path is None or path["kind"] == "atom":
        return ""
    return urlunsplit(parts._replace(path=f"{path['site']}feed/atom/"))


def page(url: str, number: int) -> str:
    """Give a further page of a WordPress feed; the first one is the feed itself."""
    return url if number == 1 else _with_query(url, paged=str(number))


def month_archive(url: str, month: YearAndMonth) -> str:
    """Give the feed of one month beside a WordPress feed, empty when *url* is not shaped as one.

    The blog cuts the month in its own time zone.
    """
    parts = urlsplit(url)
    path = _FEED_PATH.match(parts.path)
    if path is not None and not _PART.search(path["site"]):
        inner = f"{path['site']}{month.year:04d}/{month.month:02d}/feed/{path['kind'] or ''}"
        return urlunsplit(parts._replace(path=inner.rstrip("/") + "/"))
    if path is not None or "feed" in dict(parse_qsl(parts.query)):
        return _with_query(url, m=f"{month.year:04d}{month.month:02d}")
    return ""


def _with_query(url: str, **values: str) -> str:
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in values]
    return urlunsplit(parts._replace(query=urlencode([*kept, *values.items()])))
