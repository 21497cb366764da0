"""The migrations that let the staff sign in: whoever was on it before still is, with what hangs on them."""

from datetime import datetime, timedelta

import pyotp
from alembic import command
from sqlalchemy import text

from newsletter.database import Database
from newsletter.issues import draft
from newsletter.shape import config
from newsletter.staff import accounts, audit, doorlinks, passwords, secondfactor, sessions, signing
from newsletter.staff.permissions import LOCAL_OPERATOR, Permission, Role, allowed
from newsletter.staff.signing import Visitor
from newsletter.strongbox import Strongbox
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness.newsroom import a_newsletter

PASSWORD = "a few words in a row"
HERE = Visitor("192.0.2.7", "a test")


def go(database: Database, shape: str) -> None:
    """Bring the database to a shape, be it an older one."""
    with database.write() as tx:
        if shape == "head":
            command.upgrade(config(tx), shape)
        else:
            command.downgrade(config(tx), shape)


def on_the_staff(tx: Transaction, name: str, role: str, address: str) -> int:
    """Write down somebody as it was done when an account was a name, a role and an address."""
    made = text("INSERT INTO account (name, role, created_at, address) VALUES (:name, :role, :at, :address) RETURNING id")
    given = {"name": name, "role": role, "at": "2020-01-01T08:00:00.000000Z", "address": address}
    return int(tx.execute(made, given).scalar_one())


def test_whoever_was_on_the_staff_still_is(database: Database, keyring: Keyring, now: datetime) -> None:
    """With their roles, the first of two with one address signs in with it, and nobody is asked twice for what they owe."""
    with database.write() as tx:
        issue = draft.draft_empty(tx, a_newsletter(tx), "January 2020", now)
        audit.record(tx, LOCAL_OPERATOR, "issue.draft", f"issue {issue.id}", {}, now)
    go(database, "0051")
    with database.write() as tx:
        ann = on_the_staff(tx, "Ann", "publisher", "Ann@example.org")
        on_the_staff(tx, "Bob", "viewer", "ann@EXAMPLE.org")
        on_the_staff(tx, "Cem", "admin", "")
        owed = {"issue": issue.id, "duty": "review", "account": ann, "at": "2020-01-02T08:00:00.000000Z"}
        tx.execute(text("INSERT INTO staff_reminder VALUES (:issue, :duty, :account, :at)"), owed)
    go(database, "head")

    with database.write() as tx:
        known = {one.name: one for one in accounts.all_accounts(tx)}
        assert {"Ann": Role.PUBLISHER, "Bob": Role.VIEWER, "Cem": Role.ADMIN} == {name: one.role for name, one in known.items()}
        assert allowed(known["Ann"].actor, Permission.SEND, issue.newsletter_id)
        assert 1 == tx.execute(text("SELECT count(*) FROM staff_reminder")).scalar_one()
        assert "issue.draft" == audit.recent(tx)[0].act
        link = doorlinks.make(tx, known["Ann"], now, doorlinks.INVITED)
        assert known["Cem"].id < accounts.add(tx, "Dan", Role.VIEWER, now).id
    assert signing.by_password(database, "ann@example.org", "", HERE, now) is None
    signing.choose_by_link(database, keyring, doorlinks.token(keyring, link.id), PASSWORD, now)
    assert known["Ann"].id == found_by_password(database, now)


def test_whoever_signed_in_by_password_still_does(database: Database, keyring: Keyring, now: datetime) -> None:
    """Before there were passkeys and providers: sessions go on, and second factors and roles in one newsletter count."""
    box, secret = Strongbox.of(keyring), pyotp.random_base32()
    with database.write() as tx:
        paper = a_newsletter(tx)
        ann = accounts.add(tx, "Ann", None, now, "ann@example.org")
        ann = accounts.set_roles(tx, LOCAL_OPERATOR, ann, None, {paper.id: Role.EDITOR})
        accounts.set_password(tx, ann.id, passwords.hashed(PASSWORD))
        codes = secondfactor.take(tx, box, ann.id, secret, 0)
        session = sessions.begin(tx, ann.id, now, agent="", network="")
        device = sessions.renew_device(tx, ann.id, "", now)
    go(database, "0052")
    go(database, "head")

    with database.read() as tx:
        found = sessions.find(tx, session, now + timedelta(hours=1))
        assert found is not None
        assert {paper.id: Role.EDITOR} == found.actor.roles
        assert sessions.knows_device(tx, ann.id, device, now)
    assert ann.id == found_by_password(database, now)
    assert signing.by_code(database, box, ann.id, pyotp.TOTP(secret).at(now), now)
    assert signing.by_code(database, box, ann.id, codes[0], now)


def found_by_password(database: Database, now: datetime) -> int:
    """Give whose address and password Ann's are."""
    found = signing.by_password(database, "ann@example.org", PASSWORD, HERE, now)
    assert found is not None
    return found.id
