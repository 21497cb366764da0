from collections.abc import Callable
from dataclasses import replace

import pytest
from selectolax.lexbor import LexborHTMLParser

from newsletter.images.model import Hosted, Shelf
from newsletter.issues.model import Article, Event, Look, SectionKind, Show
from newsletter.letters.compose import Composition, ContentWarning, compose_issue
from newsletter.letters.templates import Templates
from tests.harness.letters import LINKS, SEED, a_newsletter, a_section, an_article, an_issue

FACE, HALL, LOGO = (f"https://news.example.org/images/{name}.png" for name in ("face", "hall", "logo"))
SHELF = Shelf(
    by_key={"face": Hosted(FACE, 300, 300, alt="Somebody", credit="The library"), "hall": Hosted(HALL, 900, 600)},
    by_source={LOGO: Hosted(LOGO, 200, 100)},
)
GUEST = replace(
    an_article(1, "What we learned", "<p>Dear all,</p><p>we meet in Utrecht.</p>", byline="Ann Lee", show=Show.FULL, link=""),
    portrait="face",
    portrait_alt="Ann Lee at her desk",
    portrait_credit="Cy Lens",
    picture="hall",
    picture_alt="The hall in Utrecht",
    picture_credit="Bo Shutter",
)
Compose = Callable[..., Composition]


@pytest.fixture(params=["federation", "magazine", "letter"])
def compose(request: pytest.FixtureRequest, templates: Templates) -> Compose:
    """Give how an article is composed where it stands, in each theme."""

    def composed(article: Article, look: Look, kind: SectionKind = SectionKind.ARTICLES, title: str = "Section") -> Composition:
        section = replace(a_section(title, article, kind=kind), look=look)
        return compose_issue(templates, a_newsletter(theme=request.param), an_issue(section), LINKS, SEED, SHELF)

    return composed


def pictures(composition: Composition) -> list[tuple[str, str]]:
    """Give the pictures of a letter with their words, in order."""
    images = LexborHTMLParser(composition.draft.html).css("img")
    return [(node.attributes["src"] or "", node.attributes["alt"] or "") for node in images]


def words(composition: Composition) -> str:
    """Give the words of a letter without its styles."""
    tree = LexborHTMLParser(composition.draft.html)
    tree.strip_tags(["style", "head"])
    return tree.text()


def test_letter_of_a_guest_shows_portrait_and_photo(compose: Compose) -> None:
    """The portrait at its head, the photo above its text, each with its words and its credit, in HTML and text."""
    composition = compose(GUEST, Look.AUTO, SectionKind.LETTER)
    said, text = words(composition), composition.draft.text

    assert [(FACE, "Ann Lee at her desk"), (HALL, "The hall in Utrecht")] == pictures(composition)
    assert () == composition.warnings
    assert composition.draft.html.index(HALL) < composition.draft.html.index("Dear all")
    assert ["Bo Shutter", "Cy Lens"] == [name for name in ("Bo Shutter", "Cy Lens") if name in said and name in text]
    assert "[Picture: The hall in Utrecht]" in text
    assert text.index("[Picture:") < text.index("Dear all") < text.index("Picture: Bo") < text.index("Portrait: Cy")


@pytest.mark.parametrize("look", [Look.LEAD, Look.FEATURES, Look.CARDS, Look.ITEMS, Look.NOTE, Look.NOTICE])
def test_article_of_a_guest_shows_both_wherever_it_has_text(compose: Compose, look: Look) -> None:
    """The photo leads it, the portrait stands at its byline."""
    composition = compose(GUEST, look)

    assert {(FACE, "Ann Lee at her desk"), (HALL, "The hall in Utrecht")} == set(pictures(composition))
    assert 2 == len(pictures(composition))
    assert ["Picture: Bo Shutter", "Portrait: Cy Lens"] == [
        line for line in composition.draft.text.split("\n") if line.startswith(("Picture:", "Portrait:"))
    ]
    assert "Portrait: Cy Lens" in words(composition)
    assert () == composition.warnings


@pytest.mark.parametrize(
    ("look", "why"),
    [
        (Look.LINKS, "“Section” is a list of links"),
        (Look.HEADLINES, "“Section” is a list of headlines"),
        (Look.EVENTS, "“Section” is a list of events"),
    ],
)
def test_picture_that_has_no_place_is_told(compose: Compose, look: Look, why: str) -> None:
    """Whoever chose it would look for it in vain."""
    composition = compose(replace(GUEST, event=Event("2020-02-03")), look)

    assert [] == pictures(composition)
    assert (ContentWarning(1, f"its picture is not shown, because {why}"),) == composition.warnings


def test_picture_of_an_article_shown_by_its_title_is_told(compose: Compose) -> None:
    """It says less than its picture would."""
    composition = compose(replace(GUEST, show=Show.TITLE), Look.FEATURES)

    assert (ContentWarning(1, "its picture is not shown, because only its title is"),) == composition.warnings


def test_what_the_library_says_of_a_portrait_counts_where_the_article_says_nothing(compose: Compose) -> None:
    """A known author brings words and credit along."""
    composition = compose(replace(GUEST, portrait_alt="", portrait_credit="", picture=""), Look.AUTO, SectionKind.LETTER)

    assert [(FACE, "Somebody")] == pictures(composition)
    assert "Portrait: The library" in words(composition)


def test_portrait_that_was_chosen_takes_no_picture_out_of_the_text(compose: Compose) -> None:
    """A small one before the first word stays where its author put it."""
    letter = replace(GUEST, picture="", content=f'<p><img src="{LOGO}" alt="Our sign">Dear all,</p>')

    assert [(FACE, "Ann Lee at her desk"), (LOGO, "Our sign")] == pictures(compose(letter, Look.LETTER))


def test_letter_named_at_its_head_is_signed_only_where_it_waits_for_a_name(compose: Compose) -> None:
    """Without a title of its own it is headed by its author."""
    ended = replace(GUEST, title="The letter", byline="Ann Lee", portrait="", picture="")
    waiting = replace(ended, content="<p>We meet in Utrecht.</p><p>With kind regards,</p>")
    how = (Look.AUTO, SectionKind.LETTER, "The letter")

    assert ["Ann Lee"] == [line for line in compose(ended, *how).draft.text.split("\n") if line == "Ann Lee"]
    assert 2 == sum(line == "Ann Lee" for line in compose(waiting, *how).draft.text.split("\n"))
