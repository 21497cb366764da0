"""What it costs to compose a letter of thirty articles, beside the bare libraries on the same input in the same run.

    python -m benchmarks.composing --json

compose_ratio: from the bytes of a feed to the sealed letter, child processes and all cleaning included, against the sum of one
call of each library for each thing it is needed for: feedparser for the feed, selectolax, nh3 and css-inline for every article,
Jinja2 for the templates, MJML for the letter. preview_ratio: the letter again after one article changed, against MJML alone.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from statistics import median

import css_inline
import feedparser
import nh3
from selectolax.lexbor import LexborHTMLParser

from benchmarks.figures import ratio
from newsletter.confined import Child
from newsletter.feeds.model import ParsedFeed
from newsletter.feeds.parse import parse
from newsletter.issues.model import Issue
from newsletter.letters.compose import BODY, compose_issue, sheet_of
from newsletter.letters.holes import Holes
from newsletter.letters.letter import Draft
from newsletter.letters.links import Links
from newsletter.letters.templates import Templates, lay_out, packaged_templates
from tests.harness.letters import a_newsletter, a_section, an_article, an_issue

ARTICLES = 30
NOW = datetime(2020, 3, 1, 8, 0, tzinfo=UTC)
SEED = b"a seed of the benchmarks, 32 bytes"
LINKS = Links("https://news.example.org")
CONTENT_TYPE = "application/rss+xml; charset=utf-8"

_RSS = (
    '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>A blog</title><link>https://blog.example.org/</link>{items}'
    "</channel></rss>"
)
_SENTENCES = (
    "The working group met in the reading room before the doors opened, which turned out to be the best hour of the week.",
    "Every participant brought one practice that had <em>failed</em> and one that had surprised them.",
    'Small libraries reported the <a href="/obstacles">same obstacles</a> as large ones, only with fewer people to share them.',
    "By the afternoon the list of recommendations had shrunk from forty to nine, and nobody missed the others.",
)


@dataclass(frozen=True, slots=True)
class Composed:
    """Medians of several runs, in milliseconds."""

    articles: int
    feed_kilobytes: int
    letter_kilobytes: int
    compose_ms: float
    libraries_ms: float
    preview_ms: float
    mjml_ms: float
    compose_ratio: float | None
    preview_ratio: float | None


def measure(runs: int) -> Composed:
    """Compose the same letter again and again, and change one word of it each time."""
    body = a_feed()
    whole, libraries, previews, mjml = [], [], [], []
    with Child() as child:
        issue = _issue(parsed_feed(child, body))
        size = len(_composed(_templates(child), issue).html)
        for turn in range(runs):
            whole.append(_timed(lambda: _composed(_templates(child), _issue(parsed_feed(child, body)))))
            warm = _templates(child)
            _composed(warm, issue)
            changed = _changed(issue, turn)
            previews.append(_timed(lambda warm=warm, changed=changed: _composed(warm, changed)))  # type: ignore[misc]
            bare = _Bare(warm, changed, body)
            libraries.append(_timed(bare.all))
            mjml.append(_timed(bare.mjml))
    return Composed(
        articles=ARTICLES,
        feed_kilobytes=len(body) // 1000,
        letter_kilobytes=size // 1000,
        compose_ms=round(median(whole) * 1000, 1),
        libraries_ms=round(median(libraries) * 1000, 1),
        preview_ms=round(median(previews) * 1000, 1),
        mjml_ms=round(median(mjml) * 1000, 2),
        compose_ratio=ratio(median(whole), median(libraries)),
        preview_ratio=ratio(median(previews), median(mjml)),
    )


def a_feed() -> bytes:
    """Make a feed of thirty posts as WordPress does, each of some three kilobytes."""
    return _RSS.format(items="".join(_item(number) for number in range(ARTICLES, 0, -1))).encode()


def _item(number: int) -> str:
    link = f"https://blog.example.org/2020/02/post-{number}/"
    at = (datetime(2020, 2, 1, tzinfo=UTC) + timedelta(hours=number)).strftime("%a, %d %b %Y %H:%M:%S +0000")
    said = [_SENTENCES[(number + turn) % len(_SENTENCES)] for turn in range(12)]
    paragraphs = "".join(f"<p>{' '.join(said[turn : turn + 3])}</p>\n" for turn in range(0, 12, 3))
    picture = (
        f'<figure class="wp-block-image size-large"><img loading="lazy" width="1024" height="576" src="{link}a-1024x576.jpg" '
        f'alt="A shelf" class="wp-image-{number}" srcset="{link}a-1024x576.jpg 1024w, {link}a-300x169.jpg 300w" '
        'sizes="(max-width: 1024px) 100vw, 1024px" /><figcaption>Picture: somebody</figcaption></figure>'
    )
    more = "<h2>What comes next</h2><ul><li>One thing</li><li>Another thing</li></ul><blockquote><p>Ask again.</p></blockquote>"
    return (
        f"<item><title>Mentoring {number} by Almuth Gastinger</title><link>{link}</link><pubDate>{at}</pubDate>"
        f'<dc:creator>Section</dc:creator><category>News</category><guid isPermaLink="false">https://blog.example.org/?p={number}'
        f"</guid><description><![CDATA[{said[0]} [&#8230;]]]></description>"
        f"<content:encoded><![CDATA[{picture}{paragraphs}{more}]]></content:encoded></item>"
    )


def _templates(child: Child) -> Templates:
    """Give templates that have nothing prepared yet, compiled as those of a process that has been up for a while."""
    return _COMPILED.setdefault(id(child), Templates(packaged_templates(), child)).afresh()


_COMPILED: dict[int, Templates] = {}


def parsed_feed(child: Child, body: bytes) -> ParsedFeed:
    """Read the feed, all of it."""
    parsed = parse(child, body, CONTENT_TYPE, "https://blog.example.org/feed/", NOW)
    assert isinstance(parsed, ParsedFeed)
    assert len(parsed.entries) == ARTICLES
    return parsed


def _issue(parsed: ParsedFeed) -> Issue:
    articles = [
        replace(an_article(number, entry.title, entry.content, link=entry.permalink), byline="Almuth Gastinger")
        for number, entry in enumerate(parsed.entries, 1)
    ]
    first, second = articles[:10], articles[10:]
    return an_issue(a_section("Feature articles", *first), replace(a_section("Initiatives", *second), id=2, position=2))


def _changed(issue: Issue, turn: int) -> Issue:
    section = issue.sections[0]
    edited = replace(section.articles[0], content=f"<p>Changed {turn} times.</p>{section.articles[0].content}")
    return replace(issue, sections=(replace(section, articles=(edited, *section.articles[1:])), *issue.sections[1:]))


def _composed(templates: Templates, issue: Issue) -> Draft:
    return compose_issue(templates, a_newsletter(), issue, LINKS, SEED).draft


class _Bare:
    """The libraries alone, each once for what it is needed for."""

    def __init__(self, templates: Templates, issue: Issue, body: bytes) -> None:
        self._body = body
        self._articles = [article.content for article in issue.articles]
        self._sheet = sheet_of(templates, a_newsletter(), issue, LINKS, SEED, None)
        self._css = self._sheet.templates.text("_parts/article.css", {"page": self._sheet.page})
        self._inliner = css_inline.CSSInliner(inline_style_tags=False, load_remote_stylesheets=False)
        holes = Holes(SEED, "bare")
        # As MJML alone would get it: with all texts in it.
        self._whole = holes.fill(self._sheet.templates.source(BODY, holes, self._sheet.values))

    def all(self) -> None:
        """Call each of them."""
        feedparser.parse(
            BytesIO(self._body),
            response_headers={"content-type": CONTENT_TYPE},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
        for html in self._articles:
            root = LexborHTMLParser(html).body
            assert root is not None
            clean = nh3.clean(root.inner_html or "")
            self._inliner.inline_fragment(clean, self._css)
        self._jinja()
        self._sheet.templates.text("issue/body.txt", self._sheet.values)
        self.mjml()

    def mjml(self) -> None:
        """Lay the letter out."""
        lay_out(self._whole)

    def _jinja(self) -> None:
        self._sheet.templates.source(BODY, Holes(SEED, "bare"), self._sheet.values)


def _timed(job: Callable[[], object]) -> float:
    begun = time.perf_counter()
    job()
    return time.perf_counter() - begun


def told(result: Composed) -> str:
    """Say it in words."""
    return (
        f"{result.articles} articles from a feed of {result.feed_kilobytes} KB to a letter of {result.letter_kilobytes} KB in "
        f"{result.compose_ms} ms: {result.compose_ratio} × the libraries alone ({result.libraries_ms} ms); a preview after a "
        f"change in {result.preview_ms} ms: {result.preview_ratio} × MJML alone ({result.mjml_ms} ms)"
    )


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15, help="how often; the median counts")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    arguments = parser.parse_args()
    result = measure(arguments.runs)
    print(json.dumps(asdict(result)) if arguments.json else told(result))


if __name__ == "__main__":
    main()
