"""Comments of reviewers in SQL: each about one article or the whole issue, open until an editor says that it is done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from newsletter.errors import BadValue, CommentNotFound
from newsletter.issues import alerts
from newsletter.issues.model import Issue
from newsletter.tables.guests import review_comment
from subscribers import sentence
from subscribers.oneline import one_line
from subscribers.transaction import Transaction

LONGEST_TEXT = 4_000
LONGEST_NAME = 100

# More than any review has; a loop that comments stops here.
MOST_COMMENTS = 500


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said of an issue."""

    id: int
    issue_id: int
    # None: it was said at the desk.
    link_id: int | None
    # None: it is about the whole issue.
    article_id: int | None
    # Of the issue, as it was read.
    version: int
    author: str
    # Plain text, its lines kept.
    text: str
    said_at: datetime
    resolved_at: datetime | None
    resolved_by: str
    answer: str

    @property
    def lines(self) -> tuple[str, ...]:
        """The text line by line."""
        return tuple(self.text.splitlines())


def say(
    tx: Transaction,
    issue: Issue,
    author: str,
    text: str,
    now: datetime,
    *,
    article_id: int | None = None,
    link_id: int | None = None,
) -> Comment:
    """Say something of an issue, or of one article that it shows; the editors are told.

    Raises:
        BadValue: it says nothing or too much, names no author, is about no article of the issue, or there are too many.

    """
    facts: dict[str, Any] = {
        "issue_id": issue.id,
        "link_id": link_id,
        "article_id": article_id,
        "version": issue.version,
        "author": _required("name", one_line(author, LONGEST_NAME)),
        "text": _text(text),
        "said_at": now,
        "resolved_at": None,
        "resolved_by": "",
        "answer": "",
    }
    if article_id is not None and article_id not in {article.id for article in issue.articles}:
        raise BadValue(sentence.say("article"), article_id, sentence.say("is not in this issue any more"))
    if _count(tx, issue.id) >= MOST_COMMENTS:
        raise BadValue(sentence.say("comments"), MOST_COMMENTS, sentence.say("are the most that an issue takes"))
    made: int = tx.execute(insert(review_comment).values(facts).returning(review_comment.c.id)).scalar_one()
    text = sentence.say(
        "%(facts)s commented on %(title)s: newsletter issues comments %(id)s",
        facts=facts["author"],
        title=issue.title,
        id=issue.id,
    )
    alerts.raise_alert(tx, _key(issue.id), text, now, newsletter_id=issue.newsletter_id, issue_id=issue.id)
    return Comment(id=made, **facts)


def comments_of(tx: Transaction, issue_id: int) -> tuple[Comment, ...]:
    """Give all comments on an issue, the earliest first."""
    its = review_comment.c.issue_id == issue_id
    return tuple(map(_comment, tx.execute(select(review_comment).where(its).order_by(review_comment.c.id))))


def open_comments(tx: Transaction, issue_id: int) -> tuple[Comment, ...]:
    """Give the comments that nobody called done yet."""
    return tuple(one for one in comments_of(tx, issue_id) if one.resolved_at is None)


def resolve(tx: Transaction, issue_id: int, comment_id: int, by: str, now: datetime, answer: str = "") -> Comment:
    """Say that a comment is done, with an *answer* that the reviewers read; the last word counts.

    Raises:
        CommentNotFound: the issue has none of this id.
        BadValue: the answer is too long.

    """
    its = (review_comment.c.id == comment_id, review_comment.c.issue_id == issue_id)
    said = _text(answer) if answer.strip() else ""
    found = tx.execute(
        update(review_comment).where(*its).values(resolved_at=now, resolved_by=by, answer=said).returning(review_comment)
    ).one_or_none()
    if found is None:
        raise CommentNotFound(comment_id)
    if not open_comments(tx, issue_id):
        alerts.settle_alert(tx, _key(issue_id), now)
    return _comment(found)


def _count(tx: Transaction, issue_id: int) -> int:
    its = review_comment.c.issue_id == issue_id
    count: int = tx.execute(select(func.count()).select_from(review_comment).where(its)).scalar_one()
    return count


def _key(issue_id: int) -> str:
    return f"issue-comments:{issue_id}"


def _text(text: str) -> str:
    # One character more than is taken, so that nothing is cut without a word.
    lines = [one_line(line, LONGEST_TEXT + 1) for line in text.strip().splitlines()]
    said = _required("comment", "\n".join(lines).strip())
    if len(said) > LONGEST_TEXT:
        raise BadValue(
            sentence.say("comment"),
            sentence.say("of %(count)s characters", count=f"{len(said):,}"),
            sentence.say("is too long; %(most)s are the most", most=f"{LONGEST_TEXT:,}"),
        )
    return said


def _required(what: str, text: str) -> str:
    if not text:
        raise BadValue(what, repr(text), sentence.say("is empty"))
    return text


def _comment(row: Row[Any]) -> Comment:
    return Comment(
        id=row.id,
        issue_id=row.issue_id,
        link_id=row.link_id,
        article_id=row.article_id,
        version=row.version,
        author=row.author,
        text=row.text,
        said_at=row.said_at,
        resolved_at=row.resolved_at,
        resolved_by=row.resolved_by,
        answer=row.answer,
    )
