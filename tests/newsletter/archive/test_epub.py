"""Issues as books."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from newsletter.archive.epub import DC, OPF, XHTML, Volume, book
from newsletter.archive.index import PublishedIssue
from newsletter.archive.shelf import KeptArticle
from newsletter.issues.model import Newsletter
from newsletter.issues.plan import DEFAULT_PLAN
from newsletter.languages.catalogue import words_for
from newsletter.letters.links import Links

AT = datetime(2020, 2, 3, 8, 0, tzinfo=UTC)
LINKS = Links("https://news.example.org")
WORDS = words_for("en")
PICTURE = f"https://news.example.org/images/{'ab' * 12}.png"
NEWSLETTER = Newsletter(
    1, "Section <News>", "section-news", 1, "The Section", "news@example.org", "", "", "UTC", "ar", DEFAULT_PLAN, AT
)
ISSUE = PublishedIssue(1, 1, "section-news", "Section <News>", 1, "January 2020", "Subject", "Inside", AT, 1)
HTML = (
    f'<h4>Why</h4><p dir="rtl">One<br>two &amp; <img src="{PICTURE}" alt="A fjord">'
    '<img src="https://x.example/y.png" alt="far">.</p>'
)
ARTICLE = KeptArticle(1, "staying", "Features", "Staying", "Ann", "https://blog.example.org/1", HTML, PICTURE, "A fjord", "One")
TITLE_ONLY = KeptArticle(2, "", "… and more", "Free", "", "https://blog.example.org/2", "", "", "", "")


def opened(article: KeptArticle = ARTICLE) -> zipfile.ZipFile:
    """Make a book and open it."""
    made = book(Volume(NEWSLETTER, ISSUE, (article, TITLE_ONLY), {PICTURE: b"png"}), LINKS, WORDS)
    return zipfile.ZipFile(io.BytesIO(made))


def test_a_book_is_packed_as_devices_want_it() -> None:
    """Its kind first and uncompressed, then where its package is, which names every file."""
    with opened() as packed:
        first = packed.infolist()[0]
        assert ("mimetype", zipfile.ZIP_STORED, b"application/epub+zip") == (
            first.filename,
            first.compress_type,
            packed.read("mimetype"),
        )
        package = ET.fromstring(packed.read("content.opf"))  # noqa: S314 -- our own document
        named = {item.get("href") for item in package.iter(f"{{{OPF}}}item")}
        assert {"mimetype", "META-INF/container.xml", "content.opf", *named} == set(packed.namelist())
        assert ["nav", "a1"] == [item.get("idref") for item in package.iter(f"{{{OPF}}}itemref")]
        assert ("Section <News>: January 2020", "ar") == (
            package.findtext(f".//{{{DC}}}title"),
            package.findtext(f".//{{{DC}}}language"),
        )
        assert "rtl" == next(package.iter(f"{{{OPF}}}spine")).get("page-progression-direction")


def test_a_chapter_is_the_article() -> None:
    """With our own pictures; others are told by their words."""
    with opened() as packed:
        chapter = ET.fromstring(packed.read("1.xhtml"))  # noqa: S314 -- our own document
        assert [f"pictures/{'ab' * 12}.png"] == [image.get("src") for image in chapter.iter(f"{{{XHTML}}}img")]
        assert ["Staying"] == [one.text for one in chapter.iter(f"{{{XHTML}}}h1")]
        assert ["Why"] == [one.text for one in chapter.iter(f"{{{XHTML}}}h2")]
        assert "Onetwo & far." in "".join(chapter.itertext())
        assert b"png" == packed.read(f"pictures/{'ab' * 12}.png")


def test_the_same_issue_gives_the_same_book() -> None:
    """A cache may keep it."""
    first, second = (book(Volume(NEWSLETTER, ISSUE, (ARTICLE,), {}), LINKS, WORDS) for _ in range(2))

    assert first == second


@given(st.text(max_size=80), st.text(max_size=40))
def test_whatever_an_article_holds_the_book_can_be_read(html: str, title: str) -> None:
    """Every file of it is well-formed."""
    with opened(replace(ARTICLE, html=f"<p>{html}", title=title, byline=html)) as packed:
        for name in packed.namelist():
            if name.endswith((".xhtml", ".opf", ".xml")):
                ET.fromstring(packed.read(name))  # noqa: S314 -- our own documents
