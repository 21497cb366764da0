"""What an administrator does to a plan."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import BadValue
from newsletter.issues import planning
from newsletter.issues.plan import DEFAULT_PLAN, read_plan

PLACES = st.integers(1, len(DEFAULT_PLAN))


@given(PLACES, st.integers(-3, 12))
def test_a_move_loses_and_makes_nothing(place: int, to: int) -> None:
    """The same sections in another order, the others in theirs."""
    moved = planning.moved(DEFAULT_PLAN, place, to)
    others = [section for section in DEFAULT_PLAN if section is not DEFAULT_PLAN[place - 1]]

    assert others == [section for section in moved if section is not DEFAULT_PLAN[place - 1]]
    assert len(DEFAULT_PLAN) == len(moved)


@given(PLACES)
def test_a_section_is_changed_into_itself(place: int) -> None:
    """What is written of it for a form reads back as the same."""
    assert DEFAULT_PLAN == planning.changed(DEFAULT_PLAN, place, planning.table_of(DEFAULT_PLAN[place - 1]))


def test_the_stamp_tells_every_change() -> None:
    """A rule, a title, and the order."""
    table = planning.table_of(DEFAULT_PLAN[1]) | {"title": "Other"}
    plans = (DEFAULT_PLAN, planning.moved(DEFAULT_PLAN, 1, 2), planning.changed(DEFAULT_PLAN, 2, table))

    assert 3 == len({planning.stamp(plan) for plan in plans})


def test_the_last_section_stays() -> None:
    """A plan without sections drafts nothing."""
    with pytest.raises(BadValue, match="the only one"):
        planning.without(DEFAULT_PLAN[:1], 1)


def test_no_plan_grows_beyond_what_a_letter_shows() -> None:
    """However many are added one by one."""
    tables = [{"title": f"Section {number}"} for number in range(40)]
    full = read_plan(tables)

    with pytest.raises(BadValue, match="40 are the most"):
        planning.added(full, {"title": "One more"})
