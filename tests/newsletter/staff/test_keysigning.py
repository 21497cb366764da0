"""Who is let in by a passkey."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from newsletter.database import Database
from newsletter.errors import AlreadyThere, BadValue
from newsletter.staff import accounts, ceremonies, keysigning, passkeys, sessions
from newsletter.staff.accounts import Account
from newsletter.staff.ceremonies import Place
from newsletter.staff.permissions import LOCAL_OPERATOR, Role
from newsletter.staff.refusals import PasskeyCopied, PasskeyRefused
from newsletter.staff.secrets import new_secret
from tests.harness.authenticator import Authenticator

PLACE = Place("news.example.org", "https://news.example.org")


@pytest.fixture
def ann(database: Database, now: datetime) -> Account:
    """Give somebody on the staff."""
    with database.write() as tx:
        return accounts.add(tx, "Ann", Role.EDITOR, now, "ann@example.org")


def a_device(database: Database, owner: Account, now: datetime, step: int = 1) -> Authenticator:
    """Give a device with a passkey of somebody."""
    device, challenge = Authenticator(PLACE.origin, step), new_secret()
    with database.read() as tx:
        asked = keysigning.owner_of(tx, owner)
    answer = device.create(ceremonies.creation(PLACE, challenge, asked, []))
    with database.write() as tx:
        keysigning.keep(tx, PLACE, owner, "Phone", asked.handle, challenge, answer, now)
    return device


def answered(device: Authenticator) -> tuple[str, str]:
    """Give a challenge, and what a device answers to it."""
    challenge = new_secret()
    return challenge, device.get(ceremonies.request(PLACE, challenge))


def test_a_passkey_lets_its_owner_in(database: Database, ann: Account, now: datetime) -> None:
    """Whether its device counts or not; when it was used is seen."""
    for step in (1, 0):
        device = a_device(database, ann, now, step=step)
        for _ in range(2):
            assert ann.id == keysigning.by_passkey(database, PLACE, *answered(device), now).id
    with database.read() as tx:
        kept = passkeys.of_account(tx, ann.id)

    assert [(2, now), (0, now)] == [(one.uses, one.used_at) for one in kept]
    assert 1 == len({one.handle for one in kept})


def test_an_answer_opens_once(database: Database, ann: Account, now: datetime) -> None:
    """Shown again it opens nothing, even of a device that counts nothing, even at the same moment."""
    challenge, answer = answered(a_device(database, ann, now, step=0))

    def opens(_: int) -> bool:
        try:
            return bool(keysigning.by_passkey(database, PLACE, challenge, answer, now))
        except PasskeyRefused:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert 1 == sum(pool.map(opens, range(8)))
    assert not opens(0)


def test_a_passkey_is_its_owners_alone(database: Database, ann: Account, now: datetime) -> None:
    """One that names another account, one of nobody, and one that was removed open nothing."""
    with database.write() as tx:
        bob = accounts.add(tx, "Bob", Role.ADMIN, now, "bob@example.org")
    device, of_bob = a_device(database, ann, now), a_device(database, bob, now)
    device.handle, own = of_bob.handle, device.handle
    stranger = Authenticator(PLACE.origin, handle=own)
    for one in (device, stranger):
        with pytest.raises(PasskeyRefused):
            keysigning.by_passkey(database, PLACE, *answered(one), now)
    device.handle = own
    assert ann.id == keysigning.by_passkey(database, PLACE, *answered(device), now).id
    with database.write() as tx:
        [kept] = passkeys.of_account(tx, ann.id)
        assert passkeys.remove(tx, bob.id, kept.id) is None
        assert "Phone" == passkeys.remove(tx, ann.id, kept.id)

    with pytest.raises(PasskeyRefused):
        keysigning.by_passkey(database, PLACE, *answered(device), now)


def test_a_copy_shuts_out_both(database: Database, ann: Account, now: datetime) -> None:
    """A count that does not go on ends every session, once, and the passkey opens nothing from then on."""
    device = a_device(database, ann, now)
    keysigning.by_passkey(database, PLACE, *answered(device), now)
    with database.write() as tx:
        before = sessions.begin(tx, ann.id, now, agent="", network="")
    device.step = 0
    with pytest.raises(PasskeyCopied, match="Phone"):
        keysigning.by_passkey(database, PLACE, *answered(device), now)
    with database.write() as tx:
        after = sessions.begin(tx, ann.id, now, agent="", network="")
    device.step = 10
    with pytest.raises(PasskeyCopied):
        keysigning.by_passkey(database, PLACE, *answered(device), now + timedelta(minutes=1))

    with database.read() as tx:
        assert [False, True] == [sessions.find(tx, one, now) is not None for one in (before, after)]
        assert [now] == [one.barred_at for one in passkeys.of_account(tx, ann.id)]


def test_a_forged_answer_raises_no_alarm(database: Database, ann: Account, now: datetime) -> None:
    """Whoever knows a credential and signs with another key shuts nobody out."""
    device = a_device(database, ann, now)
    keysigning.by_passkey(database, PLACE, *answered(device), now)
    forged = Authenticator(PLACE.origin, step=0, credential=device.credential, handle=device.handle)
    with pytest.raises(PasskeyRefused):
        keysigning.by_passkey(database, PLACE, *answered(forged), now)

    assert ann.id == keysigning.by_passkey(database, PLACE, *answered(device), now).id


def test_a_passkey_is_kept_once(database: Database, ann: Account, now: datetime) -> None:
    """By one account, and not more than anybody has."""
    with database.write() as tx:
        bob = accounts.add(tx, "Bob", Role.ADMIN, now)
    device, challenge = a_device(database, ann, now), new_secret()
    with database.read() as tx:
        asked = keysigning.owner_of(tx, bob)
    answer = device.create(ceremonies.creation(PLACE, challenge, asked, []))
    with database.write() as tx, pytest.raises(AlreadyThere):
        keysigning.keep(tx, PLACE, bob, "Phone", asked.handle, challenge, answer, now)
    for _ in range(passkeys.MOST - 1):
        a_device(database, ann, now)

    with pytest.raises(BadValue, match="20"):
        a_device(database, ann, now)


def test_passkeys_go_with_their_account(database: Database, ann: Account, now: datetime) -> None:
    """Whoever is not on the staff any more has nothing to come in by."""
    device = a_device(database, ann, now)
    with database.write() as tx:
        accounts.remove(tx, LOCAL_OPERATOR, ann)

    with pytest.raises(PasskeyRefused):
        keysigning.by_passkey(database, PLACE, *answered(device), now)
