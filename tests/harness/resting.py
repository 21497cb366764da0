"""A mailing that rests: on its way to one person, and paused."""

from newsletter.bootstrap import Application
from newsletter.issues import draft, editing
from newsletter.mail import dispatch
from newsletter.review.approval import approve, look_over
from newsletter.staff.permissions import LOCAL_OPERATOR
from tests.harness.newsroom import a_newsletter
from tests.harness.people import join


def a_resting_mailing(application: Application) -> int:
    """Make a newsletter with a mailing that rests; gives the id of its issue."""
    now = application.clock()
    with application.database.write() as tx:
        known = a_newsletter(tx)
        join(tx, application.keyring, known.list_id, "ann@example.org", now)
        made = draft.draft_empty(tx, known, "January 2020", now)
        editing.write_letter(tx, made.id, "A word", "<p>Dear all.</p>", "Ann", now)
        seed = application.keyring.derive("slots")
        looked = look_over(tx, application.templates, made.id, links=application.links, seed=seed)
        approve(tx, looked, LOCAL_OPERATOR, now, override_reason="a test")
        dispatch.send_issue(tx, made.id, now)
        dispatch.pause(tx, made.id, now)
        return made.id
