"""Another list of a newsletter: what is approved for the one before goes there, and nobody else gets it."""

from datetime import datetime

import pytest

from newsletter.database import Database
from newsletter.errors import BadValue
from newsletter.issues import draft, listchange, newsletters, readers, store
from newsletter.issues.model import IssueState, Newsletter
from subscribers import listbook, topicbook
from subscribers.errors import ListArchived, ListNotFound
from tests.harness import mailroom, people


def test_a_draft_goes_to_the_other_list_and_an_approved_issue_does_not(
    database: Database, newsletter: Newsletter, now: datetime
) -> None:
    """Until it is edited: then it is a draft like any, and somebody approves it for the other list."""
    with database.write() as tx:
        other = people.a_list(tx, now, "Others")
        drafted = draft.draft_empty(tx, newsletter, "March 2020", now)
        approved = mailroom.approved_issue(tx, newsletter.id, now, "February 2020")
        moved = listchange.change(tx, newsletter.id, other.id)
        bound = readers.audience_of(tx, store.load(tx, approved), now).list_id
        free = readers.audience_of(tx, store.load(tx, drafted.id), now).list_id
        store.begin_edit(tx, approved, now, None)
        edited = readers.audience_of(tx, store.load(tx, approved), now).list_id

    assert (other.id, newsletter.list_id, other.id, other.id) == (moved.list_id, bound, free, edited)


def test_one_that_is_held_waits_for_an_approval_for_the_other_list(
    database: Database, newsletter: Newsletter, now: datetime
) -> None:
    """The letter that it had was approved for a time that is over."""
    with database.write() as tx:
        other = people.a_list(tx, now, "Others")
        known = store.load(tx, mailroom.approved_issue(tx, newsletter.id, now))
        held = store.set_state(tx, store.set_state(tx, known, IssueState.SCHEDULED, now), IssueState.HELD, now)
        listchange.change(tx, newsletter.id, other.id)

        assert other.id == readers.list_of(tx, held)


def test_what_stays_with_the_list_is_told_before(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Approved issues, and that no other newsletter goes there."""
    with database.write() as tx:
        draft.draft_empty(tx, newsletter, "March 2020", now)
        approved = mailroom.approved_issue(tx, newsletter.id, now, "February 2020")
        left = listchange.left(tx, newsletter)

    assert [approved] == [line.id for line in left.issues]
    assert (newsletter.list_id, True, ()) == (left.list.id, left.is_alone, left.for_topics)


def test_an_issue_for_topics_of_the_list_is_in_the_way(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """The topics mean nothing on the other list, and to drop them would write to everybody."""
    with database.write() as tx:
        other = people.a_list(tx, now, "Others")
        topicbook.add(tx, newsletter.list_id, "Jobs")
        issue = draft.draft_empty(tx, newsletter, "March 2020", now)
        readers.set_topics(tx, issue.id, ["Jobs"], now)
        with pytest.raises(BadValue, match=r"no\. 1 \(March 2020\)"):
            listchange.change(tx, newsletter.id, other.id)
        readers.set_topics(tx, issue.id, [], now)

        assert other.id == listchange.change(tx, newsletter.id, other.id).list_id


def test_a_list_that_also_got_an_issue_gets_it_once(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """It is the issue's own now, and no further one."""
    with database.write() as tx:
        other = people.a_list(tx, now, "Others")
        issue = draft.draft_empty(tx, newsletter, "March 2020", now)
        readers.set_further_lists(tx, issue.id, ["Others"], now)
        listchange.change(tx, newsletter.id, other.id)
        wanted = readers.audience_of(tx, issue, now)

    assert (other.id, ()) == (wanted.list_id, wanted.also)


def test_a_list_that_is_over_or_not_there_is_refused(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """And the newsletter keeps its own."""
    with database.write() as tx:
        over = listbook.archive(tx, people.a_list(tx, now, "Over").id, now)
        with pytest.raises(ListArchived):
            listchange.change(tx, newsletter.id, over.id)
        with pytest.raises(ListNotFound):
            listchange.change(tx, newsletter.id, 999)

        assert newsletter == newsletters.by_id(tx, newsletter.id)
