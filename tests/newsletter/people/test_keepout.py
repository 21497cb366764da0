"""Who may keep an address out, and who may let it back in."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from newsletter.database import Database
from newsletter.errors import NotPermitted, NotSuppressed, OwnWordHolds
from newsletter.people import keepout
from newsletter.people.erase import erase
from newsletter.people.keepout import BATCH, KeepOut, KeptOut
from newsletter.people.withdraw import withdraw, withdraw_everywhere
from newsletter.staff.permissions import LOCAL_OPERATOR, Actor, Role
from subscribers import records, register, suppression
from subscribers.address import parse
from subscribers.consent import Act
from subscribers.exchange.model import PersonRow, Standing
from subscribers.model import EVERY_LIST, Reason, SubscriptionState
from subscribers.outcomes import Suppressed
from subscribers.tokens import Keyring
from tests.harness import mailroom, people
from tests.harness.mailroom import Mailroom
from tests.harness.people import COMMAND, FORM, LINK, ONE_CLICK, audience_of
from tests.harness.postgres import waiting_for_locks

PUBLISHER = Actor("Pia", Role.PUBLISHER)
HOUR = timedelta(hours=1)
ANN = parse("ann@example.net")


def row(number: int, email: str, standing: Standing = Standing.GOOD) -> PersonRow:
    """Give a row of a file."""
    return PersonRow(number, email, name="", language="", standing=standing, requested_at="", confirmed_at="", damage="")


def test_kept_out_for_every_list_keeps_back_what_is_on_its_way(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """The second time it is no news."""
    terms = KeepOut(Reason.MANUAL, EVERY_LIST, now)
    with database.write() as tx:
        assert [True, False] == [keepout.keep_out(tx, keyring, ANN, terms) for _ in range(2)]
        states = mailroom.states(tx, room.letter_id)

        assert {"ann": "skipped", "bob": "pending", "cem": "pending"} == states
        assert ["bob@example.net", "cem@example.net"] == audience_of(tx, room.list_id)


def test_kept_out_is_told_at_every_door(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """In any spelling: on the form and by the command; the import and the gate have tests of their own."""
    with database.write() as tx:
        keepout.keep_out(tx, keyring, parse("dee@example.net"), KeepOut(Reason.COMPLAINED, EVERY_LIST, now))
        dee = parse("DEE@EXAMPLE.net")

        assert Suppressed(Reason.COMPLAINED) == register.request(tx, keyring, room.list_id, dee, "", now, FORM)
        assert Suppressed(Reason.COMPLAINED) == register.add(
            tx, keyring, room.list_id, dee, "", now, COMMAND, is_confirmed=True
        )


@pytest.mark.parametrize("act", ["leave", "erase"])
def test_own_word_is_lifted_by_nobody_else(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom, act: str
) -> None:
    """Not even by an administrator."""
    email_hash = keyring.hash_address(ANN.key)
    with database.write() as tx:
        standing = mailroom.subscription_of(tx, "ann")
        if act == "leave":
            withdraw(tx, keyring, standing.id, now, ONE_CLICK)
        else:
            erase(tx, keyring, standing.subscriber_id, now)
        scope = room.list_id if act == "leave" else EVERY_LIST

        with pytest.raises(OwnWordHolds, match="joining again"):
            keepout.lift(tx, LOCAL_OPERATOR, email_hash, now, list_id=scope)
        assert suppression.is_suppressed(tx, email_hash, room.list_id)


def test_complaint_is_lifted_by_administrators_only(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """A publisher may lift a bounce."""
    email_hash = keyring.hash_address(ANN.key)
    with database.write() as tx:
        suppression.suppress(tx, email_hash, Reason.COMPLAINED, now)
        suppression.suppress(tx, email_hash, Reason.BOUNCED, now, list_id=room.list_id)

        with pytest.raises(NotPermitted, match="may not lift complaints"):
            keepout.lift(tx, PUBLISHER, email_hash, now, list_id=EVERY_LIST)
        assert Reason.BOUNCED == keepout.lift(tx, PUBLISHER, email_hash, now, list_id=room.list_id)
        assert Reason.COMPLAINED == keepout.lift(tx, LOCAL_OPERATOR, email_hash, now, list_id=EVERY_LIST)
        with pytest.raises(NotSuppressed):
            keepout.lift(tx, LOCAL_OPERATOR, email_hash, now, list_id=EVERY_LIST)
        assert not suppression.is_suppressed(tx, email_hash, room.list_id)


@pytest.mark.parametrize("is_first", [True, False])
def test_a_complaint_is_not_lifted_with_the_staffs_word(
    database: Database, keyring: Keyring, now: datetime, *, is_first: bool
) -> None:
    """Whichever was said first: whoever may not lift complaints lifts none behind their own word."""
    email_hash = keyring.hash_address(ANN.key)
    said = (Reason.COMPLAINED, Reason.MANUAL) if is_first else (Reason.MANUAL, Reason.COMPLAINED)
    with database.write() as tx:
        for hours, reason in enumerate(said):
            keepout.keep_out(tx, keyring, ANN, KeepOut(reason, EVERY_LIST, now + hours * HOUR))

        assert Reason.MANUAL == keepout.lift(tx, PUBLISHER, email_hash, now + 2 * HOUR, list_id=EVERY_LIST)
        standing = suppression.said_by_others(tx, email_hash, EVERY_LIST)
        assert standing is not None
        assert (Reason.COMPLAINED, now if is_first else now + HOUR) == (standing.reason, standing.at)
        with pytest.raises(NotPermitted, match="may not lift complaints"):
            keepout.lift(tx, PUBLISHER, email_hash, now + 2 * HOUR, list_id=EVERY_LIST)
        assert Reason.COMPLAINED == keepout.lift(tx, LOCAL_OPERATOR, email_hash, now + 2 * HOUR, list_id=EVERY_LIST)
        assert suppression.reason_of_scope(tx, email_hash, EVERY_LIST) is None


def test_who_was_lifted_and_is_kept_out_again_has_no_old_complaint(database: Database, keyring: Keyring, now: datetime) -> None:
    """A complaint that an administrator lifted is gone, also behind what is said later."""
    email_hash = keyring.hash_address(ANN.key)
    with database.write() as tx:
        keepout.keep_out(tx, keyring, ANN, KeepOut(Reason.COMPLAINED, EVERY_LIST, now))
        keepout.lift(tx, LOCAL_OPERATOR, email_hash, now, list_id=EVERY_LIST)
        keepout.keep_out(tx, keyring, ANN, KeepOut(Reason.MANUAL, EVERY_LIST, now + HOUR))
        keepout.lift(tx, PUBLISHER, email_hash, now + HOUR, list_id=EVERY_LIST)

        assert suppression.reason_of_scope(tx, email_hash, EVERY_LIST) is None


def test_what_came_in_between_is_not_lifted(database: Database, keyring: Keyring, now: datetime) -> None:
    """Somebody looked at a bounce; the complaint that replaced it meanwhile stands."""
    email_hash = keyring.hash_address(ANN.key)
    with database.write() as tx:
        suppression.suppress(tx, email_hash, Reason.COMPLAINED, now)

        assert not suppression.lift_word(tx, email_hash, Reason.BOUNCED, now, list_id=EVERY_LIST)
        assert Reason.COMPLAINED is suppression.reason_of_scope(tx, email_hash, EVERY_LIST)


@pytest.mark.parametrize("act", ["leave", "leave everything", "erase", "come back", "erase and come back"])
def test_own_word_behind_a_complaint_holds_when_that_is_lifted(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom, act: str
) -> None:
    """Whoever was called a complainer by mistake and left has still left; whoever came back is back."""
    email_hash = keyring.hash_address(ANN.key)
    with database.write() as tx:
        standing = mailroom.subscription_of(tx, "ann")
        scope = room.list_id if act in {"leave", "come back"} else EVERY_LIST
        if act == "come back":
            withdraw(tx, keyring, standing.id, now + HOUR, ONE_CLICK)
        elif act == "erase and come back":
            erase(tx, keyring, standing.subscriber_id, now + HOUR)
        if act.endswith("come back"):
            people.join(tx, keyring, room.list_id, "ann@example.net", people.later(now))
        suppression.suppress(tx, email_hash, Reason.COMPLAINED, now, list_id=scope)
        if act == "leave":
            withdraw(tx, keyring, standing.id, now + HOUR, ONE_CLICK)
        elif act == "leave everything":
            withdraw_everywhere(tx, keyring, standing.subscriber_id, now + HOUR, LINK)
        elif act == "erase":
            erase(tx, keyring, standing.subscriber_id, now + HOUR)
        keepout.lift(tx, LOCAL_OPERATOR, email_hash, people.later(now) + HOUR, list_id=scope)
        expected = {"leave": Reason.UNSUBSCRIBED, "leave everything": Reason.UNSUBSCRIBED, "erase": Reason.ERASED}
        of_scope = [suppression.reason_of_scope(tx, email_hash, scope), suppression.reason_of(tx, email_hash, room.list_id)]

        assert [expected.get(act)] * 2 == of_scope


@pytest.mark.parametrize("is_for_all", [False, True])
@pytest.mark.parametrize("who", ["ann", "dee"])
def test_no_that_the_staff_takes_over_is_the_persons_own(
    database: Database,
    keyring: Keyring,
    now: datetime,
    room: Mailroom,
    who: str,
    is_for_all: bool,  # noqa: FBT001 -- a parameter
) -> None:
    """It outlasts a complaint that is lifted, before it or behind it, and whoever is known has left."""
    email_hash = keyring.hash_address(f"{who}@example.net")
    scope = EVERY_LIST if is_for_all else room.list_id
    rows = [row(2, f"{who}@example.net", Standing.LEFT)]
    with database.write() as tx:
        suppression.suppress(tx, email_hash, Reason.COMPLAINED, now, list_id=scope)
    done = keepout.keep_out_many(database.write, keyring, rows, KeepOut(Reason.MANUAL, scope, now + HOUR))
    with database.write() as tx:
        keepout.lift(tx, LOCAL_OPERATOR, email_hash, now + 2 * HOUR, list_id=scope)
        said = [(one.act, one.list_id) for one in register.consent_of(tx, email_hash)]

        assert (1, 1, 0, 0, 0) == _figures(done)
        assert Reason.UNSUBSCRIBED is suppression.reason_of(tx, email_hash, room.list_id)
        if who == "ann":
            assert SubscriptionState.WITHDRAWN is mailroom.subscription_of(tx, "ann").state
            assert "skipped" == mailroom.states(tx, room.letter_id)["ann"]
            assert [(Act.WITHDRAWN, room.list_id), *([(Act.WITHDRAWN, None)] * is_for_all)] == said[-1 - is_for_all :]


def test_kept_out_and_erased_at_once_do_not_wait_for_each_other_for_ever(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """Both take the person first."""
    with database.write() as tx:
        ann = mailroom.subscription_of(tx, "ann").subscriber_id
        waits = tx.dialect.name == "postgresql"
    terms = KeepOut(Reason.UNSUBSCRIBED, EVERY_LIST, now)

    with ThreadPoolExecutor(1) as other:
        with database.write() as tx:
            records.hold_person(tx, ann)
            keeping = other.submit(keepout.keep_out_many, database.write, keyring, [row(2, ANN.text)], terms)
            while waits and not waiting_for_locks(database):
                assert not keeping.done()
            erase(tx, keyring, ann, now)
        keeping.result()

    with database.read() as tx:
        assert Reason.ERASED is suppression.reason_of(tx, keyring.hash_address(ANN.key), room.list_id)


def test_word_of_who_had_the_address_before_is_not_taken_for_its_owners(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """Ann moved on, Dee has her address and left; that Ann came back by the new one brings Dee no mail."""
    soon = people.later(now)
    email_hash = keyring.hash_address(ANN.key)
    with database.write() as tx:
        ann = mailroom.subscription_of(tx, "ann")
        people.move(tx, keyring, register.find(tx, ANN), "ann@new.example", now)
        dee = people.join(tx, keyring, room.list_id, ANN.text, soon)
        withdraw(tx, keyring, dee.subscription.id, soon + HOUR, ONE_CLICK)
        withdraw(tx, keyring, ann.id, soon + HOUR, ONE_CLICK)
        people.join(tx, keyring, room.list_id, "ann@new.example", soon + 2 * HOUR)
        suppression.suppress(tx, email_hash, Reason.MANUAL, soon + 3 * HOUR, list_id=room.list_id)
        keepout.lift(tx, LOCAL_OPERATOR, email_hash, soon + 4 * HOUR, list_id=room.list_id)

        assert Reason.UNSUBSCRIBED == suppression.reason_of(tx, email_hash, room.list_id)


def test_rows_of_another_tool_are_kept_out(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """For the reason they give, else for ours; a rehearsal says the same and changes nothing."""
    rows = [
        row(2, "ann@example.net"),
        row(3, "ANN@example.net"),
        row(4, "no address"),
        row(5, "dee@example.net", Standing.COMPLAINED),
        row(6, "eve@example.net"),
    ]
    terms = KeepOut(Reason.MANUAL, EVERY_LIST, now)
    with database.write() as tx:
        suppression.suppress(tx, keyring.hash_address("eve@example.net"), Reason.MANUAL, now)
    tried = keepout.keep_out_many(database.write, keyring, rows, terms, is_rehearsal=True)
    with database.read() as tx:
        assert 3 == len(audience_of(tx, room.list_id))
    done = keepout.keep_out_many(database.write, keyring, rows, terms)
    again = keepout.keep_out_many(database.write, keyring, rows, terms)

    assert tried == done
    assert (5, 2, 1, 1, 1) == _figures(done)
    assert (5, 0, 3, 1, 1) == _figures(again)
    assert [4] == [one.row for one in done.refusals]
    with database.read() as tx:
        assert ["bob@example.net", "cem@example.net"] == audience_of(tx, room.list_id)
        assert Reason.COMPLAINED == suppression.reason_of(tx, keyring.hash_address("dee@example.net"), 1)


def test_many_rows_go_in_many_transactions(database: Database, keyring: Keyring, now: datetime) -> None:
    """Each with its progress."""
    rows = [row(number, f"reader{number}@example.net") for number in range(2 * BATCH + 1)]
    seen: list[int] = []
    terms = KeepOut(Reason.BOUNCED, EVERY_LIST, now)
    keepout.keep_out_many(database.write, keyring, rows, terms, progress=seen.append)

    assert [BATCH, 2 * BATCH, 2 * BATCH + 1] == seen


def _figures(report: KeptOut) -> tuple[int, ...]:
    return (report.rows, report.news, report.known, report.duplicates, report.refused)
