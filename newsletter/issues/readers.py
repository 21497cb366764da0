"""Whom an issue is for: everybody on its newsletter's list, or those who take one of some topics."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select

from newsletter.issues import newsletters, store
from newsletter.issues.model import Issue
from newsletter.tables.issues import issue_topic
from subscribers import topicbook
from subscribers.audience import Audience
from subscribers.model import Topic
from subscribers.transaction import Transaction


def audience_of(tx: Transaction, issue: Issue, at: datetime) -> Audience:
    """Give whom an issue is for at a moment."""
    list_id = newsletters.by_id(tx, issue.newsletter_id).list_id
    return Audience(list_id, at, topics=frozenset(topic.id for topic in topics_of(tx, issue.id)))


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
