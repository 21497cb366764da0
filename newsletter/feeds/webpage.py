"""Reads what a web page says of itself in its head: title, author, picture, first words; run in the child process."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from selectolax.lexbor import LexborHTMLParser

from newsletter.feeds.addresses import absolute, same_page, without_trackers
from newsletter.feeds.decoding import decode, is_web_page, legal
from newsletter.feeds.plain import to_line
from subscribers.oneline import one_line
from subscribers.sentence import say

LONGEST_TITLE = 200
LONGEST_BYLINE = 200
LONGEST_EXCERPT = 600
LONGEST_ALT = 300
# What follows is no part of any head, and of no article that is worth reading here.
_LONGEST_PAGE = 2_000_000
# A shorter paragraph is a caption, a date or a greeting.
_SHORTEST_PARAGRAPH = 80
_MOST_AUTHORS = 10

_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml", ""})
# What stands between visitors and a page, and is no page itself.
_DOORS = re.compile(
    r"just a moment\b.*|attention required\b.*|access denied\b.*|are you a robot\b.*|(?:log|sign) ?in\b.{0,40}"
    r"|(?:404|page|not found)\W.*not found\b.*|.*\b404 not found",
    re.IGNORECASE,
)
_SCHEMA_KINDS = re.compile(r"(?:\w*Article|\w*BlogPosting|Report|WebPage|Event|\w*Posting)")

Document = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class WebPage:
    """What a page says of itself; what it does not say is empty."""

    # As the page calls itself, without the marks of campaigns.
    url: str
    title: str
    byline: str = ""
    site: str = ""
    # Plain text.
    excerpt: str = ""
    picture: str = ""
    picture_alt: str = ""

    @property
    def html(self) -> str:
        """The picture and the first words, as an article begins with them."""
        alt = escape(self.picture_alt, quote=True)
        picture = f'<figure><img src="{escape(self.picture, quote=True)}" alt="{alt}"></figure>' if self.picture else ""
        return picture + (f"<p>{escape(self.excerpt, quote=False)}</p>" if self.excerpt else "")


@dataclass(frozen=True, slots=True)
class NotAPage:
    """The document is something else; the reason completes the sentence "The page …"."""

    reason: str


def read_page(body: bytes, content_type: str, url: str) -> WebPage | NotAPage:
    """Give what the page at *url* says of itself, or why it is none."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in _HTML_TYPES:
        return NotAPage(say("is no web page but a file (%(kind)s); link to it from a text of your own", kind=kind[:60]))
    text = legal(decode(body[:_LONGEST_PAGE], content_type))
    if not kind and not is_web_page(text):
        return NotAPage(say("is no web page"))
    page = _Page(LexborHTMLParser(text), url)
    title = page.title
    if not title:
        return NotAPage(say("says nothing of itself: it has no title"))
    if _DOORS.fullmatch(title):
        return NotAPage(say("is not shown to programs: it answers “%(title)s”", title=title[:60]))
    return WebPage(
        url=page.address,
        title=title,
        byline=page.byline,
        site=page.site,
        excerpt=page.excerpt,
        picture=page.picture,
        picture_alt=page.picture_alt,
    )


