"""Feeds taken apart: what real ones get wrong, and what hostile ones try."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.confined import Child
from newsletter.feeds.cleaning import MOST_ENTRIES
from newsletter.feeds.dates import ABSURD, LAST_CHANGE, NO_DATE
from newsletter.feeds.model import Enclosure, NotAFeed, ParsedFeed
from newsletter.feeds.parse import MOST_LISTED, parse, read
from tests.harness.chaosfeed import entity_bomb, many_attributes

URL = "https://blog.example.org/feed/"
NOW = datetime(2020, 2, 1, 8, tzinfo=UTC)


def feed(body: bytes, content_type: str = "application/xml") -> ParsedFeed:
    """Parse what must be a feed."""
    parsed = read(body, content_type, URL, NOW, frozenset())
    assert isinstance(parsed, ParsedFeed)
    return parsed


def refusal(body: bytes, content_type: str = "application/xml") -> str:
    """Give why this is no feed."""
    parsed = read(body, content_type, URL, NOW, frozenset())
    assert isinstance(parsed, NotAFeed)
    return parsed.reason


def test_wordpress_rss(material: Callable[[str], bytes]) -> None:
    """Every field of an ordinary blog's feed."""
    parsed = feed(material("wordpress-rss.xml"))
    coffee, winter = parsed.entries

    assert ("Shelf & Screen", "https://blog.example.org", "rss20") == (parsed.title, parsed.site_url, parsed.version)
    assert "https://wordpress.org/?v=5.3.2" == parsed.generator
    assert ("https://blog.example.org/?p=71", "https://blog.example.org/2020/01/coffee/") == (coffee.guid, coffee.permalink)
    assert ("Coffee & catalogues – an open house", "Almuth Gastinger") == (coffee.title, coffee.byline)
    assert "Coffee & catalogues – an open house by Almuth Gastinger" == coffee.feed_title
    assert ("webmaster", ("Mentoring", "Norway")) == (coffee.author, coffee.categories)
    assert (datetime(2020, 1, 31, 23, 30, tzinfo=UTC), "", None) == (coffee.published_at, coffee.date_doubt, coffee.updated_at)
    assert (Enclosure("https://blog.example.org/files/talk.mp3", "audio/mpeg", 123456),) == coffee.enclosures
    assert 'srcset="/pictures/cup-2.jpg 2x"' in coffee.content
    assert ("<p>Only a summary.</p>", "") == (winter.content, winter.summary)


def test_wordpress_atom(material: Callable[[str], bytes]) -> None:
    """The date of the last change, several authors, xml:base, text that is no HTML."""
    coffee, hearts = feed(material("wordpress-atom.xml")).entries

    assert datetime(2020, 2, 2, 10, tzinfo=UTC) == coffee.updated_at
    assert 'href="https://blog.example.org/2020/01/coffee/deep/map.html"' in coffee.content
    assert 'href="#note"' in coffee.content
    assert ("What to do with <3 and a&b", "Ann, Bob") == (hearts.title, hearts.author)
    assert ("5 &lt; 6 &amp; so on", LAST_CHANGE) == (hearts.content, hearts.date_doubt)
    assert "https://blog.example.org/2020/01/hearts/" == hearts.permalink


def test_both_kinds_of_a_wordpress_feed_name_their_posts_alike(material: Callable[[str], bytes]) -> None:
    """So that a feed can be read from its Atom twin without seeing every post again."""
    rss, atom = feed(material("wordpress-rss.xml")), feed(material("wordpress-atom.xml"))

    assert rss.entries[0].guid == atom.entries[0].guid
    assert rss.entries[0].permalink == atom.entries[0].permalink


def test_warts(material: Callable[[str], bytes]) -> None:
    """One line for each thing that real feeds get wrong."""
    parsed = feed(material("warts.xml"))
    by_guid = {entry.guid: entry for entry in parsed.entries}
    twice = by_guid["w1"]

    assert "Warts" == parsed.title
    assert ("twice & encoded ’quotes’", "https://warts.example.org/blog/one") == (twice.title, twice.permalink)
    assert datetime(2020, 1, 24, 9, tzinfo=UTC) == twice.published_at
    assert "no guid" == by_guid["https://warts.example.org/blog/two"].title
    assert ["neither guid nor link"] == [entry.title for entry in parsed.entries if entry.guid.startswith("sha256:")]
    assert "" == by_guid["w4"].permalink
    assert ("A post without any title begins somehow", NO_DATE) == (by_guid["w5"].title, by_guid["w5"].date_doubt)
    assert ("Untitled", ABSURD, NOW) == (by_guid["w6"].title, by_guid["w6"].date_doubt, by_guid["w6"].published_at)
    assert "Ann, Bob" == by_guid["w7"].author
    assert (Enclosure("https://warts.example.org/blog/pictures/seven.jpg", "image", 0),) == by_guid["w7"].enclosures
    assert "w7-again" not in by_guid
    assert "line separator, carriage return, override and {{7*7}}" == by_guid["w8"].title


