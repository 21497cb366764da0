"""Approving: somebody's word for exactly these bytes."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from newsletter.database import Database
from newsletter.errors import Blocked, IssueNotFound, NotPermitted, Outdated, OwnWork, WrongState
from newsletter.issues import agenda, authors, calendar, editing, newsletters
from newsletter.issues import store as issues
from newsletter.issues.draft import draft_month
from newsletter.issues.model import Issue, IssueState, Month, Newsletter
from newsletter.letters import store as letters
from newsletter.letters.links import Links
from newsletter.letters.templates import Templates
from newsletter.review import approval, store
from newsletter.review.approval import Approved
from newsletter.review.finding import Code
from newsletter.staff import audit
from newsletter.staff.permissions import LOCAL_OPERATOR, Actor, Role
from newsletter.tables.letters import letter
from newsletter.tables.review import issue_version
from tests.harness.newsroom import a_month, an_entry, january, publish

ANN = Actor("Ann", Role.PUBLISHER)
SEED = b"a seed of the tests"
S = IssueState


class Desk:
    """Approves as the doors do: each time in a transaction of its own."""

    def __init__(self, database: Database, templates: Templates, links: Links, now: datetime) -> None:
        self.database = database
        self.templates = templates
        self.links = links
        self.now = now

    def approve(self, issue_id: int, actor: Actor = ANN, reason: str = "") -> Approved:
        """Approve an issue."""
        with self.database.write() as tx:
            looked = approval.look_over(tx, self.templates, issue_id, links=self.links, seed=SEED)
            return approval.approve(tx, looked, actor, self.now, override_reason=reason)

    def issue(self, issue_id: int) -> Issue:
        """Give an issue as it is now."""
        with self.database.read() as tx:
            return issues.load(tx, issue_id)

    def holds(self, issue_id: int) -> bool:
        """Whether its approval holds."""
        with self.database.read() as tx:
            return approval.holds(tx, issues.load(tx, issue_id))


@pytest.fixture
def desk(database: Database, templates: Templates, links: Links, now: datetime) -> Desk:
    """Give a desk to approve at."""
    return Desk(database, templates, links, now)


@pytest.fixture
def unwritten(database: Database, newsletter: Newsletter, now: datetime) -> Issue:
    """Give an issue whose letter is missing."""
    with database.write() as tx:
        a_month(tx, newsletter)
        return draft_month(tx, newsletter, Month(2020, 1), now)


def test_an_approval_freezes_the_letter(desk: Desk, issue: Issue, newsletter: Newsletter) -> None:
    """From the draft through the review in one go; what was approved is what is kept."""
    approved = desk.approve(issue.id)

    with desk.database.read() as tx:
        assert approved.letter == letters.load(tx, approved.letter.id)
        given = store.standing(tx, approved.issue)
        (entry,) = audit.recent(tx)
    assert approved.issue == desk.issue(issue.id)
    assert (S.APPROVED, approved.letter.id) == (approved.issue.state, approved.issue.letter_id)
    assert (newsletter.id, issue.id, newsletter.list_id) == (
        approved.letter.newsletter_id,
        approved.letter.issue_id,
        approved.letter.list_id,
    )
    assert given is not None
    assert ("Ann", desk.now, "") == (given.approved_by, given.approved_at, given.override_reason)
    assert approved.letter.draft.content_hash == given.content_hash
    assert ("Ann", "issue.approve", f"issue {issue.id}") == (entry.actor, entry.act, entry.subject)
    assert desk.holds(issue.id)


def test_without_an_approval_none_holds(desk: Desk, issue: Issue) -> None:
    """A draft is a draft."""
    assert not desk.holds(issue.id)


def test_any_edit_ends_the_approval(desk: Desk, issue: Issue) -> None:
    """The next approval is for another letter."""
    first = desk.approve(issue.id)
    with desk.database.write() as tx:
        editing.edit_issue(tx, issue.id, desk.now, subject="Another")
    assert not desk.holds(issue.id)

    second = desk.approve(issue.id)

    assert desk.holds(issue.id)
    assert first.letter.draft.content_hash != second.letter.draft.content_hash
    assert "Another" == second.letter.draft.subject


def test_an_approval_does_not_hold_for_another_letter(desk: Desk, issue: Issue) -> None:
    """Whoever points the issue at bytes that nobody approved sends nothing."""
    approved = desk.approve(issue.id)
    with desk.database.write() as tx:
        other = replace(approved.letter.draft, subject="Buy now", content_hash="0" * 64)
        forged = letters.freeze(tx, other, desk.now, newsletter_id=None, issue_id=issue.id, list_id=None)

        assert not approval.holds(tx, replace(approved.issue, letter_id=forged.id))


def test_an_approval_does_not_hold_for_another_issue(desk: Desk, issue: Issue) -> None:
    """The same bytes under another number were approved by nobody."""
    approved = desk.approve(issue.id)

    with desk.database.read() as tx:
        assert not approval.holds(tx, replace(approved.issue, id=issue.id + 1))


def test_what_must_be_mended_blocks_and_changes_nothing(desk: Desk, unwritten: Issue) -> None:
    """The findings come with the refusal; the issue stays where it was."""
    with pytest.raises(Blocked) as refused:
        desk.approve(unwritten.id, reason="  ")

    assert [Code.LETTER_MISSING] == [getattr(finding, "code", None) for finding in refused.value.findings]
    assert unwritten == desk.issue(unwritten.id)
    with desk.database.read() as tx:
        assert [] == tx.execute(select(letter.c.id)).all()
        assert () == audit.recent(tx)


def test_a_reason_sets_findings_aside_and_is_kept(desk: Desk, unwritten: Issue) -> None:
    """In the approval and in the audit, with what was set aside."""
    approved = desk.approve(unwritten.id, reason="The chair\nis ill.")

    with desk.database.read() as tx:
        given = store.standing(tx, approved.issue)
        (entry,) = audit.recent(tx)
    assert given is not None
    assert "The chair is ill." == given.override_reason == entry.detail["override_reason"]
    assert ["“Division Chair letter” has not been written yet."] == entry.detail["set_aside"]
    assert [Code.LETTER_MISSING] == [finding.code for finding in approved.findings]


def test_a_reason_for_nothing_is_not_kept(desk: Desk, issue: Issue) -> None:
    """Only what was set aside needs one."""
    approved = desk.approve(issue.id, reason="Just in case")

    with desk.database.read() as tx:
        given = store.standing(tx, approved.issue)
    assert given is not None
    assert "" == given.override_reason


def test_warnings_do_not_block(desk: Desk, newsletter: Newsletter, issue: Issue) -> None:
    """They are handed on."""
    with desk.database.write() as tx:
        publish(tx, newsletter, an_entry("Better late", january(30)))

    approved = desk.approve(issue.id)

    assert [Code.POSTS_LEFT_OUT] == [finding.code for finding in approved.findings]


@pytest.mark.parametrize("role", [None, Role.VIEWER, Role.EDITOR])
def test_not_everybody_approves(desk: Desk, issue: Issue, role: Role | None) -> None:
    """An editor writes, a publisher answers for it."""
    with pytest.raises(NotPermitted, match="approve"):
        desk.approve(issue.id, Actor("Bo", role))


def test_an_approved_issue_is_not_approved_again(desk: Desk, issue: Issue) -> None:
    """Nor one that is gone, nor one that is not there."""
    desk.approve(issue.id)
    with pytest.raises(WrongState, match="approved"):
        desk.approve(issue.id)

    with desk.database.write() as tx:
        issues.set_state(tx, issues.load(tx, issue.id), S.CANCELLED, desk.now)
    with pytest.raises(WrongState, match="cancelled"):
        desk.approve(issue.id)
    with pytest.raises(IssueNotFound):
        desk.approve(issue.id + 1)


def test_an_issue_in_review_or_held_is_approved(desk: Desk, issue: Issue) -> None:
    """A held issue is taken up by approving it; it goes out by hand or at a new time only."""
    with desk.database.write() as tx:
        issues.set_state(tx, issue, S.HELD, desk.now)

    assert S.APPROVED is desk.approve(issue.id).issue.state
    with desk.database.write() as tx:
        assert () == calendar.due(tx, desk.now + timedelta(days=365))
        scheduled = agenda.schedule_issue(tx, issue.id, desk.now + timedelta(hours=1), desk.now)
    assert S.SCHEDULED is scheduled.state
    assert desk.holds(issue.id)


def test_the_same_content_has_the_same_hash(desk: Desk, issue: Issue) -> None:
    """An edit that is undone leads to the same bytes, and still needs a new word."""
    first = desk.approve(issue.id)
    with desk.database.write() as tx:
        editing.edit_issue(tx, issue.id, desk.now, subject="Another")
        editing.edit_issue(tx, issue.id, desk.now, subject=issue.subject)
    assert not desk.holds(issue.id)

    second = desk.approve(issue.id)

    assert first.letter.draft == second.letter.draft
    assert first.letter.id != second.letter.id


def test_the_letter_stays_when_the_newsletter_changes(desk: Desk, newsletter: Newsletter, issue: Issue) -> None:
    """What was approved is what will be sent."""
    approved = desk.approve(issue.id)
    with desk.database.write() as tx:
        newsletters.edit(tx, newsletter.id, postal_address="2 Museum Square")

    with desk.database.read() as tx:
        assert approved.letter == letters.load(tx, approved.letter.id)
    assert desk.holds(issue.id)


def test_an_edit_after_looking_over_is_not_approved(desk: Desk, issue: Issue) -> None:
    """What was looked over is what is approved; an edit in between is told, and nothing is frozen."""
    with desk.database.read() as tx:
        looked = approval.look_over(tx, desk.templates, issue.id, links=desk.links, seed=SEED)
    with desk.database.write() as tx:
        editing.edit_issue(tx, issue.id, desk.now, subject="Another subject")

    with desk.database.write() as tx, pytest.raises(Outdated):
        approval.approve(tx, looked, ANN, desk.now)

    assert not desk.holds(issue.id)


def test_an_approval_keeps_what_the_letter_was_made_of(desk: Desk, issue: Issue, newsletter: Newsletter) -> None:
    """The version of the issue at once, the newsletter as it was, and the templates by their hash."""
    approved = desk.approve(issue.id)
    with desk.database.write() as tx:
        newsletters.edit(tx, newsletter.id, postal_address="2 Museum Square")

    with desk.database.read() as tx:
        (given,) = store.approvals_of(tx, issue.id)
        kept = tx.execute(select(issue_version.c.document).where(issue_version.c.version == issue.version)).scalar_one()
    assert given.version == approved.issue.version == issue.version
    assert kept is not None
    assert given.inputs is not None
    assert newsletter.postal_address == given.inputs["newsletter"]["postal_address"]
    assert desk.templates.worn_by(newsletter).content_hash() == given.inputs["templates"]


def test_where_a_second_person_is_wanted_no_author_approves(desk: Desk, issue: Issue, newsletter: Newsletter) -> None:
    """Neither an author, nor somebody without a name, nor anybody while a version has no author."""
    with desk.database.write() as tx:
        newsletters.edit(tx, newsletter.id, needs_second_person=True)
    with pytest.raises(OwnWork, match="nobody knows who wrote version 2"):
        desk.approve(issue.id)
    with desk.database.write() as tx:
        tx.execute(update(issue_version).values(written_by="ANN"))

    with pytest.raises(OwnWork, match="Ann wrote version 2"):
        desk.approve(issue.id)
    with pytest.raises(OwnWork, match="--as NAME"):
        desk.approve(issue.id, LOCAL_OPERATOR)
    assert S.APPROVED is desk.approve(issue.id, Actor("Bo", Role.PUBLISHER)).issue.state


def test_what_was_approved_before_is_not_written_anew(desk: Desk, issue: Issue, newsletter: Newsletter) -> None:
    """Only who wrote since the last approval is kept from the next one."""
    with desk.database.write() as tx:
        newsletters.edit(tx, newsletter.id, needs_second_person=True)
        tx.execute(update(issue_version).values(written_by="Bo"))
    desk.approve(issue.id)
    with desk.database.write() as tx:
        authors.sign(tx, "Cy")
        editing.edit_issue(tx, issue.id, desk.now, subject="Another")

    with pytest.raises(OwnWork, match="cy wrote version 3"):
        desk.approve(issue.id, Actor("cy", Role.PUBLISHER))
    assert S.APPROVED is desk.approve(issue.id, Actor("Bo", Role.PUBLISHER)).issue.state
