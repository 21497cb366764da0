"""The figures of a running mailing: what they are, how they are told, and that they fit on a terminal."""

import asyncio
import io
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.cli import progress
from newsletter.cli.figures import Figures, Gauge, Teller, in_words, left_in_words
from newsletter.mail.tally import Progress

NOTHING = Progress(waiting=100, accepted=0, refused=0, deferred=0, uncertain=0, skipped=0, seconds=0.0)
BIG = Figures(1_200_000, 34_567, 1_234, 12, 0, 800_000, 4_321.5, 12_345)


def test_rate_is_that_of_the_last_seconds() -> None:
    """An hour of waiting before does not count."""
    gauge = Gauge()
    gauge.read(NOTHING, 100, 3600.0)
    gauge.read(replace(NOTHING, accepted=10), 90, 3605.0)
    figures = gauge.read(replace(NOTHING, accepted=40, refused=10, seconds=3610.0), 50, 3610.0)

    assert (5.0, 10, 50) == (figures.per_second, figures.seconds_left, figures.settled)


def test_rate_begins_anew_with_a_new_mailer() -> None:
    """It counts from nothing after a crash; a rate below zero is none."""
    gauge = Gauge()
    gauge.read(replace(NOTHING, accepted=1_000), 0, 1.0)

    assert 0.0 <= gauge.read(replace(NOTHING, accepted=1, seconds=0.5), 0, 2.0).per_second


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(0, 1_000)), max_size=30), st.integers(0, 1_000_000))
def test_any_course_has_a_rate(course: list[tuple[float, int]], waiting: int) -> None:
    """Never negative; who waits needs time, or nobody knows how long."""
    gauge, at, accepted = Gauge(), 0.0, 0
    for seconds, more in course:
        at, accepted = at + seconds, accepted + more
        figures = gauge.read(replace(NOTHING, accepted=accepted, seconds=at), waiting, at)

        assert figures.per_second >= 0
        assert figures.seconds_left is None or (figures.seconds_left == 0) == (waiting == 0)


def test_words_name_all_that_can_become_of_a_mail() -> None:
    """Zeros too: nothing refused is worth knowing."""
    figures = Figures(7, 0, 0, 0, 0, 3, 2.0, 2)

    assert "2/s, 7 accepted, 0 deferred, 0 refused, 0 uncertain" == in_words(figures)
    assert "0:00:02 left" == left_in_words(figures)
    assert "" == left_in_words(replace(figures, seconds_left=None))
    assert "3:25:45 left" == left_in_words(BIG)


@pytest.mark.parametrize("columns", ["80", "100"])
def test_bar_shows_everything_on_a_terminal(columns: str) -> None:
    """Of a million people, on eighty columns, and nothing is cut off."""
    shown = io.StringIO()
    shown.isatty = lambda: True  # type: ignore[method-assign]
    with (
        patch.dict("os.environ", {"COLUMNS": columns, "TERM": "xterm"}),
        patch("sys.stderr", shown),
        progress.mailing_bar() as tell,
    ):
        tell(BIG)

    assert in_words(BIG) in shown.getvalue()
    assert "1235813/2035813" in shown.getvalue()
    assert "3:25:45 left" in shown.getvalue()


def test_teller_tells_the_end() -> None:
    """However short the run; and gives what it gave."""
    told: list[Figures] = []

    async def run(_stop: asyncio.Event) -> str:
        teller.take(replace(NOTHING, accepted=98, uncertain=2, seconds=2.0))
        return "done"

    teller = Teller(told.append)
    assert "done" == asyncio.run(teller.beside(run)(_stop()))

    assert [Figures(98, 0, 0, 2, 0, 0, 50.0, 0)] == told


def test_failed_run_fails_and_says_no_more() -> None:
    """Its error is the last word."""
    told: list[Figures] = []

    async def run(_stop: asyncio.Event) -> Any:  # noqa: ANN401 -- it gives nothing
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        asyncio.run(Teller(told.append).beside(run)(_stop()))
    assert [] == told


def test_ledger_that_cannot_be_asked_leaves_the_last_count() -> None:
    """A database that restarts ends no worker."""
    told: list[Figures] = []
    answers = iter([None])

    async def run(_stop: asyncio.Event) -> None:
        return None

    asyncio.run(Teller(told.append, lambda: next(answers)).beside(run)(_stop()))
    assert [0] == [figures.waiting for figures in told]


def _stop() -> asyncio.Event:
    return asyncio.Event()
