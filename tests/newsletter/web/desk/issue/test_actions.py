"""What the desk does with an issue."""

import pytest
from sqlalchemy import select, update

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues import editing
from newsletter.issues.model import Issue, Newsletter
from newsletter.mail import dispatch
from newsletter.staff import audit
from newsletter.tables.feeds import feed
from newsletter.tables.review import approval
from subscribers.tokens import Keyring
from tests.harness.people import join
from tests.harness.staff import ADMINISTRATOR
from tests.newsletter.web.conftest import Hands, planned
from tests.newsletter.web.desk.conftest import OpenDesk, buttons, depart, overheard, state_of

pytestmark = pytest.mark.usefixtures("readers")


def test_approving_freezes_what_the_preview_shows(desk: OpenDesk, database: Database, ready: Issue) -> None:
    """The same bytes before and after."""
    before = desk.client.get(f"/desk/issues/{ready.id}/preview").text
    page = desk.act(ready, "approve")

    assert "approved" == state_of(database, ready)
    assert before == desk.client.get(f"/desk/issues/{ready.id}/preview").text
    assert "Look once more, then send …" in buttons(page)


def test_what_must_be_mended_blocks(desk: OpenDesk, database: Database, issue: Issue) -> None:
    """A letter that nobody wrote; the page says so and offers a reason."""
    page = desk.act(issue, "approve")

    assert "draft" == state_of(database, issue)
    assert "Must be mended" in page
    assert "Approve with this reason" in buttons(page)
    assert "Approve for sending" not in buttons(page)


def test_a_reason_sets_findings_aside(desk: OpenDesk, database: Database, issue: Issue) -> None:
    """And is kept with the approval."""
    desk.act(issue, "approve", reason="There is no letter this month")

    assert "approved" == state_of(database, issue)
    with database.read() as tx:
        assert ["There is no letter this month"] == list(tx.execute(select(approval.c.override_reason)).scalars())


def test_an_issue_edited_meanwhile_is_not_approved(desk: OpenDesk, database: Database, ready: Issue, clock: Hands) -> None:
    """What was looked at is not what would go out."""
    with database.write() as tx:
        editing.edit_issue(tx, ready.id, clock(), title="Another title")
    answer = desk.press(f"/desk/issues/{ready.id}/approve", version=str(ready.version))

    assert 409 == answer.status_code
    assert "draft" == state_of(database, ready)


@pytest.mark.parametrize(
    "verb", ["approve", "audience", "schedule", "send", "unschedule", "pause", "resume", "cancel", "rest", "uncertain", "rate"]
)
def test_a_form_without_its_version_does_nothing(desk: OpenDesk, database: Database, ready: Issue, verb: str) -> None:
    """It was not made by the page."""
    for version in ("", "0", "x", "-1", "9" * 50):
        assert 409 == desk.press(f"/desk/issues/{ready.id}/{verb}", version=version).status_code
    assert "draft" == state_of(database, ready)


def test_sending_asks_first_and_names_the_number(
    desk: OpenDesk, application: Application, database: Database, approved: Issue, clock: Hands
) -> None:
    """The question changes nothing; after the button there is a minute, and then everybody is planned once."""
    page = desk.page(f"/desk/issues/{approved.id}/send/look?counted=1")

    assert ["Send to 3 people", "Not now"] == buttons(page)
    assert "You can take it back for 60 seconds." in page
    assert "approved" == state_of(database, approved)

    page = desk.act(approved, "send")

    assert "Undo" in buttons(page)
    assert "scheduled" == state_of(database, approved)
    assert [] == planned(database)

    clock.forward(seconds=59)
    depart(application)
    assert [] == planned(database)

    clock.forward(seconds=1)
    assert "it goes out in a moment" in desk.page(f"/desk/issues/{approved.id}")
    depart(application)
    assert "sending" == state_of(database, approved)
    assert ["ben@example.org", "eva@example.org", "ida@example.org"] == planned(database)
    assert "0 accepted of 3, 3 waiting" in desk.page(f"/desk/issues/{approved.id}/send")
    assert 409 == desk.press(f"/desk/issues/{approved.id}/send", version=str(approved.version)).status_code


def test_within_the_minute_it_is_taken_back(
    desk: OpenDesk, application: Application, database: Database, approved: Issue, clock: Hands
) -> None:
    """And stands as it stood: approved, and nobody got anything; too late it is said that it is too late."""
    desk.act(approved, "send")
    clock.forward(seconds=30)
    page = desk.act(approved, "undo")
    clock.forward(minutes=5)
    depart(application)

    assert "approved" == state_of(database, approved)
    assert [] == planned(database)
    assert "Undo" not in buttons(page)

    desk.act(approved, "send")
    clock.forward(minutes=1)
    told = desk.press(f"/desk/issues/{approved.id}/undo")

    assert 409 == told.status_code
    assert "the minute for that is over" in told.text


def test_a_time_is_taken_away(desk: OpenDesk, database: Database, approved: Issue, clock: Hands) -> None:
    """Long after the minute; it stays approved."""
    desk.act(approved, "schedule", at="2020-02-03T09:00")
    clock.forward(minutes=2)

    assert "Take it off the schedule" in buttons(desk.page(f"/desk/issues/{approved.id}/send"))
    desk.act(approved, "unschedule")
    assert "approved" == state_of(database, approved)


def test_the_number_is_that_of_now(
    desk: OpenDesk, database: Database, keyring: Keyring, newsletter: Newsletter, approved: Issue, clock: Hands
) -> None:
    """Somebody who joined a moment ago is counted."""
    with database.write() as tx:
        join(tx, keyring, newsletter.list_id, "new@example.org", clock())

    assert "Send to 4 people" in buttons(desk.page(f"/desk/issues/{approved.id}/send/look?counted=1"))


