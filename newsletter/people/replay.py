"""Reading journals again: whoever said no after the backup was made is obeyed by the database that was restored from it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import islice

from newsletter.people import erase, withdraw
from subscribers import acts, journal, records, register, suppression
from subscribers.consent import Act, Door, Evidence
from subscribers.exchange.turns import Begin, turn
from subscribers.journal import Line, Said, Unread
from subscribers.model import EVERY_LIST, Reason, Subscriber, SubscriptionState
from subscribers.recognition import Owners
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

# Lines per transaction: how long a page that wants to write has to wait, and what a kill can undo.
BATCH = 100

EVIDENCE = Evidence(Door.COMMAND, "Read again from the journal.")


class Fate(StrEnum):
    """What became of a line."""

    # It was not known, or somebody was not kept out for it.
    APPLIED = "applied"
    # It was known.
    KNOWN = "known"
    # It was taken back since: by a fresh yes of the person, or by the staff.
    OUTDATED = "outdated"
    # It is about a list that this database does not have.
    NO_LIST = "no_list"
    DAMAGED = "damaged"
    # Sealed with a key that nobody gave.
    FOREIGN = "foreign"


# When the staff last lifted what: of whom (by hash), in which scope, and whether the person's own word.
_Lifted = dict[tuple[str, str, bool], datetime]


@dataclass(frozen=True, slots=True)
class _Desk:
    """What all lines share."""

    keyring: Keyring
    # The lists there are, by slug.
    lists: Mapping[str, int]
    lifted: _Lifted
    owners: Owners
    # Of people who are known: the hashes they have now, by those that any key made.
    present: Mapping[str, str]


def replay(
    begin: Begin,
    keyring: Keyring,
    read: Callable[[], Iterable[Line | Unread]],
    progress: Callable[[int], None] = lambda _lines: None,
    *,
    look: Begin | None = None,
) -> Mapping[Fate, int]:
    """Apply all lines that *read* gives, which is asked several times for the same; gives how many had which fate.

    In any order and any number of times: the same lines again change nothing. *begin* gives a transaction that may write;
    many short ones are taken. *look* gives one that only reads, for what would hold others up. *progress* is told how many
    lines are done.
    """
    lifted = _liftings(read())
    owners = Owners(keyring, _hashes(read()) if keyring.former else ())
    with (look or begin)() as tx:
        # Everybody is walked: not while others wait to write.
        owners.look(tx)
    fates: Counter[Fate] = Counter()
    lines = iter(read())
    while batch := tuple(islice(lines, BATCH)):
        with turn(begin) as tx:
            owners.look(tx)
            lists = {one.slug: one.id for one in register.all_lists(tx)}
            present = owners.present(tx, _hashes(batch))
            # Before their suppressions, as whoever says yes or no themselves has it.
            records.hold_known(tx, [present.get(one, one) for one in _hashes(batch)])
            desk = _Desk(keyring, lists, lifted, owners, present)
            fates.update([_fate(tx, desk, line) for line in batch])
        progress(fates.total())
    return {fate: fates[fate] for fate in Fate}


def _hashes(lines: Iterable[Line | Unread]) -> frozenset[str]:
    return frozenset(line.email_hash for line in lines if isinstance(line, Line))


def _liftings(lines: Iterable[Line | Unread]) -> _Lifted:
    """Give when the staff last lifted what of whom; there are few of these."""
    lifted: _Lifted = {}
    for line in lines:
        if isinstance(line, Line) and line.said is Said.LIFTED:
            key = _place(line, line.email_hash)
            lifted[key] = max(line.at, lifted.get(key, line.at))
    return lifted


def _fate(tx: Transaction, desk: _Desk, line: Line | Unread) -> Fate:
    if isinstance(line, Unread):
        return Fate.DAMAGED if line is Unread.DAMAGED else Fate.FOREIGN
    list_id = EVERY_LIST if line.scope == journal.EVERY else desk.lists.get(line.scope)
    if list_id is None:
        return Fate.NO_LIST
    if line.said is Said.LIFTED:
        email_hash = desk.present.get(line.email_hash, line.email_hash)
        is_own = line.reason in suppression.OWN_WORD
        lifted = suppression.lift_older(tx, email_hash, line.at, list_id=list_id, is_own=is_own)
        return Fate.APPLIED if lifted else Fate.KNOWN
    if _was_lifted(desk, line):
        return Fate.OUTDATED
    return _take_no(tx, desk, replace(line, email_hash=desk.present.get(line.email_hash, line.email_hash)), list_id)


def _was_lifted(desk: _Desk, line: Line) -> bool:
    """Whether the staff took it back since, under whichever key."""
    places = [_place(line, email_hash) for email_hash in desk.owners.all_hashes(line.email_hash)]
    return any(desk.lifted[place] >= line.at for place in places if place in desk.lifted)


def _place(line: Line, email_hash: str) -> tuple[str, str, bool]:
    # A complaint that is lifted lifts no word of the person; a burst of clicks by a scanner that is undone does.
    return (email_hash, line.scope, line.reason in suppression.OWN_WORD)


def _take_no(tx: Transaction, desk: _Desk, line: Line, list_id: int) -> Fate:
    person = register.find_by_hash(tx, line.email_hash)
    if person is None or line.reason not in suppression.OWN_WORD:
        is_known = not suppression.suppress(tx, line.email_hash, line.reason, line.at, list_id=list_id)
        # Whoever was erased may have been a guest.
        is_guest = line.reason is Reason.ERASED and erase.erase_guest_of_hash(tx, desk.keyring, line.email_hash, line.at)
        return _known_or_applied(not is_known or is_guest)
    yes = _said_yes_since(tx, person, line.at)
    if line.reason is Reason.ERASED and not yes and person.created_at <= line.at:
        erase.erase(tx, desk.keyring, person.id, line.at, EVIDENCE)
        return Fate.APPLIED
    open_scope = [list_id] if list_id != EVERY_LIST or not yes else list(desk.lists.values())
    kept_out = [one for one in open_scope if one not in yes]
    if not kept_out:
        return Fate.OUTDATED
    is_news = [suppression.suppress(tx, line.email_hash, line.reason, line.at, list_id=one) for one in kept_out]
    left = _withdraw(tx, desk, person, line, frozenset(kept_out))
    if EVERY_LIST in kept_out:
        register.record_no_to_all(tx, desk.keyring, person.id, line.at, EVIDENCE)
    return _known_or_applied(any(is_news) or left)


def _withdraw(tx: Transaction, desk: _Desk, person: Subscriber, line: Line, scope: frozenset[int]) -> bool:
    """Let a person leave the lists of *scope* as they did before; a wish to join from after that stays a wish."""
    left = False
    for standing in register.subscriptions_of(tx, person.id):
        is_meant = EVERY_LIST in scope or standing.list_id in scope
        asked_since = standing.requested_at is not None and standing.requested_at > line.at
        if is_meant and standing.state is not SubscriptionState.WITHDRAWN and not asked_since:
            withdraw.withdraw(tx, desk.keyring, standing.id, line.at, EVIDENCE)
            left = True
    return left


def _said_yes_since(tx: Transaction, person: Subscriber, at: datetime) -> frozenset[int]:
    """Give the lists the person has confirmed themselves since: nothing that an import says of them counts.

    Nor what somebody else says who had their address before.
    """
    said = acts.of_person(tx, person.id)
    return frozenset(one.list_id for one in said if one.act is Act.CONFIRMED and one.at > at and one.list_id is not None)


def _known_or_applied(is_news: bool) -> Fate:  # noqa: FBT001 -- one fact
    return Fate.APPLIED if is_news else Fate.KNOWN
