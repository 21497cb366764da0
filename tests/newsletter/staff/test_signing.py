"""Who is let in."""

from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from newsletter.database import Database
from newsletter.errors import BadValue
from newsletter.staff import accounts, doorlinks, passwords, secondfactor, sessions, signing
from newsletter.staff.accounts import Account
from newsletter.staff.permissions import Role
from newsletter.staff.refusals import LinkVoid, SlowDown
from newsletter.staff.secrets import new_secret
from newsletter.staff.signing import Visitor
from newsletter.strongbox import Strongbox
from newsletter.tables.staff import account, account_session
from subscribers.tokens import Keyring

GOOD = "a few words in a row"
HERE = Visitor("192.0.2.7", "a test")
ELSEWHERE = Visitor("203.0.113.9", "another")


@pytest.fixture
def ann(database: Database, now: datetime) -> Account:
    """Give somebody with a password."""
    kept = passwords.hashed(GOOD)
    with database.write() as tx:
        made = accounts.add(tx, "Ann", Role.EDITOR, now, "Ann@Example.org")
        accounts.set_password(tx, made.id, kept)
        return accounts.by_id(tx, made.id)


def fail(database: Database, times: int, now: datetime, visitor: Visitor = HERE, address: str = "ann@example.org") -> int:
    """Try a wrong password; gives how many attempts were looked at."""
    looked_at = 0
    for _ in range(times):
        try:
            assert signing.by_password(database, address, "not this one at all", visitor, now) is None
        except SlowDown:
            continue
        looked_at += 1
    return looked_at


def test_address_and_password_let_in(database: Database, ann: Account, now: datetime) -> None:
    """In any spelling of the address, and in the one spelling of the password."""
    found = signing.by_password(database, " ann@EXAMPLE.org ", GOOD, HERE, now)

    assert found is not None
    assert ann.id == found.id
    for address, password in (
        ("ann@example.org", GOOD.upper()),
        ("ann@example.org", ""),
        ("bob@example.org", GOOD),
        ("ann", GOOD),
    ):
        assert signing.by_password(database, address, password, HERE, now) is None


def test_guessing_gets_slower(database: Database, ann: Account, now: datetime) -> None:
    """For an account and for an address that is nobody's alike: who waits learns nothing (A42)."""
    for address in ("ann@example.org", "nobody@example.org"):
        assert 5 == fail(database, 20, now, address=address)
    with pytest.raises(SlowDown) as slow:
        signing.by_password(database, "ann@example.org", GOOD, HERE, now)

    assert 0 < slow.value.seconds <= 60
    assert signing.by_password(database, "ann@example.org", GOOD, HERE, now + timedelta(minutes=1)) is not None


def test_a_browser_that_was_here_before_is_not_slowed(database: Database, ann: Account, now: datetime) -> None:
    """Strangers guess at the account all day, and its owner comes in (A42)."""
    with database.write() as tx:
        device = sessions.renew_device(tx, ann.id, "", now)
    fail(database, 40, now, ELSEWHERE)

    known = Visitor(HERE.network, HERE.agent, device)
    assert signing.by_password(database, "ann@example.org", GOOD, known, now) is not None
    # The cookie of another's browser helps nobody.
    with pytest.raises(SlowDown):
        signing.by_password(database, "ann@example.org", GOOD, Visitor("198.51.100.1", "x", "guessed"), now)


def test_one_password_on_all_accounts_gets_slower(database: Database, now: datetime) -> None:
    """Each account is tried once, and the network is counted."""
    looked_at = sum(fail(database, 1, now, address=f"a{number}@example.org") for number in range(60))

    assert looked_at <= 32


def test_attempts_at_once_are_all_counted(database: Database, ann: Account, now: datetime) -> None:
    """A thousand connections are no way round the wait."""
    with ThreadPoolExecutor(8) as pool:
        looked_at = sum(pool.map(lambda _: fail(database, 1, now), range(24)))

    assert looked_at <= 5


def test_an_outdated_hash_is_made_anew(database: Database, ann: Account, now: datetime) -> None:
    """When somebody signs in, the only moment at which the password is known."""
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(GOOD)
    with database.write() as tx:
        accounts.set_password(tx, ann.id, weak)

    assert signing.by_password(database, "ann@example.org", GOOD, HERE, now) is not None
    with database.read() as tx:
        kept = accounts.by_id(tx, ann.id).password
    assert not passwords.is_outdated(kept)
    assert signing.by_password(database, "ann@example.org", GOOD, HERE, now) is not None


def test_a_link_chooses_a_password_once_and_ends_all_sessions(
    database: Database, keyring: Keyring, ann: Account, now: datetime
) -> None:
    """It signs nobody in, and the links that were out are void (A14, A15)."""
    with database.write() as tx:
        first, second = (doorlinks.make(tx, ann, now, timedelta(hours=1)) for _ in range(2))
        secret = sessions.begin(tx, ann.id, now, agent="", network="")
    token = doorlinks.token(keyring, first.id)
    with pytest.raises(BadValue, match="12 characters"):
        signing.choose_by_link(database, keyring, token, "short", now)
    signing.choose_by_link(database, keyring, token, "another few words", now)

    with database.read() as tx:
        assert sessions.find(tx, secret, now) is None
        for one in (first, second):
            with pytest.raises(LinkVoid):
                doorlinks.opened(tx, keyring, doorlinks.token(keyring, one.id), now)
    assert signing.by_password(database, "ann@example.org", GOOD, HERE, now) is None
    assert signing.by_password(database, "ann@example.org", "another few words", HERE, now) is not None


