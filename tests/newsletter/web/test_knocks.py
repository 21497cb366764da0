"""Who calls in a provider's name and proves nothing."""

from newsletter.web.knocks import MOST, MOST_NETWORKS, PER_SECONDS, Knocks


def test_whoever_is_turned_away_too_often_waits() -> None:
    """A minute; others do not."""
    clock = [0.0]
    knocks = Knocks(lambda: clock[0])
    for _ in range(MOST - 1):
        knocks.turned_away("203.0.113.7")
    before = knocks.is_too_much("203.0.113.7")
    knocks.turned_away("203.0.113.7")
    during = knocks.is_too_much("203.0.113.7"), knocks.is_too_much("203.0.113.8")
    clock[0] = PER_SECONDS + 1

    assert (False, (True, False)) == (before, during)
    assert not knocks.is_too_much("203.0.113.7")


def test_nobody_fills_the_memory() -> None:
    """Whoever was heard of longest ago is forgotten."""
    knocks = Knocks(lambda: 0.0)
    for _ in range(MOST):
        knocks.turned_away("the first")
    for number in range(MOST_NETWORKS):
        knocks.turned_away(str(number))

    assert not knocks.is_too_much("the first")
