"""The verb of approving: the letter is composed, looked over, frozen, and somebody's word given for its content hash."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from newsletter.errors import Blocked, WrongState
from newsletter.issues import newsletters
from newsletter.issues import store as issues
from newsletter.issues.model import Issue, IssueState
from newsletter.letters import store as letters
from newsletter.letters.compose import compose_issue
from newsletter.letters.letter import Letter
from newsletter.letters.links import Links
from newsletter.letters.templates import Templates
from newsletter.review import preflight, store
from newsletter.review.preflight import Finding
from newsletter.review.store import Approval
from newsletter.staff import audit
from newsletter.staff.permissions import Actor, Permission, require
from subscribers.oneline import one_line

LONGEST_REASON = 500

_BEFORE_REVIEW = frozenset({IssueState.DRAFT, IssueState.HELD})


@dataclass(frozen=True, slots=True)
class Approved:
    """An approved issue, the letter that will be mailed, and what was found on the way."""

    issue: Issue
    letter: Letter
    findings: tuple[Finding, ...]


def approve(
    tx: Connection,
    templates: Templates,
    issue_id: int,
    actor: Actor,
    now: datetime,
    *,
    override_reason: str = "",
    links: Links,
    seed: bytes,
) -> Approved:
    """Freeze the letter of an issue and say that it may go out; passes the review by itself.

    The approval holds for these bytes. Any edit leads back to the draft and needs another one.

    Raises:
        NotPermitted: the actor's role does not include it.
        IssueNotFound: there is none of this id.
        WrongState: it is approved already, being sent, sent, cancelled, or was edited meanwhile.
        Blocked: findings must be mended, or set aside with `override_reason`.
        RenderFailed: the letter cannot be composed.

    """
    require(actor, Permission.APPROVE)
    issue = _in_review(tx, issue_id, now)
    newsletter = newsletters.by_id(tx, issue.newsletter_id)
    composition = compose_issue(templates, newsletter, issue, links, seed)
    left_out = preflight.left_out(tx, issue, newsletter)
    findings = preflight.check(issue, newsletter, composition, left_out=left_out)
    given = Approval(
        issue_id=issue.id,
        content_hash=composition.draft.content_hash,
        approved_by=actor.name,
        approved_at=now,
        override_reason=_override(issue.id, findings, override_reason),
    )
    letter = letters.freeze(
        tx, composition.draft, now, newsletter_id=newsletter.id, issue_id=issue.id, list_id=newsletter.list_id
    )
    store.add(tx, given)
    audit.record(tx, actor, "issue.approve", f"issue {issue.id}", _detail(given, findings), now)
    return Approved(issues.approve_as(tx, issue, letter.id, now), letter, findings)


def holds(tx: Connection, issue: Issue) -> bool:
    """Whether somebody approved exactly the letter that *issue* has now."""
    return store.standing(tx, issue) is not None


def _in_review(tx: Connection, issue_id: int, now: datetime) -> Issue:
    issue = issues.load(tx, issue_id)
    if issue.state is IssueState.IN_REVIEW:
        return issue
    if issue.state not in _BEFORE_REVIEW:
        raise WrongState(issue_id, IssueState.APPROVED.words, issue.state.words)
    return issues.set_state(tx, issue, IssueState.IN_REVIEW, now)


def _override(issue_id: int, findings: tuple[Finding, ...], reason: str) -> str:
    """Give the reason to be written down: empty where nothing was set aside."""
    blocking = [finding for finding in findings if finding.is_blocking]
    if not blocking:
        return ""
    reason = one_line(reason, LONGEST_REASON)
    if not reason:
        raise Blocked(issue_id, blocking)
    return reason


def _detail(given: Approval, findings: tuple[Finding, ...]) -> dict[str, object]:
    return {
        "content_hash": given.content_hash,
        "override_reason": given.override_reason,
        "set_aside": [finding.text for finding in findings if finding.is_blocking],
    }
