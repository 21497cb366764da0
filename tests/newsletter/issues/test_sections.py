"""The sections of an issue: added, renamed, laid out, put in order, taken away."""

from datetime import datetime

import pytest

from newsletter.database import Database
from newsletter.errors import AlreadyThere, BadValue, Outdated, SectionNotFound
from newsletter.issues import draft, editing, sections, store
from newsletter.issues.model import Issue, Look, Month, Newsletter, SectionKind
from newsletter.issues.plan import DEFAULT_PLAN
from newsletter.issues.sections import SectionChange
from tests.harness.newsroom import a_month, an_entry, contents_of, january, publish, section_called

JANUARY = Month(2020, 1)
TITLES = [section.title for section in DEFAULT_PLAN]
MORE = "… and more"


@pytest.fixture
def issue(database: Database, newsletter: Newsletter, now: datetime) -> Issue:
    """Give a draft with something in every section."""
    with database.write() as tx:
        a_month(tx, newsletter)
        return draft.draft_month(tx, newsletter, JANUARY, now)


def titles(issue: Issue) -> list[str]:
    """Give the sections in their order."""
    return [section.title for section in issue.sections]


def test_a_section_is_added_where_it_is_wanted(database: Database, issue: Issue, now: datetime) -> None:
    """Or at the end."""
    looks = SectionChange(look=Look.CARDS, most=4, words=20)
    with database.write() as tx:
        sections.add_section(tx, issue.id, "Dates", SectionKind.EVENTS, now, change=looks, place=2)
        after = sections.add_section(tx, issue.id, "Sponsors", SectionKind.SPONSORS, now)

    assert [TITLES[0], "Dates", *TITLES[1:], "Sponsors"] == titles(after)
    dates = section_called(after, "Dates")
    assert (SectionKind.EVENTS, Look.CARDS, 4, 20) == (dates.kind, dates.look, dates.most, dates.words)
    assert issue.version + 2 == after.version


def test_a_renamed_section_is_found_by_posts_that_come_late(
    database: Database, newsletter: Newsletter, issue: Issue, now: datetime
) -> None:
    """It is still the plan's."""
    with database.write() as tx:
        sections.edit_section(tx, issue.id, MORE, SectionChange(title="Also of note"), now)
        publish(tx, newsletter, an_entry("Late news", january(30), "Resources"))

        assert 1 == draft.top_up(tx, issue.id, now)
        assert ["Learning for free", "Late news"] == contents_of(store.load(tx, issue.id))["Also of note"]


def test_late_posts_respect_the_most_of_a_section(
    database: Database, newsletter: Newsletter, issue: Issue, now: datetime
) -> None:
    """What is beyond falls to the rest."""
    with database.write() as tx:
        sections.edit_section(tx, issue.id, "Feature articles", SectionChange(most=2), now)
        publish(tx, newsletter, an_entry("A third one", january(30), "Features"))
        draft.top_up(tx, issue.id, now)

        assert ["Learning for free", "A third one"] == contents_of(store.load(tx, issue.id))[MORE]


def test_sections_change_their_places(database: Database, issue: Issue, now: datetime) -> None:
    """A place beyond the end is the end."""
    with database.write() as tx:
        sections.move_section(tx, issue.id, MORE, 1, now)
        after = sections.move_section(tx, issue.id, TITLES[0], 99, now)

    assert [MORE, *TITLES[1:-1], TITLES[0]] == titles(after)


def test_a_section_goes_and_its_articles_do_not(
    database: Database, newsletter: Newsletter, issue: Issue, now: datetime
) -> None:
    """They stand in another one; what was dropped stays dropped and is not offered again."""
    activities = TITLES[3]
    with database.write() as tx:
        dropped = section_called(issue, activities).articles[0]
        with pytest.raises(BadValue, match="shows 1 article"):
            sections.remove_section(tx, issue.id, activities, now)
        sections.remove_section(tx, issue.id, TITLES[2], now, into=MORE)
        editing.drop_article(tx, issue.id, dropped.id, now)
        after = sections.remove_section(tx, issue.id, activities, now)

        assert [TITLES[0], TITLES[1], MORE] == titles(after)
        assert ["Learning for free", "Where to find us"] == contents_of(after)[MORE]
        assert 0 == draft.top_up(tx, issue.id, now)
        assert "Athens in August" in contents_of(editing.restore_article(tx, issue.id, dropped.id, now))[MORE]


def test_what_cannot_be_done_to_a_section_is_refused(database: Database, issue: Issue, now: datetime) -> None:
    """With the reason."""
    with database.write() as tx:
        with pytest.raises(AlreadyThere):
            sections.add_section(tx, issue.id, MORE.upper(), SectionKind.ARTICLES, now)
        with pytest.raises(AlreadyThere):
            sections.edit_section(tx, issue.id, MORE, SectionChange(title=TITLES[0]), now)
        with pytest.raises(BadValue, match="is empty"):
            sections.edit_section(tx, issue.id, MORE, SectionChange(title=" "), now)
        with pytest.raises(BadValue, match="up to 500"):
            sections.edit_section(tx, issue.id, MORE, SectionChange(most=501), now)
        with pytest.raises(BadValue, match="counted from 1"):
            sections.move_section(tx, issue.id, MORE, 0, now)
        with pytest.raises(BadValue, match="into itself"):
            sections.remove_section(tx, issue.id, MORE, now, into=MORE)
        with pytest.raises(SectionNotFound):
            sections.remove_section(tx, issue.id, MORE, now, into="Nowhere")
        with pytest.raises(Outdated):
            sections.move_section(tx, issue.id, MORE, 1, now, expected_version=issue.version)


def test_the_last_section_stays(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """An issue without one could take nothing in."""
    with database.write() as tx:
        note = draft.draft_empty(tx, newsletter, "A note", now)
        sections.add_section(tx, note.id, "Letter", SectionKind.LETTER, now)
        with pytest.raises(BadValue, match="only one"):
            sections.remove_section(tx, note.id, "Letter", now)


def test_who_names_no_section_is_told_which_there_are(issue: Issue) -> None:
    """Titles are long, and nobody types them right by heart."""
    with pytest.raises(SectionNotFound) as refused:
        issue.section_called("Feature")

    assert str(refused.value).startswith(
        "There is no section “Feature”; the issue has “Division Chair letter”, “Feature articles”"
    )