def test_rss_1(material: Callable[[str], bytes]) -> None:
    """Its dc:date is the date of publication."""
    (first,) = feed(material("rdf.xml")).entries

    assert (datetime(2020, 1, 24, 9, tzinfo=UTC), "", "Ann") == (first.published_at, first.date_doubt, first.author)


def test_what_php_says_before_the_feed_does_no_harm(material: Callable[[str], bytes]) -> None:
    """Nor do entities that XML does not know, bare ampersands and comments behind the end."""
    parsed = feed(material("php-warning.xml"))

    assert ("Still here", "https://php.example.org/1?a=1&b=2") == (parsed.entries[0].title, parsed.entries[0].permalink)
    assert not parsed.is_truncated


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_every_unicode_encoding_is_read(material: Callable[[str], bytes], encoding: str) -> None:
    """Whatever the declaration inside says."""
    text = material("wordpress-rss.xml").decode()

    assert "Coffee & catalogues – an open house" == feed(text.encode(encoding)).entries[0].title


def test_wrong_charset_is_no_mojibake() -> None:
    """The server says latin-1, the document says nothing, the bytes are UTF-8."""
    body = "<rss version='2.0'><channel><item><title>Grüße aus Žilina</title></item></channel></rss>".encode()

    assert "Grüße aus Žilina" == feed(body, "text/xml; charset=iso-8859-1").entries[0].title


def test_controls_and_nul_are_taken_out() -> None:
    """One byte that XML forbids does not cost the feed."""
    body = b"<rss version='2.0'><channel><item><title>a\x00b\x08c</title><guid>1</guid></item></channel></rss>"

    assert "abc" == feed(body).entries[0].title


@pytest.mark.parametrize("reference", ["&#0;", "&#x1F;", "&#55296;", "&#xD83D;&#xDE00;", "&#1114112;", "&#99999999999999;"])
def test_reference_to_no_character_costs_no_post(reference: str) -> None:
    """Half an emoji in one title: this post and all others are read."""
    items = "".join(f"<item><title>{words}</title><guid>{words}</guid></item>" for words in (f"One{reference}", "Two"))
    one, two = feed(f"<rss version='2.0'><channel>{items}</channel></rss>".encode()).entries

    assert ("One", "Two") == (one.title, two.title)


def test_json_that_spells_no_character_can_be_kept() -> None:
    """NUL and half an emoji stand in JSON without being in its bytes."""
    item = r'{"id": "1\ud800", "title": "One\ud800", "content_html": "<p>a\u0000b\ud800</p>", "summary": "c\u0000"}'
    [entry] = feed(f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{item}]}}'.encode()).entries

    assert ("1", "One", "<p>ab</p>", "c") == (entry.guid, entry.title, entry.content, entry.summary)


def test_broken_off_feed_loses_its_last_entry_only(material: Callable[[str], bytes]) -> None:
    """Half an article is not taken for a whole one."""
    whole = material("wordpress-rss.xml")
    cut = feed(whole[: whole.index(b"Only a summary")])

    assert cut.is_truncated
    assert ["https://blog.example.org/?p=71"] == [entry.guid for entry in cut.entries]


def test_entries_are_counted(now: datetime) -> None:
    """Nobody needs more than five hundred at once."""
    items = "".join(f"<item><guid isPermaLink='false'>{n}</guid></item>" for n in range(600))

    assert 500 == len(feed(f"<rss version='2.0'><channel>{items}</channel></rss>".encode()).entries)


@pytest.mark.parametrize("is_json", [False, True], ids=["rss", "json"])
def test_feed_that_begins_with_its_oldest_entry_gives_its_newest(*, is_json: bool) -> None:
    """A whole archive in one document, in the order it was written in: this month's posts stand at its end."""
    moments = [NOW - timedelta(hours=hours) for hours in range(MOST_ENTRIES + 50, 0, -1)]
    items = [f"<item><title>{at}</title><guid>{at}</guid><pubDate>{format_datetime(at)}</pubDate></item>" for at in moments]
    documents = [{"id": str(at), "title": str(at), "date_published": at.isoformat()} for at in moments]
    body = (
        json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": documents})
        if is_json
        else f"<rss version='2.0'><channel>{''.join(items)}</channel></rss>"
    )
    entries = feed(body.encode()).entries

    assert set(moments[50:]) == {entry.published_at for entry in entries}


def test_feed_without_entries_is_a_feed() -> None:
    """A blog may be silent for a month."""
    assert () == feed(b"<rss version='2.0'><channel><title>Quiet</title></channel></rss>").entries


def test_next_page_is_named(material: Callable[[str], bytes]) -> None:
    """RFC 5005, as blogs other than WordPress do."""
    body = b'<feed xmlns="http://www.w3.org/2005/Atom"><link rel="next" href="?start=26"/></feed>'

    assert f"{URL}?start=26" == feed(body).next_url
    assert "" == feed(material("wordpress-atom.xml")).next_url


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "is empty"),
        (b" \r\n\t", "is empty"),
        (b"hello", "is no feed"),
        (b"<xml><item/></xml>", "is no feed"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "is no feed"),
        (b"{}", "no JSON Feed"),
        (b"<!doctype html><title>x</title>", "names no feed"),
    ],
)
def test_what_is_no_feed_is_said_so(body: bytes, words: str) -> None:
    """In words that tell what to do next."""
    assert words in refusal(body)


