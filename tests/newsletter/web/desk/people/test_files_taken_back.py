"""Files of addresses that are taken back at the desk: what was said since stays, and nothing breaks off for good."""

import pytest
from sqlalchemy import func, select

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.people import importwork
from newsletter.people.carrying import Carrier
from newsletter.people.importwork import State, Work
from newsletter.staff import audit
from newsletter.staff.permissions import Actor, Role
from newsletter.web.porter import Porter
from subscribers import suppression
from subscribers.model import EVERY_LIST, Reason
from subscribers.tables.evidence import suppression as suppressions
from subscribers.tokens import Keyring
from tests.newsletter.web.conftest import browser_of, csrf_of
from tests.newsletter.web.desk.conftest import OpenDesk
from tests.newsletter.web.desk.people.test_blocklists import bring, kept_out

ZOE = "zoe@example.org"
THREE = "email\nzoe@example.org\nbo@example.org\neva@example.org\n"


@pytest.fixture
def carrier(application: Application) -> Carrier:
    """Give who carries files on; nobody else does in a test."""
    return Porter(application).carrier


def file_of(reason: str) -> str:
    """Give a file that says one thing of Zoe."""
    return f"email,status\n{ZOE},{reason}\n"


def said(database: Database, keyring: Keyring) -> Reason | None:
    """Give why Zoe is kept out of every list."""
    with database.read() as tx:
        return suppression.reason_of(tx, keyring.hash_address(ZOE), EVERY_LIST)


def work_of(database: Database, page: str) -> Work:
    """Give the work of a page."""
    with database.read() as tx:
        return importwork.by_id(tx, int(page.rsplit("/", 1)[1]))


def undone(desk: OpenDesk, carrier: Carrier, database: Database, page: str) -> list[int]:
    """Take a file back; gives of how many nothing is said any more, what was said before, and what was said since."""
    desk.press(f"{page}/undo")
    carrier.carry()
    report = work_of(database, page).report or {}
    return [report["lifted"], report["restored"], report["stays"]]


@pytest.mark.parametrize(
    ("of_file", "since"),
    [
        ("blocked", Reason.COMPLAINED),
        ("blocked", Reason.BOUNCED),
        ("complained", Reason.COMPLAINED),
        ("blocked", Reason.MANUAL),
    ],
)
def test_who_was_said_something_of_since_stays_kept_out(
    desk: OpenDesk,
    carrier: Carrier,
    database: Database,
    keyring: Keyring,
    application: Application,
    of_file: str,
    since: Reason,
) -> None:
    """The same and the weaker as well, at whatever moment."""
    page = kept_out(desk, carrier, file_of(of_file))
    before = said(database, keyring)
    with database.write() as tx:
        suppression.suppress(tx, keyring.hash_address(ZOE), since, application.clock())

    assert [0, 0, 1] == undone(desk, carrier, database, page)
    assert before == said(database, keyring)
    assert "even the same" in desk.page(page)


def test_who_stands_in_another_file_as_well_stays_kept_out(
    desk: OpenDesk, carrier: Carrier, database: Database, keyring: Keyring
) -> None:
    """Though that one said nothing new."""
    first, second = kept_out(desk, carrier, file_of("blocked")), kept_out(desk, carrier, file_of("blocked"))

    assert [0, 0, 1] == undone(desk, carrier, database, first)
    assert Reason.MANUAL == said(database, keyring)
    assert "Undo this file" not in desk.page(second)


def test_two_files_are_taken_back_the_last_first(
    desk: OpenDesk, carrier: Carrier, database: Database, keyring: Keyring
) -> None:
    """What the first said stands in between, and is its own to be taken back."""
    first, second = kept_out(desk, carrier, file_of("bounced")), kept_out(desk, carrier, file_of("blocked"))

    assert [0, 1, 0] == undone(desk, carrier, database, second)
    assert Reason.BOUNCED == said(database, keyring)
    assert [1, 0, 0] == undone(desk, carrier, database, first)
    assert said(database, keyring) is None


