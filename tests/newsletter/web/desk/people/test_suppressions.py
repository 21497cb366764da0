"""Addresses that are kept out, at the desk."""

import pytest

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues.model import Newsletter
from newsletter.staff import audit
from newsletter.staff.permissions import Actor, Role
from subscribers import suppression
from subscribers.model import EVERY_LIST, Reason
from subscribers.tokens import Keyring
from tests.newsletter.web.conftest import Hands, browser_of, csrf_of
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


def test_what_stands_behind_a_word_is_told_when_it_is_lifted(
    application: Application, newsletter: Newsletter, desk: OpenDesk
) -> None:
    """And whoever may not lift complaints lifts none with their own word, nor behind that."""
    publisher = browser_of(application, Actor("Pia", None, {newsletter.id: Role.PUBLISHER}))
    form = {"csrf": csrf_of(publisher), "address": "zoe@example.org", "list": str(newsletter.list_id)}
    desk.press(WHERE, address="zoe@example.org", reason="complained", list=form["list"])
    assert f"{WHERE}?said=kept-out" == publisher.post(WHERE, data={**form, "reason": "manual"}).headers["location"]
    lifted = publisher.post(f"{WHERE}/lift", data={**form, "why": "A mistake."})

    assert f"{WHERE}?said=uncovered" == lifted.headers["location"]
    assert "behind it our mail had been called spam" in publisher.get(lifted.headers["location"]).text
    assert 403 == publisher.post(f"{WHERE}/lift", data={**form, "why": "A mistake."}).status_code


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
