"""The review of an issue: what must be mended, what reviewers say, who was asked, and whether its approval holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from newsletter.issues import versions
from newsletter.issues.differences import told
from newsletter.issues.model import EDITABLE, Issue, IssueState
from newsletter.issues.snapshot import Label
from newsletter.issues.versions import Version
from newsletter.languages.catalogue import later
from newsletter.review import approval, comments, guests
from newsletter.review import store as approvals
from newsletter.review.comments import Comment
from newsletter.review.guests import GuestPurpose
from newsletter.review.store import Approval
from newsletter.staff import accounts
from newsletter.staff.permissions import Permission
from newsletter.web.desk.issue import around, checked, desked, steps
from newsletter.web.desk.issue.around import Tab
from newsletter.web.visits import Site, Visit
from subscribers.tokens import Purpose
from subscribers.transaction import Transaction

S = IssueState

# Approved: what would be sent is frozen, and nothing is checked anew.
TO_BE_CHECKED = frozenset({S.DRAFT, S.IN_REVIEW, S.HELD})

# A link for longer is asked for anew.
LIVES = (("1", later("a day")), ("3", later("three days")), ("7", later("a week")), ("30", later("a month")))
USUAL_LIFE = "7"

# Of what was done since an approval.
MOST_SINCE = 12


@dataclass(frozen=True, slots=True)
class Word:
    """Somebody's approval, and how it stands now."""

    given: Approval
    holds: bool
    # What was done to the issue since, the latest first; and what that comes to in a line.
    since: tuple[Version, ...] = ()
    amounts_to: str = ""
    # What is otherwise around the issue although the approved letter stays as it is.
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who was asked to look it over."""

    link_id: int
    name: str
    address: str
    invited_by: str
    ends_at: datetime
    # "open", "over" or "revoked"
    state: str
    # What they were sent, for whoever wants to hand it to them another way; empty when it opens nothing.
    href: str


def show(site: Site, visit: Visit) -> Response:
    """Show the review."""
    with site.application.database.read() as tx:
        known = desked.load(site, tx, visit)
        word = _word(site, tx, known.around.issue, known)
        said = comments.comments_of(tx, known.issue.id)
        asked = _guests(site, tx, visit, known.issue)
        own_address = _own_address(tx, visit)
    is_blocked = visit.query.get("said") == "blocked"
    check = None
    if known.issue.state in TO_BE_CHECKED:
        # How many get it is counted where that is what stands in the way; else nobody waits for it.
        check = checked.check(site, desked.counted(site, known) if is_blocked else known, visit)
    may_approve = around.may(visit, Permission.APPROVE, known.around)
    return around.page(
        site,
        visit,
        "desk/issue/review.html",
        known.around,
        tab=Tab.REVIEW,
        said=steps.SAID.get(visit.query.get("said", "")),
        check=check,
        word=word,
        may_approve=may_approve and check is not None,
        open_comments=[one for one in said if one.resolved_at is None],
        done_comments=[one for one in said if one.resolved_at is not None],
        articles=_titles(known.issue),
        is_here=_is_here(said, known.issue),
        guests=asked,
        lives=LIVES,
        usual_life=USUAL_LIFE,
        own_address=own_address,
        may_edit=around.may(visit, Permission.EDIT, known.around),
        is_open=known.issue.state in EDITABLE,
    )


def _own_address(tx: Transaction, visit: Visit) -> str:
    """Give where whoever looks gets a proof, most often."""
    account_id = visit.actor.account_id
    return accounts.by_id(tx, account_id).address if account_id is not None else ""


def _titles(issue: Issue) -> Mapping[int, str]:
    return {one.id: one.title for one in issue.articles}


def _is_here(said: tuple[Comment, ...], issue: Issue) -> Mapping[int, bool]:
    """Say of each comment whether the issue is still what it was about."""
    return {one.id: one.version == issue.version for one in said}


def _word(site: Site, tx: Transaction, issue: Issue, known: desked.Desked) -> Word | None:
    found = approvals.approvals_of(tx, issue.id)
    if not found:
        return None
    standing = approvals.standing(tx, issue)
    if standing is not None:
        changed = approval.changed_since(standing, known.newsletter, site.application.templates)
        return Word(standing, holds=True, changed=changed)
    last = found[0]
    if not last.version or issue.state not in EDITABLE:
        return Word(last, holds=False)
    since = [one for one in versions.versions_of(tx, issue) if one.label.version > last.version and not one.label.side]
    before = versions.version_of(tx, issue, Label(last.version))
    return Word(last, holds=False, since=tuple(since[:MOST_SINCE]), amounts_to=told(before, versions.present(tx, issue)))


def _guests(site: Site, tx: Transaction, visit: Visit, issue: Issue) -> tuple[Guest, ...]:
    application = site.application
    found = []
    for link in guests.links_of(tx, issue.id, GuestPurpose.REVIEW):
        is_open = link.is_open(visit.now) and issue.state in EDITABLE
        state = "revoked" if link.revoked_at is not None else "open" if is_open else "over"
        href = application.links.review(application.keyring.seal(Purpose.REVIEW, link.id)) if is_open else ""
        found.append(Guest(link.id, link.name, link.address, link.invited_by, link.ends_at, state, href))
    return tuple(found)
