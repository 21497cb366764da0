"""How often anybody may ask for a mail."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from newsletter.database import Database
from subscribers import limits
from subscribers.address import parse
from subscribers.limits import DOMAIN, LIST, NETWORK, Asker, Limit
from subscribers.tables.limits import limit_use
from subscribers.tokens import Keyring

FEW = Limit("few", 3, timedelta(seconds=10))


def asker(number: int, client: str = "192.0.2.7", domain: str = "example.org", list_id: int = 1) -> Asker:
    """Give somebody who asks for one more mail."""
    return Asker(client, parse(f"n{number}@{domain}"), list_id)


def test_a_burst_is_followed_by_one_in_each_span(database: Database, now: datetime) -> None:
    """Whoever is refused is not counted, and so not punished for asking."""
    with database.write() as tx:
        at_once = [limits.take(tx, FEW, "x", now) for _ in range(5)]
        later = [limits.take(tx, FEW, "x", now + timedelta(seconds=second)) for second in (9, 10, 11, 20)]

    assert [True, True, True, False, False] == at_once
    assert [False, True, False, True] == later


def test_a_limit_is_kept_for_each_of_its_subjects(database: Database, now: datetime) -> None:
    """And for each name of a limit."""
    with database.write() as tx:
        for _ in range(3):
            limits.take(tx, FEW, "x", now)

        assert limits.take(tx, FEW, "y", now)
        assert limits.take(tx, Limit("other", 1, FEW.every), "x", now)


def test_what_was_counted_by_one_host_counts_for_the_other(database: Database, now: datetime) -> None:
    """The count stands in the database, and what was rolled back was not asked."""
    for _ in range(3):
        with database.write() as tx:
            limits.take(tx, FEW, "x", now)
    with database.write() as tx:
        assert not limits.take(tx, FEW, "x", now)


def test_a_network_is_counted_whatever_its_addresses(database: Database, keyring: Keyring, now: datetime) -> None:
    """Its 256 addresses are one; another network goes on."""
    with database.write() as tx:
        for number in range(NETWORK.burst):
            assert limits.used_up(tx, keyring, asker(number, f"192.0.2.{number}"), now) is None

        assert NETWORK is limits.used_up(tx, keyring, asker(0, "192.0.2.255"), now)
        assert limits.used_up(tx, keyring, asker(0, "198.51.100.1"), now) is None


def test_one_mail_server_is_not_flooded_from_many_networks(database: Database, keyring: Keyring, now: datetime) -> None:
    """With made-up names at its domain, on whichever list."""
    with database.write() as tx:
        refused = [
            limits.used_up(tx, keyring, asker(number, f"10.{number // 256}.{number % 256}.1", list_id=number % 7), now)
            for number in range(DOMAIN.burst + 5)
        ]

    assert [None] * DOMAIN.burst == refused[: DOMAIN.burst]
    assert {DOMAIN} == set(refused[DOMAIN.burst :])


def test_a_list_is_not_flooded_from_everywhere(database: Database, keyring: Keyring, now: datetime) -> None:
    """5,000 networks and as many domains get what a congress would, and then one in twelve seconds (U11)."""
    with database.write() as tx:
        answers = [
            limits.used_up(tx, keyring, asker(number, f"10.{number // 256}.{number % 256}.1", f"d{number}.example"), now)
            for number in range(5_000)
        ]

    assert LIST.burst == answers.count(None)
    assert {None, LIST} == set(answers)


def test_one_network_never_keeps_the_others_out(database: Database, keyring: Keyring, now: datetime) -> None:
    """Though it asks every five seconds for two hours: others at the same provider and on the same list get through."""
    with database.write() as tx:
        for second in range(0, 7_200, 5):
            limits.used_up(tx, keyring, asker(second), now + timedelta(seconds=second))
        others = [
            limits.used_up(tx, keyring, asker(number, f"10.0.{number}.1"), now + timedelta(hours=2))
            for number in range(DOMAIN.burst - NETWORK.burst)
        ]

    assert {None} == set(others)


def test_nobody_reads_a_network_in_the_database(database: Database, keyring: Keyring, now: datetime) -> None:
    """It is kept by keyed hash, and forgotten when nothing is used up."""
    with database.write() as tx:
        limits.used_up(tx, keyring, asker(1), now)
        keys = tx.execute(select(limit_use.c.key)).scalars().all()
        limits.tidy(tx, now)
        left = tx.execute(select(func.count()).select_from(limit_use)).scalar_one()
        limits.tidy(tx, now + timedelta(minutes=1))

        assert not [key for key in keys if "192.0.2" in key]
        assert 3 == left
        assert 0 == tx.execute(select(func.count()).select_from(limit_use)).scalar_one()


@given(st.lists(st.integers(0, 60), max_size=40))
def test_no_span_ever_lets_more_through(gaps: list[int]) -> None:
    """In any stretch of time at most the burst and one for each span of it, in a model of the one statement."""
    moment, free_at, taken = 0, 0, []
    every = int(FEW.every.total_seconds())
    for gap in gaps:
        moment += gap
        if free_at <= moment + (FEW.burst - 1) * every:
            free_at = max(free_at, moment) + every
            taken.append(moment)

    for first, start in enumerate(taken):
        for last in range(first, len(taken)):
            assert last - first + 1 <= FEW.burst + (taken[last] - start) // every
