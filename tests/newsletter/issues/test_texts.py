"""Own texts in an issue: events, snippets, and what the next issue takes over."""

from datetime import datetime

import pytest

from newsletter.database import Database
from newsletter.errors import AlreadyThere, BadValue, SectionNotFound, SnippetNotFound
from newsletter.issues import changes, draft, editing, newsletters, sections, snippets, store, texts
from newsletter.issues.contents import Text
from newsletter.issues.events import typed
from newsletter.issues.model import (
    Event,
    Issue,
    IssueState,
    Look,
    Month,
    Newsletter,
    Rule,
    SectionKind,
    SectionPlan,
    Show,
)
from newsletter.issues.sections import SectionChange
from newsletter.issues.snippets import Said
from tests.harness.newsroom import a_month, an_entry, article_called, contents_of, january, publish, section_called

JANUARY, FEBRUARY = Month(2020, 1), Month(2020, 2)
CALL = Said("Write for us", "<p>Send your text.</p>", "https://example.org/write")


@pytest.fixture
def issue(database: Database, newsletter: Newsletter, now: datetime) -> Issue:
    """Give a draft with something in every section, dates and sponsors too."""
    with database.write() as tx:
        a_month(tx, newsletter)
        made = draft.draft_month(tx, newsletter, JANUARY, now)
        sections.add_section(tx, made.id, "Dates", SectionKind.EVENTS, now)
        return sections.add_section(tx, made.id, "Sponsors", SectionKind.SPONSORS, now)


def test_an_event_goes_into_the_section_of_events(database: Database, issue: Issue, now: datetime) -> None:
    """Unless another one is named."""
    when = typed("2020-02-27T16:00", place="online")
    with database.write() as tx:
        texts.add_event(tx, issue.id, Text("Reading circle", "", Show.FULL, event=when), now)
        after = texts.add_event(tx, issue.id, Text("Webinar", "<p>x</p>", Show.FULL, event=when), now, section="… and more")

    assert ["Reading circle"] == contents_of(after)["Dates"]
    assert when == article_called(after, "Webinar").event


