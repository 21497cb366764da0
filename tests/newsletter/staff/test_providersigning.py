"""Whose account somebody is who comes from a provider."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from newsletter.database import Database
from newsletter.staff import accounts, doorlinks, identities, providersigning, sessions
from newsletter.staff.accounts import Account
from newsletter.staff.idtokens import Person
from newsletter.staff.permissions import LOCAL_OPERATOR, Role
from newsletter.staff.provider import Provider
from newsletter.staff.refusals import LinkVoid, NotOnStaff
from newsletter.strongbox import Strongbox
from newsletter.tables.staff import identity_provider
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

EXAMPLE = Provider("Example", "https://accounts.example.org", "the desk", "s3cret")
PERSON = Person("1001", "Ann@Example.org")


@pytest.fixture
def ann(database: Database, now: datetime) -> Account:
    """Give somebody on the staff."""
    with database.write() as tx:
        return accounts.add(tx, "Ann", Role.EDITOR, now, "ann@example.org")


def come(tx: Transaction, keyring: Keyring, person: Person, now: datetime, link: str = "") -> Account:
    """Let somebody come in, and be bound where they are not."""
    found = providersigning.recognise(tx, keyring, EXAMPLE, person, link, now)
    if found.binding is not None:
        providersigning.bind(tx, keyring, found.account, found.binding, now)
    return found.account


def test_an_identity_is_bound_once(database: Database, keyring: Keyring, ann: Account, now: datetime) -> None:
    """By the address in any letter case; then the subject counts, and an address that passed on opens nothing."""
    with database.write() as tx:
        assert ann == come(tx, keyring, PERSON, now)
        assert ann == come(tx, keyring, Person("1001", ""), now + timedelta(days=1))
        for stranger in (Person("2002", "ann@example.org"), Person("2002", ""), Person("2002", "no address")):
            with pytest.raises(NotOnStaff):
                come(tx, keyring, stranger, now)
        found = identities.of_account(tx, ann.id, EXAMPLE.issuer)

    assert found == identities.Identity(ann.id, EXAMPLE.issuer, "1001", now, now + timedelta(days=1))


def test_a_link_binds_anew_and_ends_sessions(database: Database, keyring: Keyring, ann: Account, now: datetime) -> None:
    """Once; an identity of somebody else's stays theirs."""
    with database.write() as tx:
        bob = accounts.add(tx, "Bob", Role.VIEWER, now, "bob@example.org")
        come(tx, keyring, Person("3003", "bob@example.org"), now)
        come(tx, keyring, PERSON, now)
        secret = sessions.begin(tx, ann.id, now, agent="", network="")
        link = doorlinks.token(keyring, doorlinks.make(tx, ann, now, timedelta(days=7)).id)
        with pytest.raises(NotOnStaff):
            come(tx, keyring, Person("3003", ""), now, link)
        assert ann == come(tx, keyring, Person("2002", ""), now, link)
        assert sessions.find(tx, secret, now) is None
        with pytest.raises(LinkVoid):
            come(tx, keyring, Person("2002", ""), now, link)
        assert [ann, bob] == [come(tx, keyring, Person(one, ""), now) for one in ("2002", "3003")]
        with pytest.raises(NotOnStaff):
            come(tx, keyring, Person("1001", ""), now)


def test_two_at_once_bind_one(database: Database, keyring: Keyring, ann: Account, now: datetime) -> None:
    """Whoever comes second is told; nobody takes an account that was bound meanwhile."""
    with database.write() as tx:
        first = providersigning.recognise(tx, keyring, EXAMPLE, PERSON, "", now)
        second = providersigning.recognise(tx, keyring, EXAMPLE, Person("2002", "ann@example.org"), "", now)
        assert first.binding is not None
        assert second.binding is not None
        providersigning.bind(tx, keyring, ann, first.binding, now)
        with pytest.raises(NotOnStaff):
            providersigning.bind(tx, keyring, ann, second.binding, now)


def test_identities_go_with_their_account(database: Database, keyring: Keyring, ann: Account, now: datetime) -> None:
    """Whoever is not on the staff any more does not come in, wherever they are known."""
    with database.write() as tx:
        come(tx, keyring, PERSON, now)
        accounts.remove(tx, LOCAL_OPERATOR, ann)

        with pytest.raises(NotOnStaff):
            come(tx, keyring, PERSON, now)


def test_the_secret_is_kept_sealed(database: Database, keyring: Keyring) -> None:
    """With the key of the instance, and sealed anew when that is changed."""
    with database.write() as tx:
        assert identities.provider(tx, Strongbox.of(keyring)) is None
        identities.set_provider(tx, Strongbox.of(keyring), EXAMPLE)
        identities.set_provider(tx, Strongbox.of(keyring), EXAMPLE)
        kept = tx.execute(select(identity_provider)).one()
        assert EXAMPLE.secret not in str(kept)
        assert 1 == identities.reseal(tx, Strongbox.of(keyring))
        assert kept.client_secret != tx.execute(select(identity_provider.c.client_secret)).scalar_one()

        assert EXAMPLE == identities.provider(tx, Strongbox.of(keyring))
