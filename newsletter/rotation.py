"""Changing the instance's key: what was hashed and sealed with the former one is moved, and at no moment is anybody overlooked.

It begins with one commit by which the present key becomes the instance's own; whoever was started with the former one alone
can write nothing from then on. People are moved in batches, each with everything that is kept of them. Addresses of nobody
are moved when somebody meets them (subscribers.recognition), and need the former key until then.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from newsletter import failpoints, instance
from newsletter.clock import monotonic
from newsletter.database import Database
from newsletter.errors import InstanceMismatch, KeyNotChanged
from newsletter.mail import dkimkeys, ledger, mailings, relaybook
from newsletter.staff import identities, secondfactor
from newsletter.strongbox import Strongbox
from newsletter.webhooks import hookbook
from newsletter.writers import DatabaseBusy
from subscribers import rekeying
from subscribers.tokens import KEY_ID_LENGTH, Keyring
from subscribers.transaction import Transaction

# People per transaction: how long a page that wants to write has to wait, and what a kill can undo.
BATCH = 200

# Behind a batch SQLite is left to others for as long as the batch took, and no longer than this, in seconds. Whoever waits asks
# again after a while that grows; without a pause the next batch came first, and one writer in a hundred waited 3.6 s.
LONGEST_BREATH = 1.0

# Until a door that is open has been closed, or a mailer has sent what it holds. In seconds.
PAUSE = 0.05

# Rounds in a row without anybody moved before it is given up: five minutes of waiting for mailers, an hour for doors. An
# import of a million people keeps one open for nearly as long as it takes.
MOST_IDLE_ROUNDS = 6_000
MOST_BUSY_ROUNDS = 72_000


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a change of keys is."""

    people_left: int
    # Those of people included; of nobody's addresses when no people are left.
    suppressions_left: int


def require_key(tx: Transaction, keyring: Keyring) -> None:
    """Let nobody in who would not recognise everybody.

    Raises:
        InstanceMismatch: the change of keys is still to be begun, or something is remembered by a key that is not given.

    """
    check = instance.key_check(tx)
    if check in {one.key_check for one in keyring.former}:
        raise InstanceMismatch(
            "NEWSLETTER_SECRET_KEY is new, and this database still belongs to the one in NEWSLETTER_FORMER_SECRET_KEY. "
            "Stop every process and run `newsletter suppressions rotate`; nothing was changed."
        )
    # Of another key altogether: that is told elsewhere, and in other words.
    stray = rekeying.unknown_key(tx, keyring) if check == keyring.key_check else ""
    if stray:
        raise InstanceMismatch(
            f"Who left is remembered in part by a former key (id {stray[:KEY_ID_LENGTH]}), and would be written to again "
            "without it; nothing was changed. Set it in NEWSLETTER_FORMER_SECRET_KEY, beside others one a line."
        )


def is_begun(tx: Transaction, keyring: Keyring) -> bool:
    """Whether the present key is the instance's own already."""
    return instance.key_check(tx) == keyring.key_check


def begin(tx: Transaction, keyring: Keyring) -> bool:
    """Make the present key the instance's own, in a transaction beside which no door is open; gives whether that is news.

    Raises:
        KeyNotChanged: mail is on its way, or a key that is needed is not given.
        InstanceMismatch: the database belongs to a key that is not given.

    """
    if is_begun(tx, keyring):
        return False
    if instance.key_check(tx) not in {one.key_check for one in keyring.former}:
        raise InstanceMismatch(
            "This database belongs to neither NEWSLETTER_SECRET_KEY nor NEWSLETTER_FORMER_SECRET_KEY; nothing was changed. "
            "Put the key it belongs to into the latter."
        )
    stray = rekeying.unknown_key(tx, keyring)
    if stray:
        raise KeyNotChanged(f"who left is remembered in part by a key that is not given (id {stray[:KEY_ID_LENGTH]})")
    if mailings.issues_under_way(tx):
        # Messages carry tokens of the key: each try of one is to be the same bytes.
        raise KeyNotChanged("an issue is being sent; wait until it is sent, or cancel it")
    instance.set_key_check(tx, keyring.key_check)
    return True


