from dataclasses import replace

import pytest

from newsletter.issues.model import Article, Event, Look, SectionKind, Show
from newsletter.letters.layout import look_of, plan_of, shown_sections
from newsletter.letters.templates import packaged_templates
from newsletter.letters.theme import Theme
from newsletter.letters.themes import Themes
from tests.harness.letters import a_section, an_article, an_issue

FEDERATION = Themes(packaged_templates() / "email").read("federation")
MAGAZINE = Themes(packaged_templates() / "email").read("magazine")


@pytest.mark.parametrize(
    ("theme", "looks"),
    [(FEDERATION, ["letter", "features", "items", "headlines"]), (MAGAZINE, ["letter", "lead", "cards", "headlines"])],
)
def test_theme_decides_where_the_plan_does_not(theme: Theme, looks: list[str]) -> None:
    """The first section with articles looks otherwise than the others; the kind decides for the rest."""
    issue = an_issue(
        a_section("Letter", an_article(1), kind=SectionKind.LETTER),
        a_section("None"),
        replace(a_section("First", an_article(2)), id=2, position=2),
        replace(a_section("Second", an_article(3)), id=3, position=3),
        a_section("More", an_article(4), kind=SectionKind.HEADLINES),
    )

    assert looks == [look_of(issue, section, theme).value for section in shown_sections(issue, "Europe/Amsterdam")]


def test_plan_decides_before_the_theme() -> None:
    """Whatever the kind of the section."""
    section = replace(a_section("Letter", an_article(1), kind=SectionKind.LETTER), look=Look.CARDS)

    assert Look.CARDS is look_of(an_issue(section), section, FEDERATION)


@pytest.mark.parametrize(
    ("look", "article", "section_words", "expected"),
    [
        (Look.FEATURES, an_article(1), 0, 55),
        (Look.FEATURES, an_article(2), 0, 40),
        (Look.FEATURES, an_article(1), 20, 20),
        (Look.FEATURES, replace(an_article(1), words=7), 20, 7),
        (Look.CARDS, an_article(1), 0, 25),
        (Look.LETTER, an_article(1), 20, 0),
        (Look.FEATURES, an_article(1, show=Show.FULL), 20, 0),
    ],
)
def test_article_decides_before_its_section_and_its_section_before_the_theme(
    look: Look, article: Article, section_words: int, expected: int
) -> None:
    """How long an excerpt is; what is shown whole has none."""
    articles = (article,) if article.id == 1 else (an_article(1), article)
    issue = an_issue(replace(a_section("One", *articles), look=look, words=section_words))

    assert expected == list(plan_of(issue, FEDERATION, "UTC"))[-1].words(FEDERATION)


def test_events_stand_in_the_order_of_their_dates() -> None:
    """Those without one last, as the editor put them."""
    dates = ("2020-03-01", "", "2020-02-11T15:00", "")
    articles = [replace(an_article(number), event=Event(date) if date else None) for number, date in enumerate(dates, 1)]
    issue = an_issue(a_section("Dates", *articles, kind=SectionKind.EVENTS))

    assert [3, 1, 2, 4] == [article.id for article in shown_sections(issue, "UTC")[0].articles]


def test_events_of_two_zones_stand_in_the_order_they_begin() -> None:
    """Nine in the morning in Tokyo is before midnight in New York; an hour without a zone is the newsletter's."""
    said = (("2020-02-10T20:00", "America/New_York"), ("2020-02-11T09:00", "Asia/Tokyo"), ("2020-02-11T00:30", ""))
    articles = [replace(an_article(number), event=Event(begins, "", zone)) for number, (begins, zone) in enumerate(said, 1)]
    issue = an_issue(a_section("Dates", *articles, kind=SectionKind.EVENTS))

    assert [3, 2, 1] == [article.id for article in shown_sections(issue, "Europe/Amsterdam")[0].articles]
