"""Whom an issue is for."""

from datetime import datetime

import pytest

from newsletter.database import Database
from newsletter.errors import Outdated, WrongState
from newsletter.issues import draft, readers, store
from newsletter.issues.model import IssueState, Newsletter
from subscribers import listbook, register, topicbook
from subscribers.audience import Audience
from subscribers.errors import ListArchived, ListNotFound, TopicNotFound
from tests.harness.people import a_list


def test_issue_is_for_everybody_until_somebody_says_otherwise(
    database: Database, newsletter: Newsletter, now: datetime
) -> None:
    """For those who take one of its topics, and then for everybody again."""
    with database.write() as tx:
        jobs = topicbook.add(tx, newsletter.list_id, "Jobs")
        books = topicbook.add(tx, newsletter.list_id, "Books")
        issue = draft.draft_empty(tx, newsletter, "February 2020", now)
        everybody = readers.audience_of(tx, issue, now)
        readers.set_topics(tx, issue.id, ["books", "Jobs", "JOBS"], now)
        some = readers.audience_of(tx, issue, now)
        names = readers.topics_of(tx, issue.id)
        readers.set_topics(tx, issue.id, [], now)

        assert Audience(newsletter.list_id, now) == everybody
        assert Audience(newsletter.list_id, now, topics=frozenset({jobs.id, books.id})) == some
        assert (jobs, books) == names
        assert everybody == readers.audience_of(tx, issue, now)


def test_other_readers_need_another_approval(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """It was given for those who stood there; and nothing changes once the issue is gone."""
    with database.write() as tx:
        topicbook.add(tx, newsletter.list_id, "Jobs")
        issue = draft.draft_empty(tx, newsletter, "February 2020", now)
        store.set_state(tx, issue, IssueState.IN_REVIEW, now)
        readers.set_topics(tx, issue.id, ["Jobs"], now)
        with pytest.raises(Outdated):
            readers.set_topics(tx, issue.id, [], now, expected_version=issue.version)
        edited = store.load(tx, issue.id)
        store.set_state(tx, edited, IssueState.CANCELLED, now)

        assert IssueState.DRAFT is edited.state
        with pytest.raises(WrongState):
            readers.set_topics(tx, issue.id, [], now)


def test_topic_that_the_list_does_not_offer_is_refused(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Another list's, or one that was removed."""
    with database.write() as tx:
        topicbook.add(tx, a_list(tx, now, "Board").id, "Budget")
        jobs = topicbook.add(tx, newsletter.list_id, "Jobs")
        issue = draft.draft_empty(tx, newsletter, "February 2020", now)
        topicbook.remove(tx, jobs, now)
        for name in ("Budget", "Jobs"):
            with pytest.raises(TopicNotFound):
                readers.set_topics(tx, issue.id, [name], now)


def test_people_of_further_lists_get_it_too(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """In the order they were named, the newsletter's own left out; archived ones get nothing, and an approval ends."""
    with database.write() as tx:
        board, friends = a_list(tx, now, "Board"), a_list(tx, now, "Friends")
        own = register.list_by_id(tx, newsletter.list_id)
        issue = draft.draft_empty(tx, newsletter, "February 2020", now)
        store.set_state(tx, issue, IssueState.IN_REVIEW, now)
        readers.set_further_lists(tx, issue.id, ["Friends", own.name, "board", "Friends"], now)
        listed = readers.further_lists(tx, issue.id)
        listbook.archive(tx, board.id, now)
        wanted = readers.audience_of(tx, issue, now)
        with pytest.raises(ListArchived):
            readers.set_further_lists(tx, issue.id, ["Board"], now)
        with pytest.raises(ListNotFound):
            readers.set_further_lists(tx, issue.id, ["Nobody"], now)
        readers.set_further_lists(tx, issue.id, [], now)

        assert (friends, board) == listed
        assert Audience(newsletter.list_id, now, also=(friends.id,)) == wanted
        assert () == readers.further_lists(tx, issue.id)
        assert IssueState.DRAFT is store.load(tx, issue.id).state


def test_removed_topic_makes_no_audience_wider(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """The issue stays for those who chose it."""
    with database.write() as tx:
        jobs = topicbook.add(tx, newsletter.list_id, "Jobs")
        issue = draft.draft_empty(tx, newsletter, "February 2020", now)
        readers.set_topics(tx, issue.id, ["Jobs"], now)
        topicbook.remove(tx, jobs, now)

        assert frozenset({jobs.id}) == readers.audience_of(tx, issue, now).topics
