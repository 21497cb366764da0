"""Who is on the staff, as administrators see and change it."""

import re

import pytest

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues.model import Newsletter
from newsletter.staff import accounts, audit, passkeys, secondfactor, sessions
from newsletter.staff.accounts import Account
from newsletter.staff.ceremonies import Made
from newsletter.staff.permissions import Actor, Role
from newsletter.strongbox import Strongbox
from subscribers.tokens import Keyring
from tests.harness.staff import ADMINISTRATOR, a_session
from tests.newsletter.web.conftest import Hands, browser_of, csrf_of, letters_planned, planned
from tests.newsletter.web.desk.conftest import OpenDesk

HERE = "/desk/settings/staff"
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def named(database: Database, name: str) -> Account:
    """Give an account as it is now."""
    with database.read() as tx:
        return accounts.find(tx, name)


def test_somebody_is_let_in_by_a_mail(desk: OpenDesk, newsletter: Newsletter, database: Database) -> None:
    """With roles in single newsletters; the letter holds no link, which is made as it is mailed."""
    assert f"In {newsletter.name}" in desk.page(f"{HERE}/new")
    fields = {"name": "Bob", "address": "bob@example.org", "role": "none", f"role-{newsletter.id}": "editor", "mail": "1"}
    done = desk.press(f"{HERE}/new", **fields)

    assert (None, {newsletter.id: Role.EDITOR}) == (named(database, "Bob").role, named(database, "Bob").roles)
    assert ["bob@example.org"] == planned(database)
    assert f"{ADMINISTRATOR} invites you to the desk" in letters_planned(database)
    assert "/desk/link/" not in letters_planned(database)
    found = re.search(r"https://news\.example\.org(/desk/link/[^<\s]+)", desk.page(done.headers["location"]))
    assert found is not None
    assert "For Bob" in desk.page(found[1])
    assert f"editor in {newsletter.name}" in desk.page(HERE)


@on_sqlite
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "is empty"),
        ({"address": ""}, "cannot be empty"),
        ({"address": "at home"}, "at home"),
        ({"name": ADMINISTRATOR.upper()}, "already"),
        ({"address": "ADA@example.org"}, "already"),
        ({"role": "owner"}, "none of viewer"),
        ({"role-99": "editor"}, "not there any more"),
    ],
)
def test_what_cannot_be_is_told(desk: OpenDesk, database: Database, fields: dict[str, str], words: str) -> None:
    """With what was typed, and nobody is let in."""
    given = {"name": "Bob", "address": "bob@example.org", "role": "editor"} | fields
    answer = desk.press(f"{HERE}/new", **given)

    assert 422 == answer.status_code
    assert words in answer.text
    with database.read() as tx:
        assert 1 == len(accounts.all_accounts(tx))


@on_sqlite
def test_what_is_refused_of_an_account_stands_in_its_form(
    desk: OpenDesk, database: Database, newsletter: Newsletter, clock: Hands
) -> None:
    """Its address, its roles, and whether a mail was wanted: of somebody new, and of somebody there."""
    with database.write() as tx:
        bob = accounts.add(tx, "Bob", Role.VIEWER, clock(), "bob@example.org")
    typed = {"address": "at home", "role": "none", f"role-{newsletter.id}": "publisher"}
    new = desk.press(f"{HERE}/new", name="Eve", **typed)
    known = desk.press(f"{HERE}/{bob.id}", **typed)

    for answer in (new, known):
        assert 422 == answer.status_code
        assert 'value="at home"' in answer.text
        assert ["publisher"] == re.findall(r'<option value="(\w+)" selected>', answer.text)
    assert 'name="mail" value="1">' in new.text
    assert 'name="mail" value="1" checked>' in desk.page(f"{HERE}/new")


def test_another_role_ends_their_sessions(desk: OpenDesk, database: Database, newsletter: Newsletter, clock: Hands) -> None:
    """They sign in anew, under a secret of that role (A13)."""
    with database.write() as tx:
        bob = accounts.add(tx, "Bob", Role.VIEWER, clock(), "bob@example.org")
        secret = a_session(tx, bob, clock())
    desk.press(f"{HERE}/{bob.id}", address="bob@example.org", role="publisher")

    assert Role.PUBLISHER is named(database, "Bob").role
    with database.read() as tx:
        assert sessions.find(tx, secret, clock()) is None


