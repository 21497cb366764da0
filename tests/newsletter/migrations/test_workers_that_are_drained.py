"""The migration that gives workers a host."""

from datetime import UTC, datetime

from alembic import command
from sqlalchemy import insert, select, text

from newsletter.database import Database
from newsletter.shape import config
from newsletter.tables.mail import drained_host, worker

BEFORE = "0074"
AT_MOMENT = datetime(2020, 2, 1, 8, tzinfo=UTC)
AT = "2020-02-01T08:00:00.000000Z"


PLACES = {
    "mail1.example.org, process 7": "mail1.example.org",
    "a host: process 8, process 9": "a host: process 8",
    "somewhere": "",
}


def test_workers_that_were_there_are_of_the_host_of_their_place(database: Database) -> None:
    """One of another form has none, and is drained by its id; going back forgets who is drained."""
    with database.write() as tx:
        tx.execute(insert(drained_host).values(host="mail1", since=AT_MOMENT))
        command.downgrade(config(tx), BEFORE)
        rows = [{"place": place, "at": AT} for place in PLACES]
        tx.execute(text("INSERT INTO worker (id, place, started_at, lease_until) VALUES (:place, :place, :at, :at)"), rows)
    with database.write() as tx:
        command.upgrade(config(tx), "head")
    with database.read() as tx:
        found = tx.execute(select(worker.c.place, worker.c.host, worker.c.version, worker.c.drained_at)).all()

        assert {(place, host, "", None) for place, host in PLACES.items()} == {tuple(row) for row in found}
        assert [] == tx.execute(select(drained_host)).all()
