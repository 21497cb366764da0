"""Bad input through real sockets: every one of them ends in a sentence."""

import asyncio
import gzip
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from newsletter.confined import Child
from newsletter.feeds.retrieve import Document, FeedUnreadable, Retriever
from newsletter.outbound import FetchPolicy
from tests.harness import chaosfeed
from tests.harness.chaosfeed import ATOM, RSS, Answer, ChaosFeed, Page, redirect

HASTY = FetchPolicy(allow_loopback=True, seconds=0.5)
PATIENT = replace(HASTY, seconds=10)
# Cut short; every other answer comes to an end by itself, however slow the machine is.
ENDLESS = (chaosfeed.drip, chaosfeed.silence, chaosfeed.drip_headers)
ITEM = "<rss version='2.0'><channel><title>t</title><item><title>{}</title><guid>1</guid></item></channel></rss>"


@pytest.fixture
def retriever(child: Child, now: datetime) -> Retriever:
    """Give the wire of this room, at a moment that stands still."""
    return Retriever(PATIENT, child, lambda: now, 10)


def get(retriever: Retriever, url: str) -> Document:
    """Retrieve a document that must be there."""
    found = asyncio.run(retriever.get(url, frozenset()))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Page(b""), "is empty"),
        (Page(b"   \n"), "is empty"),
        (Page(b"<!doctype html><html><head><title>Hello</title></head></html>", "text/html"), "is a web page, not a feed"),
        (Page(b"hello"), "is no feed"),
        (Page(b"x", status=404), "answered 404: it is not there any more"),
        (Page(b"x", status=410), "answered 410: it is gone for good"),
        (Page(b"x", status=503), "answered 503: it is busy"),
        (Page(b"x", status=500), "answered 500 (Internal Server Error)"),
        (Page(b"x", status=204), "answered 204 (No Content)"),
        (chaosfeed.flood, "sends more than 8 MB"),
        (chaosfeed.announced_flood, "sends more than 8 MB"),
        (chaosfeed.drip, "did not answer in full within 0.5 seconds"),
        (chaosfeed.silence, "did not answer in full within 0.5 seconds"),
        (chaosfeed.drip_headers, "did not answer in full within 0.5 seconds"),
        (chaosfeed.gzip_bomb, "grows to more than 20 MB"),
        (chaosfeed.nonsense, "does not speak HTTP"),
        (chaosfeed.broken_off, "broke off"),
        (Page(b"no gzip", headers={"Content-Encoding": "gzip"}), "damaged compressed data"),
        (Page(gzip.compress(b"<rss>" * 999)[:-20], headers={"Content-Encoding": "gzip"}), "broke off"),
        (redirect("/bad"), "redirects more than 5 times"),
        (redirect("http://169.254.169.254/latest/"), "leads to 169.254.169.254, which is not a public address"),
        (redirect("http://10.0.0.1/"), "not a public address"),
        (redirect("file:///etc/passwd"), "no address of the web"),
    ],
)
def test_what_cannot_be_read_is_told_in_words(chaos: ChaosFeed, retriever: Retriever, answer: Answer, words: str) -> None:
    """No traceback, no waiting for ever, no memory eaten: a reason that an editor understands."""
    policy = HASTY if answer in ENDLESS else PATIENT

    with pytest.raises(FeedUnreadable) as failed:
        get(replace(retriever, policy=policy), chaos.put("/bad", answer))
    assert words in failed.value.reason


def test_unreachable_server_is_told_in_words(retriever: Retriever) -> None:
    """Nobody listens there."""
    with pytest.raises(FeedUnreadable, match="cannot be reached"):
        get(retriever, "http://127.0.0.1:1/")


def test_loopback_is_out_of_reach_without_the_setting(chaos: ChaosFeed, retriever: Retriever) -> None:
    """What tests and demo may, nobody else can."""
    strict = replace(retriever, policy=replace(PATIENT, allow_loopback=False))

    with pytest.raises(FeedUnreadable, match="not a public address"):
        get(strict, chaos.put("/feed", Page(ITEM.encode())))
    assert [] == chaos.asked


def test_parser_that_runs_away_is_ended(chaos: ChaosFeed, retriever: Retriever) -> None:
    """Two hundred thousand attributes on one tag."""
    with pytest.raises(FeedUnreadable, match="took longer than"):
        get(replace(retriever, parse_seconds=0.7), chaos.put("/feed", chaosfeed.many_attributes()))


def test_entity_bomb_is_trouble(chaos: ChaosFeed, retriever: Retriever) -> None:
    """Refused and told, and never unfolded."""
    with pytest.raises(FeedUnreadable, match="is damaged"):
        get(retriever, chaos.put("/feed", chaosfeed.entity_bomb()))


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("one&#x2028;two", "one two"),
        ("one&#13;&#10;Bcc: x@example.org", "one Bcc: x@example.org"),
        ("one &#x202E;owt", "one owt"),
        ("{{7*7}}", "{{7*7}}"),
        ("x&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;", "x"),
        ("x" * 10_000, "x" * 299 + "…"),
    ],
)
def test_hostile_titles_become_plain_lines(chaos: ChaosFeed, retriever: Retriever, title: str, kept: str) -> None:
    """They will stand in subjects, headers and pages."""
    document = get(retriever, chaos.put("/feed", Page(ITEM.format(title).encode(), RSS)))

    assert kept == document.feed.entries[0].title


def test_wrong_charset_of_the_server_is_no_mojibake(chaos: ChaosFeed, retriever: Retriever) -> None:
    """It says latin-1 and sends UTF-8."""
    url = chaos.put("/feed", Page(ITEM.format("Grüße").encode(), "text/xml; charset=iso-8859-1"))

    assert "Grüße" == get(retriever, url).feed.entries[0].title


def test_truncated_document_is_marked_and_never_second_choice(
    chaos: ChaosFeed, retriever: Retriever, material: Callable[[str], bytes]
) -> None:
    """What was whole before the break is there; as an alternative to something better it does not count."""
    url = chaos.put("/feed", Page(material("wordpress-rss.xml")[:1800], RSS))

    assert get(retriever, url).feed.is_truncated
    assert asyncio.run(retriever.attempt(url, frozenset())) is None


def test_address_and_validators_for_the_next_time(
    chaos: ChaosFeed, retriever: Retriever, material: Callable[[str], bytes]
) -> None:
    """A permanent redirect is remembered, a temporary one is not; the document knows where it really came from."""
    headers = {"ETag": '"1"', "Last-Modified": "Sat, 01 Feb 2020 08:00:00 GMT"}
    chaos.put("/feed", Page(material("wordpress-atom.xml"), ATOM, headers=headers))
    moved = get(retriever, chaos.put("/moved", redirect("/feed", 308)))
    away = get(retriever, chaos.put("/away", redirect("/feed", 302)))

    assert (chaos.url("/feed"), '"1"', headers["Last-Modified"]) == (moved.url, moved.etag, moved.last_modified)
    assert (chaos.url("/away"), chaos.url("/feed")) == (away.url, away.source)


def test_not_modified_is_nothing(chaos: ChaosFeed, retriever: Retriever) -> None:
    """The conditions of the caller are sent."""
    url = chaos.put("/feed", Page(status=304))

    assert asyncio.run(retriever.get(url, frozenset(), (("If-None-Match", '"1"'),))) is None
    assert '"1"' == chaos.asked[0].headers["if-none-match"]
