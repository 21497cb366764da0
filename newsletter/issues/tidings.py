"""What becomes of issues, as other programs are told it."""

from datetime import datetime
from enum import StrEnum

from newsletter.issues.model import Issue
from subscribers import news
from subscribers.news import News
from subscribers.transaction import Transaction


class Kind(StrEnum):
    """What happened to an issue, as other programs read it."""

    DRAFTED = "issue.drafted"
    APPROVED = "issue.approved"
    SENT = "issue.sent"
    FINISHED = "issue.finished"


def note(tx: Transaction, kind: Kind, known: Issue, now: datetime, **figures: int) -> None:
    """Let this transaction tell what happened to an issue."""
    facts = {"issue": {"id": known.id, "number": known.number, "title": known.title, "subject": known.subject}, **figures}
    news.note(tx, News(kind, now, newsletter_id=known.newsletter_id, facts=facts))
