"""Under which hash an address stands while the key is being changed: every door that asks about an address asks this first.

At any moment all that is kept of an address stands under one hash. Of people who are known it is the one in their row, which
the rotation moves with everything else of theirs. Of others it is found by the former keys, and moved when somebody meets it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

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


class Owners:
    """Whose the hashes are that a journal tells, whichever key of *keyring* made them, of people who are known.

    A hash cannot be asked whose it is under another key, so everybody has to be walked: once, at the first `look`, and at a
    later one only those who became known since.
    """

    def __init__(self, keyring: Keyring, wanted: Collection[str]) -> None:
        self._keyring = keyring
        # With one key alone everybody is found by the hash itself.
        self._wanted = wanted if keyring.former else ()
        self._ids: dict[str, int] = {}
        self._hashes: dict[int, set[str]] = {}
        self._last_id = 0

    def look(self, tx: Transaction) -> None:
        """Look at everybody who is known and was not looked at yet."""
        if not self._wanted:
            return
        people = (
            select(subscriber.c.id, subscriber.c.email_key).where(subscriber.c.id > self._last_id).order_by(subscriber.c.id)
        )
        for row in tx.execute(people.execution_options(yield_per=_CHUNK)):
            self._last_id = row.id
            for one in (self._keyring, *self._keyring.former):
                hashed = one.hash_address(row.email_key)
                if hashed in self._wanted:
                    self._ids[hashed] = row.id
                    self._hashes.setdefault(row.id, set()).add(hashed)

    def all_hashes(self, email_hash: str) -> Collection[str]:
        """Give every wanted hash of the person whose this one is, itself included."""
        owner = self._ids.get(email_hash)
        return (email_hash,) if owner is None else self._hashes[owner]

    def present(self, tx: Transaction, email_hashes: Iterable[str]) -> Mapping[str, str]:
        """Give, for those of some hashes that are of people who are known, the hash each of these has now."""
        ids = {one: self._ids[one] for one in email_hashes if one in self._ids}
        if not ids:
            return {}
        people = select(subscriber.c.id, subscriber.c.email_hash).where(subscriber.c.id.in_(batches.numbers(tx, ids.values())))
        now = {row.id: row.email_hash for row in tx.execute(people)}
        return {one: now[owner] for one, owner in ids.items() if owner in now}


def _of_people(tx: Transaction, email_keys: Sequence[str]) -> Mapping[str, str]:
    people = select(subscriber.c.email_key, subscriber.c.email_hash)
    found = tx.execute(people.where(subscriber.c.email_key.in_(batches.texts(tx, email_keys))))
    return {row.email_key: row.email_hash for row in found}
