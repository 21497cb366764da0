"""What a failure means, and how long to wait."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.feeds.patience import GONE_WAIT, LONGEST_RETRY_AFTER, LONGEST_WAIT, next_try, retry_after, status_words, trouble

NOW = datetime(2020, 2, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(("failures", "minutes"), [(1, 15), (2, 30), (3, 60), (7, 960), (8, 1440), (99, 1440)])
def test_waits_double_up_to_a_day(failures: int, minutes: int) -> None:
    """A feed that stays broken is asked less and less."""
    assert NOW + timedelta(minutes=minutes) == next_try(failures, 500, {}, NOW)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "120"}, timedelta(minutes=2)),
        ({"retry-after": "0"}, timedelta()),
        ({"retry-after": "Sat, 01 Feb 2020 09:00:00 GMT"}, timedelta(hours=1)),
        # Its clock is ten minutes behind ours.
        ({"retry-after": "Sat, 01 Feb 2020 08:50:00 GMT", "date": "Sat, 01 Feb 2020 07:50:00 GMT"}, timedelta(hours=1)),
        ({"retry-after": "Sat, 01 Feb 2019 08:50:00 GMT"}, timedelta()),
        ({"retry-after": "99999999999999999999"}, LONGEST_RETRY_AFTER),
        ({"retry-after": "Sat, 01 Feb 2040 08:50:00 GMT"}, LONGEST_RETRY_AFTER),
    ],
)
def test_the_server_says_how_long(headers: dict[str, str], wait: timedelta) -> None:
    """In seconds or as a date by its own clock, up to a month."""
    assert NOW + wait == next_try(9, 503, headers, NOW)


@pytest.mark.parametrize("text", ["", "soon", "-5", "1.5", "²", "Sat, 99 Feb 2020 08:50:00 GMT"])
def test_an_unreadable_wish_is_none(text: str) -> None:
    """Then our own patience counts."""
    assert retry_after({"retry-after": text}, NOW) is None


def test_gone_is_gone_for_a_month() -> None:
    """410 says that asking again is of no use."""
    assert NOW + GONE_WAIT == next_try(1, 410, {}, NOW)


@given(st.integers(min_value=0, max_value=10**6), st.integers(min_value=0, max_value=999), st.text())
def test_the_next_try_is_never_past_nor_far(failures: int, status: int, wish: str) -> None:
    """Whatever is answered, a feed is neither hammered nor forgotten."""
    wait = next_try(failures, status, {"retry-after": wish, "date": wish}, NOW) - NOW

    assert timedelta() <= wait <= max(LONGEST_WAIT, LONGEST_RETRY_AFTER)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "answered 404: it is not there any more"),
        (500, "answered 500 (Internal Server Error)"),
        (799, "answered 799, which means nothing"),
    ],
)
def test_status_in_words(status: int, words: str) -> None:
    """An editor need not know the numbers."""
    assert words == status_words(status)


def test_trouble_names_the_next_try_in_the_zone_of_the_newsletter() -> None:
    """What happened, what was kept, what comes next."""
    words = trouble("is empty", NOW, "America/Argentina/Buenos_Aires")

    assert "The feed is empty. What was gathered before is kept. Next try Sat 1 Feb 2020, 05:00 Buenos Aires." == words
