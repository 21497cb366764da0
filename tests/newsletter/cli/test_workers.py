"""`newsletter workers`."""

from sqlalchemy import select

from newsletter.cli.exits import Exit
from newsletter.clock import system_clock
from newsletter.database import Database
from newsletter.mail import workers
from newsletter.tables.staff import audit
from tests.harness.terminal import Terminal

ONE, TWO = "a1" * 16, "b2" * 16


def start(terminal: Terminal) -> None:
    """Start a worker on each of two hosts."""
    database = Database(terminal.settings["NEWSLETTER_DATABASE_URL"])
    with database.write() as tx:
        workers.register(tx, ONE, "mail1, process 7", system_clock(), "0.7.0")
        workers.register(tx, TWO, "mail2, process 7", system_clock())
    database.close()


def test_workers_are_listed_drained_and_resumed(terminal: Terminal) -> None:
    """One by the beginning of its id, all of a host by its name; a person and a script are told the same."""
    assert "No worker ran today" in terminal("workers", "list").out
    start(terminal)
    drained = [
        terminal("workers", "drain", ONE[:8]),
        terminal("workers", "drain", "--host", "mail2", "--wait", "1"),
        terminal("workers", "resume", TWO[:8]),
    ]
    told, seen = terminal.ok("workers", "list"), terminal("workers", "list").out
    resumed = [terminal("workers", "resume", ONE), terminal("workers", "resume", "--host", "mail2")]
    again = terminal("workers", "resume", "--host", "mail2")

    assert [0] * 6 == [one.code for one in (*drained, *resumed, again)]
    assert "it holds no delivery" in drained[0].out
    assert "Its host is drained: newsletter workers resume --host mail2" in drained[2].out
    assert {(ONE, "mail1", "0.7.0", "drained", 0), (TWO, "mail2", "", "drained", 0)} == {
        (one["id"], one["host"], one["version"], one["state"], one["holds"]) for one in told["workers"]
    }
    assert ["mail2"] == [one["host"] for one in told["drained_hosts"]]
    assert "Host mail2 is drained since" in seen
    assert "Nothing was drained on a host mail2." in again.out
    assert {"mailing"} == {one["state"] for one in terminal.ok("workers", "list")["workers"]}


def test_whoever_drains_says_whom(terminal: Terminal) -> None:
    """A worker or a host, and one that there is; who did it stands in the audit."""
    start(terminal)
    told = [
        terminal("workers", "drain"),
        terminal("workers", "drain", ONE, "--host", "mail1"),
        terminal("workers", "drain", "nobody-so-named"),
        terminal("workers", "drain", "--host", ""),
        terminal("workers", "drain", "--host", "mail1"),
    ]
    database = Database(terminal.settings["NEWSLETTER_DATABASE_URL"])
    with database.read() as tx:
        acts = tx.execute(select(audit.c.act)).scalars().all()
    database.close()

    assert [Exit.USAGE, Exit.USAGE, Exit.NOT_FOUND, Exit.REFUSED, Exit.DONE] == [one.code for one in told]
    assert ["host.drain"] == [act for act in acts if act.startswith(("host.", "worker."))]
