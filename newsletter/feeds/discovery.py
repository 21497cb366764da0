"""Knows where else a blog keeps its posts: further pages, months, the Atom twin of a feed."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from html import unescape
from typing import NamedTuple, Protocol
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

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


# Asked for in this order.
_COMMON_PATHS = ("feed/", "/feed/", "feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/feed.json")
_DECEMBER = 12


class CalendarMonth(NamedTuple):
    """A month of a site's calendar."""

    year: int
    month: int


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


def months_of_site(month: YearAndMonth, zone: tzinfo, site_zone: tzinfo) -> tuple["CalendarMonth", ...]:
    """Give the months of a site, cut in its zone, that together hold *month* as it is cut in *zone*."""
    start, end = bounds(month, zone)
    days = (start.astimezone(site_zone), (end - timedelta(microseconds=1)).astimezone(site_zone))
    return tuple(dict.fromkeys(CalendarMonth(day.year, day.month) for day in days))


def bounds(month: YearAndMonth, zone: tzinfo) -> tuple[datetime, datetime]:
    """Give the moments at which *month* begins and ends in *zone*."""
    following = (month.year + 1, 1) if month.month == _DECEMBER else (month.year, month.month + 1)
    return datetime(month.year, month.month, 1, tzinfo=zone).astimezone(UTC), datetime(*following, 1, tzinfo=zone).astimezone(
        UTC
    )


def common_feeds(url: str) -> tuple[str, ...]:
    """Give the addresses at which the feed of a site mostly stands, for one whose pages name none."""
    return tuple(urljoin(url, path) for path in _COMMON_PATHS)


def api_roots(site_url: str) -> tuple[str, ...]:
    """Give the addresses at which a WordPress site tells of itself: with pretty addresses, and without."""
    if not site_url:
        return ()
    folder = f"{site_url.partition('?')[0].partition('#')[0].rstrip('/')}/"
    return f"{folder}wp-json/", f"{folder}?rest_route=/"


def api_categories(root: str) -> str:
    """Give the address of the categories below such a root, the most used first."""
    wanted = {"per_page": "100", "orderby": "count", "order": "desc", "_fields": "name,count"}
    if "rest_route=" in root:
        return _with_query(root, rest_route="/wp/v2/categories", **wanted)
    return _with_query(f"{root}wp/v2/categories", **wanted)


def _with_query(url: str, **values: str) -> str:
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in values]
    return urlunsplit(parts._replace(query=urlencode([*kept, *values.items()])))
