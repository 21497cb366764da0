"""What the ledger knows for the preflight."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from newsletter import inspection
from newsletter.confined import Child
from newsletter.database import Database
from newsletter.instance import claim_instance
from newsletter.issues import editing
from newsletter.issues import store as issues
from newsletter.issues.draft import draft_empty
from newsletter.issues.model import IssueState, Newsletter
from newsletter.letters.links import Links
from newsletter.letters.templates import Templates, packaged_templates
from newsletter.mail import dispatch
from newsletter.review import approval
from newsletter.review.facts import Reach
from newsletter.staff.permissions import LOCAL_OPERATOR
from subscribers.tokens import Keyring
from tests.harness.newsroom import a_newsletter
from tests.harness.people import join


@pytest.fixture(scope="module")
def templates() -> Iterator[Templates]:
    """Give the templates that come with the package."""
    with Child() as child:
        yield Templates(packaged_templates(), child)


@pytest.fixture
def newsletter(database: Database) -> Newsletter:
    """Give a newsletter."""
    with database.write() as tx:
        return a_newsletter(tx)


def test_readers_are_counted_beside_those_of_the_last_issue(
    database: Database, keyring: Keyring, templates: Templates, newsletter: Newsletter, now: datetime
) -> None:
    """Of the issue before only those count that it was planned for."""
    with database.write() as tx:
        claim_instance(tx, keyring.key_check, now)
        for number in range(3):
            join(tx, keyring, newsletter.list_id, f"r{number}@example.org", now)
        first = editing.write_letter(tx, draft_empty(tx, newsletter, "First", now).id, "Letter", "<p>Dear all,</p>", "Ann", now)
        assert Reach(3, None) == inspection.reach(tx, first.id, now)

        looked = approval.look_over(tx, templates, first.id, links=Links("https://news.example.org"), seed=b"seed")
        approval.approve(tx, looked, LOCAL_OPERATOR, now)
        dispatch.send_issue(tx, first.id, now)
        issues.set_state(tx, issues.load(tx, first.id), IssueState.SENT, now + timedelta(hours=1))
        join(tx, keyring, newsletter.list_id, "late@example.org", now)
        second = draft_empty(tx, newsletter, "Second", now)

        assert Reach(4, 3) == inspection.reach(tx, second.id, now)
