"""From how many on something is no accident."""

import pytest

from newsletter.returns import limits
from newsletter.returns.limits import Level
from newsletter.returns.model import Cause


@pytest.mark.parametrize(
    ("count", "accepted", "level"),
    [
        # One in a hundred is shown, and cries no wolf.
        (1, 100, Level.TOO_FEW),
        (1, 2_000, Level.TOO_FEW),
        (1, 2_001, Level.FINE),
        (0, 0, Level.FINE),
        (2, 100, Level.FAR_OVER),
        (2, 0, Level.FAR_OVER),
        (4, 10_000, Level.FINE),
        # Before the limit.
        (5, 10_000, Level.NEAR),
        (10, 10_000, Level.OVER),
        (30, 10_000, Level.FAR_OVER),
        (499, 1_000_000, Level.FINE),
        (500, 1_000_000, Level.NEAR),
    ],
)
def test_complaints_warn_before_the_limit(count: int, accepted: int, level: Level) -> None:
    """0.1 % and 0.3 % are what large providers bear."""
    assert level is limits.complaints_at(count, accepted)


@pytest.mark.parametrize(
    ("cause", "count", "accepted", "is_it"),
    [
        (Cause.AUTHENTICATION, 1, 100_000, True),
        (Cause.POLICY, 4, 10, False),
        (Cause.POLICY, 5, 10, True),
        (Cause.CONTENT, 5, 200, True),
        (Cause.POLICY, 20, 1_000, False),
        (Cause.POLICY, 21, 1_000, True),
    ],
)
def test_what_is_no_accident_pauses(cause: Cause, count: int, accepted: int, *, is_it: bool) -> None:
    """One in fifty, of two hundred at least; authentication at its first word."""
    assert is_it is limits.is_systemic(cause, count, accepted)


def test_every_level_but_one_has_words() -> None:
    """Whoever has no reason to worry is told nothing."""
    assert [Level.FINE] == [level for level in Level if not limits.in_words(level)]
