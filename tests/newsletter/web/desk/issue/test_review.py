"""The review of an issue: who was asked, what they say, proofs, and an approval that an edit ends."""

import re
from datetime import timedelta

import pytest

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues import editing, store
from newsletter.issues.model import Issue
from newsletter.review import comments, guests
from newsletter.review.guests import GuestPurpose
from newsletter.staff import accounts
from newsletter.staff.permissions import Actor, Role
from tests.harness.staff import ADMINISTRATOR
from tests.newsletter.web.conftest import Hands, browser_of, planned
from tests.newsletter.web.desk.conftest import OpenDesk, buttons, state_of

EVIL = '"><script>alert(1)</script>'


def path(issue: Issue, more: str = "") -> str:
    """Give an address of the review."""
    return f"/desk/issues/{issue.id}{more}"


def followed(desk: OpenDesk, where: str, /, **fields: str) -> str:
    """Send a form; gives the page that follows."""
    answer = desk.press(where, **fields)
    assert 303 == answer.status_code
    return desk.page(answer.headers["location"])


def test_somebody_is_asked_to_look_it_over(desk: OpenDesk, database: Database, ready: Issue, clock: Hands) -> None:
    """Their mail is planned, their link works for a week, and it can be revoked."""
    page = followed(desk, path(ready, "/reviewers"), address="chair@example.org", name="Dear Chair", days="7", note="Please.")

    assert ["chair@example.org"] == planned(database)
    assert "Dear Chair" in page
    with database.read() as tx:
        (link,) = guests.links_of(tx, ready.id, GuestPurpose.REVIEW)
    assert (clock() + timedelta(days=7), ADMINISTRATOR) == (link.ends_at, link.invited_by)

    page = followed(desk, path(ready, f"/reviewers/{link.id}/revoke"))

    assert "revoked" in page
    assert "The link opens nothing any more." in page


def test_the_link_is_copied_from_the_page(desk: OpenDesk, application: Application, ready: Issue) -> None:
    """It opens what the mail does, for whoever may ask people; a viewer sees that there is one, and one revoked is gone."""
    page = followed(desk, path(ready, "/reviewers"), address="chair@example.org", name="Dear Chair", days="7")
    found = re.search(r'<pre [^>]*id="link-\d+"[^>]*>https?://[^/<]+(/[^<]+)</pre>', page)
    viewed = browser_of(application, Actor("Vi", Role.VIEWER, {}, None)).get(path(ready, "/review")).text

    assert found is not None
    assert 'data-copy="#link-1"' in page
    assert 200 == desk.client.get(found[1]).status_code
    assert ("Dear Chair" in viewed, "data-copy" in viewed, "chair@" in viewed) == (True, False, False)
    assert "data-copy" not in followed(desk, path(ready, "/reviewers/1/revoke"))


@pytest.mark.parametrize(
    "fields",
    [
        {"address": "nobody", "days": "7"},
        {"address": "a@example.org", "days": "0"},
        {"address": "a@example.org", "days": "91"},
        {"address": "a@example.org", "days": "-1"},
        {"address": "a@example.org", "days": "9" * 50},
        {"address": "a@example.org"},
    ],
)
def test_what_cannot_be_is_refused(desk: OpenDesk, database: Database, ready: Issue, fields: dict[str, str]) -> None:
    """Nobody is written to."""
    assert 422 == desk.press(path(ready, "/reviewers"), **fields).status_code
    assert [] == planned(database)


def test_the_link_of_another_issue_is_not_revoked_here(desk: OpenDesk, database: Database, ready: Issue, clock: Hands) -> None:
    """Whoever guesses its number has no say there (A09)."""
    who = {"address": "a@example.org", "name": "", "by": "ann"}
    with database.write() as tx:
        link = guests.make(tx, ready.id, GuestPurpose.REVIEW, **who, now=clock(), ends_at=clock() + timedelta(days=1))

    assert 404 == desk.press(path(ready, f"/reviewers/{link.id + 1}/revoke")).status_code
    assert 404 == desk.press(f"/desk/issues/{ready.id + 1}/reviewers/{link.id}/revoke").status_code


