"""Which windows have which issue open, as it is kept."""

from datetime import datetime, timedelta

from alembic import command

from newsletter.database import Database
from newsletter.issues import draft
from newsletter.issues.model import Issue
from newsletter.shape import config
from newsletter.staff import accounts, windows
from newsletter.staff.permissions import Role
from newsletter.staff.windows import Key, Window
from subscribers.transaction import Transaction
from tests.harness.newsroom import a_newsletter

MINUTE = timedelta(minutes=1)


def made(tx: Transaction, now: datetime) -> tuple[Issue, Window]:
    """Make an issue, and a window that has it open."""
    issue = draft.draft_empty(tx, a_newsletter(tx), "Spring", now)
    ann = accounts.add(tx, "Ann", Role.EDITOR, now)
    return issue, Window(Key(ann.id, "w"), "Ann", issue.id, "head", now)


def test_what_is_noted_is_found(database: Database, now: datetime) -> None:
    """While it is not too long ago, under the name its owner has then."""
    with database.write() as tx:
        issue, window = made(tx, now)
        windows.note(tx, [window])
        accounts.rename(tx, accounts.by_id(tx, window.key.account_id), "Anna")

        assert [("Anna", "head")] == [(one.name, one.place) for one in windows.at_issue(tx, issue.id, now)]
        assert () == windows.at_issue(tx, issue.id, now + MINUTE)


def test_who_or_what_is_gone_is_not_noted(database: Database, now: datetime) -> None:
    """It is no error: either may be gone since the window said so."""
    with database.write() as tx:
        issue, window = made(tx, now)
        windows.note(tx, [Window(Key(10**6, "w"), "Bo", issue.id, "", now), Window(window.key, "Ann", 10**6, "", now)])

        assert () == windows.at_issue(tx, issue.id, now)


def test_what_was_closed_and_what_is_old_is_forgotten(database: Database, now: datetime) -> None:
    """Nothing else is."""
    with database.write() as tx:
        issue, window = made(tx, now)
        key = window.key.account_id
        each = [Window(Key(key, name), "Ann", issue.id, "", at) for name, at in (("old", now - MINUTE), ("a", now), ("b", now))]
        windows.note(tx, each)
        windows.forget(tx, [Key(key, "a")], now)

        assert ["b"] == [one.key.window for one in windows.at_issue(tx, issue.id, now - 2 * MINUTE)]


def test_the_table_comes_and_goes(database: Database, now: datetime) -> None:
    """With rows in it: whoever goes back knows nobody, and loses nothing else."""
    with database.write() as tx:
        issue, window = made(tx, now)
        windows.note(tx, [window])
    with database.write() as tx:
        command.downgrade(config(tx), "0062")
    with database.write() as tx:
        command.upgrade(config(tx), "head")

    with database.write() as tx:
        assert () == windows.at_issue(tx, issue.id, now)
        windows.note(tx, [window])
        assert [window] == list(windows.at_issue(tx, issue.id, now))
