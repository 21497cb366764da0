"""Alerts about relays: one for each trouble, settled when it is over."""

from datetime import datetime

import pytest

from newsletter.database import Database
from newsletter.issues import alerts
from newsletter.mail.breaker import MOST_FAILURES
from newsletter.mail.delivery import Phase, Reply
from newsletter.mail.lookout import Lookout, News, write
from newsletter.mail.pool import Pool
from newsletter.mail.relays import Relay, Tls
from tests.harness.ticks import Ticks

LOST = Reply(Phase.CONNECT, 535, "5.7.8", "5.7.8 no")
HERE = Relay("127.0.0.1", 25, Tls.NONE, name="here")


class Watch:
    """A pool with one relay, and who looks at it."""

    def __init__(self) -> None:
        self.ticks = Ticks()
        self.pool = Pool((HERE,), 1, 30, ticks=self.ticks)
        self.lookout = Lookout()

    def fail(self, times: int = MOST_FAILURES) -> None:
        """Let the relay fail again and again."""
        for _ in range(times):
            self.pool.pace("here").slow(LOST)
            self.ticks.pass_(30)

    def look(self) -> tuple[News, ...]:
        """Look, and say what there is to say."""
        news = self.lookout.news(self.pool)
        self.lookout.note(news)
        return news


@pytest.fixture
def watch() -> Watch:
    """Give a relay of which nothing is known."""
    return Watch()


def test_of_a_relay_that_was_not_tried_nothing_is_said(watch: Watch) -> None:
    """Neither good nor bad; nor of one that failed a few times."""
    untried = watch.look()
    watch.fail(MOST_FAILURES - 1)

    assert () == untried == watch.look()


def test_trouble_is_told_once_in_the_words_of_the_relay(watch: Watch) -> None:
    """However long it lasts."""
    watch.fail()
    [news] = watch.look()

    assert "here (127.0.0.1:25) takes no mail: 535 5.7.8 no" in news.trouble
    assert () == watch.look()


def test_end_of_trouble_is_told_once(watch: Watch) -> None:
    """Also by a mailer that was started since and knows of none."""
    watch.fail()
    watch.look()
    watch.pool.pace("here").works()
    over = watch.look()
    fresh = Watch()
    fresh.pool.pace("here").works()

    assert (News("here"),) == over == fresh.look()
    assert () == watch.look() == fresh.look()


def test_trouble_of_a_relay_that_is_gone_is_over(watch: Watch) -> None:
    """Nobody has to do anything about it."""
    watch.fail()
    watch.look()
    watch.pool.update(())

    assert (News("here"),) == watch.look()
    assert () == watch.look()


def test_alert_stands_while_there_is_trouble(database: Database, now: datetime) -> None:
    """One, with the first words."""
    with database.write() as tx:
        write(tx, [News("here", "no"), News("there", "no")], now)
        write(tx, [News("here", "still no"), News("there")], now)
        standing = [alert.text for alert in alerts.open_alerts(tx)]

    assert ["no"] == standing
