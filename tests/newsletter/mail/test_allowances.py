"""What relays were given of their limits, on either database."""

import threading
from datetime import datetime, timedelta

from sqlalchemy import func, select

from newsletter.database import Database
from newsletter.mail import allowances
from newsletter.mail.limits import Granted, Limits, Rate, Unused
from newsletter.mail.pool import Order
from newsletter.mail.relays import Relay, Tls

# So low that it takes longer than any test from one permit to the next.
HOURLY = Limits(rate=Rate(1, "h"))


def a_relay(limits: Limits, name: str = "main") -> Relay:
    """Give a relay with limits."""
    return Relay("127.0.0.1", 25, Tls.NONE, name=name, limits=limits)


def take(database: Database, limits: Limits, wanted: int, now: datetime) -> Granted:
    """Ask for permits, in a transaction of its own."""
    with database.write() as tx:
        return allowances.take(tx, a_relay(limits), wanted, now)


def test_rate_is_remembered(database: Database, now: datetime) -> None:
    """Also by another process, and after a restart."""
    first = take(database, HOURLY, 10, now)
    again = Database(database.url.render_as_string(hide_password=False))
    second = take(again, HOURLY, 10, now)
    again.close()

    assert (1, 0) == (first.count, second.count)
    assert 3500 < second.again_in < 3700


def test_each_relay_has_its_own(database: Database, now: datetime) -> None:
    """By name."""
    with database.write() as tx:
        counts = [allowances.take(tx, a_relay(HOURLY, name), 10, now).count for name in ("one", "two", "one")]

    assert [1, 1, 0] == counts


def test_cap_of_a_day_is_used_up(database: Database, now: datetime) -> None:
    """And is told."""
    limits = Limits(daily_cap=10, zone="Pacific/Kiritimati")
    counts = [take(database, limits, 6, now).count for _ in range(3)]
    with database.read() as tx:
        # PostgreSQL went by its own clock.
        day = now if database.is_sqlite else tx.execute(select(func.clock_timestamp())).scalar_one()
        used = allowances.used_today(tx, [a_relay(limits), a_relay(limits, "other")], day)

    assert [6, 4, 0] == counts
    assert {"main": 10, "other": 0} == used


def test_what_was_not_used_is_there_again(database: Database, now: datetime) -> None:
    """The permit and its moment."""
    granted = take(database, HOURLY, 1, now)
    with database.write() as tx:
        allowances.give_back(tx, a_relay(HOURLY), Unused(1, 1, granted.after), now)

    assert 1 == take(database, HOURLY, 1, now).count


def test_changed_rate_holds_at_once(database: Database, now: datetime) -> None:
    """A faster one does not wait for the slow one's next moment."""
    take(database, HOURLY, 1, now)
    fast = Limits(rate=Rate(1000, "s"))
    take(database, fast, 1, now)

    later = now + timedelta(seconds=1)
    granted = [take(database, fast, 1, later := later + timedelta(seconds=0.1)).count for _ in range(20)]
    while not sum(granted):
        granted.append(take(database, fast, 1, later).count)

    assert sum(granted) > 0


def test_orders_of_several_relays_are_served_together(database: Database, now: datetime) -> None:
    """In one transaction."""
    orders = [Order("one", HOURLY, 5), Order("two", Limits(daily_cap=3), 5)]
    with database.write() as tx:
        granted = allowances.serve(tx, orders, now)

    assert {"one": 1, "two": 3} == {name: one.count for name, one in granted.items()}


def test_rolled_back_is_not_given(database: Database, now: datetime) -> None:
    """Permits are those of the transaction."""
    with database.write() as tx:
        allowances.take(tx, a_relay(HOURLY), 1, now)
        tx.rollback()

    assert 1 == take(database, HOURLY, 1, now).count


def test_nobody_waits_for_another_mailer(postgres_url: str, now: datetime) -> None:
    """While one is served the other is told to come back, and keeps what it wanted to give back."""
    database = Database(postgres_url)
    take(database, Limits(daily_cap=5), 1, now)
    with database.write() as mine:
        allowances.take(mine, a_relay(Limits(daily_cap=5)), 1, now)
        with database.write() as other:
            busy = allowances.take(other, a_relay(Limits(daily_cap=5)), 1, now)
    with database.write() as other:
        served = allowances.take(other, a_relay(Limits(daily_cap=5)), 9, now)
    database.close()

    assert (0, True) == (busy.count, busy.is_busy)
    assert (3, False) == (served.count, served.is_busy)


def test_two_at_once_share_one_cap(postgres_url: str, now: datetime) -> None:
    """Whatever their timing: 300 between them, none twice."""
    limits, counts = Limits(daily_cap=300), [0, 0]

    def work(number: int) -> None:
        database = Database(postgres_url)
        while True:
            granted = take(database, limits, 7, now)
            counts[number] += granted.count
            if not granted.count and not granted.is_busy:
                break
        database.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 300 == sum(counts)


def test_moments_are_the_database_s_where_hosts_share_it(postgres_url: str, now: datetime) -> None:
    """A host whose clock is an hour ahead gets no more than the others."""
    database = Database(postgres_url)
    counts = [take(database, HOURLY, 5, now + timedelta(hours=hours)).count for hours in range(4)]
    database.close()

    assert [1, 0, 0, 0] == counts
