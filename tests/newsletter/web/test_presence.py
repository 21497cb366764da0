"""Who has a text open right now."""

from newsletter.web.presence import GONE_AFTER, MOST_WINDOWS, Presence


class Ticks:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Give what it shows."""
        return self.now


def test_others_are_seen_and_oneself_is_not() -> None:
    """Each once, however many windows they have."""
    presence = Presence(Ticks())
    presence.enter(1, "a", "Ann")
    presence.enter(1, "b", "Bo")
    presence.enter(1, "c", "Bo")
    presence.enter(2, "d", "Cid")

    assert ("Bo",) == presence.enter(1, "a", "Ann")
    assert ("Ann", "Bo") == presence.others(1)


def test_whoever_says_nothing_is_gone() -> None:
    """A minute after their last word."""
    ticks = Ticks()
    presence = Presence(ticks)
    presence.enter(1, "a", "Ann")
    ticks.now = GONE_AFTER + 1

    assert () == presence.enter(1, "b", "Bo")


def test_no_crowd_fills_the_memory() -> None:
    """Who comes when it is full is not seen, and sees the others."""
    presence = Presence(Ticks())
    for number in range(MOST_WINDOWS + 10):
        presence.enter(1, str(number), "Ann")

    assert ("Ann",) == presence.enter(1, "late", "Bo")
    assert ("Ann",) == presence.others(1)
