"""The verb of approving: the letter is composed, looked over, frozen, and somebody's word given for its content hash."""

import json
from dataclasses import dataclass, fields, replace
from datetime import datetime

from newsletter.errors import Blocked, Outdated, OwnWork, RenderFailed, WrongState
from newsletter.issues import authorbook, newsletters, versions
from newsletter.issues import store as issues
from newsletter.issues.authors import NOBODY
from newsletter.issues.model import Issue, IssueState, Newsletter
from newsletter.issues.plan import to_document
from newsletter.letters import redirects
from newsletter.letters import store as letters
from newsletter.letters.apart import take_apart
from newsletter.letters.compose import Composition, compose_issue
from newsletter.letters.counted import counted_in
from newsletter.letters.illustrate import shelf_of
from newsletter.letters.letter import Letter
from newsletter.letters.links import Links
from newsletter.letters.pieces import Pieces
from newsletter.letters.printing import print_page
from newsletter.letters.templates import Templates
from newsletter.review import gathering, preflight, store
from newsletter.review.facts import NOTHING_GATHERED, Facts
from newsletter.review.finding import Finding
from newsletter.review.store import Approval
from newsletter.staff import audit
from newsletter.staff.permissions import LOCAL_OPERATOR, Actor, Permission, require
from subscribers.oneline import one_line
from subscribers.sentence import say
from subscribers.transaction import Transaction

LONGEST_REASON = 500

# Of what a letter is made of, what is no property of its newsletter.
_BESIDE = ("plan", "templates")

_BEFORE_APPROVAL = frozenset({IssueState.DRAFT, IssueState.IN_REVIEW, IssueState.HELD})


@dataclass(frozen=True, slots=True)
class LookedOver:
    """An issue as it is now, the letter it makes, and what was found in it."""

    issue: Issue
    newsletter: Newsletter
    composition: Composition
    findings: tuple[Finding, ...]
    # What the letter shows article by article.
    pieces: Pieces
    # Of the templates that composed it.
    templates_hash: str = ""
    # Where the links lead that are to be counted.
    counted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Approved:
    """An approved issue, the letter that will be mailed, and what was found on the way."""

    issue: Issue
    letter: Letter
    findings: tuple[Finding, ...]


def look_over(
    tx: Transaction, templates: Templates, issue_id: int, *, links: Links, seed: bytes, known: Facts = NOTHING_GATHERED
) -> LookedOver:
    """Compose an issue and check it; changes nothing.

    *known* is what the doors know beside this database: how many get it, what mail programs can show. Wants a transaction that
    only reads: a hostile article may take seconds to be found out, and nobody should wait for it.

    Raises:
        IssueNotFound: there is none of this id.
        RenderFailed: the letter cannot be composed.

    """
    issue = issues.load(tx, issue_id)
    newsletter = newsletters.by_id(tx, issue.newsletter_id)
    composition = compose_issue(templates, newsletter, issue, links, seed, shelf_of(tx, issue, links))
    facts = gathering.gather(tx, issue, newsletter, composition, known)
    findings = preflight.check(issue, newsletter, composition, links, facts)
    pieces = _pieces(templates, newsletter, issue, composition, links)
    of_templates = templates.worn_by(newsletter).content_hash()
    counted = counted_in(composition.draft.html, links.public_url) if newsletter.counts_clicks else ()
    return LookedOver(issue, newsletter, composition, findings, pieces, of_templates, counted)


