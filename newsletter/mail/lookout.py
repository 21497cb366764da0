"""Tells a person of a relay that has taken no mail for about a minute, and settles that when it does again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from newsletter.issues import alerts
from newsletter.mail.pool import Pool
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class News:
    """What is to be said of a relay: its trouble, or with no words that there is none any more."""

    relay: str
    trouble: str = ""


class Lookout:
    """What was said of each relay."""

    def __init__(self) -> None:
        # Of those not in it nothing was said by this mailer; a former one may have.
        self._in_trouble: dict[str, bool] = {}

    def news(self, pool: Pool) -> tuple[News, ...]:
        """Give what is to be said now."""
        gone = [News(name) for name, is_in_trouble in self._in_trouble.items() if is_in_trouble and name not in pool.relays]
        fresh = []
        for name, relay in pool.relays.items():
            pace, known = pool.pace(name), self._in_trouble.get(name)
            if pace.is_hopeless and known is not True:
                words = pace.last_trouble.words
                fresh.append(News(name, f"The relay {name} ({relay}) takes no mail: {words}. What it was to get waits."))
            elif pace.has_worked and known is not False:
                fresh.append(News(name))
        return (*gone, *fresh)

    def note(self, news: Iterable[News]) -> None:
        """Remember that *news* were written."""
        self._in_trouble |= {one.relay: bool(one.trouble) for one in news}


def write(tx: Transaction, news: Iterable[News], now: datetime) -> None:
    """Raise an alert for each relay in trouble, and settle those of the others."""
    for one in news:
        if one.trouble:
            alerts.raise_alert(tx, alert_key(one.relay), one.trouble, now)
        else:
            alerts.settle_alert(tx, alert_key(one.relay), now)


def alert_key(relay: str) -> str:
    """Give the key of the alert that stands while a relay takes no mail."""
    return f"relay-down:{relay}"
