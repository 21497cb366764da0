"""Addresses that are kept out, at the desk."""

import pytest

from newsletter.database import Database
from newsletter.issues.model import Newsletter
from newsletter.staff import audit
from subscribers import suppression
from subscribers.model import EVERY_LIST, Reason
from subscribers.tokens import Keyring
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.conftest import OpenDesk

WHERE = "/desk/people/suppression"


def test_address_is_looked_up_kept_out_and_let_in(desk: OpenDesk, newsletter: Newsletter, database: Database) -> None:
    """Nobody need be known by it; why it was lifted stands in the audit."""
    assert "It is not kept out." in desk.page(f"{WHERE}?address=zoe@example.org")
    desk.press(WHERE, address="zoe@example.org", reason="manual", list="0")
    page = desk.page(f"{WHERE}?address=ZOE@example.org")
    assert "Kept out of every list" in page
    assert "known by its hash only" in page

    assert 422 == desk.press(f"{WHERE}/lift", address="zoe@example.org", list="0").status_code
    desk.press(f"{WHERE}/lift", address="zoe@example.org", list="0", why="A mistake.")
    assert "It is not kept out." in desk.page(f"{WHERE}?address=zoe@example.org")
    with database.read() as tx:
        assert ("suppression.lift", "A mistake.") == (audit.recent(tx)[0].act, audit.recent(tx)[0].detail["why"])


def test_newest_stand_first_and_lead_on(
    desk: OpenDesk, newsletter: Newsletter, database: Database, keyring: Keyring, clock: Hands
) -> None:
    """Fifty at a time, of one reason where one is said."""
    with database.write() as tx:
        for number in range(60):
            email_hash = keyring.hash_address(f"p{number}@example.org")
            reason = Reason.BOUNCED if number % 2 else Reason.MANUAL
            suppression.suppress(tx, email_hash, reason, clock(), list_id=EVERY_LIST)

    first = desk.page(WHERE)
    assert 50 == first.count("known by its hash only")
    assert "before=" in first
    assert 30 == desk.page(f"{WHERE}?reason=bounced").count("known by its hash only")


@pytest.mark.parametrize("question", ["hash=1", "reason=none", "before=x", "sort=email_hash"])
def test_nothing_else_is_asked(desk: OpenDesk, question: str) -> None:
    """What is kept and not shown is not found out by asking (A07)."""
    assert 422 == desk.client.get(f"{WHERE}?{question}").status_code


def test_no_address_is_said_at_its_place(desk: OpenDesk) -> None:
    """And the page stays."""
    assert "It has a space in it." in desk.page(f"{WHERE}?address=zoe+x@example.org".replace("+", "%20"))