def test_two_files_are_taken_back_the_first_first(
    desk: OpenDesk, carrier: Carrier, database: Database, keyring: Keyring
) -> None:
    """Nobody is let in while the second stands, and what the first said does not come back with it."""
    first, second = kept_out(desk, carrier, file_of("bounced")), kept_out(desk, carrier, file_of("blocked"))

    assert [0, 0, 1] == undone(desk, carrier, database, first)
    assert Reason.MANUAL == said(database, keyring)
    assert [1, 0, 0] == undone(desk, carrier, database, second)
    assert said(database, keyring) is None


def test_word_between_two_files_outlives_both(
    desk: OpenDesk, carrier: Carrier, database: Database, keyring: Keyring, application: Application
) -> None:
    """Whichever is taken back first."""
    first = kept_out(desk, carrier, file_of("bounced"))
    with database.write() as tx:
        suppression.suppress(tx, keyring.hash_address(ZOE), Reason.BOUNCED, application.clock())
    second = kept_out(desk, carrier, file_of("blocked"))

    assert [0, 1, 0] == undone(desk, carrier, database, second)
    assert [0, 0, 1] == undone(desk, carrier, database, first)
    assert Reason.BOUNCED == said(database, keyring)


def test_file_that_went_on_after_a_restart_is_taken_back_whole(
    desk: OpenDesk, carrier: Carrier, application: Application, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it had said before is no word more."""
    monkeypatch.setattr("newsletter.people.keepout.BATCH", 1)
    page = kept_out_in_two(desk, carrier, application)

    assert [3, 0, 0] == undone(desk, carrier, database, page)


# A database that refuses one row and takes the others is made of a trigger, which each of the two writes in its own way.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_undoing_that_broke_off_is_begun_again(
    desk: OpenDesk, carrier: Carrier, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the same button, and counts all of it."""
    monkeypatch.setattr("newsletter.people.keepout.BATCH", 1)
    page = kept_out(desk, carrier, THREE)
    desk.press(f"{page}/undo")
    with database.write() as tx:
        tx.exec_driver_sql(
            "CREATE TRIGGER full BEFORE DELETE ON suppression WHEN (SELECT count(*) FROM suppression) = 2 "
            "BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    carrier.carry()
    with database.write() as tx:
        tx.exec_driver_sql("DROP TRIGGER full")
    assert "It broke off" in desk.page(page)
    assert "Let 2 addresses in again" in desk.page(page)

    assert [3, 0, 0] == undone(desk, carrier, database, page)
    with database.read() as tx:
        assert 0 == tx.execute(select(func.count()).select_from(suppressions)).scalar_one()


def test_file_is_not_deleted_while_it_is_taken_back(desk: OpenDesk, carrier: Carrier, database: Database) -> None:
    """Whoever looked at it before is told so, and so is the sweep."""
    page = kept_out(desk, carrier, THREE)
    seen_before = work_of(database, page)
    desk.press(f"{page}/undo")

    assert not carrier.drop(seen_before)
    assert 409 == desk.press(f"{page}/drop").status_code
    carrier.carry()
    assert State.UNDONE is work_of(database, page).state


def test_audit_names_who_took_it_back(desk: OpenDesk, application: Application, carrier: Carrier, database: Database) -> None:
    """And not who had brought it."""
    page = kept_out(desk, carrier, THREE)
    other = browser_of(application, Actor("Pia", Role.ADMIN))
    assert 303 == other.post(f"{page}/undo", data={"csrf": csrf_of(other)}).status_code
    carrier.carry()

    with database.read() as tx:
        done = audit.recent(tx)[0]
    assert ("suppressions.undo-import", "Pia") == (done.act, done.actor)
    assert 3 == done.detail["lifted"]


def kept_out_in_two(desk: OpenDesk, carrier: Carrier, application: Application) -> str:
    """Keep three addresses out, by a worker that is stopped behind the first; gives the address of the page."""
    page = bring(desk, THREE)
    carrier.carry()
    desk.press(f"{page}/run")
    first = Porter(application)
    first.stop()
    first.carrier.carry()
    carrier.carry()
    return page
