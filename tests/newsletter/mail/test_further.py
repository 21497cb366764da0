"""More of an issue that was mailed is ordered, taken back for a minute, and carried out once, on both databases."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import delete, update

from newsletter.errors import NotAdopted, WrongState
from newsletter.issues.model import IssueState
from newsletter.issues.practice import MOST_LATENESS
from newsletter.mail import bookkeeping, conservation, dispatch, doubts, further, furtherbook, rest
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.doubts import PutBack
from newsletter.mail.further import Carried, Nothing
from newsletter.mail.furtherbook import Further, Whom
from newsletter.mail.orders import UNDO
from newsletter.mail.rest import Planned
from newsletter.people import erase, withdraw
from newsletter.tables.instance import instance
from newsletter.tables.mail import delivery
from subscribers import register, suppression
from subscribers.address import parse
from subscribers.model import Reason
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import mailroom, people
from tests.harness.mailed import Mailed, being_mailed
from tests.newsletter.mail.conftest import Ledger

S = DeliveryState
SECOND = timedelta(seconds=1)


@pytest.fixture
def mailed(book: Ledger) -> Mailed:
    """Give an issue that was sent: Ann has it, Bob was refused, and nobody knows of Cem."""
    return over(book)


def over(book: Ledger) -> Mailed:
    """Mail an issue to its end."""
    mailed = being_mailed(book.database, book.room, book.now)
    mailed.mail({"bob": S.REFUSED, "cem": S.UNCERTAIN})
    assert IssueState.SENT is mailed.state
    return mailed


def order_rest(mailed: Mailed, *, also_new: bool = False, by: str = "Ann") -> Further:
    """Order that those get it who did not."""
    with mailed.database.read() as tx:
        counted = further.count_rest(tx, mailed.issue_id, mailed.now, also_new=also_new)
    with mailed.database.write() as tx:
        order = further.order_rest(tx, mailed.issue_id, by, mailed.now, also_new=also_new, people=counted)
    assert isinstance(order, Further)
    return order


def order_resend(mailed: Mailed, by: str = "Ann") -> Further:
    """Order that all who are uncertain are mailed again."""
    with mailed.database.write() as tx:
        order = further.order_resend(tx, mailed.issue_id, doubts.of_issue(tx, mailed.issue_id), by, mailed.now)
    assert isinstance(order, Further)
    return order


def waiting(mailed: Mailed) -> tuple[Further, ...]:
    """Give the orders that wait."""
    with mailed.database.read() as tx:
        return furtherbook.of_issue(tx, mailed.issue_id)


def take_back(mailed: Mailed, order: Further) -> Further:
    """Take an order back."""
    assert order.id is not None
    with mailed.database.write() as tx:
        return further.take_back(tx, mailed.issue_id, order.id)


def let_go(mailed: Mailed, after: timedelta = UNDO) -> list[Carried]:
    """Let some time pass and carry out what is due then."""
    mailed.now += after
    with mailed.database.write() as tx:
        done = [further.carry_out(tx, order_id, mailed.now) for order_id in furtherbook.due(tx, mailed.now)]
    return [one for one in done if one is not None]


def reached(mailed: Mailed, *fates: dict[str, S]) -> list[str]:
    """Mail whoever waits and find the books in order; gives who was on the wire."""
    names = mailed.mail(*fates)
    with mailed.database.read() as tx:
        assert () == conservation.findings(bookkeeping.books(tx, mailed.issue_id, mailed.now))
    return names


def test_nobody_is_mailed_before_the_minute_is_over(mailed: Mailed) -> None:
    """The issue stands as it stood, and then those get it whom it was ordered for, and nobody else."""
    order = order_rest(mailed)

    assert (Whom.REST, 1, mailed.now + UNDO) == (order.whom, order.people, order.until)
    assert [] == let_go(mailed, UNDO - SECOND)
    assert [] == reached(mailed)
    stood = mailed.state
    assert [Carried(order, again=1)] == let_go(mailed, SECOND)
    assert (IssueState.SENT, IssueState.SENDING) == (stood, mailed.state)
    assert ["bob"] == reached(mailed)
    assert IssueState.SENT is mailed.state
    assert () == waiting(mailed)


def test_uncertain_ones_wait_for_their_minute(mailed: Mailed) -> None:
    """They stay uncertain till then, and are mailed once."""
    order = order_resend(mailed)

    assert [] == let_go(mailed, UNDO - SECOND)
    assert S.UNCERTAIN is mailed.states["cem"]
    assert [Carried(order, again=1)] == let_go(mailed, SECOND)
    assert "mailed again, by Ann" in mailed.column("note")
    assert ["cem"] == reached(mailed)
    assert [] == let_go(mailed)
    assert [] == reached(mailed)


@pytest.mark.parametrize("give", [order_rest, order_resend])
def test_what_is_taken_back_never_happens(mailed: Mailed, give: Callable[[Mailed], Further]) -> None:
    """Nothing of the ledger was touched, and it cannot be taken back twice."""
    before = mailed.states
    order = give(mailed)
    take_back(mailed, order)

    assert [] == let_go(mailed, timedelta(hours=1))
    assert (before, IssueState.SENT) == (mailed.states, mailed.state)
    with pytest.raises(WrongState, match="taken back already"):
        take_back(mailed, order)


@pytest.mark.parametrize("give", [order_rest, order_resend])
def test_what_was_carried_out_stands(mailed: Mailed, give: Callable[[Mailed], Further]) -> None:
    """It may be on the wire already."""
    order = give(mailed)
    let_go(mailed)

    with pytest.raises(WrongState, match="done or taken back already"):
        take_back(mailed, order)
    assert 1 == len(reached(mailed))


def test_what_no_worker_took_up_can_still_be_taken_back(mailed: Mailed) -> None:
    """Nobody was mailed, so nothing stands yet."""
    order = order_rest(mailed)
    mailed.now += timedelta(minutes=20)

    assert order.issue_id == take_back(mailed, order).issue_id
    assert [] == let_go(mailed)


def test_order_of_another_issue_is_not_taken_back(mailed: Mailed) -> None:
    """Whoever may send the one need not be allowed to stop the other."""
    order = order_rest(mailed)
    assert order.id is not None
    with mailed.database.write() as tx:
        other = mailroom.approved_issue(tx, 1, mailed.now, "February 2020")

    with pytest.raises(WrongState), mailed.database.write() as tx:
        further.take_back(tx, other, order.id)
    assert (order,) == waiting(mailed)


def test_the_same_is_ordered_once(mailed: Mailed) -> None:
    """Two press, or one presses twice: one order waits, with the minute of the first."""
    first, second = order_rest(mailed), order_resend(mailed)
    mailed.now += 10 * SECOND
    with mailed.database.write() as tx:
        found = doubts.of_issue(tx, mailed.issue_id)
        again = further.order_rest(tx, mailed.issue_id, "Bob", mailed.now, also_new=False, people=3)
        resent = further.order_resend(tx, mailed.issue_id, found, "Bob", mailed.now)

    assert (Nothing.ORDERED_ALREADY, Nothing.ORDERED_ALREADY) == (again, resent)
    assert (first, second) == waiting(mailed)


def test_a_wider_order_beside_a_narrow_one_reaches_nobody_twice(mailed: Mailed, keyring: Keyring) -> None:
    """The first has those of the audience, the second those who came later; each is taken back for itself."""
    with mailed.database.write() as tx:
        people.join(tx, keyring, register.all_lists(tx)[0].id, "dot@example.net", mailed.now, "Dot")
    order_rest(mailed)
    wide = order_rest(mailed, also_new=True, by="Bob")
    with mailed.database.write() as tx:
        assert Nothing.ORDERED_ALREADY is further.order_rest(tx, mailed.issue_id, "Cem", mailed.now, also_new=False, people=3)

    assert 2 == wide.people
    assert [(1, 0), (0, 1)] == [(one.again, one.new) for one in let_go(mailed)]
    assert ["bob", "dot"] == reached(mailed)


def test_nobody_is_left_to_be_ordered_for(mailed: Mailed, keyring: Keyring) -> None:
    """It is said at once, and nothing waits."""
    with mailed.database.write() as tx:
        suppression.suppress(tx, keyring.hash_address("bob@example.net"), Reason.BOUNCED, mailed.now)
        counted = further.count_rest(tx, mailed.issue_id, mailed.now, also_new=True)
        found = further.order_rest(tx, mailed.issue_id, "Ann", mailed.now, also_new=True, people=counted)
        uncertain_ones = further.order_resend(tx, mailed.issue_id, (), "Ann", mailed.now)

    assert (Nothing.NOBODY, Nothing.NOBODY) == (found, uncertain_ones)
    assert () == waiting(mailed)


def test_who_left_within_the_minute_gets_nothing(mailed: Mailed, keyring: Keyring) -> None:
    """Who is owed is asked when it is over, and the gate asks whoever is mailed again."""
    order_rest(mailed)
    order_resend(mailed)
    with mailed.database.write() as tx:
        for name in ("bob", "cem"):
            withdraw.withdraw(tx, keyring, mailroom.subscription_of(tx, name).id, mailed.now, people.LINK)
    let_go(mailed)

    assert [] == reached(mailed)
    assert {S.ACCEPTED, S.REFUSED, S.SKIPPED} == set(mailed.states.values())


def test_who_was_erased_within_the_minute_is_let_go(mailed: Mailed, keyring: Keyring) -> None:
    """Nobody can be mailed at no address."""
    order_resend(mailed)
    with mailed.database.write() as tx:
        erase.erase(tx, keyring, register.find(tx, parse("cem@example.net")).id, mailed.now)

    assert [(0, 1)] == [(one.again, one.erased) for one in let_go(mailed)]
    assert [] == reached(mailed)


def test_an_uncertain_one_settled_within_the_minute_stays_settled(mailed: Mailed) -> None:
    """By somebody's word, the relay's log or a bounce: the mailing is not even opened again."""
    order = order_resend(mailed)
    with mailed.database.write() as tx:
        doubts.call_sent(tx, doubts.of_issue(tx, mailed.issue_id), "Bob", mailed.now)

    assert [Carried(order)] == let_go(mailed)
    assert [] == reached(mailed)
    assert (S.ACCEPTED, IssueState.SENT) == (mailed.states["cem"], mailed.state)


def test_one_that_was_mailed_and_lost_within_the_minute_is_another_question(mailed: Mailed) -> None:
    """By the command, which does not wait: whoever ordered it did not know of the second loss."""
    order_resend(mailed)
    with mailed.database.write() as tx:
        assert PutBack(1, 0) == doubts.resend(tx, doubts.of_issue(tx, mailed.issue_id), "by the command", mailed.now)
    assert ["cem"] == mailed.mail({"cem": S.UNCERTAIN})
    let_go(mailed)

    assert [] == reached(mailed)
    assert [2] == [one.times for one in mailed.doubts]


def test_the_command_within_the_minute_leaves_the_order_nobody(mailed: Mailed) -> None:
    """Whoever waits for it, or has it by then, is not planned again."""
    order_rest(mailed)
    with mailed.database.write() as tx:
        assert Planned(again=1, new=0) == rest.send_rest(tx, mailed.issue_id, mailed.now, also_new=False)

    assert [(0, 0)] == [(one.again, one.new) for one in let_go(mailed)]
    assert ["bob"] == reached(mailed)
    assert [] == reached(mailed)


def test_the_setting_and_an_order_mail_once(mailed: Mailed) -> None:
    """Half an hour is over within the minute."""
    mailed.now += doubts.RESEND_AFTER - 10 * SECOND
    order_resend(mailed)
    mailed.now += 20 * SECOND
    with mailed.database.write() as tx:
        assert 1 == doubts.resend_due(tx, mailed.now)
    assert ["cem"] == reached(mailed)
    let_go(mailed)

    assert [] == reached(mailed)


def test_both_orders_mail_each_person_once(mailed: Mailed) -> None:
    """Those who did not get it and those of whom nobody knows are never the same."""
    order_rest(mailed)
    order_resend(mailed)
    let_go(mailed)

    assert ["bob", "cem"] == reached(mailed)
    assert [] == reached(mailed)


def test_a_paused_mailing_stays_paused(mailed: Mailed) -> None:
    """What was ordered waits with the others until somebody resumes it."""
    order_rest(mailed)
    let_go(mailed)
    order_resend(mailed)
    with mailed.database.write() as tx:
        dispatch.pause(tx, mailed.issue_id, mailed.now)
    let_go(mailed)

    assert [] == reached(mailed)
    with mailed.database.write() as tx:
        dispatch.resume(tx, mailed.issue_id, mailed.now)
    assert ["bob", "cem"] == reached(mailed)


def test_cancelling_gives_up_what_waits(mailed: Mailed) -> None:
    """An issue that somebody cancelled within the minute is not taken up again by an older word."""
    order_rest(mailed)
    let_go(mailed)
    order_resend(mailed)
    with mailed.database.write() as tx:
        dispatch.cancel(tx, mailed.issue_id, mailed.now)

    assert () == waiting(mailed)
    assert [] == let_go(mailed)
    assert [] == reached(mailed)


def test_a_cancelled_issue_is_taken_up_by_an_order_behind_it(book: Ledger) -> None:
    """Of an issue that was cancelled those get it who did not, and nobody is mailed again who may have it."""
    mailed = being_mailed(book.database, book.room, book.now)
    with mailed.database.write() as tx:
        dispatch.cancel(tx, mailed.issue_id, mailed.now)
    order_rest(mailed)
    with pytest.raises(WrongState), mailed.database.write() as tx:
        further.order_resend(tx, mailed.issue_id, (), "Ann", mailed.now)

    assert IssueState.CANCELLED is mailed.state
    let_go(mailed)
    assert ["ann", "bob", "cem"] == reached(mailed)


def test_what_waited_for_a_worker_is_done_within_reason(mailed: Mailed) -> None:
    """An hour late it is done as an issue that is due would be sent; days late somebody is asked."""
    order_rest(mailed)
    assert 1 == len(let_go(mailed, timedelta(hours=1)))
    assert ["bob"] == reached(mailed)
    order = order_resend(mailed)

    assert [Carried(order, is_late=True)] == let_go(mailed, UNDO + MOST_LATENESS + SECOND)
    assert [] == reached(mailed)
    assert "too late to do it without asking" in mailed.alerts[-1]
    order_resend(mailed)
    assert 1 == len(mailed.alerts)


@pytest.mark.parametrize("give", [order_rest, order_resend])
def test_a_copy_takes_no_order_and_carries_out_none(mailed: Mailed, give: Callable[[Mailed], Further]) -> None:
    """One that was given before is let go, and a person is told once."""
    order = give(mailed)
    assert order.id is not None
    with mailed.database.write() as tx:
        tx.execute(update(instance).values(is_adopted=0))

    with pytest.raises(NotAdopted):
        let_go(mailed)
    assert (order,) == waiting(mailed)
    with mailed.database.write() as tx:
        assert order == further.give_up(tx, order.id, NotAdopted(), mailed.now)
        assert further.give_up(tx, order.id, NotAdopted(), mailed.now) is None
    assert "as Ann ordered, and nothing was mailed. This database is a copy" in mailed.alerts[-1]
    with pytest.raises(NotAdopted):
        give(mailed)


def test_what_is_deleted_waits_no_more(mailed: Mailed) -> None:
    """An order for nobody is carried out for nobody."""
    order = order_resend(mailed)
    with mailed.database.write() as tx:
        tx.execute(delete(delivery))

    assert [Carried(order)] == let_go(mailed)


def test_a_draft_cannot_be_sent_to_its_rest(mailed: Mailed) -> None:
    """Nobody got it."""
    with mailed.database.write() as tx:
        draft = mailroom.approved_issue(tx, 1, mailed.now, "February 2020")

    with pytest.raises(WrongState), mailed.database.write() as tx:
        further.order_rest(tx, draft, "Ann", mailed.now, also_new=False, people=3)


def at_once(mailed: Mailed, *acts: Callable[[Transaction], object]) -> list[object]:
    """Do several things at the same moment, each in a transaction of its own; gives what came of each, errors too."""
    ready = threading.Barrier(len(acts))

    def do(act: Callable[[Transaction], object]) -> object:
        ready.wait()
        try:
            with mailed.database.write() as tx:
                return act(tx)
        except WrongState as error:
            return error

    with ThreadPoolExecutor(len(acts)) as hands:
        return list(hands.map(do, acts))


def test_two_who_press_at_once_order_once(mailed: Mailed) -> None:
    """Whoever comes second is told that it waits already."""

    def press(tx: Transaction) -> object:
        return further.order_rest(tx, mailed.issue_id, "Ann", mailed.now, also_new=True, people=3)

    def tick(tx: Transaction) -> object:
        return further.order_resend(tx, mailed.issue_id, doubts.of_issue(tx, mailed.issue_id), "Ann", mailed.now)

    given = at_once(mailed, press, press, press, tick, tick, tick)

    assert 4 == given.count(Nothing.ORDERED_ALREADY)
    assert 2 == len(waiting(mailed))
    let_go(mailed)
    assert ["bob", "cem"] == reached(mailed)


@pytest.mark.parametrize("give", [order_rest, order_resend])
def test_two_workers_and_whoever_takes_it_back_agree(mailed: Mailed, give: Callable[[Mailed], Further]) -> None:
    """At the same moment: it is done by one of them or by none, and whoever took it back in time is believed."""
    for _ in range(5):
        order = give(mailed)
        assert order.id is not None
        mailed.now += UNDO
        carry_out = partial(further.carry_out, order_id=order.id, now=mailed.now)
        take_it_back = partial(further.take_back, issue_id=mailed.issue_id, order_id=order.id)
        one, two, back = at_once(mailed, carry_out, carry_out, take_it_back)
        done = [each for each in (one, two) if each is not None]
        was_taken_back = isinstance(back, Further)

        assert len(done) == (0 if was_taken_back else 1)
        assert len(done) == len(reached(mailed, {"bob": S.REFUSED, "cem": S.UNCERTAIN}))


def test_the_command_and_a_worker_at_once_plan_once(mailed: Mailed) -> None:
    """Whoever holds the issue first has them, and the other has nobody."""
    order = order_rest(mailed)
    mailed.now += UNDO
    assert order.id is not None
    done, planned = at_once(
        mailed,
        partial(further.carry_out, order_id=order.id, now=mailed.now),
        partial(rest.send_rest, issue_id=mailed.issue_id, now=mailed.now, also_new=False),
    )

    assert isinstance(done, Carried)
    assert isinstance(planned, Planned)
    assert 1 == done.again + planned.again
    assert ["bob"] == reached(mailed)
