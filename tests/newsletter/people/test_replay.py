"""Row D16: a restored database learns from the journals who said no since the backup, and nobody is written to again."""

import contextlib
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.database import Database
from newsletter.people import keepout
from newsletter.people import replay as reading
from newsletter.people.erase import erase
from newsletter.people.replay import BATCH
from newsletter.people.withdraw import withdraw, withdraw_everywhere
from newsletter.staff.permissions import LOCAL_OPERATOR
from subscribers import journal, records, register, suppression
from subscribers.address import parse
from subscribers.consent import Act
from subscribers.errors import SubscriberNotFound
from subscribers.journal import Line, Said, Unread
from subscribers.model import EVERY_LIST, Reason
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.conftest import SECRET
from tests.harness import mailroom
from tests.harness.mailroom import Mailroom
from tests.harness.people import COMMAND, LINK, ONE_CLICK, a_list, ask, audience_of, join, later, move
from tests.harness.postgres import waiting_for_locks

HOUR = timedelta(hours=1)


class _Restored(Exception):  # noqa: N818 -- named for what happened
    """The database is what it was before."""


def said(database: Database, act: Callable[[Transaction], object]) -> tuple[Line, ...]:
    """Give what the journal gets for an act, of which the database then knows nothing, as behind a restored backup."""
    lines: tuple[Line, ...] = ()
    with contextlib.suppress(_Restored), database.write() as tx:
        act(tx)
        lines = journal.settle(tx)
        raise _Restored
    return lines


def read_again(database: Database, keyring: Keyring, lines: Sequence[Line | Unread]) -> dict[str, int]:
    """Replay lines; gives the fates that any had."""
    fates = reading.replay(database.write, keyring, lambda: lines)
    return {fate.value: count for fate, count in fates.items() if count}


def about_ann(keyring: Keyring, reason: Reason, at: datetime, scope: str = "*", kind: Said = Said.NO) -> Line:
    """Give a line about Ann."""
    return Line(at, kind, reason, scope, keyring.hash_address("ann@example.net"))


def audience(database: Database, room: Mailroom) -> list[str]:
    """Give who may be written to."""
    with database.read() as tx:
        return [address.partition("@")[0] for address in audience_of(tx, room.list_id)]


def reason(database: Database, keyring: Keyring, name: str, list_id: int) -> Reason | None:
    """Give why somebody must not be written to on a list."""
    with database.read() as tx:
        return suppression.reason_of(tx, keyring.hash_address(f"{name}@example.net"), list_id)