def test_comments_are_answered_and_done(desk: OpenDesk, database: Database, ready: Issue) -> None:
    """What reviewers and the staff say stands there as text, with what it is about."""
    about = ready.articles[0]
    page = followed(desk, path(ready, "/comments"), text=f"{EVIL}\nSecond line", article=str(about.id))
    (number,) = re.findall(r'id="c(\d+)"', page)

    assert "&lt;script&gt;alert(1)" in page
    assert "<br>Second line" in page
    assert f"on “{about.title}”" in page

    page = followed(desk, path(ready, f"/comments/{number}/resolve"), answer="It is right now.")

    assert "All are done." in page
    assert f"Done by {ADMINISTRATOR}: It is right now." in page
    with database.read() as tx:
        assert () == comments.open_comments(tx, ready.id)
    assert 404 == desk.press(path(ready, "/comments/999/resolve")).status_code
    assert 422 == desk.press(path(ready, "/comments"), text="").status_code


def test_a_proof_goes_to_one_address(desk: OpenDesk, database: Database, ready: Issue) -> None:
    """Of the team or not; it is no mailing, and the issue stays what it was."""
    page = followed(desk, path(ready, "/proof"), address="designer@example.org")

    assert "A proof is on its way." in page
    assert ["designer@example.org"] == planned(database)
    assert "draft" == state_of(database, ready)
    assert 422 == desk.press(path(ready, "/proof"), address="nobody").status_code


def test_a_proof_goes_to_whoever_asks_for_it_unless_they_say_otherwise(
    desk: OpenDesk, database: Database, ready: Issue
) -> None:
    """Their own address stands in the form."""
    with database.write() as tx:
        accounts.set_address(tx, ADMINISTRATOR, "ada@example.org")

    assert 'autocomplete="email" value="ada@example.org"' in desk.page(path(ready, "/review"))


def test_an_edit_ends_the_approval_and_the_page_says_what_was_edited(
    desk: OpenDesk, database: Database, approved: Issue, clock: Hands
) -> None:
    """By whom it was given, what was done since, and that it can be approved anew."""
    assert f"Approved by {ADMINISTRATOR}" in desk.page(path(approved, "/review"))
    with database.write() as tx:
        editing.edit_issue(tx, approved.id, clock(), subject="Another subject")
    page = desk.page(path(approved, "/review"))

    assert f"The approval of {ADMINISTRATOR} does not hold any more." in page
    assert "subject changed" in page
    assert "Approve for sending" in buttons(page)
    assert 409 == desk.client.get(path(approved, "/send/look")).status_code

    with database.read() as tx:
        again = store.load(tx, approved.id)
    desk.act(again, "approve")
    assert "does not hold any more" not in desk.page(path(approved, "/review"))


def test_findings_are_listed_and_set_aside_with_a_reason(desk: OpenDesk, issue: Issue) -> None:
    """What must be mended has no plain button."""
    page = desk.page(path(issue, "/review"))

    assert "Must be mended" in page
    assert "Approve with this reason" in buttons(page)
    assert "Approve for sending" not in buttons(page)


def test_findings_lead_to_where_they_are_mended(desk: OpenDesk, database: Database, ready: Issue, clock: Hands) -> None:
    """A comment to where it is answered, the subject to its line; no command is named for either."""
    with database.write() as tx:
        comments.say(tx, ready, "Ann Lee", "Is the date right?", clock(), article_id=ready.articles[0].id)
        editing.edit_issue(tx, ready.id, clock(), subject="S" * 200)
    page = desk.page(path(ready, "/review"))

    assert f'href="{path(ready, "/review#comments")}"' in page
    assert f'href="{path(ready, "/compose?open=head#head")}"' in page
    assert "resolve-comment" not in page
