"""Approvals in SQL."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from newsletter.issues.model import Issue
from newsletter.tables.letters import letter
from newsletter.tables.review import approval
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody's word that exactly this content may go out."""

    issue_id: int
    # Of the letter that was approved (Draft.content_hash).
    content_hash: str
    approved_by: str
    approved_at: datetime
    # Why blocking findings were set aside, empty when there were none.
    override_reason: str


def add(tx: Transaction, given: Approval) -> None:
    """Write an approval down; earlier ones stay as they were."""
    tx.execute(
        insert(approval).values(
            issue_id=given.issue_id,
            content_hash=given.content_hash,
            approved_by=given.approved_by,
            approved_at=given.approved_at,
            override_reason=given.override_reason,
        ),
    )


def standing(tx: Transaction, issue: Issue) -> Approval | None:
    """Give the approval of the letter that *issue* has now; None when nobody approved exactly that."""
    row = tx.execute(
        select(
            approval.c.issue_id,
            approval.c.content_hash,
            approval.c.approved_by,
            approval.c.approved_at,
            approval.c.override_reason,
        )
        .join(letter, letter.c.content_hash == approval.c.content_hash)
        .where(approval.c.issue_id == issue.id, letter.c.id == issue.letter_id)
        .order_by(approval.c.id.desc())
        .limit(1),
    ).one_or_none()
    return Approval(*row) if row is not None else None