def test_what_is_not_approved_is_not_sent(desk: OpenDesk, database: Database, ready: Issue) -> None:
    """Neither asked about nor done."""
    assert 409 == desk.client.get(f"/desk/issues/{ready.id}/send/look?counted=1").status_code
    assert 409 == desk.press(f"/desk/issues/{ready.id}/send", version=str(ready.version)).status_code
    assert [] == planned(database)


def test_before_a_time_is_set_it_is_said_that_it_can_be_changed_until_then(desk: OpenDesk, approved: Issue) -> None:
    """Not for a minute only, as when it goes out at once."""
    page = desk.page(f"/desk/issues/{approved.id}/send/look?counted=1&when=at&at=2020-02-03T09:00")

    assert "Until then you can give it another time, or none." in page
    assert "60 seconds" not in page


def test_a_time_is_set_on_the_newsletters_clock(desk: OpenDesk, database: Database, approved: Issue) -> None:
    """Nine in Amsterdam is eight in Greenwich, in winter."""
    page = desk.act(approved, "schedule", at="2020-02-03T09:00")

    assert "scheduled" == state_of(database, approved)
    assert "Mon 3 Feb 2020, 09:00 Amsterdam" in page
    assert 'value="2020-02-03T09:00"' in page


def test_nobody_is_counted_to_set_a_time(desk: OpenDesk, database: Database, approved: Issue) -> None:
    """On SQLite everybody who writes would wait for it."""
    with overheard() as asked:
        desk.press(f"/desk/issues/{approved.id}/schedule", version=str(approved.version), at="2020-02-03T09:00")

    assert "scheduled" == state_of(database, approved)
    assert asked
    assert [] == [one for one in asked if "FROM subscription" in one]


@pytest.mark.parametrize("at", ["", "tomorrow", "2020-01-01T09:00", "2020-02-30T09:00", "9999-12-31T23:59Z"])
def test_a_time_that_cannot_be_is_refused(desk: OpenDesk, database: Database, approved: Issue, at: str) -> None:
    """Past, impossible, or no time at all."""
    answer = desk.press(f"/desk/issues/{approved.id}/schedule", version=str(approved.version), at=at)

    assert 422 == answer.status_code
    assert "approved" == state_of(database, approved)


def test_pause_and_resume(desk: OpenDesk, database: Database, mailing: Issue) -> None:
    """Each offers the other."""
    page = desk.act(mailing, "pause")

    assert "paused" == state_of(database, mailing)
    assert ["Resume", "Cancel the rest …"] == buttons(page)[:2]

    page = desk.act(mailing, "resume")

    assert "sending" == state_of(database, mailing)
    assert ["Pause", "Cancel the rest …"] == buttons(page)[:2]


def test_cancelling_a_mailing_names_whom_it_leaves_out(desk: OpenDesk, database: Database, mailing: Issue) -> None:
    """Everybody who waits; the report adds up afterwards."""
    page = desk.page(f"/desk/issues/{mailing.id}/cancel")

    assert "for the 3 people who wait for it?" in page
    assert ["Cancel it for 3 people", "Keep it"] == buttons(page)

    desk.act(mailing, "cancel")

    assert "cancelled" == state_of(database, mailing)
    with database.read() as tx:
        report = dispatch.report(tx, mailing.id)
    assert (3, 3) == (report.audience, report.cancelled)


def test_cancelling_before_anything_was_sent(desk: OpenDesk, database: Database, issue: Issue) -> None:
    """The page says whom it would have reached, and counts nobody."""
    assert "It will not be sent to anybody on Readers of Section News." in desk.page(f"/desk/issues/{issue.id}/cancel")

    desk.act(issue, "cancel")

    assert "cancelled" == state_of(database, issue)
    assert 409 == desk.client.get(f"/desk/issues/{issue.id}/cancel").status_code


def test_everything_is_written_down(desk: OpenDesk, database: Database, mailing: Issue) -> None:
    """Who did what, in the transaction that does it."""
    for verb in ("pause", "resume", "cancel"):
        desk.act(mailing, verb)

    with database.read() as tx:
        acts = [(entry.actor, entry.act, entry.subject) for entry in audit.recent(tx)]
    by_hand = ("cancel", "resume", "pause")
    expected = [(ADMINISTRATOR, f"issue.{verb}", f"issue {mailing.id}") for verb in by_hand]
    assert expected == acts[:3]
    assert ("the worker", "issue.send", f"issue {mailing.id}") == acts[3]
    assert (ADMINISTRATOR, "issue.order", f"issue {mailing.id}") == acts[4]


@pytest.mark.parametrize("number", ["999", str(2**70)])
def test_an_issue_that_is_not_there(desk: OpenDesk, number: str) -> None:
    """For every page of it."""
    for path in ("", "/preview", "/live", "/stream", "/review", "/send", "/send/count", "/send/look", "/cancel", "/rest"):
        assert 404 == desk.client.get(f"/desk/issues/{number}{path}").status_code
    for verb in ("approve", "send", "pause"):
        assert 404 == desk.press(f"/desk/issues/{number}/{verb}", version="1").status_code


def test_approving_tells_of_a_feed_that_could_not_be_read(desk: OpenDesk, database: Database, ready: Issue) -> None:
    """Nobody can know whether its posts were changed; the approval stands, and says so."""
    with database.write() as tx:
        # The desk of this test fetches from no address of this machine.
        tx.execute(update(feed).values(url="http://127.0.0.1/feed/"))
    page = desk.act(ready, "approve")

    assert "approved" == state_of(database, ready)
    assert "A feed could not be read" in page
