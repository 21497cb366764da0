"""A small blog that serves its feeds as WordPress does: pages, months, the Atom twin, conditional requests, /wp-json/.

blog = Blog(posts, per_page=10)
blog.mount(chaos)
chaos.url("/feed/")
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import md5
from html import escape
from zoneinfo import ZoneInfo

from tests.harness.chaosfeed import ATOM, RSS, Asked, ChaosFeed, Page, Wire

JSON = "application/json; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class BlogPost:
    """One post; its number is its identity for ever."""

    number: int
    title: str
    published: datetime
    content: str = "<p>Words.</p>"
    changed: datetime | None = None
    categories: tuple[str, ...] = ()

    @property
    def modified(self) -> datetime:
        """When it was last changed."""
        return self.changed or self.published


class Blog:
    """The blog; `posts` may be changed while it is served."""

    def __init__(
        self,
        posts: Sequence[BlogPost],
        *,
        per_page: int = 10,
        zone: str = "UTC",
        has_atom: bool = True,
        has_api: bool = False,
    ) -> None:
        self.posts = list(posts)
        self.per_page = per_page
        self.zone = ZoneInfo(zone)
        self.has_atom = has_atom
        self.has_api = has_api

    def mount(self, chaos: ChaosFeed) -> str:
        """Serve the blog and give the address of its feed."""
        months = {self._local(post).strftime("/%Y/%m") for post in self.posts} | {"/2019/11"}
        for prefix in ("", *months):
            chaos.put(f"{prefix}/feed/", self.answer)
            if self.has_atom:
                chaos.put(f"{prefix}/feed/atom/", self.answer)
        if self.has_api:
            chaos.put("/wp-json/", self._api_root)
            chaos.put("/wp-json/wp/v2/categories", self._api_categories)
        return chaos.url("/feed/")

    def _api_root(self, _asked: Asked, wire: Wire) -> None:
        root = {"name": "A blog", "gmt_offset": 0, "timezone_string": self.zone.key, "namespaces": ["wp/v2"]}
        wire.give(Page(json.dumps(root).encode(), JSON))

    def _api_categories(self, _asked: Asked, wire: Wire) -> None:
        names = sorted({name for post in self.posts for name in post.categories})
        wire.give(Page(json.dumps([{"name": escape(name), "count": 1} for name in names]).encode(), JSON))

    def answer(self, asked: Asked, wire: Wire) -> None:
        """Answer for a feed: not modified, a page, or nothing past the last page."""
        path = asked.path.partition("?")[0]
        posts = sorted(self._selected(path), key=lambda post: post.published, reverse=True)
        number = int(asked.query.get("paged", "1"))
        chosen = posts[(number - 1) * self.per_page : number * self.per_page]
        if number > 1 and not chosen:
            wire.give(Page(b"<html><body>Nothing found</body></html>", "text/html", 404))
            return
        modified = format_datetime(
            max((post.modified for post in self.posts), default=datetime(2019, 1, 1, tzinfo=UTC)), usegmt=True
        )
        validators = {"Last-Modified": modified, "ETag": f'"{md5(modified.encode()).hexdigest()}"'}  # noqa: S324 -- as WordPress does
        if _is_current(asked, validators):
            wire.begin(304, validators)
            return
        host = f"http://{asked.headers['host']}"
        if path.endswith("/atom/"):
            wire.give(Page(_atom(host, chosen).encode(), ATOM, 200, validators))
        else:
            wire.give(Page(_rss(host, chosen).encode(), RSS, 200, validators))

    def _selected(self, path: str) -> list[BlogPost]:
        month = path.partition("/feed/")[0]
        return [post for post in self.posts if not month or self._local(post).strftime("/%Y/%m") == month]

    def _local(self, post: BlogPost) -> datetime:
        return post.published.astimezone(self.zone)


def _is_current(asked: Asked, validators: dict[str, str]) -> bool:
    """Compare letter by letter, and all that were sent, as WordPress does."""
    sent = {"ETag": asked.headers.get("if-none-match"), "Last-Modified": asked.headers.get("if-modified-since")}
    stated = {name: value for name, value in sent.items() if value}
    return bool(stated) and all(validators[name] == value for name, value in stated.items())


def _rss(host: str, posts: Sequence[BlogPost]) -> str:
    items = "".join(
        f"<item><title>{escape(post.title)}</title><link>{_link(host, post)}</link>"
        f"<pubDate>{format_datetime(post.published)}</pubDate>"
        f'<guid isPermaLink="false">{host}/?p={post.number}</guid>'
        + "".join(f"<category>{escape(name)}</category>" for name in post.categories)
        + f"<description>{escape(post.content)}</description></item>"
        for post in posts
    )
    channel = f"<title>A blog</title><link>{host}/</link><generator>https://wordpress.org/?v=5.3</generator>{items}"
    return f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>{channel}</channel></rss>'


def _atom(host: str, posts: Sequence[BlogPost]) -> str:
    entries = "".join(
        f'<entry><title type="html">{escape(post.title)}</title><link rel="alternate" href="{_link(host, post)}"/>'
        f"<id>{host}/?p={post.number}</id><updated>{post.modified.isoformat()}</updated>"
        f"<published>{post.published.isoformat()}</published>"
        + "".join(f'<category term="{escape(name)}"/>' for name in post.categories)
        + f'<content type="html">{escape(post.content)}</content></entry>'
        for post in posts
    )
    head = (
        f'<title type="text">A blog</title><link href="{host}/"/><generator uri="https://wordpress.org/">WordPress</generator>'
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">{head}{entries}</feed>'


def _link(host: str, post: BlogPost) -> str:
    return f"{host}/{post.published:%Y/%m}/post-{post.number}/"
