"""Stamps of forms."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.web.public.stamps import LEAST_AGE, LONGEST_AGE, is_good, stamp
from subscribers.tokens import Keyring, Purpose
from tests.conftest import SECRET

KEYRING = Keyring(SECRET)
SHOWN = datetime(2020, 2, 1, 8, 0, tzinfo=UTC)


@given(st.integers(-10, 200_000))
def test_a_stamp_is_good_after_some_seconds_and_for_a_day(seconds: int) -> None:
    """Neither at once, nor before it was made."""
    age = timedelta(seconds=seconds)

    assert (LEAST_AGE <= age <= LONGEST_AGE) == is_good(KEYRING, stamp(KEYRING, SHOWN), SHOWN + age)


@pytest.mark.parametrize(
    "token", ["", "x", "a" * 26, KEYRING.seal(Purpose.CONFIRM, int(SHOWN.timestamp())), KEYRING.seal(Purpose.FORM, 2**40 - 1)]
)
def test_what_we_did_not_show_is_no_stamp(token: str) -> None:
    """Made up, made for something else, or of a year that no clock knows."""
    assert not is_good(KEYRING, token, SHOWN + timedelta(seconds=10))