def test_a_link_is_bound_to_its_time_its_address_and_its_bytes(
    database: Database, keyring: Keyring, ann: Account, now: datetime
) -> None:
    """256 bits, of which nothing is kept; another number, purpose or key opens nothing (A15)."""
    with database.write() as tx:
        link = doorlinks.make(tx, ann, now, timedelta(hours=1))
    token = doorlinks.token(keyring, link.id)
    forged = [token[:-1], f"{token}=", f"9{token}", token.replace("-", ""), f"+{token}", f"０{token}", "", "-", "1-"]
    forged += [doorlinks.token(Keyring("another secret, and as long as the first"), link.id), doorlinks.token(keyring, 99)]
    with database.read() as tx:
        assert ann == doorlinks.opened(tx, keyring, token, now)
        assert len(token.partition("-")[2]) == 43
        for wrong in forged:
            with pytest.raises(LinkVoid):
                doorlinks.opened(tx, keyring, wrong, now)
        with pytest.raises(LinkVoid):
            doorlinks.opened(tx, keyring, token, now + timedelta(hours=1))
    with database.write() as tx:
        accounts.set_address(tx, "Ann", "ann@elsewhere.org")
        with pytest.raises(LinkVoid):
            doorlinks.opened(tx, keyring, token, now)


@pytest.mark.parametrize("kind", ["a session", "a link of the door"])
def test_a_hundred_thousand_secrets_are_unlike(keyring: Keyring, kind: str) -> None:
    """256 bits each: no two are alike in half of it even, and no letter comes oftener than others (A15)."""
    links = (doorlinks.token(keyring, number).partition("-")[2] for number in range(100_000))
    found = [new_secret() for _ in range(100_000)] if kind == "a session" else list(links)

    assert {43} == {len(one) for one in found}
    assert len(found) == len({one[:21] for one in found}) == len({one[21:] for one in found})
    for letters in [Counter(place) for place in zip(*found, strict=True)][:-1]:
        # Of 64 letters each is drawn 1,562 times, give or take 39.
        assert 64 == len(letters)
        assert all(abs(times - 1_562) < 8 * 39 for times in letters.values())


def test_a_second_factor_takes_each_code_once(database: Database, keyring: Keyring, ann: Account, now: datetime) -> None:
    """Codes of the app and codes on paper; a wrong one is counted, and a copy of the database shows no secret."""
    box, secret = Strongbox.of(keyring), secondfactor.new_secret()
    totp = pyotp.TOTP(secret)
    with database.write() as tx:
        codes = secondfactor.take(tx, box, ann.id, secret, 0)
        assert secret not in str(tx.execute(select(account)).all())

    def passes(code: str, later: timedelta = timedelta()) -> bool:
        return signing.by_code(database, box, ann.id, code, now + later)

    assert [True, False] == [passes(totp.at(now)), passes(totp.at(now))]
    # The one before is not taken any more either; the next one is.
    assert [False, True] == [passes(totp.at(now - timedelta(seconds=30))), passes(totp.at(now + timedelta(seconds=30)))]
    assert [True, False] == [passes(codes[0].upper()), passes(codes[0])]
    with database.read() as tx:
        assert secondfactor.MOST_CODES - 1 == secondfactor.codes_left(tx, ann.id)
    assert [False] * 4 == [passes("000000", timedelta(minutes=2)) for _ in range(4)]
    with pytest.raises(SlowDown):
        deque((passes("000000", timedelta(minutes=2)) for _ in range(9)), maxlen=0)


def test_sessions_end_by_themselves(database: Database, ann: Account, now: datetime) -> None:
    """After a working day without use, and after a week whatever is done."""
    with database.write() as tx:
        secret = sessions.begin(tx, ann.id, now, agent="", network="")
        assert sessions.find(tx, secret, now + timedelta(hours=11)) is not None
        assert sessions.find(tx, secret, now + timedelta(hours=12)) is None
        for hours in range(0, 24 * 8, 8):
            session = sessions.find(tx, secret, now + timedelta(hours=hours))
            if session is not None:
                sessions.look(tx, session.id, now + timedelta(hours=hours))
        assert sessions.find(tx, secret, now + timedelta(days=6, hours=23)) is not None
        assert sessions.find(tx, secret, now + timedelta(days=7)) is None


def test_of_a_session_only_hashes_are_kept(database: Database, ann: Account, now: datetime) -> None:
    """Whoever reads the database signs in nowhere; the token of its forms is derived from nothing (A12, A15)."""
    with database.write() as tx:
        secrets = [sessions.begin(tx, ann.id, now, agent="", network="") for _ in range(3)]
        found = [sessions.find(tx, one, now) for one in secrets]
        kept = str(tx.execute(select(account_session)).all())

    assert not any(secret in kept for secret in secrets)
    assert 3 == len({one.csrf for one in found if one is not None})
    assert all(43 == len(secret) for secret in secrets)


@pytest.mark.parametrize("password", ["short", "a" * 20, "ann@example.org", "Ann@Example.org", "x" * 2000])
def test_passwords_that_are_none(password: str) -> None:
    """Too short, too long, or the first that anybody would guess."""
    with pytest.raises(BadValue):
        passwords.require_good(password, about=("Ann", "ann@example.org"))
