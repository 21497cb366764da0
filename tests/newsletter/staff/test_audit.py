"""What was done by whom."""

from datetime import datetime, timedelta

import pytest

from newsletter.database import Database
from newsletter.staff import audit
from newsletter.staff.permissions import LOCAL_OPERATOR, Actor, Role


def test_the_latest_acts_come_first(database: Database, now: datetime) -> None:
    """Each with who, what, to what, and what else is worth knowing."""
    later = now + timedelta(hours=1)
    with database.write() as tx:
        audit.record(tx, LOCAL_OPERATOR, "staff.add", "account Ann", {"role": "editor"}, now)
        audit.record(tx, Actor("Ann", Role.EDITOR), "issue.edit", "issue 5", {}, later)

    with database.read() as tx:
        latest, first = audit.recent(tx)
        assert 1 == len(audit.recent(tx, limit=1))
    assert ("Ann", "issue.edit", "issue 5", {}, later) == (latest.actor, latest.act, latest.subject, latest.detail, latest.at)
    assert ("local operator", {"role": "editor"}) == (first.actor, first.detail)


def test_an_act_that_failed_was_not_done(database: Database, now: datetime) -> None:
    """The record goes with the transaction."""

    def fail() -> None:
        with database.write() as tx:
            audit.record(tx, LOCAL_OPERATOR, "issue.edit", "issue 5", {}, now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    with database.read() as tx:
        assert () == audit.recent(tx)
