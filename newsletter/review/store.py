"""Approvals in SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select

from newsletter.issues.model import Issue
from newsletter.tables.letters import letter
from newsletter.tables.review import approval
from subscribers.transaction import Transaction

_COLUMNS = (
    approval.c.issue_id,
    approval.c.content_hash,
    approval.c.approved_by,
    approval.c.approved_at,
    approval.c.override_reason,
    approval.c.version,
    approval.c.inputs,
)


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
    # Of the issue; 0 for approvals from before there were versions.
    version: int = 0
    # What the letter was made of beside that version of the issue; None for approvals from before it was kept.
    inputs: Mapping[str, Any] | None = None


def add(tx: Transaction, given: Approval) -> None:
    """Write an approval down; earlier ones stay as they were."""
    tx.execute(
        insert(approval).values(
            issue_id=given.issue_id,
            content_hash=given.content_hash,
            approved_by=given.approved_by,
            approved_at=given.approved_at,
            override_reason=given.override_reason,
            version=given.version,
            inputs=given.inputs,
        ),
    )


def standing(tx: Transaction, issue: Issue) -> Approval | None:
    """Give the approval of the letter that *issue* has now; None when nobody approved exactly that."""
    row = tx.execute(
        select(*_COLUMNS)
        .join(letter, letter.c.content_hash == approval.c.content_hash)
        .where(approval.c.issue_id == issue.id, letter.c.id == issue.letter_id)
        .order_by(approval.c.id.desc())
        .limit(1),
    ).one_or_none()
    return Approval(*row) if row is not None else None


def approvals_of(tx: Transaction, issue_id: int) -> tuple[Approval, ...]:
    """Give all approvals of an issue, also those that an edit ended, the newest first."""
    rows = tx.execute(select(*_COLUMNS).where(approval.c.issue_id == issue_id).order_by(approval.c.id.desc()))
    return tuple(Approval(*row) for row in rows)


def last_version(tx: Transaction, issue_id: int) -> int:
    """Give the version of an issue that was approved last; 0 when none was."""
    last = select(func.coalesce(func.max(approval.c.version), 0)).where(approval.c.issue_id == issue_id)
    version: int = tx.execute(last).scalar_one()
    return version
