import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
import structlog
from sqlalchemy.exc import OperationalError

from newsletter.clock import MovableClock
from newsletter.database import Database
from newsletter.instance import claim_instance
from newsletter.issues import alerts
from newsletter.returns.collecting import Take
from newsletter.returns.intakes import Mailbox
from newsletter.returns.watching import ALERT, FIRST_PAUSE, LONGEST_PAUSE, Watcher, pause_behind
from tests.harness import mailroom
from tests.harness.dovecot import Dovecot
from tests.harness.trial import wait_until

Setting = Callable[..., Mailbox]

MAIL = b"Subject: a\r\n\r\n"


@pytest.fixture
def house(sqlite_url: str, now: datetime) -> Iterator[Database]:
    """Give where alerts are written."""
    database = Database(sqlite_url)
    with database.write() as tx:
        claim_instance(tx, "check", now)
    yield database
    database.close()


@contextmanager
def watching(mailbox: Mailbox, take: Take, house: Database, now: datetime, seconds: float = 600) -> Iterator[None]:
    """Watch while the block lasts."""
    watcher = Watcher(mailbox, take, house, MovableClock(now), seconds, first_pause=0.01)
    thread = threading.Thread(target=watcher.run)
    thread.start()
    try:
        yield
    finally:
        watcher.stop()
        thread.join(30)
        assert not thread.is_alive()


def told(house: Database) -> list[str]:
    """Give what waits for a person."""
    with house.read() as tx:
        return [alert.text for alert in alerts.open_alerts(tx) if alert.key == ALERT]


def folders(dovecot: Dovecot, user: str) -> str:
    """Give the folders of a mailbox."""
    with dovecot.client(user) as client:
        return str(client.list()[1])


def test_what_comes_is_taken_at_once(dovecot: Dovecot, user: str, mailbox: Mailbox, house: Database, now: datetime) -> None:
    """What lay there before, and what comes while it waits; it ends in the middle of waiting."""
    taken: list[bytes] = []
    dovecot.put(user, [MAIL])

    def take(raw: bytes) -> bool:
        taken.append(raw)
        return True

    with watching(mailbox, take, house, now):
        wait_until(lambda: len(taken) == 1, "the first is taken")
        dovecot.put(user, [b"Subject: b\r\n\r\n"])
        wait_until(lambda: len(taken) == 2, "the second is taken")
        wait_until(lambda: len(dovecot.lying(user, "Processed")) == 2, "both are moved")


def test_server_that_tells_nothing_is_asked(
    dovecot: Dovecot, user: str, setting: Setting, house: Database, now: datetime
) -> None:
    """Without IDLE, as often as the setting says."""
    with watching(setting(is_old=True), lambda _: True, house, now, 0.01):
        wait_until(lambda: dovecot.lying(user, "Processed") == [] and "Unparsed" in folders(dovecot, user), "it waits")
        dovecot.put(user, [MAIL])
        wait_until(lambda: dovecot.lying(user, "Processed") == [MAIL], "it is taken")


def test_mailbox_that_cannot_be_opened_is_told_once_and_settled_when_it_can(
    setting: Setting, house: Database, now: datetime
) -> None:
    """In words of an administrator; not for one failure, and never with the password."""
    with watching(setting(password="wrong word"), lambda _: True, house, now):
        wait_until(lambda: bool(told(house)), "a person is told")
        time.sleep(0.05)
    [text] = told(house)
    with watching(setting(), lambda _: True, house, now):
        wait_until(lambda: not told(house), "it is settled")

    assert "the login was refused" in text
    assert "newsletter returns check" in text
    assert "wrong word" not in text


def test_database_that_is_away_and_bugs_are_waited_out(
    dovecot: Dovecot, user: str, mailbox: Mailbox, house: Database, now: datetime
) -> None:
    """The mail lies there until it is taken; nobody is told of the mailbox, which is well."""
    tries: list[bytes] = []
    dovecot.put(user, [MAIL])

    def take(raw: bytes) -> bool:
        tries.append(raw)
        if len(tries) < 5:
            raise OperationalError("", {}, Exception("away"))
        return True

    with watching(mailbox, take, house, now):
        wait_until(lambda: dovecot.lying(user, "Processed") == [MAIL], "it is taken in the end")

    assert [MAIL] * 5 == tries
    assert [] == told(house)


def test_mailbox_that_is_away_for_a_year_is_tried_to_the_end() -> None:
    """Twice as long each time, and never longer than five minutes."""
    pauses = [pause_behind(tries, FIRST_PAUSE) for tries in range(100_000)]

    assert [5.0, 5.0, 10.0, 20.0] == pauses[:4]
    assert {LONGEST_PAUSE} == set(pauses[7:])


def test_copy_leaves_the_mailbox_alone_until_it_is_adopted(
    dovecot: Dovecot, user: str, mailbox: Mailbox, house: Database, now: datetime
) -> None:
    """Not even a folder is made; it goes on by itself, and stops in the middle of watching where it becomes a copy."""
    dovecot.put(user, [MAIL])

    def set_adopted(*, is_adopted: bool) -> None:
        with house.write() as tx:
            mailroom.set_adopted(tx, is_adopted=is_adopted)

    set_adopted(is_adopted=False)
    with structlog.testing.capture_logs() as told_of, watching(mailbox, lambda _: True, house, now):
        wait_until(lambda: len(told_of) == 1, "it waits")
        assert ([MAIL], False) == (dovecot.lying(user), "Processed" in folders(dovecot, user))
        set_adopted(is_adopted=True)
        wait_until(lambda: "Unparsed" in folders(dovecot, user) and dovecot.lying(user, "Processed") == [MAIL], "it is taken")
        set_adopted(is_adopted=False)
        dovecot.put(user, [b"Subject: b\r\n\r\n"])
        wait_until(lambda: len(told_of) == 2, "it waits again")

    assert [b"Subject: b\r\n\r\n"] == dovecot.lying(user)
    assert [] == told(house)
