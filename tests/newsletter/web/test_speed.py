"""How fast a mailing goes."""

from newsletter.mail.delivery import Report
from newsletter.web.speed import MOST_MAILINGS, STILL_SECONDS, WINDOW_SECONDS, Speed


class Ticks:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """Give the seconds so far."""
        return self.seconds


def report(accepted: int, audience: int = 1000) -> Report:
    """Give figures of a mailing to *audience* people."""
    return Report(audience, accepted, 0, 0, 0, 0, 0, audience - accepted)


def test_one_look_says_nothing() -> None:
    """A rate needs two."""
    assert "" == Speed(Ticks()).words(1, report(100))


def test_two_looks_make_a_rate() -> None:
    """A hundred in two seconds, and eight hundred to go."""
    ticks = Ticks()
    speed = Speed(ticks)
    speed.words(1, report(100))
    ticks.seconds = 2

    assert "50 a second, less than a minute left" == speed.words(1, report(200))


def test_slow_mailings_are_counted_by_the_minute() -> None:
    """Half a person a second is thirty a minute."""
    ticks = Ticks()
    speed = Speed(ticks)
    speed.words(1, report(100))
    ticks.seconds = 10

    assert "30 a minute, about 30 minutes left" == speed.words(1, report(105))


def test_a_pause_is_forgotten_after_the_window() -> None:
    """The rate is that of the last minute."""
    ticks = Ticks()
    speed = Speed(ticks)
    speed.words(1, report(100))
    ticks.seconds = 10 * WINDOW_SECONDS
    speed.words(1, report(100))
    ticks.seconds += 2

    assert "10 a second, about 1 minute left" == speed.words(1, report(120, audience=720))


def test_standing_still_is_said() -> None:
    """After some seconds without anybody mailed."""
    ticks = Ticks()
    speed = Speed(ticks)
    speed.words(1, report(100))
    ticks.seconds = STILL_SECONDS

    assert "Nobody in the last 20 seconds" == speed.words(1, report(100))


def test_nothing_is_said_when_nobody_waits() -> None:
    """It is over."""
    ticks = Ticks()
    speed = Speed(ticks)
    speed.words(1, report(100))
    ticks.seconds = 5

    assert "" == speed.words(1, report(1000))


def test_memory_is_bounded() -> None:
    """The mailing unseen for longest is forgotten first."""
    speed = Speed(Ticks())
    for issue_id in range(2 * MOST_MAILINGS):
        speed.words(issue_id, report(1))

    assert MOST_MAILINGS == len(speed._looks)  # noqa: SLF001 -- the bound is the claim
