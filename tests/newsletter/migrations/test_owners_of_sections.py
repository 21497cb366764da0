"""The migration by which sections have owners."""

from datetime import datetime, timedelta

import pytest
from alembic import command
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from newsletter.database import Database
from newsletter.issues import draft, store
from newsletter.review import charges
from newsletter.review.charge import Charge
from newsletter.shape import config
from newsletter.staff import accounts
from newsletter.staff.permissions import LOCAL_OPERATOR, Role
from newsletter.tables.issues import section_charge
from tests.harness.newsroom import a_newsletter


def test_issues_that_were_there_take_owners(database: Database, now: datetime) -> None:
    """There and back with an issue in it; what was said is forgotten by whoever goes back, and nothing else is."""
    with database.write() as tx:
        made = draft.draft_empty(tx, a_newsletter(tx), "Special", now)
        ann = accounts.add(tx, "Ann", Role.EDITOR, now)
        charges.keep(tx, made.id, 7, Charge(account_id=ann.id, due_at=now + timedelta(days=1)), "Bo", now)
    with database.write() as tx:
        command.downgrade(config(tx), "0058")
    with database.write() as tx:
        command.upgrade(config(tx), "head")

    with database.write() as tx:
        assert {} == charges.charges_of(tx, made.id)
        assert "Special" == store.load(tx, made.id).title
        charges.keep(tx, made.id, 7, Charge(account_id=ann.id), "Bo", now)
        accounts.add(tx, "Ada", Role.ADMIN, now)
        accounts.remove(tx, LOCAL_OPERATOR, ann)
        assert None is charges.charges_of(tx, made.id)[7].account_id
        if database.is_sqlite:
            shape = tx.execute(text("SELECT sql FROM sqlite_master WHERE name = 'section_charge'")).scalar_one()
            assert "STRICT" in shape


def test_an_editor_and_a_guest_own_no_section_together(database: Database, now: datetime) -> None:
    """The database refuses it."""
    with database.write() as tx:
        made = draft.draft_empty(tx, a_newsletter(tx), "Special", now)
    both = {"issue_id": made.id, "section_id": 1, "account_id": 1, "link_id": 1, "set_by": "Bo", "set_at": now}
    with pytest.raises(IntegrityError), database.write() as tx:
        tx.execute(insert(section_charge).values(both))

    with database.read() as tx:
        assert [] == tx.execute(select(section_charge)).all()
