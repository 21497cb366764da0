"""Own texts that an editor puts into an issue: events, snippets, and whatever else comes from no feed."""

from dataclasses import replace
from datetime import datetime

from newsletter.errors import SectionNotFound
from newsletter.issues import contents, snippets, store
from newsletter.issues.changes import tidy_content, tidy_link, tidy_title
from newsletter.issues.contents import Text
from newsletter.issues.model import Issue, Section, SectionKind, Show
from newsletter.issues.plan import USUAL_SHOW
from subscribers.sentence import say
from subscribers.transaction import Transaction


def add_text(
    tx: Transaction, issue_id: int, section: str, text: Text, now: datetime, *, expected_version: int | None = None
) -> Issue:
    """Put a text of one's own into a section, behind what it has.

    Raises:
        IssueNotFound: there is no issue of this id.
        WrongState: it is being sent, was sent or cancelled.
        Outdated: it is not at `expected_version` any more. So for every edit.
        SectionNotFound: the issue has no section of this title.
        BadValue: it has no title, is too long, or its link is none.

    """
    known = store.begin_edit(tx, issue_id, now, expected_version)
    return _added(tx, known, known.section_called(section), text)


def add_event(
    tx: Transaction,
    issue_id: int,
    text: Text,
    now: datetime,
    *,
    section: str | None = None,
    expected_version: int | None = None,
) -> Issue:
    """Put an event into a section, the first one of events where none is named.

    Raises:
        SectionNotFound: the issue has no section of this title, or none of events.
        BadValue: it has no title, is too long, or its link is none.

    """
    known = store.begin_edit(tx, issue_id, now, expected_version)
    target = _of_events(known) if section is None else known.section_called(section)
    return _added(tx, known, target, text)


def insert_snippet(
    tx: Transaction, issue_id: int, name: str, section: str, now: datetime, *, expected_version: int | None = None
) -> Issue:
    """Put a copy of a snippet into a section; the issue is not changed when the snippet is, and the other way round.

    Raises:
        SnippetNotFound: the newsletter has none of this name.
        SectionNotFound: the issue has no section of this title.

    """
    known = store.begin_edit(tx, issue_id, now, expected_version)
    found = snippets.find(tx, known.newsletter_id, name)
    target = known.section_called(section)
    said = found.said
    text = Text(
        said.title or found.name,
        said.content,
        USUAL_SHOW[target.kind] if USUAL_SHOW[target.kind] is not Show.EXCERPT else Show.FULL,
        link=said.link,
        document=said.document,
        snippet=found.name,
    )
    return _added(tx, known, target, text)


def _added(tx: Transaction, known: Issue, target: Section, text: Text) -> Issue:
    tidy = replace(text, title=tidy_title(text.title), content=tidy_content(text.content), link=tidy_link(text.link))
    # It takes the place of what was still to be written there.
    for article in target.articles:
        if article.is_placeholder:
            contents.save_article(tx, replace(article, is_dropped=True))
    contents.add_article(tx, known.id, target.id, tidy)
    return store.load(tx, known.id)


def _of_events(known: Issue) -> Section:
    found = next((section for section in known.sections if section.kind is SectionKind.EVENTS), None)
    if found is None:
        raise SectionNotFound(say("of events"))
    return found