def reseal(tx: Transaction, keyring: Keyring) -> int:
    """Seal passwords of relays, keys, secrets of webhooks and what the staff signs in with, anew; gives how many there are.

    Raises:
        SealBroken: one of them does not open with any key that is given.

    """
    strongbox = Strongbox.of(keyring)
    return sum(one.reseal(tx, strongbox) for one in (relaybook, dkimkeys, secondfactor, identities, hookbook))


def move_people(
    database: Database,
    keyring: Keyring,
    progress: Callable[[int], None] = lambda _people: None,
    *,
    ticks: Callable[[], float] = monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Move everybody who is known to the present key, in many short transactions; gives how many were moved.

    It may be killed and run again at any moment, beside pages, imports and mailers.

    Raises:
        KeyNotChanged: somebody could not be moved for five minutes, because a mailer held their mail, or nobody for an hour,
            because others were writing all the time.

    """
    moved, idle, busy = 0, 0, 0
    after = _first_left(database, keyring)
    while after is not None:
        begun = ticks()
        batch = _moved_alone(database, keyring, after)
        taken = ticks() - begun
        moved += batch.moved if batch is not None else 0
        progress(moved)
        if batch is None:
            busy = _counted(busy, MOST_BUSY_ROUNDS, "somebody was writing without a pause; run it again when less is going on")
            sleep(PAUSE)
            continue
        busy = 0
        # From the beginning when everybody was gone through: who was held is free by now.
        after = _first_left(database, keyring) if batch.is_last else batch.last_id
        if not batch.moved:
            idle = _counted(idle, MOST_IDLE_ROUNDS, "somebody's mail is held by a mailer; run it again when nothing is mailed")
            sleep(PAUSE)
            continue
        idle = 0
        if database.is_sqlite:
            sleep(min(taken, LONGEST_BREATH))
    return moved


def standing(tx: Transaction, keyring: Keyring) -> Standing:
    """Tell how much is still remembered by former keys."""
    return Standing(rekeying.people_to_move(tx, keyring), rekeying.suppressions_to_move(tx, keyring))


def _counted(rounds: int, most: int, trouble: str) -> int:
    """Count one more round in a row in which nobody was moved.

    Raises:
        KeyNotChanged: there were too many.

    """
    if rounds >= most:
        raise KeyNotChanged(trouble)
    return rounds + 1


def _first_left(database: Database, keyring: Keyring) -> int | None:
    # Asked beside the doors: walking past everybody who was moved before a kill takes a second with a million.
    with database.read() as tx:
        return rekeying.behind_the_moved(tx, keyring)


@dataclass(frozen=True, slots=True)
class _Batch:
    moved: int
    last_id: int
    # Nobody stands behind it.
    is_last: bool


def _moved_alone(database: Database, keyring: Keyring, after: int) -> _Batch | None:
    """Move a batch; None while a door is open, which says nothing of whose mail is held."""
    try:
        with database.write_alone() as tx:
            batch = _move_batch(tx, keyring, after)
    except DatabaseBusy:
        return None
    failpoints.hit("people.rekeyed")
    return batch


def _move_batch(tx: Transaction, keyring: Keyring, after: int) -> _Batch:
    people = rekeying.next_people(tx, keyring, after, BATCH)
    # Whoever's message is at the gate is asked about by the hash it has: they are moved when it is through.
    free = ledger.at_rest(tx, [one.subscriber_id for one in people])
    rekeying.move(tx, [one for one in people if one.subscriber_id in free])
    last_id = people[-1].subscriber_id if people else after
    return _Batch(len(free), last_id, is_last=len(people) < BATCH)