def approve(tx: Transaction, looked: LookedOver, actor: Actor, now: datetime, *, override_reason: str = "") -> Approved:
    """Freeze the letter that was looked over and say that it may go out; passes the review by itself.

    The approval holds for these bytes. Any edit leads back to the draft and needs another one.

    Raises:
        NotPermitted: the actor's role does not include it.
        WrongState: the issue is approved already, being sent, sent, or cancelled.
        Outdated: it was edited since it was looked over.
        Blocked: findings must be mended, or set aside with `override_reason`.
        OwnWork: the newsletter wants a second person, and the actor wrote in the issue or acts under no name.

    """
    require(actor, Permission.APPROVE, looked.newsletter.id)
    issue = _in_review(tx, looked, now)
    _require_second_person(tx, issue, newsletters.by_id(tx, issue.newsletter_id), actor)
    draft = looked.composition.draft
    given = Approval(
        issue_id=issue.id,
        content_hash=draft.content_hash,
        approved_by=actor.name,
        approved_at=now,
        override_reason=_override(issue.id, looked.findings, override_reason),
        version=issue.version,
        inputs=_made_of(looked.newsletter, looked.templates_hash),
    )
    versions.close(tx, issue)
    owned = {"newsletter_id": issue.newsletter_id, "issue_id": issue.id, "list_id": looked.newsletter.list_id}
    letter = letters.freeze(tx, draft, now, **owned, pieces=looked.pieces)
    redirects.keep(tx, letter.id, looked.counted)
    store.add(tx, given)
    authorbook.learn_issue(tx, issue, now)
    audit.record(tx, actor, "issue.approve", f"issue {issue.id}", _detail(given, looked.findings), now)
    return Approved(issues.approve_as(tx, issue, letter.id, now), letter, looked.findings)


def holds(tx: Transaction, issue: Issue) -> bool:
    """Whether somebody approved exactly the letter that *issue* has now."""
    return store.standing(tx, issue) is not None


def changed_since(given: Approval, newsletter: Newsletter, templates: Templates) -> tuple[str, ...]:
    """Give what an approved letter was made of and is otherwise today, by name; nothing where that was not kept.

    The letter stays as it was approved; whoever wonders why it differs from a new one is told by this.
    """
    if given.inputs is None:
        return ()
    # As it comes back from where it is kept.
    today = json.loads(json.dumps(_made_of(newsletter, _hash_of(templates, newsletter))))
    kept = {**given.inputs["newsletter"], **{name: given.inputs[name] for name in _BESIDE}}
    today = {**today["newsletter"], **{name: today[name] for name in _BESIDE}}
    return tuple(name for name, value in today.items() if name in kept and kept[name] != value)


def _in_review(tx: Transaction, looked: LookedOver, now: datetime) -> Issue:
    issue = issues.load(tx, looked.issue.id)
    if issue.state not in _BEFORE_APPROVAL:
        raise WrongState(issue.id, IssueState.APPROVED.words, issue.state.words)
    if issue.version != looked.issue.version:
        raise Outdated(issue.id, issue.version, looked.issue.version)
    if issue.state is IssueState.IN_REVIEW:
        return issue
    return issues.set_state(tx, issue, IssueState.IN_REVIEW, now)


def _require_second_person(tx: Transaction, issue: Issue, newsletter: Newsletter, actor: Actor) -> None:
    if not newsletter.needs_second_person:
        return
    if actor == LOCAL_OPERATOR:
        raise OwnWork(issue.id, say("whoever approves says who they are (--as NAME)"))
    written = versions.authors_since(tx, issue.id, store.last_version(tx, issue.id))
    if NOBODY in written:
        raise OwnWork(
            issue.id, say("nobody knows who wrote version %(written)s; save it again, as somebody", written=written[NOBODY])
        )
    own = next((last for name, last in written.items() if name.casefold() == actor.name.casefold()), None)
    if own is not None:
        raise OwnWork(issue.id, say("%(name)s wrote version %(own)s", name=actor.name, own=own))


def _pieces(templates: Templates, newsletter: Newsletter, issue: Issue, composition: Composition, links: Links) -> Pieces:
    pieces = Pieces(newsletter.name, issue.title, take_apart(composition.sections))
    return replace(pieces, page=print_page(templates, newsletter, issue.number, pieces, composition.draft, links))


def _made_of(newsletter: Newsletter, templates_hash: str) -> dict[str, object]:
    """Give what a letter is made of beside the issue itself."""
    kept = {
        field.name: getattr(newsletter, field.name) for field in fields(newsletter) if field.name not in {"plan", "created_at"}
    }
    return {"newsletter": kept, "plan": to_document(newsletter.plan), "templates": templates_hash}


def _hash_of(templates: Templates, newsletter: Newsletter) -> str:
    try:
        return templates.worn_by(newsletter).content_hash()
    except RenderFailed:
        # A theme that cannot be read is not the one that was approved.
        return ""


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