class _Page:
    """A page, asked in turn where each fact may stand: Open Graph first, as it is what sites care for."""

    def __init__(self, tree: LexborHTMLParser, url: str) -> None:
        self._tree = tree
        self._url = url
        self._metas = tuple(_metas(tree))
        self._schema = next(_schemas(tree), {})

    @property
    def title(self) -> str:
        heading = self._tree.css_first("h1")
        said = (
            *self._meta("og:title", "twitter:title"),
            *_texts(self._schema, "headline", "name"),
            *self._meta("citation_title", "dc.title", "dcterms.title"),
            self._without_site(_text_of(self._tree, "title")),
            heading.text(separator=" ") if heading is not None else "",
        )
        return _first(said, LONGEST_TITLE)

    @property
    def site(self) -> str:
        return _first(self._meta("og:site_name", "application-name"), LONGEST_TITLE)

    @property
    def byline(self) -> str:
        for names in (
            self._metas_of("citation_author"),
            _authors(self._schema),
            self._meta("author", "parsely-author", "dc.creator", "article:author"),
        ):
            # Some sites give the address of a profile.
            people = dict.fromkeys(name for name in map(to_line, names) if name and "://" not in name and "@" not in name)
            if people:
                return one_line(", ".join([*people][:_MOST_AUTHORS]), LONGEST_BYLINE)
        return ""

    @property
    def excerpt(self) -> str:
        said = (
            *self._meta("og:description", "description", "twitter:description", "dc.description"),
            *_texts(self._schema, "description"),
        )
        return _first(said, LONGEST_EXCERPT) or _first(self._paragraphs(), LONGEST_EXCERPT)

    @property
    def picture(self) -> str:
        named = (
            *self._meta("og:image:secure_url", "og:image:url", "og:image", "twitter:image", "twitter:image:src"),
            *_pictures(self._schema),
        )
        return next((whole for one in named if (whole := absolute(self._url, one))), "")

    @property
    def picture_alt(self) -> str:
        return _first(self._meta("og:image:alt", "twitter:image:alt"), LONGEST_ALT)

    @property
    def address(self) -> str:
        """What the page calls its own address, where that is a page; else where it was found."""
        canonical = self._tree.css_first('link[rel~="canonical"]')
        named = (canonical.attributes.get("href") or "" if canonical is not None else "", *self._meta("og:url"))
        whole = (absolute(self._url, one) for one in named)
        # Themes without care call every page by the address of the front page.
        return without_trackers(next((one for one in whole if same_page(one)), self._url))

    def _without_site(self, title: str) -> str:
        """Take the name of the site from the end of a title: "Athens in August – Section News"."""
        line, site = to_line(title), self.site
        if site and line.casefold().endswith(site.casefold()):
            return line[: -len(site)].rstrip(" \t-–—|·»:") or line
        return line

    def _paragraphs(self) -> Iterator[str]:
        for node in self._tree.css("article p, main p") or self._tree.css("p"):
            text = " ".join(node.text(separator=" ").split())
            if len(text) >= _SHORTEST_PARAGRAPH:
                yield escape(text)

    def _meta(self, *names: str) -> tuple[str, ...]:
        """Give what is said under these names, the first name first."""
        return tuple(value for name in names for value in self._metas_of(name))

    def _metas_of(self, name: str) -> tuple[str, ...]:
        return tuple(value for known, value in self._metas if known == name)


def _metas(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    for node in tree.css("meta[content]"):
        name = (node.attributes.get("property") or node.attributes.get("name") or "").strip().lower()
        value = (node.attributes.get("content") or "").strip()
        if name and value:
            yield name, value


def _schemas(tree: LexborHTMLParser) -> Iterator[Document]:
    """Give what a page says in JSON-LD of an article, or of itself."""
    for node in tree.css('script[type="application/ld+json"]'):
        try:
            said = json.loads(node.text(deep=True))
        except (ValueError, RecursionError):
            continue
        for one in _listed(said):
            graph = one.get("@graph")
            for part in (one, *(_listed(graph) if graph is not None else ())):
                if any(_SCHEMA_KINDS.fullmatch(str(kind)) for kind in _several(part.get("@type"))):
                    yield part


def _several(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _listed(value: object) -> list[Document]:
    return [one for one in _several(value) if isinstance(one, Mapping)]


def _texts(document: Document, *names: str) -> tuple[str, ...]:
    return tuple(value for name in names if isinstance(value := document.get(name), str))


def _authors(document: Document) -> tuple[str, ...]:
    return tuple(
        name
        for one in _several(document.get("author"))
        for name in (_texts(one, "name") if isinstance(one, Mapping) else (one,) if isinstance(one, str) else ())
    )


def _pictures(document: Document) -> tuple[str, ...]:
    return tuple(
        url
        for one in _several(document.get("image"))
        for url in (_texts(one, "url", "contentUrl") if isinstance(one, Mapping) else (one,) if isinstance(one, str) else ())
    )


def _text_of(tree: LexborHTMLParser, selector: str) -> str:
    node = tree.css_first(selector)
    return escape(node.text()) if node is not None else ""


def _first(said: "Iterator[str] | tuple[str, ...]", limit: int) -> str:
    """Give the first text that says something, as one plain line."""
    return next((line for one in said if (line := to_line(one, limit))), "")
