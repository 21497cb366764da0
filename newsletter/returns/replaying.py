"""Reading again what was kept, with today's rules: what counts newly is applied, and nothing is doubled or taken back."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.returns import apply, attribution, classify, following, marks, returnbook
from newsletter.returns.fate import Fate, Followed
from newsletter.returns.hooks import batches
from newsletter.returns.hooks.providers import PROVIDERS
from newsletter.returns.marks import Mark
from newsletter.returns.model import Kind, Reading
from newsletter.returns.returnbook import Kept
from subscribers.tokens import Keyring, Purpose
from subscribers.transaction import Transaction

# Messages per transaction: how long a page that wants to write has to wait.
BATCH = 50

# Of these nothing has counted yet.
_IDLE = frozenset({Fate.UNATTRIBUTED, Fate.UNREADABLE})
# What was done for a person stays done.
_DONE = frozenset({Followed.SUPPRESSED, Followed.LEFT, Followed.PROBED, Followed.PROBE_OWED})

Begin = Callable[[], AbstractContextManager[Transaction]]


class _Rehearsed(Exception):  # noqa: N818 -- named for what happened
    """Ends a transaction whose outcome is known and whose changes are not wanted."""


@dataclass(slots=True)
class Replayed:
    """What came of reading everything again."""

    read: int = 0
    # Read as something else than before.
    changed: int = 0
    # Counted for nothing before, and is applied now.
    applied: int = 0
    # What newly followed.
    followed: Counter[str] = field(default_factory=Counter)


def replay(
    begin: Begin,
    keyring: Keyring,
    now: datetime,
    *,
    is_rehearsal: bool = False,
    progress: Callable[[int], None] = lambda _read: None,
) -> Replayed:
    """Read every kept message again, some in each transaction; a rehearsal takes each back.

    What was read when it is broken off stays so, and to begin again changes nothing of it.
    """
    replayed, after = Replayed(), 0
    while True:
        with suppress(_Rehearsed), begin() as tx:
            rows = returnbook.kept_after(tx, after, BATCH)
            for row in rows:
                _read_again(tx, keyring, row, replayed, now)
            if is_rehearsal:
                raise _Rehearsed
        if not rows:
            return replayed
        after = rows[-1].id
        progress(replayed.read)


def _read(kept: Kept, now: datetime) -> tuple[Reading, tuple[Mark, ...]]:
    """Read what is kept: a message, or what a provider told."""
    if kept.came_by not in PROVIDERS:
        return classify.read(kept.raw), marks.find(kept.raw, kept.recipient)
    event = batches.again(kept.came_by, kept.raw, now)
    # What would not be kept today stays what it was.
    return (kept.reading, ()) if event is None else (event.reading, apply.marks_of(event))


def _read_again(tx: Transaction, keyring: Keyring, kept: Kept, replayed: Replayed, now: datetime) -> None:
    if not kept.raw or kept.fate is Fate.WAITING:
        return
    replayed.read += 1
    (reading, found), before = _read(kept, now), kept.reading
    is_other = (reading.kind, reading.cause) != (before.kind, before.cause)
    if is_other:
        replayed.changed += 1
        returnbook.set_reading(tx, kept.id, reading)
    if kept.fate in _IDLE:
        taken = apply.sort_out(
            tx, keyring, apply.Message(kept.id, kept.subject, kept.happened_at, kept.raw), found, reading, now
        )
        if taken.fate not in _IDLE:
            replayed.applied += 1
            replayed.followed[str(taken.followed or taken.fate)] += 1
        return
    if not is_other:
        return
    attributed = attribution.attribute(keyring, found, reading.kind)
    if attributed is None or attributed.purpose is Purpose.UNSUBSCRIBE:
        # A no was taken, whatever it is called today.
        return
    fact = returnbook.fact_of_message(tx, kept.id)
    target = returnbook.target_of(tx, attributed.number)
    if fact is None or target is None or fact.delivery_id != target.delivery_id or reading.kind is Kind.REPLY:
        return
    if not returnbook.change_fact(tx, fact.id, target, reading) or Followed(fact.followed) in _DONE:
        return
    followed = following.follow(tx, keyring, fact.id, target, reading, fact.at, now)
    if followed != fact.followed:
        replayed.followed[str(followed)] += 1