def test_who_left_since_the_backup_is_obeyed_again(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """Ann left by one click, Bob left everything, Cem was erased; reading it twice changes nothing more."""
    with database.read() as tx:
        ann, bob, cem = (mailroom.subscription_of(tx, name) for name in ("ann", "bob", "cem"))
    lines = [
        *said(database, lambda tx: withdraw(tx, keyring, ann.id, now + HOUR, ONE_CLICK)),
        *said(database, lambda tx: withdraw_everywhere(tx, keyring, bob.subscriber_id, now + HOUR, COMMAND)),
        *said(database, lambda tx: erase(tx, keyring, cem.subscriber_id, now + HOUR)),
    ]
    assert ["ann", "bob", "cem"] == audience(database, room)

    read_again(database, keyring, lines)

    assert [] == audience(database, room)
    assert [None, Reason.UNSUBSCRIBED, Reason.ERASED] == [
        reason(database, keyring, name, room.list_id + 1) for name in ("ann", "bob", "cem")
    ]
    with database.read() as tx:
        assert {"skipped"} == set(mailroom.states(tx, room.letter_id).values())
        assert [Act.WITHDRAWN] == [one.act for one in register.consent_of(tx, lines[0].email_hash)][-1:]
        with pytest.raises(SubscriberNotFound):
            register.find(tx, parse("cem@example.net"))
    assert {"known": len(lines)} == read_again(database, keyring, lines)


def test_who_is_not_known_is_kept_out_of_what_comes_later(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """They joined and left after the backup: an import of the old file does not bring them."""
    line = Line(now, Said.NO, Reason.UNSUBSCRIBED, journal.EVERY, keyring.hash_address("dee@example.net"))

    assert {"applied": 1} == read_again(database, keyring, [line])
    assert Reason.UNSUBSCRIBED == reason(database, keyring, "dee", room.list_id)


def test_yes_that_a_person_gave_since_stands(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """On that list; their no to all the others holds. A backup from after the yes knows both."""
    with database.write() as tx:
        other = a_list(tx, now, "Other").id
        standing = mailroom.subscription_of(tx, "ann")
        withdraw_everywhere(tx, keyring, standing.subscriber_id, now + HOUR, COMMAND)
        lines = journal.settle(tx)
    with database.write() as tx:
        join(tx, keyring, room.list_id, "ann@example.net", later(now))

    read_again(database, keyring, lines)

    assert ["ann", "bob", "cem"] == audience(database, room)
    assert [None, Reason.UNSUBSCRIBED] == [reason(database, keyring, "ann", one) for one in (room.list_id, other)]


def test_yes_of_who_had_the_address_before_is_not_its_owners(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """Ann said yes once more after the no of her address, and moved on; whom an import brought to it since said nothing."""
    soon = later(now)
    with database.write() as tx:
        ann = register.find(tx, parse("ann@example.net"))
        withdraw(tx, keyring, mailroom.subscription_of(tx, "ann").id, now + HOUR, ONE_CLICK)
        join(tx, keyring, room.list_id, "ann@example.net", soon)
        move(tx, keyring, ann, "ann@new.example", soon + HOUR)
        register.add(tx, keyring, room.list_id, parse("ann@example.net"), "", soon + HOUR, COMMAND, is_confirmed=True)
    assert ["ann", "ann", "bob", "cem"] == audience(database, room)

    assert {"applied": 1} == read_again(database, keyring, [about_ann(keyring, Reason.UNSUBSCRIBED, now + HOUR, "readers")])
    with database.read() as tx:
        assert ["ann@new.example", "bob@example.net", "cem@example.net"] == audience_of(tx, room.list_id)


def test_no_to_everything_holds_behind_what_the_staff_lifts(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """It is evidence again, once, however often it is read."""
    lines = [about_ann(keyring, Reason.MANUAL, now), about_ann(keyring, Reason.UNSUBSCRIBED, now + HOUR)]
    for _ in range(2):
        read_again(database, keyring, lines)
    with database.write() as tx:
        keepout.lift(tx, LOCAL_OPERATOR, keyring.hash_address("ann@example.net"), now + 2 * HOUR, list_id=EVERY_LIST)
        left = [one.list_id for one in register.consent_of(tx, lines[0].email_hash) if one.act is Act.WITHDRAWN]

    assert [room.list_id, None] == left
    assert Reason.UNSUBSCRIBED == reason(database, keyring, "ann", room.list_id + 1)


def test_what_an_import_says_since_is_no_yes(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """Whoever imports into a restored database before its journals are read brings nobody back."""
    dee = keyring.hash_address("dee@example.net")
    with database.write() as tx:
        register.add(tx, keyring, room.list_id, parse("dee@example.net"), "", now + 2 * HOUR, COMMAND, is_confirmed=True)

    read_again(database, keyring, [Line(now + HOUR, Said.NO, Reason.ERASED, journal.EVERY, dee)])

    assert ["ann", "bob", "cem"] == audience(database, room)
    assert Reason.ERASED == reason(database, keyring, "dee", room.list_id)


def test_wish_from_after_the_no_stays_a_wish(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """Erased, and asked again: the mail that is under way to them can still be answered by their yes."""
    with database.write() as tx:
        due = ask(tx, keyring, room.list_id, "dee@example.net", now + 2 * HOUR)
    dee = keyring.hash_address("dee@example.net")

    assert {"applied": 1} == read_again(database, keyring, [Line(now + HOUR, Said.NO, Reason.ERASED, journal.EVERY, dee)])
    with database.write() as tx:
        register.confirm(tx, keyring, due.confirmation_id, now + 3 * HOUR, LINK)
    assert ["ann", "bob", "cem", "dee"] == audience(database, room)


def test_complaint_the_staff_lifted_stays_lifted(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """In whatever order the lines come, from several hosts; one that came after the lifting holds."""
    before = about_ann(keyring, Reason.COMPLAINED, now)
    lifted = about_ann(keyring, Reason.COMPLAINED, now + HOUR, kind=Said.LIFTED)
    for lines in permutations([before, lifted]):
        read_again(database, keyring, lines)
        assert reason(database, keyring, "ann", room.list_id) is None
    after = about_ann(keyring, Reason.COMPLAINED, now + 2 * HOUR)
    for lines in permutations([before, lifted, after]):
        read_again(database, keyring, lines)
        assert Reason.COMPLAINED == reason(database, keyring, "ann", room.list_id)


def test_lifting_by_the_staff_lifts_no_word_of_the_person(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """Only their own fresh yes does."""
    own = about_ann(keyring, Reason.UNSUBSCRIBED, now)
    lifted = about_ann(keyring, Reason.COMPLAINED, now + HOUR, kind=Said.LIFTED)

    assert {"applied": 1, "known": 1} == read_again(database, keyring, [lifted, own])
    assert {"known": 2} == read_again(database, keyring, [own, lifted])
    assert Reason.UNSUBSCRIBED == reason(database, keyring, "ann", room.list_id)


@pytest.mark.parametrize("scope", ["readers", "*"])
@pytest.mark.parametrize("who", ["ann", "dee"])
def test_no_holds_behind_a_complaint_that_only_the_backup_had(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom, who: str, scope: str
) -> None:
    """The backup knows the complaint; since then they left, and the staff lifted it. Of whoever is known or not."""
    email_hash = keyring.hash_address(f"{who}@example.net")
    list_id = EVERY_LIST if scope == "*" else room.list_id
    with database.write() as tx:
        suppression.suppress(tx, email_hash, Reason.COMPLAINED, now, list_id=list_id)
    lines = [
        Line(now + HOUR, Said.NO, Reason.UNSUBSCRIBED, scope, email_hash),
        Line(now + 2 * HOUR, Said.LIFTED, Reason.COMPLAINED, scope, email_hash),
    ]

    assert {"applied": 2} == read_again(database, keyring, lines)
    assert Reason.UNSUBSCRIBED == reason(database, keyring, who, room.list_id)
    assert {"known": 2} == read_again(database, keyring, lines)


def test_reading_and_coming_back_at_once_do_not_wait_for_each_other_for_ever(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """Whoever says yes has their own row first and their suppression after it; so has the reading."""
    with database.write() as tx:
        ann = mailroom.subscription_of(tx, "ann")
        withdraw_everywhere(tx, keyring, ann.subscriber_id, now, COMMAND)
        lines = journal.settle(tx)
        waits = tx.dialect.name == "postgresql"

    with ThreadPoolExecutor(1) as other:
        with database.write() as tx:
            records.hold_person(tx, ann.subscriber_id)
            again = other.submit(read_again, database, keyring, lines)
            while waits and not waiting_for_locks(database):
                assert not again.done()
            suppression.take_back(tx, keyring.hash_address("ann@example.net"), room.list_id)

        assert len(lines) == sum(again.result().values())


def test_what_cannot_be_applied_is_told(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """Damage, lines of another key, and lists that this database does not have; the others are applied."""
    lines: list[Line | Unread] = [
        Unread.DAMAGED,
        about_ann(keyring, Reason.UNSUBSCRIBED, now, "no-such-list"),
        Unread.FOREIGN,
        about_ann(keyring, Reason.MANUAL, now),
    ]

    assert {"applied": 1, "no_list": 1, "damaged": 1, "foreign": 1} == read_again(database, keyring, lines)
    assert ["bob", "cem"] == audience(database, room)


def test_killed_in_the_middle_and_begun_again_is_as_once(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """What was applied before is known then."""
    lines = [
        Line(now, Said.NO, Reason.UNSUBSCRIBED, journal.EVERY, keyring.hash_address(f"reader{number}@example.net"))
        for number in range(2 * BATCH + 1)
    ]

    def breaking(done: int) -> None:
        if done > BATCH:
            raise _Restored

    with pytest.raises(_Restored):
        reading.replay(database.write, keyring, lambda: lines, breaking)

    assert {"applied": 1, "known": 2 * BATCH} == read_again(database, keyring, lines)


START = datetime(2020, 2, 1, 8, 0, tzinfo=UTC)
KEYRING = Keyring(SECRET)
SAID = st.builds(
    Line,
    at=st.integers(1, 50).map(lambda minutes: START + timedelta(minutes=minutes)),
    said=st.just(Said.NO),
    reason=st.sampled_from([Reason.UNSUBSCRIBED, Reason.ERASED, Reason.COMPLAINED, Reason.MANUAL]),
    scope=st.sampled_from(["readers", journal.EVERY]),
    email_hash=st.sampled_from(["ann", "bob", "cem", "dee"]).map(lambda name: KEYRING.hash_address(f"{name}@example.net")),
)
LIFTED = SAID.map(lambda line: replace(line, said=Said.LIFTED, reason=Reason.COMPLAINED))
LINES = st.lists(SAID | SAID | LIFTED, max_size=8)


@settings(max_examples=20, deadline=None)
@given(LINES.flatmap(lambda lines: st.tuples(st.just(lines), st.permutations(lines))))
def test_order_does_not_matter_to_who_is_kept_out(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, told: tuple[list[Line], list[Line]]
) -> None:
    """Whatever was said by whom, in whatever order and how often it is read: the same people may be written to."""
    audiences = []
    for lines in (told[0], told[1] * 2):
        path = tmp_path_factory.mktemp("replay") / "newsletter.db"
        shutil.copy(sqlite_template, path)
        database = Database(f"sqlite:///{path}")
        with database.write() as tx:
            room = mailroom.open_mailroom(tx, KEYRING, START, ("ann", "bob", "cem"))
        read_again(database, KEYRING, lines)
        audiences.append(audience(database, room))
        database.close()
    said_no = {line.email_hash for line in told[0] if line.said is Said.NO and line.reason in suppression.OWN_WORD}

    assert audiences[0] == audiences[1]
    assert not said_no & {KEYRING.hash_address(f"{name}@example.net") for name in audiences[0]}
