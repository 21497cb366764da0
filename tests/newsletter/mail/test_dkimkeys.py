"""The keys that sign, on both databases: sealed, one of a kind active for a domain, the nearest domain's for a sender."""

import hashlib
from datetime import datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from newsletter.database import Database
from newsletter.errors import AlreadyThere, BadValue, SealBroken, SigningKeyNotFound
from newsletter.mail import dkimkeys
from newsletter.mail.dkim import Signer, SigningKey
from newsletter.mail.dkimkeys import KeptKey, KeyState
from newsletter.mail.dkimrecord import Algorithm
from newsletter.strongbox import Strongbox
from newsletter.tables.dkim import dkim_key
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.conftest import SECRET
from tests.harness.postgres import waiting_for_locks
from tests.harness.signatures import fields_of, verdicts
from tests.newsletter.mail.test_dkim import key

BOX = Strongbox.of(Keyring(SECRET))
RSA, ED25519 = Algorithm.RSA, Algorithm.ED25519
DOMAIN = "example.org"


def kept(
    tx: Transaction, now: datetime, selector: str, algorithm: Algorithm = RSA, domain: str = DOMAIN, *, is_active: bool = True
) -> KeptKey:
    """Keep a key, and let it sign."""
    made = dkimkeys.keep(tx, BOX, key(algorithm, selector, domain), now)
    if is_active:
        dkimkeys.activate(tx, domain, selector, now)
    return made


def selectors(tx: Transaction, domain: str = DOMAIN) -> list[str]:
    """Say what signs mail from a domain."""
    return [one.selector for one in dkimkeys.active_keys(tx, BOX, domain)]


def states(tx: Transaction) -> dict[str, KeyState]:
    """Say how all keys of the domain stand."""
    return {one.selector: one.state for one in dkimkeys.all_keys(tx, DOMAIN)}


def test_key_comes_back_as_it_went(database: Database, now: datetime) -> None:
    """And makes the same signatures."""
    with database.write() as tx:
        kept(tx, now, "a")
        kept(tx, now, "b", ED25519)

    with database.read() as tx:
        back = dkimkeys.active_keys(tx, BOX, DOMAIN)
    assert [key(RSA, "a", DOMAIN).sign(b"x"), key(ED25519, "b", DOMAIN).sign(b"x")] == [one.sign(b"x") for one in back]


def test_new_key_signs_nothing(database: Database, now: datetime) -> None:
    """Receivers could not find it yet."""
    with database.write() as tx:
        made = kept(tx, now, "a", is_active=False)

        assert KeyState.MADE == made.state
        assert made == dkimkeys.find(tx, DOMAIN, "a")
        assert [] == selectors(tx)


def test_private_key_is_sealed(database: Database, now: datetime) -> None:
    """Whoever has the database alone, or another secret, cannot sign."""
    with database.write() as tx:
        kept(tx, now, "a")
        sealed = tx.execute(select(dkim_key.c.sealed)).scalar_one()

        assert key(RSA, "a", DOMAIN).to_bytes() not in sealed.encode()
        with pytest.raises(SealBroken, match=r"the DKIM key a of example\.org"):
            dkimkeys.active_keys(tx, Strongbox.of(Keyring(SECRET[::-1])), DOMAIN)


def test_sealed_key_of_another_row_does_not_open(database: Database, now: datetime) -> None:
    """Nobody signs for one domain with what was sealed for another."""
    with database.write() as tx:
        kept(tx, now, "a")
        kept(tx, now, "b", domain="example.net")
        foreign = tx.execute(select(dkim_key.c.sealed).where(dkim_key.c.selector == "b")).scalar_one()
        tx.execute(update(dkim_key).where(dkim_key.c.selector == "a").values(sealed=foreign))

        with pytest.raises(SealBroken):
            dkimkeys.active_keys(tx, BOX, DOMAIN)


def test_selector_is_taken_once(database: Database, now: datetime) -> None:
    """Two records of one name would make both useless; another domain may have it too."""
    with database.write() as tx:
        kept(tx, now, "a", is_active=False)
        kept(tx, now, "a", domain="example.net", is_active=False)
        with pytest.raises(AlreadyThere, match=r"a DKIM key a of example\.org already"):
            dkimkeys.keep(tx, BOX, SigningKey.generate(DOMAIN, "a", ED25519), now)

        assert "a-2" == dkimkeys.free_selector(tx, DOMAIN, "a")
        assert "b" == dkimkeys.free_selector(tx, DOMAIN, "b")


def test_new_key_takes_over(database: Database, now: datetime) -> None:
    """One of a kind signs, the former is retired at the same moment."""
    later = now + timedelta(days=30)
    with database.write() as tx:
        former = kept(tx, now, "a")
        kept(tx, now, "b", is_active=False)
        retired = dkimkeys.activate(tx, DOMAIN, "b", later)

        assert retired is not None
        assert former.id == retired.id
        assert {"a": KeyState.RETIRED, "b": KeyState.ACTIVE} == states(tx)
        assert [later, later] == [one.since for one in dkimkeys.all_keys(tx)]


