"""Who is on the staff."""

from datetime import datetime

import pytest

from newsletter.database import Database
from newsletter.errors import AccountNotFound, AlreadyThere, BadValue
from newsletter.staff import accounts
from newsletter.staff.permissions import LOCAL_OPERATOR, Role
from newsletter.staff.refusals import LastAdministrator, OwnRole


def test_an_account_comes_back_as_it_was_made(database: Database, now: datetime) -> None:
    """Found in any letter case."""
    with database.write() as tx:
        made = accounts.add(tx, " Ann  Lee ", Role.EDITOR, now)

    with database.read() as tx:
        assert made == accounts.find(tx, "ann lee")
        assert (made,) == accounts.all_accounts(tx)
    assert ("Ann Lee", Role.EDITOR, now) == (made.name, made.role, made.created_at)


def test_a_name_is_taken_once(database: Database, now: datetime) -> None:
    """Two accounts that look alike could not be told apart in the audit."""
    with database.write() as tx:
        accounts.add(tx, "Ann", Role.EDITOR, now)
        with pytest.raises(AlreadyThere, match="ANN"):
            accounts.add(tx, "ANN", Role.ADMIN, now)


@pytest.mark.parametrize("name", ["", " \n", "Local Operator"])
def test_names_nobody_can_have(database: Database, now: datetime, name: str) -> None:
    """Nobody, and the one who needs no account."""
    with database.write() as tx, pytest.raises(BadValue, match="name"):
        accounts.add(tx, name, Role.ADMIN, now)


def test_an_unknown_name_is_told(database: Database) -> None:
    """Absence is an error with the name that was asked for."""
    with database.read() as tx, pytest.raises(AccountNotFound, match="Bo"):
        accounts.find(tx, "Bo")


def test_an_address_is_one_accounts(database: Database, now: datetime) -> None:
    """In any spelling: who signs in with it could be two."""
    with database.write() as tx:
        accounts.add(tx, "Ann", Role.EDITOR, now, "Ann@Example.org")
        with pytest.raises(AlreadyThere, match="address"):
            accounts.add(tx, "Bob", Role.EDITOR, now, "ann@example.ORG")
        accounts.add(tx, "Bob", Role.EDITOR, now)
        with pytest.raises(AlreadyThere, match="address"):
            accounts.set_address(tx, "Bob", "ANN@example.org")


def test_nobody_raises_themselves_and_the_last_administrator_stays(database: Database, now: datetime) -> None:
    """Neither on the whole instance nor in a newsletter (A39)."""
    with database.write() as tx:
        ann = accounts.add(tx, "Ann", Role.ADMIN, now)
        bob = accounts.add(tx, "Bob", Role.EDITOR, now)
        for role in (Role.ADMIN, None):
            with pytest.raises(OwnRole):
                accounts.set_roles(tx, bob.actor, bob, role, {})
        with pytest.raises(LastAdministrator):
            accounts.set_roles(tx, LOCAL_OPERATOR, ann, Role.EDITOR, {})
        with pytest.raises(LastAdministrator):
            accounts.remove(tx, LOCAL_OPERATOR, ann)
        with pytest.raises(OwnRole):
            accounts.remove(tx, ann.actor, ann)
        bob = accounts.set_roles(tx, ann.actor, bob, Role.ADMIN, {})
        accounts.remove(tx, bob.actor, ann)

        assert (bob,) == accounts.all_accounts(tx)
