"""Published issues in SQL: the ones that are being mailed or were, by the bytes that were mailed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from newsletter.errors import IssueNotFound
from newsletter.issues.model import IssueState
from newsletter.letters import store as letters
from newsletter.letters.letter import Letter
from newsletter.tables.issues import issue, newsletter
from newsletter.tables.letters import letter
from newsletter.tables.mail import mailing
from subscribers.transaction import Transaction

# A draft may still change, a held issue may never go out, and a cancelled one was taken back.
PUBLIC = (IssueState.SENDING, IssueState.SENT)


@dataclass(frozen=True, slots=True)
class PublishedIssue:
    """An issue as everybody may find it."""

    issue_id: int
    newsletter_id: int
    newsletter_slug: str
    newsletter_name: str
    number: int
    title: str
    # As it was mailed.
    subject: str
    preheader: str
    # When its mailing began.
    published_at: datetime
    letter_id: int
    # Of its letter.
    language: str = "en"


@dataclass(frozen=True, slots=True)
class PublishedLetter:
    """A published issue with the letter that was mailed."""

    issue: PublishedIssue
    letter: Letter


def published(tx: Transaction, newsletter_id: int | None) -> tuple[PublishedIssue, ...]:
    """Give the published issues of one newsletter, or of all (None), the latest first."""
    return _published(tx, *(() if newsletter_id is None else (issue.c.newsletter_id == newsletter_id,)))


def find(tx: Transaction, newsletter_slug: str, number: int) -> PublishedIssue:
    """Give one published issue without its letter.

    Raises:
        IssueNotFound: there is none, or it is not published.

    """
    found = _published(tx, newsletter.c.slug == newsletter_slug, issue.c.number == number)
    if not found:
        raise IssueNotFound(f"{number} of {newsletter_slug}")
    return found[0]


def by_id(tx: Transaction, issue_id: int) -> PublishedIssue:
    """Give one published issue without its letter.

    Raises:
        IssueNotFound: there is none, or it is not published.

    """
    found = _published(tx, issue.c.id == issue_id)
    if not found:
        raise IssueNotFound(issue_id)
    return found[0]


def published_issue(tx: Transaction, newsletter_slug: str, number: int) -> PublishedLetter:
    """Give one published issue with its letter.

    Raises:
        IssueNotFound: there is none, or it is not published.

    """
    found = find(tx, newsletter_slug, number)
    return PublishedLetter(found, letters.load(tx, found.letter_id))


def moment() -> ColumnElement[Any]:
    """Give the expression that says when an issue was published, for a query that joins letters and mailings."""
    # The letter's own moment of freezing stands in where a ledger was lost.
    return func.coalesce(mailing.c.planned_at, issue.c.sent_at, letter.c.created_at)


def _published(tx: Transaction, *conditions: ColumnElement[bool]) -> tuple[PublishedIssue, ...]:
    rows: Iterable[Sequence[Any]] = tx.execute(
        select(
            issue.c.id,
            issue.c.newsletter_id,
            newsletter.c.slug,
            newsletter.c.name,
            issue.c.number,
            issue.c.title,
            letter.c.subject,
            letter.c.preheader,
            moment().label("published_at"),
            letter.c.id.label("letter_id"),
            letter.c.language,
        )
        .join(newsletter, newsletter.c.id == issue.c.newsletter_id)
        .join(letter, letter.c.id == issue.c.letter_id)
        .outerjoin(mailing, mailing.c.letter_id == letter.c.id)
        .where(issue.c.state.in_(PUBLIC), *conditions)
        .order_by(moment().desc(), issue.c.id.desc()),
    )
    return tuple(PublishedIssue(*row) for row in rows)
