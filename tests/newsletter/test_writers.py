from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import OperationalError

from newsletter.database import UNAVAILABLE, Database
from newsletter.turnstile import Turnstile
from newsletter.writers import DatabaseBusy, Turns
from tests.harness.trial import wait_until


def test_mailer_writes_before_all_pages(sqlite_url: str) -> None:
    """However many visitors wait; nothing it mails is held back by more than one of them."""
    database = Database(sqlite_url)
    order: list[str] = []

    def page() -> None:
        with database.write():
            order.append("page")

    def mailer() -> None:
        writer = database.writer()
        with writer.write():
            order.append("mailer")
        writer.close()

    def errand() -> None:
        with database.write(goes_ahead=True):
            order.append("errand")

    everybody = (page, page, page, mailer, errand)
    turnstile = database._turns.turnstile  # noqa: SLF001 -- who waits shows nowhere else
    assert turnstile is not None
    with ThreadPoolExecutor(len(everybody)) as threads, database.write():
        for number, one in enumerate(everybody):
            threads.submit(one)
            wait_until(lambda number=number: turnstile.waiting == number + 1, "it to wait")  # type: ignore[misc]

    assert ["mailer", "errand", "page", "page", "page"] == order
    database.close()


def test_hasty_writer_does_not_wait_in_line(sqlite_url: str) -> None:
    """The loop of the mailer stands still for nobody."""
    database = Database(sqlite_url)
    hasty = database.hasty_writer()
    with database.write(), pytest.raises(DatabaseBusy), hasty.write():
        pass
    with hasty.write():
        pass
    hasty.close()
    database.close()


def test_turn_that_does_not_come_is_told_as_a_database_that_is_away() -> None:
    """Pages say "try again", as they do when another process has SQLite."""
    turns = Turns(Turnstile(), within=0.01)
    with turns.one(), pytest.raises(OperationalError, match="database is locked") as told, turns.one():
        pass

    assert isinstance(told.value, UNAVAILABLE)


def test_turn_is_handed_on_behind_an_error(sqlite_url: str) -> None:
    """A page that fails holds nobody up."""
    database = Database(sqlite_url)
    with pytest.raises(ZeroDivisionError), database.write():
        _ = 1 / 0
    writer = database.writer()
    with pytest.raises(ZeroDivisionError), writer.write():
        _ = 1 / 0
    with database.write():
        pass
    writer.close()
    database.close()
