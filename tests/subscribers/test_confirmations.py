from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from newsletter.database import Database
from subscribers import confirmations, register
from subscribers.confirmations import BETWEEN_REQUESTS, CONFIRMATION_LIFE, MOST_REQUESTS, MOST_REQUESTS_WITHIN, next_request_at
from subscribers.tokens import Keyring
from tests.harness.people import LINK, ONE_CLICK, a_list, ask

NOW = datetime.fromisoformat("2020-02-01T08:00:00Z")
MINUTES = st.integers(min_value=0, max_value=3 * 24 * 60)


def test_first_request_is_in_time() -> None:
    """Nobody asked before."""
    assert next_request_at([], NOW) == NOW


def test_second_request_waits_a_quarter_of_an_hour() -> None:
    """After the first."""
    asked = NOW - timedelta(minutes=5)

    assert asked + BETWEEN_REQUESTS == next_request_at([asked], NOW)


def test_fourth_request_waits_a_day() -> None:
    """After the first of the three."""
    asked = [NOW - timedelta(hours=hours) for hours in (1, 2, 3)]

    assert asked[2] + MOST_REQUESTS_WITHIN == next_request_at(asked, NOW)


@given(st.lists(MINUTES, max_size=200))
def test_no_address_is_flooded(minutes: list[int]) -> None:
    """Whenever somebody presses the button, no quarter hour sees two mails and no day sees four."""
    sent: list[datetime] = []
    for minute in sorted(minutes):
        moment = NOW + timedelta(minutes=minute)
        earlier = [past for past in reversed(sent) if past > moment - MOST_REQUESTS_WITHIN][:MOST_REQUESTS]
        if next_request_at(earlier, moment) <= moment:
            sent.append(moment)

    assert all(later - one >= BETWEEN_REQUESTS for one, later in pairwise(sent))
    assert all(later - one >= MOST_REQUESTS_WITHIN for one, later in zip(sent, sent[MOST_REQUESTS:], strict=False))


def test_link_is_good_until_it_is_used_voided_or_old(database: Database, keyring: Keyring, now: datetime) -> None:
    """Looking at it changes nothing."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        used = ask(tx, keyring, friends, "ann@x.test", now)
        voided = ask(tx, keyring, friends, "bob@x.test", now)
        old = ask(tx, keyring, friends, "cy@x.test", now)
        links = [due.confirmation_id for due in (used, voided, old)]
        before = [confirmations.is_good(tx, number, now) for number in links]
        register.confirm(tx, keyring, used.confirmation_id, now, LINK)
        register.withdraw(tx, keyring, voided.subscription_id, now, ONE_CLICK)

        assert [True, True, True] == before
        assert [False, False, True] == [confirmations.is_good(tx, number, now) for number in links]
        assert not confirmations.is_good(tx, old.confirmation_id, now + CONFIRMATION_LIFE)
