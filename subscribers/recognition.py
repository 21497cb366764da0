"""Under which hash an address stands while the key is being changed: every door that asks about an address asks this first.

At any moment all that is kept of an address stands under one hash. Of people who are known it is the one in their row, which
the rotation moves with everything else of theirs. Of others it is found by the former keys, and moved when somebody meets it.
"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select

from subscribers import batches, rekeying
from subscribers.rekeying import Move
from subscribers.tables.evidence import suppression
from subscribers.tables.people import subscriber
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

# People fetched at a time when all are walked.
_CHUNK = 1_000


def hash_of(tx: Transaction, keyring: Keyring, email_key: str) -> str:
    """Give the hash under which everything about an address stands in this transaction, which may write."""
    if not keyring.former:
        return keyring.hash_address(email_key)
    return hashes_of(tx, keyring, [email_key])[email_key]


def hashes_of(tx: Transaction, keyring: Keyring, email_keys: Sequence[str]) -> Mapping[str, str]:
    """Give the hashes of many addresses, by their keys, in a transaction that may write."""
    hashes = {key: keyring.hash_address(key) for key in email_keys}
    if not keyring.former or not email_keys:
        return hashes
    known = _of_people(tx, email_keys)
    met = [Move(one.hash_address(key), hashes[key]) for key in email_keys if key not in known for one in keyring.former]
    rekeying.move(tx, met)
    return {**hashes, **known}


def look_up(tx: Transaction, keyring: Keyring, email_key: str) -> str:
    """Give the same in a transaction that only reads."""
    present = keyring.hash_address(email_key)
    if not keyring.former:
        return present
    known = _of_people(tx, [email_key])
    if known:
        return known[email_key]
    former = [one.hash_address(email_key) for one in keyring.former]
    found = tx.execute(select(suppression.c.email_hash).where(suppression.c.email_hash.in_([present, *former]))).scalars()
    return next(iter(found), present)


def forget_former(tx: Transaction, keyring: Keyring, email_key: str) -> str:
    """Move an address that is about to be nobody's, and give its present hash."""
    present = keyring.hash_address(email_key)
    rekeying.move(tx, [Move(one.hash_address(email_key), present) for one in keyring.former])
    return present


def of_former(tx: Transaction, keyring: Keyring, wanted: Collection[str]) -> Mapping[str, str]:
    """Give for those of *wanted* that are former hashes of people who are known the hashes they have now."""
    if not keyring.former or not wanted:
        return {}
    people = select(subscriber.c.email_key, subscriber.c.email_hash).execution_options(yield_per=_CHUNK)
    return {
        former: row.email_hash
        for row in tx.execute(people)
        for one in keyring.former
        if (former := one.hash_address(row.email_key)) in wanted
    }


def _of_people(tx: Transaction, email_keys: Sequence[str]) -> Mapping[str, str]:
    people = select(subscriber.c.email_key, subscriber.c.email_hash)
    found = tx.execute(people.where(subscriber.c.email_key.in_(batches.texts(tx, email_keys))))
    return {row.email_key: row.email_hash for row in found}
