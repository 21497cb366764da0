"""Telling that an issue is out."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser

from newsletter.archive.announcement import Announcement, Format, announce
from newsletter.archive.index import PublishedIssue
from newsletter.archive.shelf import KeptArticle
from newsletter.issues.model import Newsletter
from newsletter.issues.plan import DEFAULT_PLAN
from newsletter.letters.links import Links

AT = datetime(2020, 2, 3, 8, 0, tzinfo=UTC)
LINKS = Links("https://news.example.org")
NEWSLETTER = Newsletter(
    1, "Section News", "section-news", 1, "The Section", "news@example.org", "", "", "UTC", "en", DEFAULT_PLAN, AT
)
ISSUE = PublishedIssue(1, 1, "section-news", "Section News", 1, "January 2020", "Subject", "Inside", AT, 1)
ARTICLES = (
    KeptArticle(
        1, "staying", "Features", "Staying relevant", "Susan Schnuer", "https://blog.example.org/1", "<p>x</p>", "", "", "x"
    ),
    KeptArticle(2, "", "… and more", "Learning (for free)", "", "https://blog.example.org/2", "", "", "", ""),
)


def told(
    *, title: str = "", language: str = "en", is_monthly: bool = True, articles: tuple[KeptArticle, ...] = ARTICLES
) -> Announcement:
    """Announce the issue."""
    return announce(
        replace(NEWSLETTER, language=language),
        ISSUE,
        articles,
        LINKS,
        is_monthly=is_monthly,
        is_printed=True,
        subscribe="https://news.example.org/subscribe/readers",
        title=title,
    )


def test_the_title_is_as_blogs_have_it() -> None:
    """In the newsletter's language, or as the editor says."""
    assert "January 2020 Issue OUT!" == told().title
    assert "Out now: January 2020" == told(is_monthly=False).title
    assert "Ours" == told(title=" Ours\n").title
    assert "section-news-1-january-2020" == told(title="Ours").slug
    assert "January 2020" in told(language="de").title
    assert told().title != told(language="de").title


def test_it_leads_to_everything() -> None:
    """The issue, its PDF, the form, and each article: to its page, or to where it appeared first."""
    expected = [
        "https://news.example.org/archive/section-news/1",
        "https://news.example.org/archive/section-news/1.pdf",
        "https://news.example.org/subscribe/readers",
        "https://news.example.org/archive/section-news/1/staying",
        "https://blog.example.org/2",
    ]
    html, markdown = told().written(Format.HTML), told().written(Format.MARKDOWN)

    for shown in (html, MarkdownIt().render(markdown)):
        assert expected == [node.attributes["href"] for node in LexborHTMLParser(shown).css("a")]


def test_as_plain_text() -> None:
    """To be pasted into a mail."""
    assert told().written(Format.TEXT) == (
        "Section News: January 2020 is out.\n\n"
        "Read the whole issue: https://news.example.org/archive/section-news/1\n"
        "As PDF: https://news.example.org/archive/section-news/1.pdf\n"
        "Get it by mail: https://news.example.org/subscribe/readers\n\n"
        "Inside this issue\n-----------------\n\n"
        "Features\n* Staying relevant · Susan Schnuer\n\n"
        "… and more\n* Learning (for free)\n"
    )


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_text_becomes_markup(title: str, byline: str) -> None:
    """Whatever is in a title: as HTML and as Markdown it has exactly our elements."""
    articles = (replace(ARTICLES[0], title=f"x{title}", byline=byline),)
    one = told(articles=articles)
    for html in (one.written(Format.HTML), MarkdownIt().render(one.written(Format.MARKDOWN))):
        body = LexborHTMLParser(html).body
        assert body is not None
        tags = [node.tag for node in body.traverse(include_text=False) if node.tag not in {"body", "br"}]

        assert ["p", "p", "a", "a", "a", "h2", "h3", "ul", "li", "a"] == tags
