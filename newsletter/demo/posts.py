"""The posts of the demo's blog, read from files that ship with it."""

import html
import re
import tomllib
from dataclasses import dataclass
from datetime import datetime
from html.entities import name2codepoint
from pathlib import Path
from zoneinfo import ZoneInfo

from newsletter.issues.model import Month

MATERIAL = Path(__file__).parent / "material"

# The blog cuts its months where its editors live.
SITE_ZONE = ZoneInfo("Europe/Amsterdam")

# What WordPress puts on a page of a feed unless somebody changes it; a busy month needs more than one page.
PAGE_SIZE = 10

# WordPress ends an automatic excerpt after so many words.
EXCERPT_WORDS = 55

# Stands in the files where the address of the blog goes, because nobody knows its port beforehand.
BLOG_ADDRESS = "[blog]"

_SEPARATOR = "\n+++\n"
_TAGS = re.compile(r"<[^>]*>")
_NAMED_ENTITY = re.compile(r"&([a-zA-Z]+);")
_XML_KNOWS = frozenset({"amp", "lt", "gt", "quot", "apos"})


@dataclass(frozen=True, slots=True)
class BlogPost:
    """One post as its author left it in the blog."""

    id: int
    slug: str
    # HTML, as WordPress keeps titles: entities and all.
    title: str
    published: datetime
    updated: datetime
    # Who pressed "publish", which is seldom who wrote it.
    account: str
    categories: tuple[str, ...]
    body: str

    @property
    def local(self) -> datetime:
        """The moment of publishing on the site's own clock."""
        return self.published.astimezone(SITE_ZONE)

    @property
    def path(self) -> str:
        """The address of the post's page within the blog."""
        return f"/{self.local:%Y/%m/%d}/{self.slug}/"

    @property
    def month(self) -> Month:
        """The month the post lies in, cut in the site's zone."""
        return Month.of(self.local)

    @property
    def plain_title(self) -> str:
        """The title as a browser shows it."""
        return html.unescape(self.title)

    @property
    def xml_title(self) -> str:
        """The title for RSS, where XML knows five entities and HTML two hundred."""
        return _NAMED_ENTITY.sub(_numbered, self.title)

    @property
    def excerpt(self) -> str:
        """The first words of the text, as WordPress makes an excerpt when nobody wrote one."""
        words = html.unescape(_TAGS.sub(" ", self.body)).split()
        return " ".join(words[:EXCERPT_WORDS]) + (" […]" if len(words) > EXCERPT_WORDS else "")

    def html(self, blog_address: str) -> str:
        """Give the text with the blog's address filled in."""
        return self.body.replace(BLOG_ADDRESS, blog_address)


def read_posts(folder: Path = MATERIAL / "posts") -> tuple[BlogPost, ...]:
    """Give all posts, newest first."""
    posts = (_read_post(path) for path in folder.glob("*.html"))
    return tuple(sorted(posts, key=lambda post: post.published, reverse=True))


def of_month(posts: tuple[BlogPost, ...], month: Month) -> tuple[BlogPost, ...]:
    """Give those of *posts* that lie in *month* on the site's clock."""
    return tuple(post for post in posts if post.month == month)


def page_of(posts: tuple[BlogPost, ...], number: int) -> tuple[BlogPost, ...] | None:
    """Give page *number* (from 1) of *posts*; None past the end, where WordPress answers 404."""
    page = posts[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return page if page or number == 1 else None


def last_modified(posts: tuple[BlogPost, ...]) -> datetime:
    """Give the moment of the last change anywhere in the blog, which is what WordPress tells of every feed."""
    return max(post.updated for post in posts)


def _read_post(path: Path) -> BlogPost:
    head, _, body = path.read_text(encoding="utf-8").partition(_SEPARATOR)
    facts = tomllib.loads(head)
    return BlogPost(**{**facts, "categories": tuple(facts["categories"])}, body=body.strip())


def _numbered(match: re.Match[str]) -> str:
    name = match[1]
    return match[0] if name in _XML_KNOWS or name not in name2codepoint else f"&#{name2codepoint[name]};"
