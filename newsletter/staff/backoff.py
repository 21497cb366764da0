"""How long somebody who failed at the door waits; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Patience:
    """How much is borne from one account, network or browser."""

    # Failures that cost nothing: people mistype.
    free: int
    # The wait doubles up to this.
    longest: timedelta


# Whoever knows the password and the second factor waits a minute at worst, however many strangers guess at the account: at one
# attempt a minute a password of twelve characters stands for centuries.
OF_ACCOUNT = Patience(free=5, longest=timedelta(minutes=1))
# A browser that its owner signed in with before; strangers do not have it, so they cannot slow it down.
OF_DEVICE = Patience(free=5, longest=timedelta(minutes=1))
# An office shares one, and somebody who tries one password on all accounts has one.
OF_NETWORK = Patience(free=30, longest=timedelta(minutes=15))
# A code has six digits, and whoever guesses at it knows the password already.
OF_SECOND_FACTOR = Patience(free=5, longest=timedelta(minutes=5))

# Mails that somebody asked for at the door: nobody's inbox is filled by a stranger.
OF_MAIL = Patience(free=3, longest=timedelta(hours=1))

# Failures are forgotten after a day without another one.
FORGOTTEN_AFTER = timedelta(days=1)


def wait(patience: Patience, failures: int) -> timedelta:
    """Give how long after the last of so many failures the next attempt is looked at."""
    if failures < patience.free:
        return timedelta()
    # 2^20 seconds are twelve days: more is never reached, and a large power is slow.
    return min(timedelta(seconds=2 ** min(failures - patience.free, 20)), patience.longest)


def until(patience: Patience, failures: int, last_at: datetime) -> datetime:
    """Give the moment from which the next attempt is looked at."""
    return last_at + wait(patience, failures)
