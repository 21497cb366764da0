"""What links answered, kept."""

from dataclasses import replace
from datetime import datetime, timedelta

from newsletter.database import Database
from newsletter.review import linkbook
from newsletter.review.facts import LinkState, Verdict
from newsletter.review.linkbook import FORGOTTEN_AFTER


def test_answer_is_kept_and_replaced(database: Database, now: datetime) -> None:
    """The last one counts; long addresses have room."""
    url = "https://www.example.net/" + "x" * 5000
    first = LinkState(url, Verdict.DEAD, 404, "", is_moved=False, reason="is not there", checked_at=now)
    second = LinkState(url, Verdict.FINE, 200, "https://www.example.net/", is_moved=True, reason="", checked_at=now)
    with database.write() as tx:
        linkbook.record(tx, [first], now)
        linkbook.record(tx, [second], now)

        assert {url: second} == linkbook.states(tx, [url, "https://www.example.net/other"])


def test_what_nobody_asks_for_is_forgotten(database: Database, now: datetime) -> None:
    """Issues are sent and their links leave with them."""
    old = LinkState("https://a.example/", Verdict.FINE, 200, "", is_moved=False, reason="", checked_at=now)
    later = now + FORGOTTEN_AFTER + timedelta(seconds=1)
    with database.write() as tx:
        linkbook.record(tx, [old], now)
        linkbook.record(tx, [replace(old, url="https://b.example/", checked_at=later)], later)

        assert ["https://b.example/"] == list(linkbook.states(tx, ["https://a.example/", "https://b.example/"]))
