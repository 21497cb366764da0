"""How long the staff wants what is kept: behind the settings, from the next night on, and to be had back until then."""

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.database import Database
from newsletter.people import keepbook
from newsletter.people.retention import Keep
from newsletter.people.spans import CHOICES, night_behind

NOON = datetime(2021, 3, 1, 12, 0, tzinfo=UTC)
NIGHT = datetime(2021, 3, 2, 2, 0, tzinfo=UTC)
USUAL = Keep()
HOUR = timedelta(hours=1)


def left(database: Database, *, night: datetime | None = None, fixed: frozenset[str] = frozenset()) -> int:
    """Give for how many days somebody is known who left."""
    with database.read() as tx:
        span = keepbook.keep(tx, USUAL, fixed, night=night).left
    assert span is not None
    return span.days


def choose(database: Database, days: int, at: datetime = NOON) -> None:
    """Let the staff choose for how long."""
    with database.write() as tx:
        keepbook.choose(tx, "left", days, "Ada", at)


def test_what_is_chosen_holds_from_the_next_night_on(database: Database) -> None:
    """A night that is cut short and ended later in the day forgets by what was chosen before it."""
    choose(database, 365)

    assert 365 == left(database)
    assert 1095 == left(database, night=NIGHT - timedelta(days=1))
    assert 365 == left(database, night=NIGHT)


@pytest.mark.parametrize(("days", "expected"), [(1825, 1825), (365, 1095)])
def test_only_a_longer_period_holds_in_the_night_it_is_chosen_in(database: Database, days: int, expected: int) -> None:
    """Behind what is usual, which nobody had chosen; what was forgotten does not come back, what is kept can go tomorrow."""
    choose(database, days, NIGHT + HOUR)

    assert expected == left(database, night=NIGHT)
    assert days == left(database, night=NIGHT + timedelta(days=1))


def test_longest_period_of_those_of_a_night_is_not_that_of_the_last_change(database: Database) -> None:
    """A short one that was chosen before, a long and a middle one since: the middle one is what is wanted now."""
    choose(database, 365)
    choose(database, 3650, NIGHT + HOUR)
    choose(database, 730, NIGHT + 2 * HOUR)

    assert 730 == left(database, night=NIGHT)


def test_what_is_kept_for_ever_is_for_ever_in_the_night_it_ends(database: Database) -> None:
    """Nothing is longer."""
    choose(database, 3650, NIGHT + HOUR)
    with database.read() as tx:
        assert keepbook.keep(tx, Keep(left=None), frozenset(), night=NIGHT).left is None


def test_setting_wins(database: Database) -> None:
    """Whoever runs the machine has the last word."""
    choose(database, 365)

    assert 1095 == left(database, fixed=frozenset({"left"}))


def test_it_can_be_had_back_until_the_night(database: Database) -> None:
    """As it was before, and once."""
    choose(database, 365)
    with database.write() as tx:
        assert not keepbook.have_back(tx, "left", NIGHT)
        assert not keepbook.have_back(tx, "guests", NOON)
        assert keepbook.have_back(tx, "left", NIGHT - HOUR)
        assert not keepbook.have_back(tx, "left", NIGHT - HOUR)

    assert 1095 == left(database)


def test_two_changes_of_a_day_are_one(database: Database) -> None:
    """What holds in the night before them, and what is had back, is from before both."""
    choose(database, 730, NOON - timedelta(days=3))
    choose(database, 365)
    choose(database, 180, NOON + HOUR)

    assert 730 == left(database, night=NIGHT - timedelta(days=1))
    with database.write() as tx:
        assert keepbook.have_back(tx, "left", NOON + 2 * HOUR)
    assert 730 == left(database)


def test_every_period_offers_what_is_usual() -> None:
    """And all that can be kept so long can be chosen."""
    usual = {name: getattr(USUAL, name).days for name in Keep.__dataclass_fields__}

    assert usual.keys() == CHOICES.keys()
    assert [] == [name for name, days in usual.items() if days not in CHOICES[name]]


@pytest.mark.parametrize(
    ("moment", "night"),
    [
        (datetime(2021, 3, 1, 1, 59, tzinfo=UTC), datetime(2021, 3, 1, 2, 0, tzinfo=UTC)),
        (datetime(2021, 3, 1, 2, 0, tzinfo=UTC), NIGHT),
        (NOON, NIGHT),
    ],
)
def test_night_is_the_next_one(moment: datetime, night: datetime) -> None:
    """At its very moment it is the one behind it: this one has begun."""
    assert night == night_behind(moment)
