"""Whom an issue is for: everybody on its newsletter's list, or who takes one of some topics, and people of further lists."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select

from newsletter.issues import newsletters, store
from newsletter.issues.model import Issue, IssueState
from newsletter.issues.store import IssueLine
from newsletter.tables.issues import issue_list, issue_topic
from newsletter.tables.letters import letter
from subscribers import register, topicbook
from subscribers.audience import Audience
from subscribers.model import MailingList, Topic
from subscribers.transaction import Transaction

S = IssueState

# They have a letter that somebody approved for a list; one that is held, or in review again, waits for another approval.
BOUND = frozenset({S.APPROVED, S.SCHEDULED, S.SENDING, S.SENT, S.CANCELLED})


def audience_of(tx: Transaction, issue: Issue, at: datetime) -> Audience:
    """Give whom an issue is for at a moment."""
    own = list_of(tx, issue)
    topics = frozenset(topic.id for topic in topics_of(tx, issue.id))
    # Nothing is sent to a list that is over. Its own may have become its newsletter's since somebody added it.
    also = tuple(one.id for one in further_lists(tx, issue.id) if not one.is_archived and one.id != own)
    return Audience(own, at, topics=topics, also=also)


def list_of(tx: Transaction, issue: Issue | IssueLine) -> int:
    """Give the list that an issue goes to: the one it was approved for, and until then its newsletter's.

    A newsletter may be given another list. Nobody approved what is approved already for the people of that one.
    """
    if issue.state in BOUND and issue.letter_id is not None:
        approved_for = tx.execute(select(letter.c.list_id).where(letter.c.id == issue.letter_id)).scalar_one_or_none()
        if approved_for is not None:
            return int(approved_for)
    return newsletters.by_id(tx, issue.newsletter_id).list_id


def further_lists(tx: Transaction, issue_id: int) -> tuple[MailingList, ...]:
    """Give the lists whose people get an issue besides its newsletter's, in their order; also those that are archived."""
    its = select(issue_list.c.list_id).where(issue_list.c.issue_id == issue_id).order_by(issue_list.c.position)
    return tuple(register.list_by_id(tx, list_id) for list_id in tx.execute(its).scalars().all())


def set_further_lists(
    tx: Transaction, issue_id: int, names: Sequence[str], now: datetime, *, expected_version: int | None = None
) -> Issue:
    """Say whose people get an issue besides its newsletter's; none: nobody else's. An approval ends, as with topics.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it is being sent, was sent or cancelled.
        Outdated: it is not at `expected_version` any more.
        ListNotFound: there is no list of this name.
        ListArchived: nothing is sent to one of them any more.

    """
    known = store.begin_edit(tx, issue_id, now, expected_version)
    own = newsletters.by_id(tx, known.newsletter_id).list_id
    ids = dict.fromkeys(register.find_list(tx, name).id for name in names)
    for list_id in ids:
        register.require_open(tx, list_id)
    tx.execute(delete(issue_list).where(issue_list.c.issue_id == issue_id))
    others = [list_id for list_id in ids if list_id != own]
    rows = [{"issue_id": issue_id, "list_id": list_id, "position": place} for place, list_id in enumerate(others, 1)]
    if rows:
        tx.execute(insert(issue_list), rows)
    return known


def topics_of(tx: Transaction, issue_id: int) -> tuple[Topic, ...]:
    """Give the topics an issue is for, also those that are offered no more; none: it is for everybody."""
    ids = tx.execute(select(issue_topic.c.topic_id).where(issue_topic.c.issue_id == issue_id)).scalars().all()
    return tuple(sorted((topicbook.by_id(tx, one) for one in ids), key=lambda topic: (topic.position, topic.id)))


def set_topics(
    tx: Transaction, issue_id: int, names: Sequence[str], now: datetime, *, expected_version: int | None = None
) -> Issue:
    """Say for which topics of its list an issue is; none: for everybody. An approval ends, because it was given for others.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it is being sent, was sent or cancelled.
        Outdated: it is not at `expected_version` any more.
        TopicNotFound: the list offers no topic of this name.

    """
    known = store.begin_edit(tx, issue_id, now, expected_version)
    list_id = newsletters.by_id(tx, known.newsletter_id).list_id
    ids = {topicbook.find(tx, list_id, name).id for name in names}
    tx.execute(delete(issue_topic).where(issue_topic.c.issue_id == issue_id))
    if ids:
        tx.execute(insert(issue_topic), [{"issue_id": issue_id, "topic_id": topic_id} for topic_id in sorted(ids)])
    return known