def test_web_page_names_its_feed(material: Callable[[str], bytes]) -> None:
    """The most common mistake, answered with the right address."""
    page = read(material("page.html"), "text/html", "https://blog.example.org/", NOW, frozenset())

    assert (
        NotAFeed(
            "is a web page, not a feed; the feed it names is https://blog.example.org/feed/",
            ("https://blog.example.org/feed/",),
        )
        == page
    )
    assert "names no feed" in refusal(material("challenge.html"))


def test_external_entities_are_not_read(tmp_path: Path) -> None:
    """No feed can have a file of ours printed in a newsletter."""
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    entity = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{secret}">]>'
    body = f"{entity}<rss version='2.0'><channel><item><title>a&x;b</title></item></channel></rss>"

    assert "the secret" not in str(read(body.encode(), "text/xml", URL, NOW, frozenset()))


def test_a_path_as_a_body_is_not_opened(tmp_path: Path) -> None:
    """Given a string, and even given bytes, the parser opens the file of that name."""
    sample = tmp_path / "feed.xml"
    sample.write_text("<rss version='2.0'><channel><title>opened</title></channel></rss>")

    assert "is no feed" in refusal(str(sample).encode())


def test_entity_bomb_is_damage_and_not_an_empty_feed(child: Child) -> None:
    """A billion laughs are refused by the XML parser, quickly and in little memory."""
    parsed = parse(child, entity_bomb().body, "application/xml", URL, NOW)

    assert NotAFeed("is damaged: no post could be read from it") == parsed


def test_feed_without_posts_is_no_damage(child: Child) -> None:
    """A new blog has none yet."""
    empty = b'<rss version="2.0"><channel><title>New</title></channel></rss>'

    assert isinstance(parse(child, empty, "application/xml", URL, NOW), ParsedFeed)


def test_runaway_parser_is_ended_and_the_next_feed_is_read(child: Child, material: Callable[[str], bytes]) -> None:
    """Two hundred thousand attributes would take minutes."""
    bomb = many_attributes()
    refused = parse(child, bomb.body, bomb.content_type, URL, NOW, seconds=0.7)
    parsed = parse(child, material("wordpress-rss.xml"), "", URL, NOW)

    assert NotAFeed("could not be taken apart: the parser took longer than 0.7 seconds") == refused
    assert isinstance(parsed, ParsedFeed)


@pytest.mark.parametrize("count", [MOST_LISTED + 1, 200_000])
def test_feed_without_measure_is_refused_before_it_is_parsed(count: int) -> None:
    """Two hundred thousand posts in 5 MB (F02); reading them would take longer than anybody waits."""
    item = b"<item><title>x</title></item>"
    refused = read(b"<rss version='2.0'><channel>" + item * count + b"</channel></rss>", "", URL, NOW, frozenset())

    assert NotAFeed("lists more than 20,000 posts") == refused


def test_deep_nesting_is_read_or_refused(child: Child) -> None:
    """Twenty thousand open elements in an article end in a value, whichever."""
    body = b"<rss version='2.0'><channel><item><description>" + b"<div>" * 20_000 + b"</description></item></channel></rss>"

    assert isinstance(parse(child, body, "", URL, NOW), ParsedFeed | NotAFeed)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_feed_or_not(body: bytes) -> None:
    """No answer of a server ends in a traceback."""
    assert isinstance(read(body, "", URL, NOW, frozenset()), ParsedFeed | NotAFeed)


@given(st.data())
def test_any_damage_to_a_feed_is_survived(data: st.DataObject) -> None:
    """Cut, overwritten or repeated anywhere: a feed, or the reason why not."""
    body = (Path(__file__).parents[2] / "material" / "feeds" / "wordpress-atom.xml").read_bytes()
    begin = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(begin, len(body)))
    damaged = body[:begin] + data.draw(st.binary(max_size=20)) + body[end:]

    assert isinstance(read(damaged, "", URL, NOW, frozenset()), ParsedFeed | NotAFeed)


@pytest.mark.parametrize(("name", "version"), [("rss090.xml", "rss090"), ("rss091.xml", "rss091n"), ("rss092.xml", "rss092")])
def test_feeds_of_the_nineties_are_read(material: Callable[[str], bytes], name: str, version: str) -> None:
    """Without dates: their posts are of the day on which they were first seen, and known again by their addresses."""
    parsed = feed(material(name))
    first = parsed.entries[0]

    assert (version, "Section notes") == (parsed.version, parsed.title)
    assert ("Fish & chips", "http://notes.example.org/2", NO_DATE) == (first.title, first.guid, first.date_doubt)
    assert ["Fish & chips", "Reading rooms"] == [entry.title for entry in parsed.entries]
