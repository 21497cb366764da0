"""The Atom feed of published issues, read by the reader of feeds that we use ourselves."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import feedparser
from hypothesis import given
from hypothesis import strategies as st

from newsletter.archive.index import PublishedIssue
from newsletter.archive.syndication import ATOM, MOST_ENTRIES, atom
from newsletter.issues.model import Newsletter
from newsletter.issues.plan import DEFAULT_PLAN
from newsletter.letters.links import Links

MADE_AT = datetime(2019, 11, 1, 12, 0, tzinfo=UTC)
SENT_AT = datetime(2020, 2, 3, 8, 0, tzinfo=UTC)
LINKS = Links("https://news.example.org")
NEWSLETTER = Newsletter(
    1, "Section <News>", "section-news", 1, "The Section", "news@example.org", "", "", "UTC", "en", DEFAULT_PLAN, MADE_AT
)
ANY_TEXT = st.text(st.characters(), max_size=40)


def an_issue(number: int = 1, title: str = "January 2020", preheader: str = "Inside & out") -> PublishedIssue:
    """Give a published issue."""
    sent_at = SENT_AT + timedelta(days=number)
    return PublishedIssue(number, 1, "section-news", "Section News", number, title, "Subject", preheader, sent_at, number)


def test_the_feed_reads_as_it_was_written() -> None:
    """Ids, titles, moments and links, for a reader of feeds."""
    read = feedparser.parse(atom(NEWSLETTER, (an_issue(2, "A & B"), an_issue(1)), LINKS))

    assert not read.bozo
    assert ("atom10", "Section <News>") == (read.version, read.feed.title_detail["value"])
    assert "tag:news.example.org,2019-11-01:section-news" == read.feed.id
    assert "2020-02-05T08:00:00Z" == read.feed.updated
    assert [
        ("tag:news.example.org,2019-11-01:section-news/2", "A & B", "https://news.example.org/archive/section-news/2"),
        ("tag:news.example.org,2019-11-01:section-news/1", "January 2020", "https://news.example.org/archive/section-news/1"),
    ] == [(entry.id, entry.title, entry.link) for entry in read.entries]
    assert ("2020-02-04T08:00:00Z", "Inside & out") == (read.entries[1].published, read.entries[1].summary)


def test_the_feed_has_what_the_standard_demands() -> None:
    """RFC 4287, 4.1.1 and 4.1.2: one id, title and updated each, an author, and a link to itself."""
    root = ET.fromstring(atom(NEWSLETTER, (an_issue(),), LINKS))  # noqa: S314 -- our own feed

    for element in (root, root.find(f"{{{ATOM}}}entry")):
        assert element is not None
        assert [1, 1, 1] == [len(element.findall(f"{{{ATOM}}}{name}")) for name in ("id", "title", "updated")]
    assert "The Section" == root.findtext(f"{{{ATOM}}}author/{{{ATOM}}}name")
    assert {
        "self": "https://news.example.org/archive/section-news/atom.xml",
        "alternate": LINKS.newsletter("section-news"),
    } == {link.get("rel"): link.get("href") for link in root.findall(f"{{{ATOM}}}link")}
    assert b"<?xml version='1.0' encoding='utf-8'?>" in atom(NEWSLETTER, (), LINKS)


def test_a_feed_of_nothing_is_a_feed() -> None:
    """A new newsletter can be followed before its first issue."""
    read = feedparser.parse(atom(NEWSLETTER, (), LINKS))

    assert not read.bozo
    assert "2019-11-01T12:00:00Z" == read.feed.updated


def test_ids_stay_when_titles_change() -> None:
    """A reader does not show a corrected title as a new issue."""
    before = feedparser.parse(atom(NEWSLETTER, (an_issue(title="Januray"),), LINKS)).entries[0].id

    assert before == feedparser.parse(atom(NEWSLETTER, (an_issue(),), LINKS)).entries[0].id


def test_the_feed_does_not_grow_for_ever() -> None:
    """The latest stay."""
    read = feedparser.parse(atom(NEWSLETTER, [an_issue(number) for number in range(99, 0, -1)], LINKS))

    assert MOST_ENTRIES == len(read.entries)
    assert read.entries[0].id.endswith("/99")


@given(ANY_TEXT, ANY_TEXT)
def test_no_text_becomes_markup(title: str, preheader: str) -> None:
    """Whatever stands in a title: the document is well-formed and has exactly our elements."""
    document = atom(NEWSLETTER, (an_issue(title=title, preheader=preheader),), LINKS)

    root = ET.fromstring(document)  # noqa: S314 -- our own feed
    names = [element.tag.rpartition("}")[2] for element in root.iter()]
    assert ["entry", "id", "title", "updated", "published", "link", "summary"] == names[names.index("entry") :]