def test_message_signed_before_the_change_stays_good(database: Database, now: datetime) -> None:
    """As long as both records are published."""
    body = b"Hello\r\n"
    head = b"From: <news@example.org>\r\n"
    messages = []
    with database.write() as tx:
        for selector in ("a", "b"):
            kept(tx, now, selector)
            signer = Signer(dkimkeys.active_keys(tx, BOX, DOMAIN))
            signature = signer.sign(fields_of(head + b"\r\n"), hashlib.sha256(body).digest(), 0)
            messages.append(signature + head + b"\r\n" + body)
        both = [one.record for one in dkimkeys.all_keys(tx)]

    assert [[True], [True]] == [verdicts(message, both) for message in messages]
    assert [[False], [True]] == [verdicts(message, both[1:]) for message in messages]


def test_activating_twice_changes_nothing(database: Database, now: datetime) -> None:
    """Whoever is not sure says it again."""
    with database.write() as tx:
        kept(tx, now, "a")

        assert dkimkeys.activate(tx, DOMAIN, "a", now + timedelta(days=1)) is None
        assert now == dkimkeys.find(tx, DOMAIN, "a").since


def test_ed25519_signs_beside_rsa_only(database: Database, now: datetime) -> None:
    """Alone, it would leave the mail unsigned for many receivers."""
    with database.write() as tx:
        kept(tx, now, "b", ED25519, is_active=False)
        with pytest.raises(BadValue, match="beside an RSA key only"):
            dkimkeys.activate(tx, DOMAIN, "b", now)
        kept(tx, now, "a")
        dkimkeys.activate(tx, DOMAIN, "b", now)

        assert ["a", "b"] == selectors(tx)
        with pytest.raises(BadValue, match="while b signs beside it"):
            dkimkeys.retire(tx, DOMAIN, "a", now)
        dkimkeys.retire(tx, DOMAIN, "b", now)
        dkimkeys.retire(tx, DOMAIN, "a", now)
        assert [] == selectors(tx)


def test_retired_key_can_come_back(database: Database, now: datetime) -> None:
    """The new one turned out wrong."""
    with database.write() as tx:
        kept(tx, now, "a")
        kept(tx, now, "b")
        dkimkeys.retire(tx, DOMAIN, "a", now + timedelta(days=1))
        dkimkeys.activate(tx, DOMAIN, "a", now)

        assert ["a"] == selectors(tx)
        assert {"a": KeyState.ACTIVE, "b": KeyState.RETIRED} == states(tx)


@pytest.mark.parametrize(
    ("sender", "signing"),
    [
        ("example.org", ["own"]),
        ("news.example.org", ["sub"]),
        ("deep.news.example.org", ["sub"]),
        ("other.example.org", ["own"]),
        ("badexample.org", []),
        ("example.com", []),
        ("org", []),
        ("", []),
    ],
)
def test_nearest_domain_signs(database: Database, now: datetime, sender: str, signing: list[str]) -> None:
    """The sender's own, else one that it belongs to, so that d= aligns with From."""
    with database.write() as tx:
        kept(tx, now, "own")
        kept(tx, now, "sub", domain="news.example.org")
        kept(tx, now, "idle", domain="other.example.org", is_active=False)

        assert signing == selectors(tx, sender)


def test_name_of_one_label_signs_for_itself_alone(database: Database, now: datetime) -> None:
    """A name of the house has no parent, and is none."""
    with database.write() as tx:
        kept(tx, now, "a", domain="localhost")

        assert ["a"] == selectors(tx, "localhost")
        assert [] == selectors(tx, "mail.localhost")


def test_unknown_key_is_told(database: Database, now: datetime) -> None:
    """By domain and selector."""
    with database.write() as tx:
        with pytest.raises(SigningKeyNotFound, match=r"There is no DKIM key x of example\.org"):
            dkimkeys.activate(tx, DOMAIN, "x", now)
        with pytest.raises(SigningKeyNotFound):
            dkimkeys.retire(tx, DOMAIN, "x", now)


def test_database_itself_lets_one_of_a_kind_be_active(database: Database, now: datetime) -> None:
    """Whatever the code forgets."""
    with database.write() as tx:
        kept(tx, now, "a")
        kept(tx, now, "b", is_active=False)

    with pytest.raises(IntegrityError), database.write() as tx:
        tx.execute(update(dkim_key).values(state=KeyState.ACTIVE))


def test_two_that_activate_at_once_take_turns(postgres_url: str, now: datetime) -> None:
    """The later one wins, and neither meets an error of the database."""
    database = Database(postgres_url)
    with database.write() as tx:
        kept(tx, now, "a")
        kept(tx, now, "b", is_active=False)
        kept(tx, now, "c", is_active=False)

    def activate_c() -> None:
        with database.write() as tx:
            dkimkeys.activate(tx, DOMAIN, "c", now)

    other = Thread(target=activate_c)
    with database.write() as tx:
        dkimkeys.activate(tx, DOMAIN, "b", now)
        other.start()
        while not waiting_for_locks(database):
            assert other.is_alive()
    other.join()

    with database.read() as tx:
        assert {"a": KeyState.RETIRED, "b": KeyState.RETIRED, "c": KeyState.ACTIVE} == states(tx)
    database.close()
