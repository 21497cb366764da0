"""Alerts: one open per key, settled once."""

from datetime import datetime, timedelta

from newsletter.database import Database
from newsletter.issues import alerts
from newsletter.issues.draft import draft_empty
from tests.harness.newsroom import a_newsletter

HOUR = timedelta(hours=1)


def test_the_first_words_stand(database: Database, now: datetime) -> None:
    """A trouble told at every tick is one alert."""
    with database.write() as tx:
        alerts.raise_alert(tx, "feed:1", "It is down.", now)
        alerts.raise_alert(tx, "feed:1", "It is still down.", now + HOUR)

        (alert,) = alerts.open_alerts(tx)

    assert ("feed:1", "It is down.", now) == (alert.key, alert.text, alert.raised_at)


def test_a_settled_alert_can_be_raised_again(database: Database, now: datetime) -> None:
    """The same trouble a second time is news."""
    with database.write() as tx:
        alerts.raise_alert(tx, "feed:1", "It is down.", now)
        alerts.settle_alert(tx, "feed:1", now + HOUR)
        alerts.settle_alert(tx, "feed:1", now + HOUR)
        assert () == alerts.open_alerts(tx)

        alerts.raise_alert(tx, "feed:1", "It is down again.", now + 2 * HOUR)

        assert ["It is down again."] == [alert.text for alert in alerts.open_alerts(tx)]


def test_all_alerts_of_an_issue_are_settled_together(database: Database, now: datetime) -> None:
    """An issue that went out leaves nothing waiting; what is about others waits on."""
    with database.write() as tx:
        newsletter = a_newsletter(tx)
        issue = draft_empty(tx, newsletter, "Special", now)
        alerts.raise_alert(tx, "a", "A", now, newsletter_id=newsletter.id, issue_id=issue.id)
        alerts.raise_alert(tx, "b", "B", now, newsletter_id=newsletter.id, issue_id=issue.id)
        alerts.raise_alert(tx, "c", "C", now, newsletter_id=newsletter.id)

        alerts.settle_issue(tx, issue.id, now)

        assert ["c"] == [alert.key for alert in alerts.open_alerts(tx)]