def test_without_a_section_of_events_it_is_said_so(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Nothing is put where nobody looks for it."""
    with database.write() as tx:
        note = draft.draft_empty(tx, newsletter, "A note", now)
        with pytest.raises(SectionNotFound, match="of events"):
            texts.add_event(tx, note.id, Text("Circle", "", Show.FULL, event=Event("2020-02-27")), now)


def test_events_are_collected_from_posts(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Those that fall into a section of events, with their day where it cannot be mistaken."""
    plan = (SectionPlan("Dates", SectionKind.EVENTS, (Rule(categories=("event",)),)),)
    with database.write() as tx:
        newsletters.set_plan(tx, newsletter.id, plan)
        publish(
            tx,
            newsletter,
            an_entry("Webinar on 27 February 2020", january(3), "event"),
            an_entry("Something in spring", january(4), "event"),
        )
        issue = draft.draft_month(tx, newsletters.by_id(tx, newsletter.id), JANUARY, now)

    assert [Event("2020-02-27"), None] == [article.event for article in issue.articles]


def test_a_snippet_is_put_in_as_a_copy(database: Database, newsletter: Newsletter, issue: Issue, now: datetime) -> None:
    """Neither knows of the other's changes."""
    with database.write() as tx:
        snippets.add(tx, newsletter.id, "Call", CALL, now)
        after = texts.insert_snippet(tx, issue.id, "CALL", "… and more", now)
        copy = article_called(after, "Write for us")
        snippets.edit(tx, newsletter.id, "Call", Said("Other", "<p>Other</p>"), now)
        changes.change_article(tx, issue.id, copy.id, changes.Change(content="<p>Mine</p>"), now)

        assert ("<p>Send your text.</p>", CALL.link, "Call") == (copy.content, copy.link, copy.snippet)
        assert "<p>Mine</p>" == article_called(store.load(tx, issue.id), "Write for us").content
        assert "<p>Other</p>" == snippets.find(tx, newsletter.id, "call").said.content


def test_snippets_are_kept_renamed_and_forgotten(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Under one name each."""
    with database.write() as tx:
        snippets.add(tx, newsletter.id, "Call", CALL, now)
        with pytest.raises(AlreadyThere):
            snippets.add(tx, newsletter.id, "CALL", CALL, now)
        with pytest.raises(BadValue, match="says nothing"):
            snippets.add(tx, newsletter.id, "Empty", Said("", " "), now)
        with pytest.raises(BadValue, match="is empty"):
            snippets.add(tx, newsletter.id, " ", CALL, now)
        renamed = snippets.edit(tx, newsletter.id, "call", CALL, now, new_name="Appeal")
        assert (renamed,) == snippets.all_snippets(tx, newsletter.id)
        snippets.remove(tx, newsletter.id, "appeal")
        with pytest.raises(SnippetNotFound):
            snippets.find(tx, newsletter.id, "Appeal")


def test_the_next_issue_begins_as_the_last_one_ended(
    database: Database, newsletter: Newsletter, issue: Issue, now: datetime
) -> None:
    """Sections with titles, order and looks, sponsors and snippets as edited; no post, no letter, no event."""
    with database.write() as tx:
        snippets.add(tx, newsletter.id, "Call", CALL, now)
        texts.insert_snippet(tx, issue.id, "Call", "… and more", now)
        texts.add_text(tx, issue.id, "Sponsors", Text("A bookshop", "<p>Thanks.</p>", Show.FULL), now)
        texts.add_event(tx, issue.id, Text("Circle", "", Show.FULL, event=Event("2020-02-27")), now)
        editing.write_letter(tx, issue.id, "Division Chair letter", "<p>Dear all</p>", "Ann Chair", now)
        sections.edit_section(tx, issue.id, "Feature articles", SectionChange(title="Features", look=Look.LEAD), now)
        sections.move_section(tx, issue.id, "Sponsors", 1, now)
        publish(tx, newsletter, an_entry("February news", datetime.fromisoformat("2020-02-03T12:00Z"), "Features"))

        second = draft.draft_month(tx, newsletter, FEBRUARY, now, from_last=True)

    assert {
        "Sponsors": ["A bookshop"],
        "Division Chair letter": ["Division Chair letter"],
        "Features": ["February news"],
        "Communication initiatives": [],
        "The section's activities": [],
        "… and more": ["Write for us"],
        "Dates": [],
    } == contents_of(second)
    assert list(contents_of(second)) == [section.title for section in second.sections]
    assert Look.LEAD == section_called(second, "Features").look
    assert "Feature articles" == section_called(second, "Features").planned
    assert article_called(second, "Division Chair letter").is_placeholder


def test_a_one_off_may_begin_from_the_last_issue_too(
    database: Database, newsletter: Newsletter, issue: Issue, now: datetime
) -> None:
    """A cancelled one is passed over."""
    with database.write() as tx:
        texts.add_text(tx, issue.id, "Sponsors", Text("A bookshop", "<p>Thanks.</p>", Show.FULL), now)
        other = draft.draft_empty(tx, newsletter, "Cancelled", now)
        store.set_state(tx, other, IssueState.CANCELLED, now)

        note = draft.draft_empty(tx, newsletter, "A note", now, from_last=True)

    assert [section.title for section in issue.sections] == [section.title for section in note.sections]
    assert ["Division Chair letter", "A bookshop"] == [article.title for article in note.articles]


def test_the_first_issue_begins_from_none(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """And says so."""
    with pytest.raises(BadValue, match="has none yet"), database.write() as tx:
        draft.draft_month(tx, newsletter, JANUARY, now, from_last=True)


def test_what_is_required_and_unwritten_has_a_placeholder(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """A note of the editors as well as a letter; the text takes its place."""
    plan = (SectionPlan("From the editors", SectionKind.NOTE, is_required=True, show=Show.FULL),)
    with database.write() as tx:
        newsletters.set_plan(tx, newsletter.id, plan)
        issue = draft.draft_month(tx, newsletters.by_id(tx, newsletter.id), JANUARY, now)
        assert article_called(issue, "From the editors").is_placeholder
        after = texts.add_text(tx, issue.id, "From the editors", Text("Hello", "<p>Hello.</p>", Show.FULL), now)

    assert ["Hello"] == contents_of(after)["From the editors"]
