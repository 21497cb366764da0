"""What making an issue costs, beside the bare libraries on the same input in the same run.

    python -m benchmarks.compose --json

gather_ratio: reading a WordPress feed of 500 posts for the first time, from the question over HTTP to the last commit, against
feedparser alone on the same bytes. It is feedparser with the options that cost it least (nothing sanitised, no address made
whole), which is how it is asked here; with its own defaults it takes two to three times as long.

compose_ratio and preview_ratio: the letter of an issue, and the letter again after a change (benchmarks/composing.py).

preflight_seconds: an issue of 30 articles read, composed and looked over, without a network (benchmarks/preflight.py).
"""

import argparse
import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from statistics import median

import feedparser

from benchmarks import composing, instance, preflight
from benchmarks.figures import ratio
from newsletter.confined import Child
from newsletter.database import Database
from newsletter.feeds import store
from newsletter.feeds.gather import gather
from newsletter.outbound import FetchPolicy
from tests.harness.chaosfeed import ATOM, ChaosFeed, Page
from tests.harness.newsroom import a_newsletter

POSTS = 500
NOW = datetime(2020, 3, 1, 8, 0, tzinfo=UTC)

_WORDS = "Library staff from twelve countries met to talk about mentoring, and what they learned is worth reading twice. "
_FEED = '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">{head}{entries}</feed>'
_HEAD = '<title type="text">A blog</title><link rel="alternate" href="https://blog.example.org/"/><updated>2020-02-29T08:00:00Z</updated>'


@dataclass(frozen=True, slots=True)
class Result:
    """Medians of several runs; seconds of one feed."""

    posts: int
    kilobytes: int
    feedparser_seconds: float
    feedparser_defaults_seconds: float
    gather_seconds: float
    gather_ratio: float | None


def measure(runs: int) -> Result:
    """Read one feed again and again, each time as if for the first."""
    body = a_feed(POSTS)
    bare, usual, whole = [], [], []
    with Child() as child, ChaosFeed() as server:
        url = server.put("/index.xml", Page(body, ATOM))
        # The child has started and knows its modules, as that of a worker does.
        _gathered(url, child)
        for _ in range(runs):
            bare.append(_timed(lambda: _parse(body, sanitize_html=False, resolve_relative_uris=False)))
            usual.append(_timed(lambda: _parse(body)))
            whole.append(_gathered(url, child))
    return Result(
        posts=POSTS,
        kilobytes=len(body) // 1000,
        feedparser_seconds=round(median(bare), 3),
        feedparser_defaults_seconds=round(median(usual), 3),
        gather_seconds=round(median(whole), 3),
        gather_ratio=ratio(median(whole), median(bare)),
    )


def a_feed(posts: int) -> bytes:
    """Make an Atom feed as WordPress does, the newest post first."""
    entries = "".join(_entry(number) for number in range(posts, 0, -1))
    return _FEED.format(head=_HEAD, entries=entries).encode()


def _entry(number: int) -> str:
    at = (datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=number)).isoformat()
    link = f"https://blog.example.org/2020/post-{number}/"
    picture = f'<figure class="wp-block-image"><img src="{link}a.jpg" alt="A shelf" srcset="{link}a-300.jpg 300w"/></figure>'
    paragraphs = "".join(f'<p>{_WORDS * 4}<a href="{link}{part}">More of it</a></p>\n' for part in range(4))
    return (
        "<entry><author><name>Section</name><uri>https://blog.example.org/</uri></author>"
        f'<title type="html"><![CDATA[Mentoring {number} by Almuth Gastinger]]></title>'
        f'<link rel="alternate" type="text/html" href="{link}"/><id>https://blog.example.org/?p={number}</id>'
        f"<updated>{at}</updated><published>{at}</published>"
        '<category scheme="https://blog.example.org" term="News"/>'
        '<category scheme="https://blog.example.org" term="Mentoring"/>'
        f'<summary type="html"><![CDATA[{_WORDS * 2}]]></summary>'
        f'<content type="html" xml:base="{link}"><![CDATA[{picture}{paragraphs}]]></content></entry>'
    )


def _parse(body: bytes, **options: bool) -> None:
    parsed = feedparser.parse(
        BytesIO(body), response_headers={"content-type": "application/atom+xml; charset=utf-8"}, **options
    )
    assert len(parsed.entries) == POSTS


def _gathered(url: str, child: Child) -> float:
    """Give the seconds of a first reading into an empty database."""
    with instance.folder() as folder:
        database = Database(f"sqlite:///{folder}/newsletter.db")
        database.upgrade()
        with database.write() as tx:
            store.add(tx, a_newsletter(tx).id, url, NOW)
        policy = FetchPolicy(allow_loopback=True)
        begun = time.perf_counter()
        (result,) = asyncio.run(gather(database, policy, child, lambda: NOW))
        seconds = time.perf_counter() - begun
        database.close()
    assert result.new == POSTS, result.trouble
    return seconds


def _timed(job: Callable[[], object]) -> float:
    begun = time.perf_counter()
    job()
    return time.perf_counter() - begun


def told(result: Result) -> str:
    """Say it in words."""
    return (
        f"{result.posts} posts ({result.kilobytes} KB) gathered in {result.gather_seconds} s: {result.gather_ratio} × "
        f"feedparser alone ({result.feedparser_seconds} s; {result.feedparser_defaults_seconds} s with its defaults)"
    )


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="how often; the median counts")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    arguments = parser.parse_args()
    result = measure(arguments.runs)
    composed = composing.measure(3 * arguments.runs)
    looked = preflight.measure(arguments.runs)
    if arguments.json:
        print(json.dumps({**asdict(result), **asdict(composed), "preflight_seconds": looked.preflight_seconds}))
    else:
        print(told(result), composing.told(composed), preflight.told(looked), sep="\n")


if __name__ == "__main__":
    main()
