"""Searching what was published, by whatever each database has for it."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from newsletter.archive.query import read_query
from newsletter.archive.search import MOST_HITS, Bit, Found, Hit, bits_of, search
from newsletter.database import Database
from newsletter.issues import newsletters, store
from newsletter.issues.model import IssueState, Newsletter
from newsletter.tables.issues import newsletter as table
from tests.harness.newsroom import a_newsletter
from tests.newsletter.archive.conftest import piece, sent

LONG = "Words that stand before it. " * 20


def titles(database: Database, newsletter: Newsletter, text: str) -> list[str]:
    """Give the titles of what is found."""
    return [hit.title for hit in look(database, newsletter, text).hits]


def look(database: Database, newsletter: Newsletter, text: str, page: int = 1) -> Found:
    """Look for a text in one newsletter."""
    with database.read() as tx:
        return search(tx, read_query(text), [newsletter], page=page)


@pytest.fixture
def filled(database: Database, newsletter: Newsletter, now: datetime) -> Newsletter:
    """Give a newsletter with two issues."""
    sent(
        database,
        newsletter,
        now,
        "January 2020",
        piece("Mentoring in Norway", f"{LONG} Since September the union pairs new managers.", "Almuth Gastinger"),
        piece("Staying relevant", "Libraries in Köln mentor each other."),
        piece("公共图书馆的未来", "我们的图书馆向所有人开放。"),
    )
    sent(database, newsletter, now + timedelta(days=30), "February 2020", piece("Where to find us", "Nothing of mentors."))
    return newsletter


# Each with the titles of what is found.
FOUND = {
    "norway": ["Mentoring in Norway"],
    "gastinger": ["Mentoring in Norway"],
    # Stems: mentors, mentoring, mentor.
    "mentoring": ["Mentoring in Norway", "Staying relevant", "Where to find us"],
    "library": ["Staying relevant"],
    '"new managers"': ["Mentoring in Norway"],
    '"managers new"': [],
    "mentor -norway -nothing": ["Staying relevant"],
    "norway köln": [],
    "图书馆": ["公共图书馆的未来"],
    "书图": [],
    "february": ["February 2020"],
    "nobody": [],
    "-norway": [],
    "***": [],
}


def test_words_are_found(database: Database, filled: Newsletter) -> None:
    """By stem, phrase, exclusion, author, and in scripts without spaces."""
    assert FOUND == {text: sorted(titles(database, filled, text)) for text in FOUND}


def test_a_word_in_a_title_counts_more(database: Database, filled: Newsletter, now: datetime) -> None:
    """Than in a text, however new that is."""
    sent(database, filled, now + timedelta(days=60), "March 2020", piece("Other", f"{LONG} Of Norway."), piece("X", LONG))

    assert ["Mentoring in Norway", "Other"] == titles(database, filled, "norway")


def test_a_hit_shows_where_it_stands(database: Database, filled: Newsletter) -> None:
    """The words around what was found, and the address of its page."""
    hit = look(database, filled, "managers").hits[0]

    assert ("section-news", 1, "January 2020", "mentoring-in-norway") == (
        hit.newsletter_slug,
        hit.number,
        hit.issue_title,
        hit.slug,
    )
    assert [Bit("managers", is_match=True)] == [bit for bit in hit.bits if bit.is_match]
    assert "pairs new" in "".join(bit.text for bit in hit.bits)
    assert len("".join(bit.text for bit in hit.bits)) < 300


def test_an_issue_is_found_by_what_it_says_of_itself(database: Database, filled: Newsletter) -> None:
    """It leads to the issue, not to an article."""
    assert [("", 0)] == [(hit.slug, hit.position) for hit in look(database, filled, "february").hits]


def test_what_is_not_published_is_not_found(database: Database, filled: Newsletter, now: datetime) -> None:
    """Also when it was, and was taken back."""
    with database.write() as tx:
        other = a_newsletter(tx, "Other News")
    sent(database, other, now, "Norway")
    assert 1 == len(look(database, filled, "norway").hits)
    with database.write() as tx:
        first = next(one for one in store.issues_of(tx, filled.id, 10) if one.title == "January 2020")
        store.set_state(tx, store.load(tx, first.id), IssueState.CANCELLED, now)

    assert () == look(database, filled, "norway").hits
    with database.read() as tx:
        assert ("Norway",) == tuple(hit.title for hit in search(tx, read_query("norway"), [filled, other]).hits)
        assert () == search(tx, read_query("norway"), []).hits


@pytest.mark.parametrize(("language", "asked"), [("de", "Bibliothek"), ("xx", "Bibliotheken"), ("zh-Hans", "bibliotheken")])
def test_each_newsletter_is_asked_in_its_language(
    database: Database, newsletter: Newsletter, now: datetime, language: str, asked: str
) -> None:
    """And as it is written where nobody knows the stems of the language."""
    with database.write() as tx:
        tx.execute(update(table).where(table.c.id == newsletter.id).values(language=language))
        german = newsletters.by_id(tx, newsletter.id)
        english = a_newsletter(tx, "Other News")
        stems = tx.dialect.name == "postgresql"
    sent(database, german, now, "Januar", piece("Neues", "Die Bibliotheken öffnen."))
    sent(database, english, now, "January", piece("News", "Bibliotheken open."))

    with database.read() as tx:
        found = {hit.title for hit in search(tx, read_query(asked), [german, english]).hits}

    assert "Neues" in found or (asked == "Bibliothek" and not stems)


def test_pages_of_hits(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Every hit on one page, and none on two."""
    pieces = [piece(f"Number {number}", "Of libraries.") for number in range(MOST_HITS + 3)]
    sent(database, newsletter, now, "January", *pieces)
    first, second, third = (look(database, newsletter, "library", page) for page in (1, 2, 3))

    assert (True, False, False) == (first.has_more, second.has_more, third.has_more)
    assert {one.title for one in pieces} == {hit.title for hit in (*first.hits, *second.hits)}
    assert () == third.hits


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(
            st.sampled_from(
                ['"', "-", "*", "AND", "OR", "NOT", "NEAR(", ")", ":", "^", "norway", "'", "--", "\\", "&", "|", "!", "<->"]
            )
        ).map(" ".join),
    )
)
def test_no_question_is_an_error(database: Database, filled: Newsletter, text: str) -> None:
    """Whatever its signs mean to a database (A06, A47)."""
    found = look(database, filled, text)

    assert all(isinstance(hit, Hit) for hit in found.hits)


def test_marks_that_do_not_end_are_read_to_the_end() -> None:
    """A database that cuts a text behind a mark breaks nothing."""
    assert (Bit("a ", is_match=False), Bit("b", is_match=True), Bit(" c", is_match=False)) == bits_of("a \ue000b\ue001 c")
    assert (Bit("a ", is_match=False), Bit("b c", is_match=True)) == bits_of("a \ue000b c")
    assert () == bits_of("")
