"""Who is on the staff."""

from datetime import datetime

import pytest

from newsletter.database import Database
from newsletter.errors import AccountNotFound, AlreadyThere, BadValue
from newsletter.staff import accounts
from newsletter.staff.permissions import Role


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
