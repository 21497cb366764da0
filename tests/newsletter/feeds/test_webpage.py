"""What web pages say of themselves."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.feeds.webpage import LONGEST_EXCERPT, LONGEST_TITLE, NotAPage, WebPage, read_page

URL = "https://news.example.org/2020/01/report/?utm_source=mail"
HERE = "https://news.example.org/2020/01/report/"
PARAGRAPH = "Librarians of twelve countries have looked at what their readers borrow, and were astonished by what they found."


def read(head: str, body: str = "", content_type: str = "text/html; charset=utf-8") -> WebPage | NotAPage:
    """Read a page of this head and body."""
    return read_page(f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode(), content_type, URL)


def page(head: str, body: str = "") -> WebPage:
    """Read what must be a page."""
    found = read(head, body)
    assert isinstance(found, WebPage)
    return found


def meta(**says: str) -> str:
    """Give tags of Open Graph; og_title is og:title, og_image__alt og:image:alt."""
    return "".join(
        f'<meta property="{name.replace("__", ":").replace("_", ":", 1)}" content="{value}">' for name, value in says.items()
    )


def ld(said: object) -> str:
    """Give a tag of JSON-LD."""
    return f'<script type="application/ld+json">{json.dumps(said)}</script>'


def schema(**says: object) -> str:
    """Give what a page says in JSON-LD of an article."""
    return ld({"@type": "NewsArticle", **says})


def test_open_graph_is_believed_first() -> None:
    """It is what sites care for: everybody sees it when they share a link."""
    head = meta(
        og_title="Reading &amp; borrowing",
        og_description="What readers want.",
        og_image="/cover.jpg",
        og_image__alt="A shelf",
        og_site_name="The News",
        og_url=HERE,
    )

    assert WebPage(
        url=HERE,
        title="Reading & borrowing",
        byline="Ann Lee",
        site="The News",
        excerpt="What readers want.",
        picture="https://news.example.org/cover.jpg",
        picture_alt="A shelf",
    ) == page(f'<title>Other</title><meta name="author" content="Ann Lee">{head}')


def test_json_ld_is_read_where_there_is_no_open_graph() -> None:
    """Alone, in a list or in a graph; several authors are named."""
    said = {
        "headline": "Reading",
        "author": [{"@type": "Person", "name": "Ann Lee"}, {"name": "Bo Ek"}],
        "image": [{"url": "https://cdn.example.org/a.jpg"}],
        "description": "What readers want.",
    }
    expected = ("Reading", "Ann Lee, Bo Ek", "https://cdn.example.org/a.jpg", "What readers want.")
    article = {"@type": ["Thing", "BlogPosting"], **said}
    forms = [schema(**said), *map(ld, [[{"@type": "Organization", "name": "X"}, article], {"@graph": [article]}])]

    assert [expected] * 3 == [(one.title, one.byline, one.picture, one.excerpt) for one in map(page, forms)]


def test_plain_page_is_read_by_its_title_and_first_paragraph() -> None:
    """Without the name of the site at the end of the title, and without what is too short to be a beginning."""
    head = "<title>Reading – The News</title>" + meta(og_site_name="The News")
    found = page(head, f"<nav><p>{PARAGRAPH} Not this.</p></nav><article><p>3 Jan</p><p>{PARAGRAPH}</p></article>")

    assert ("Reading", PARAGRAPH, "", HERE) == (found.title, found.excerpt, found.picture, found.url)


def test_title_that_is_the_name_of_the_site_stays() -> None:
    """Nothing would be left of it."""
    assert "The News" == page("<title>The News</title>" + meta(og_site_name="The News")).title


@pytest.mark.parametrize("address", ["https://news.example.org/", "javascript:alert(1)", "", "http://["])
def test_careless_address_of_its_own_is_not_believed(address: str) -> None:
    """Some themes call every page by the address of the front page."""
    assert HERE == page(f'<title>A report</title><link rel="canonical" href="{address}">').url


def test_address_without_the_marks_of_campaigns_is_kept() -> None:
    """As the page says it, else as it was found."""
    assert (
        "https://other.example.org/r?p=1"
        == page('<title>A</title><link rel="canonical" href="https://other.example.org/r?p=1&utm_x=1">').url
    )


@pytest.mark.parametrize("name", ["https://facebook.com/annlee", "ann@example.org", ""])
def test_author_who_is_an_address_is_none(name: str) -> None:
    """A profile is no name."""
    assert "" == page(f'<title>A</title><meta name="author" content="{name}">' + meta(article_author=name)).byline


def test_authors_of_papers_are_all_named() -> None:
    """Repositories name each in a tag of its own."""
    tags = "".join(f'<meta name="citation_author" content="{name}">' for name in ("Ann Lee", "Bo Ek", "Ann Lee"))

    assert "Ann Lee, Bo Ek" == page(f'<meta name="citation_title" content="A paper">{tags}').byline


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"%PDF-1.4", "application/pdf", "is no web page but a file (application/pdf)"),
        (b"\xff\xd8", "image/jpeg", "is no web page but a file"),
        (b"plain words", "", "is no web page"),
        (b"<html><body><p>Hi</p></body></html>", "text/html", "it has no title"),
        (b"<html><title>Just a moment...</title></html>", "text/html", "is not shown to programs"),
        (b"<html><title>404 Not Found</title></html>", "text/html", "is not shown to programs"),
        (b"<html><title>Log in to Intranet</title></html>", "text/html", "is not shown to programs"),
        (b"", "text/html", "it has no title"),
    ],
)
def test_what_is_no_page_is_told_with_a_reason(body: bytes, content_type: str, reason: str) -> None:
    """That an editor can do something with."""
    found = read_page(body, content_type, URL)

    assert isinstance(found, NotAPage)
    assert reason in found.reason


def test_texts_of_strangers_are_one_plain_line_of_bounded_length() -> None:
    """And stay text in the article that is made of them."""
    found = page(
        meta(
            og_title="A &lt;b&gt;" + "x" * 1000,
            og_description="y " * 1000,
            og_image="https://e.org/a.jpg&quot;&gt;&lt;script&gt;",
        )
    )

    assert len(found.title) <= LONGEST_TITLE
    assert len(found.excerpt) <= LONGEST_EXCERPT
    assert "<script" not in found.html


def test_encodings_of_old_pages_are_understood() -> None:
    """As those of feeds."""
    assert "Bücher" == getattr(read_page("<html><title>Bücher</title>".encode("latin-1"), "text/html", URL), "title", "")


@settings(deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_read(body: bytes) -> None:
    """To a page or a reason; nothing raises."""
    found = read_page(b"<html><title>x</title>" + body, "text/html", URL)

    assert isinstance(found, WebPage | NotAPage)


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(["@type", "@graph", "author", "image", "name", "url", "headline"]), inner)
        ),
        max_leaves=12,
    )
)
def test_any_json_ld_is_read(said: object) -> None:
    """Whatever a plugin makes of it."""
    head = f'<title>x</title><script type="application/ld+json">{json.dumps(said)}</script>'

    assert isinstance(read(head), WebPage)
