"""Other subjects, and how long the lines are that an inbox shows."""

from dataclasses import replace

from newsletter.issues.model import SectionKind
from newsletter.languages.catalogue import words_of
from newsletter.languages.model import ENGLISH
from newsletter.web.desk.composer.subjects import Length, alternatives
from tests.harness.letters import a_newsletter, a_section, an_article, an_issue


def test_subjects_are_made_of_what_is_in_the_issue() -> None:
    """Of articles, not of letters and not of what waits to be written."""
    letter = a_section("Letter", an_article(1, "A letter"), kind=SectionKind.LETTER)
    waiting = replace(an_article(5, "Not yet"), is_placeholder=True)
    articles = a_section("Articles", an_article(2, "One"), an_article(3, "Two"), an_article(4, "Three"), waiting)
    issue = an_issue(letter, articles, subject="One")
    newsletter = a_newsletter()

    assert (
        f"{newsletter.name}: {issue.title}",
        "One · Two · and 1 more",
        f"{issue.title}: One",
    ) == alternatives(issue, newsletter)


def test_an_empty_issue_has_one() -> None:
    """There is nothing else to make it of."""
    assert 1 == len(alternatives(an_issue(), a_newsletter()))


def test_lengths_in_words() -> None:
    """What an editor wants to know is how much of it is seen."""
    assert "1 character; phones show all of it." == Length(1, 60).said(words_of(ENGLISH))
    assert "79 characters; phones show about 60 of them." == Length(79, 60).said(words_of(ENGLISH))
