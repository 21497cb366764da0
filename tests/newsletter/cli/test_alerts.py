"""`newsletter alerts`."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from newsletter.database import Database
from newsletter.issues import alerts
from tests.harness.terminal import Terminal


@pytest.fixture
def waiting(sqlite_url: str, now: datetime) -> Iterator[str]:
    """Give the key of an alert that is open."""
    database = Database(sqlite_url)
    with database.write() as tx:
        alerts.raise_alert(tx, "feed:3", "https://blog.example.org/feed/ answered 503.", now)
    yield "feed:3"
    database.close()


def test_what_waits_is_listed_and_settled(terminal: Terminal, waiting: str) -> None:
    """Once settled it is gone."""
    assert "answered 503" in terminal("alerts", "list").out
    assert [waiting] == [alert["key"] for alert in terminal.ok("alerts", "list")["alerts"]]
    assert terminal.ok("alerts", "settle", waiting)["settled"]
    assert "Nothing waits for you." in terminal("alerts", "list").out


def test_settling_what_is_not_open_is_told(terminal: Terminal) -> None:
    """And is no error: somebody else may have been faster."""
    told = terminal("alerts", "settle", "feed:9")

    assert (0, "feed:9 was not open.\n") == (told.code, told.out)
