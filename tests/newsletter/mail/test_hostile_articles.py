"""Whatever one article is, the other twenty-nine arrive, in a message of the planned fields that runs and loads nothing."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from newsletter.confined import Child
from newsletter.images.model import Hosted, Shelf
from newsletter.issues.model import Article, Issue, SectionKind, Show
from newsletter.letters.compose import Composition, compose_issue
from newsletter.letters.letter import LetterKind
from newsletter.letters.templates import Templates, packaged_templates
from newsletter.mail.delivery import Delivery
from newsletter.mail.message import Facts
from newsletter.mail.stationery import Stationery
from subscribers.tokens import Keyring
from tests.conftest import SECRET
from tests.harness import rawmail
from tests.harness.hostile import ARTICLES, LINES, POISON
from tests.harness.letters import BLOG, LINKS, SEED, a_newsletter, a_section, an_article, an_issue

PLANNED = datetime(2020, 2, 3, 8, 0, tzinfo=UTC)
ANN = Delivery(11, 7, 21, 31, 1, "ann@example.net", "hash", "Ann Lee", 0, 0)
OURS = "https://news.example.org/images/"
SHELF = Shelf(by_source={f"{BLOG}/30/a.jpg": Hosted(f"{OURS}1.jpg", 900, 600, f"{OURS}2.jpg")})
HARMLESS = an_article(30, "Title 30", "<p>Words 30.</p>", byline="Ann Lee")

# What a browser or a mail program fetches without being asked, and what it runs.
_LOADS = ("src", "srcset", "poster", "background", "data", "lowsrc", "dynsrc")
_RUNS = "script, iframe, object, embed, applet, form, input, base, meta[http-equiv=refresh], link, svg, math, video, audio"


@pytest.fixture(scope="module")
def templates() -> Iterator[Templates]:
    """Give the templates that come with the package."""
    with Child() as child:
        yield Templates(packaged_templates(), child)


def an_issue_with(article: Article) -> Issue:
    """Give an issue of twenty-nine harmless articles and this one: among features, as a letter too when it is shown whole."""
    plain = [an_article(number, f"Title {number}", f"<p>Words {number}.</p>") for number in range(1, 30)]
    features, items = a_section("Features", article, *plain[:9]), replace(a_section("Items", *plain[9:]), id=2, position=2)
    if article.show is not Show.FULL:
        return an_issue(features, items, subject=article.title)
    letter = replace(a_section("Letter", article, kind=SectionKind.LETTER), id=3)
    return an_issue(letter, replace(features, articles=features.articles[1:]), items, subject=article.title)


def compose(templates: Templates, article: Article) -> Composition:
    """Compose that issue with nothing on the shelf but one picture."""
    return compose_issue(templates, a_newsletter(), an_issue_with(article), LINKS, SEED, SHELF)


def message(composition: Composition) -> rawmail.Raw:
    """Write the message of one reader and take it apart, strictly."""
    facts = Facts(7, composition.draft, LetterKind.ISSUE, PLANNED, "readers", "section-news", 3)
    stationery = Stationery(Keyring(SECRET), LINKS)
    return rawmail.read(stationery.envelope(stationery.compile(facts), ANN).data)


def require_harmless(templates: Templates, article: Article) -> None:
    """Compose and write a message, and look at all of it."""
    planned, composition = compose(templates, HARMLESS), compose(templates, article)
    raw, draft = message(composition), composition.draft
    (_, text), (_, html) = rawmail.parts(raw)
    tree = LexborHTMLParser(html)

    assert message(planned).names == raw.names
    assert len(set(raw.names)) == len(raw.names)
    for part, expected in ((draft.html, planned.draft.html), (draft.text, planned.draft.text)):
        assert [expected.count(token) for token in draft.slots.values()] == [
            part.count(token) for token in draft.slots.values()
        ]
    assert not re.search("(?:slot|hole)[0-9a-f]{24}", re.sub("(?:slot|hole)0123456789abcdef01234567", "", html + text))
    words, spoken = tree.text(), " ".join(text.split())
    assert [] == [number for number in range(1, 30) if f"Title {number}" not in words or f"Title {number}" not in spoken]
    assert [] == [number for number in range(1, 30) if f"Words {number}." not in words or f"Words {number}." not in spoken]
    _require_still(tree)


def _require_still(tree: LexborHTMLParser) -> None:
    """Assert that nothing in the page runs or is loaded from elsewhere."""
    assert [] == [node.html for node in tree.css(_RUNS)]
    for node in tree.css("*"):
        for name, value in node.attributes.items():
            assert not name.startswith("on"), node.html
            assert name not in _LOADS or (value or "").startswith(OURS), node.html
            assert name != "style" or "url(" not in (value or "").lower(), node.html
            if name == "href":
                assert re.match("(?:https?:|mailto:|tel:|#)", value or ""), node.html
    for style in tree.css("style"):
        assert not re.search(r"@import|url\(|expression\(", style.text(), re.IGNORECASE)


@pytest.mark.parametrize("html", POISON, ids=range(len(POISON)))
def test_poisoned_article_harms_nobody(html: str, templates: Templates) -> None:
    """One of thirty: what it has in store is told, or gone, or plain text."""
    require_harmless(templates, replace(HARMLESS, content=html, show=Show.FULL))


@settings(deadline=None, max_examples=25)
@given(ARTICLES, LINES, LINES, st.sampled_from([Show.FULL, Show.EXCERPT]))
def test_no_article_harms_a_letter(templates: Templates, html: str, title: str, byline: str, show: Show) -> None:
    """Whatever stands in its text, its title and its byline, and in the subject made of it."""
    require_harmless(templates, replace(HARMLESS, content=html, title=title, byline=byline, show=show))
