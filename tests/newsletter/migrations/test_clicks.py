"""The migrations by which links are counted, and a form asks nothing about it."""

from datetime import datetime

import pytest
from alembic import command
from sqlalchemy import text

from newsletter.database import Database
from newsletter.mail import history
from newsletter.shape import config
from subscribers import register
from subscribers.address import parse
from subscribers.tokens import Keyring
from tests.harness import mailroom
from tests.harness.mailroom import Mailroom
from tests.harness.people import LINK, a_list, ask, join

KEPT_WORDS = ("STRICT", "AUTOINCREMENT")


@pytest.fixture
def room(database: Database, keyring: Keyring, now: datetime) -> Mailroom:
    """Give a list of three with a letter on its way to them."""
    with database.write() as tx:
        return mailroom.open_mailroom(tx, keyring, now, ("ann", "bob", "cem"))


def test_nobody_is_counted_by_being_brought_along(database: Database, keyring: Keyring, room: Mailroom) -> None:
    """People, mails and newsletters from before are there as they were, and none of them counts or allows anything."""
    with database.read() as tx:
        ann = register.find(tx, parse("ann@example.net"))
        before = history.mailed_to(tx, ann.id)
    with database.write() as tx:
        command.downgrade(config(tx), "0055")
    with database.write() as tx:
        command.upgrade(config(tx), "head")

    with database.read() as tx:
        (standing,) = register.subscriptions_of(tx, ann.id)
        assert standing.clicks_allowed_at is None
        assert before == history.mailed_to(tx, ann.id)
        assert {0} == set(tx.execute(text("SELECT allows_clicks FROM delivery")).scalars())
        assert {0} == set(tx.execute(text("SELECT counts_clicks FROM newsletter")).scalars())
        if database.is_sqlite:
            for table in ("subscription", "delivery", "newsletter"):
                made = tx.execute(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": table}).scalar_one()
                assert all(word in made for word in KEPT_WORDS)


def test_box_that_a_form_had_is_nobodys_yes(database: Database, keyring: Keyring, now: datetime) -> None:
    """Whoever ticked it and did not confirm yet is asked anew; the mail that asks them still works."""
    with database.write() as tx:
        list_id = a_list(tx, now).id
        due = ask(tx, keyring, list_id, "ida@example.net", now)
        join(tx, keyring, list_id, "bob@example.net", now)
    with database.write() as tx:
        command.downgrade(config(tx), "0057")
        tx.execute(text("UPDATE confirmation SET wants_clicks = 1"))
    with database.write() as tx:
        command.upgrade(config(tx), "head")

    with database.write() as tx:
        register.confirm(tx, keyring, due.confirmation_id, now, LINK)
        ida = register.find(tx, parse("ida@example.net"))
        (standing,) = register.subscriptions_of(tx, ida.id)
        assert standing.is_confirmed
        assert standing.clicks_allowed_at is None
        if database.is_sqlite:
            made = tx.execute(text("SELECT sql FROM sqlite_master WHERE name = 'confirmation'")).scalar_one()
            assert "wants_clicks" not in made