@on_sqlite
def test_nobody_changes_their_own_role(desk: OpenDesk, database: Database) -> None:
    """Neither by a form that the page does not show, nor by leaving (A39)."""
    ada = named(database, ADMINISTRATOR)
    answers = [
        desk.press(f"{HERE}/{ada.id}", address="ada@example.org", role="viewer"),
        desk.press(f"{HERE}/{ada.id}/remove"),
        desk.press(f"{HERE}/{ada.id}", address="ada@example.org", password="x"),
    ]

    assert [422] * 3 == [one.status_code for one in answers]
    assert ada == named(database, ADMINISTRATOR)
    assert 'name="role"' not in desk.page(f"{HERE}/{ada.id}")


@on_sqlite
def test_the_administrator_of_one_newsletter_lets_nobody_in(application: Application, newsletter: Newsletter) -> None:
    """Whoever could would let in themselves (A09, A39)."""
    client = browser_of(application, Actor("Ida", None, {newsletter.id: Role.ADMIN}))
    form = {"csrf": csrf_of(client), "name": "Eve", "address": "eve@example.org", "role": "admin"}

    assert [403, 403] == [client.get(HERE).status_code, client.post(f"{HERE}/new", data=form).status_code]


def test_what_somebody_lost_is_taken_away(desk: OpenDesk, database: Database, clock: Hands, keyring: Keyring) -> None:
    """Their sessions end with it; what they did not lose stays, and the audit says what was done."""
    with database.write() as tx:
        bob = accounts.add(tx, "Bob", Role.EDITOR, clock(), "bob@example.org")
        secret = a_session(tx, bob, clock())
        secondfactor.take(tx, Strongbox.of(keyring), bob.id, secondfactor.new_secret(), 1)
        passkeys.add(tx, bob.id, "Phone", "AAAA", Made("AAAA", "AAAA", 0), clock())
    path = f"{HERE}/{bob.id}/drop"
    unsaid = desk.press(path)
    answer = desk.press(path, second_factor="1")

    assert 422 == unsaid.status_code
    assert "They sign in without what they lost" in desk.page(answer.headers["location"])
    assert not named(database, "Bob").has_second_factor
    with database.write() as tx:
        assert sessions.find(tx, secret, clock()) is None
        assert 1 == len(passkeys.of_account(tx, bob.id))
        assert {"ended": 1, "second_factor_off": True, "passkeys": 0} == dict(audit.recent(tx, 1)[0].detail)
    desk.press(path, passkeys="1")
    with database.read() as tx:
        assert () == passkeys.of_account(tx, bob.id)


@on_sqlite
def test_ones_own_is_taken_away_on_ones_own_page(desk: OpenDesk, database: Database, clock: Hands, keyring: Keyring) -> None:
    """There the password is asked for; whoever finds a desk open has it not."""
    ada = named(database, ADMINISTRATOR)
    with database.write() as tx:
        secondfactor.take(tx, Strongbox.of(keyring), ada.id, secondfactor.new_secret(), 1)
    answer = desk.press(f"{HERE}/{ada.id}/drop", second_factor="1")

    assert 422 == answer.status_code
    assert "/drop" not in desk.page(f"{HERE}/{ada.id}")
    assert named(database, ADMINISTRATOR).has_second_factor


@on_sqlite
def test_somebody_leaves(desk: OpenDesk, database: Database, clock: Hands) -> None:
    """After a question."""
    with database.write() as tx:
        bob = accounts.add(tx, "Bob", Role.ADMIN, clock())
    assert "Take Bob off the staff?" in desk.page(f"{HERE}/{bob.id}/remove")
    assert 422 == desk.press(f"{HERE}/{bob.id}/link").status_code
    desk.press(f"{HERE}/{bob.id}/sign-out")
    desk.press(f"{HERE}/{bob.id}/remove")

    assert "Bob" not in desk.page(HERE).partition("<h1>")[2]
    assert 404 == desk.client.get(f"{HERE}/{bob.id}").status_code
