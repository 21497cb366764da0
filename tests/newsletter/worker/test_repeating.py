"""What the desk ordered is mailed by the worker when its minute is over: once, however late it comes and wherever it breaks."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from newsletter import failpoints
from newsletter.bootstrap import Application
from newsletter.clock import MovableClock
from newsletter.failpoints import FailPointReached
from newsletter.issues import alerts
from newsletter.mail import doubts, further, furtherbook
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.furtherbook import Further
from newsletter.mail.orders import UNDO
from newsletter.staff import audit
from newsletter.staff.audit import Entry
from newsletter.tables.issues import newsletter
from newsletter.worker import repeating
from newsletter.worker.metronome import Worker
from subscribers.transaction import Transaction
from tests.harness import mailroom
from tests.harness.instance import environment, opened
from tests.harness.mailed import Mailed, being_mailed
from tests.newsletter.worker.conftest import START

S = DeliveryState
HOUR = timedelta(hours=1)


@pytest.fixture
def application(database_url: str, tmp_path: Path) -> Iterator[Application]:
    """Give an instance that has no relay."""
    with opened(environment(database_url, tmp_path), START) as (application, _):
        yield application


@pytest.fixture
def mailed(application: Application) -> Mailed:
    """Give an issue that was sent: Ann has it, Bob was refused, and nobody knows of Cem."""
    with application.database.write() as tx:
        room = mailroom.open_mailroom(tx, application.keyring, START, ("ann", "bob", "cem"))
    mailed = being_mailed(application.database, room, START)
    mailed.mail({"bob": S.REFUSED, "cem": S.UNCERTAIN})
    return mailed


def rest_of(tx: Transaction, mailed: Mailed) -> object:
    """Order that Bob gets it after all."""
    return further.order_rest(tx, mailed.issue_id, "Ann", mailed.now, also_new=False, people=3)


def uncertain_of(tx: Transaction, mailed: Mailed) -> object:
    """Order that Cem is mailed again."""
    return further.order_resend(tx, mailed.issue_id, doubts.of_issue(tx, mailed.issue_id), "Ann", mailed.now)


Give = Callable[[Transaction, Mailed], object]
GIVEN = pytest.mark.parametrize(("give", "whom"), [(rest_of, "bob"), (uncertain_of, "cem")])


def order(mailed: Mailed, *some: Give) -> None:
    """Give orders."""
    with mailed.database.write() as tx:
        assert all(isinstance(give(tx, mailed), Further) for give in some)


def set_clock(application: Application, now: datetime) -> None:
    """Let it be another time."""
    assert isinstance(application.clock, MovableClock)
    application.clock.set(now)


def at(application: Application, mailed: Mailed, after: timedelta) -> None:
    """Let the worker look, so long after the issue was sent."""
    set_clock(application, START + after)
    # The clock runs on.
    mailed.now = START + after + timedelta(minutes=5)
    repeating.carry_out(application)


def waiting(mailed: Mailed) -> int:
    """Count the orders that wait."""
    with mailed.database.read() as tx:
        return len(furtherbook.of_issue(tx, mailed.issue_id))


def last(mailed: Mailed) -> Entry:
    """Give what was written down last."""
    with mailed.database.read() as tx:
        return audit.recent(tx)[0]


@GIVEN
def test_it_is_done_at_the_first_tick_behind_the_minute(
    application: Application, mailed: Mailed, give: Give, whom: str
) -> None:
    """A whole tick finds it; it is written down who did it by whose order."""
    order(mailed, give)
    at(application, mailed, UNDO - timedelta(seconds=1))
    assert [] == mailed.mail()
    set_clock(application, START + UNDO)
    assert () == asyncio.run(Worker(application).tick())

    entry = last(mailed)
    assert ("the worker", "Ann") == (entry.actor, entry.detail["ordered_by"])
    assert entry.act in {"issue.send_rest", "uncertain.resend"}
    mailed.now = START + HOUR
    assert [whom] == mailed.mail()
    assert [] == mailed.mail()


@GIVEN
@pytest.mark.parametrize("place", ["order.done", "order.departed"])
def test_worker_that_breaks_does_it_once(application: Application, mailed: Mailed, give: Give, whom: str, place: str) -> None:
    """Before the commit nothing was done and the order waits on; behind it all is done and it is gone."""
    order(mailed, give)
    failpoints.arm(f"{place}:raise:1")
    with pytest.raises(FailPointReached):
        at(application, mailed, UNDO)
    left = waiting(mailed)
    at(application, mailed, 2 * UNDO)
    failpoints.arm("")
    at(application, mailed, 3 * UNDO)

    assert (1 if place == "order.done" else 0) == left
    assert [whom] == mailed.mail()
    assert [] == mailed.mail()


@GIVEN
def test_worker_that_was_away_for_an_hour_does_it_late(application: Application, mailed: Mailed, give: Give, whom: str) -> None:
    """As it sends an issue that became due meanwhile; days later it asks first."""
    order(mailed, give)
    at(application, mailed, HOUR)

    assert [whom] == mailed.mail()


def test_days_late_a_person_is_asked(application: Application, mailed: Mailed) -> None:
    """Nobody is mailed on Wednesday what was wanted on Monday."""
    order(mailed, rest_of, uncertain_of)
    at(application, mailed, 72 * HOUR)

    assert (0, "order.miss") == (waiting(mailed), last(mailed).act)
    assert ["further-rest", "further-uncertain"] == sorted(_keys(mailed))
    assert [] == mailed.mail()


def test_one_that_cannot_be_done_is_told_and_holds_up_no_other(application: Application, mailed: Mailed) -> None:
    """The newsletter lost its postal address within the minute; it is not done days later, when that is mended."""
    order(mailed, rest_of, uncertain_of)
    with mailed.database.write() as tx:
        tx.execute(update(newsletter).values(postal_address=""))
    at(application, mailed, UNDO)

    assert 0 == waiting(mailed)
    assert ["further-rest"] == _keys(mailed)
    assert "as Ann ordered, and nothing was mailed." in mailed.alerts[0]
    assert ["cem"] == mailed.mail()
    with mailed.database.read() as tx:
        assert {"order.give_up", "uncertain.resend"} == {one.act for one in audit.recent(tx)[:2]}


def _keys(mailed: Mailed) -> list[str]:
    with mailed.database.read() as tx:
        open_ones = alerts.open_alerts(tx)
    return [one.key.partition(":")[0] for one in open_ones if one.key.startswith("further-")]
