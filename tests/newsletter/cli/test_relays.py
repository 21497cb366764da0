"""`newsletter relays`."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from newsletter import instance
from newsletter.bootstrap import bare_database
from newsletter.cli.exits import Exit
from newsletter.clock import system_clock
from newsletter.database import Database
from newsletter.mail import allowances
from newsletter.mail.limits import Limits
from newsletter.mail.relays import Relay, Tls
from newsletter.tables.relays import relay as table
from tests.harness.sink import Sink
from tests.harness.terminal import Terminal

URL = "smtp://news:s3cret%21@mail.example.org:587?tls=starttls"


@pytest.fixture
def sink() -> Iterator[Sink]:
    """Give a mail server that runs beside the test."""
    loop, opened, sink = asyncio.new_event_loop(), threading.Event(), Sink()
    done = asyncio.Event()

    async def serve() -> None:
        async with sink:
            opened.set()
            await done.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert opened.wait(60)
    yield sink
    loop.call_soon_threadsafe(done.set)
    thread.join()
    loop.close()


def test_relay_is_added_shown_and_removed(terminal: Terminal) -> None:
    """And its password is in no answer."""
    told = [
        terminal("relays", "add", "main", URL, "--rate", "300/min", "--weight", "3"),
        terminal("relays", "list"),
        terminal("relays", "list", "--json"),
        terminal("relays", "show", "main"),
        terminal("relays", "show", "main", "--json"),
        terminal("relays", "remove", "main", "--yes"),
    ]

    assert [0] * 6 == [one.code for one in told]
    assert not any("s3cret" in one.out + one.err for one in told)
    assert "mail.example.org:587" in told[1].out
    [relay] = told[2].answer["relays"]
    assert ("news", True, {"zone": "UTC", "rate": "300/min"}) == (relay["user"], relay["has_password"], relay["limits"])
    assert [] == terminal.ok("relays", "list")["relays"]


def test_password_comes_from_stdin(terminal: Terminal, tmp_path: Path) -> None:
    """Or from a file; the end of the line is not part of it."""
    (tmp_path / "word").write_text("from a file\n")
    told = terminal("relays", "add", "a", "smtp://me@mail.example.org", "--password-file", "-", stdin=b"geheim\r\n")
    terminal.ok("relays", "add", "b", "smtp://mail.example.org", "--user", "me", "--password-file", str(tmp_path / "word"))

    assert (0, True) == (told.code, all(one["has_password"] for one in terminal.ok("relays", "list")["relays"]))


def test_login_without_a_password_is_taken_where_nobody_can_be_asked(terminal: Terminal) -> None:
    """A script gives it by file."""
    assert not terminal.ok("relays", "add", "main", "smtp://me@mail.example.org")["has_password"]


def test_rate_is_changed(terminal: Terminal) -> None:
    """And nothing else."""
    terminal.ok("relays", "add", "main", URL, "--daily-cap", "5000", "--quiet-hours", "22:00-07:00 Europe/Amsterdam")
    terminal.ok("relays", "edit", "main", "--rate", "100/min")
    shown = terminal.ok("relays", "show", "main")

    limits = {"zone": "Europe/Amsterdam", "rate": "100/min", "daily_cap": 5000, "quiet_hours": "22:00-07:00"}
    assert (limits, True, "news") == (shown["limits"], shown["has_password"], shown["user"])
    assert "100/min, 5,000 a day, quiet 22:00-07:00 (Europe/Amsterdam)" in terminal("relays", "list").out


def test_given_today_is_shown(terminal: Terminal, sqlite_url: str) -> None:
    """Of those that have a limit."""
    terminal.ok("relays", "add", "main", URL, "--daily-cap", "50")
    database = Database(sqlite_url)
    with database.write() as tx:
        allowances.take(tx, Relay("h", 25, Tls.NONE, name="main", limits=Limits(daily_cap=50)), 7, system_clock())
    database.close()

    assert 7 == terminal.ok("relays", "show", "main")["used_today"]


def test_edit_without_anything_is_not_understood(terminal: Terminal) -> None:
    """Somebody forgot an option."""
    terminal.ok("relays", "add", "main", URL)

    assert Exit.USAGE == terminal("relays", "edit", "main").code


def test_relay_of_the_setting_is_among_them(terminal: Terminal) -> None:
    """Its weight and limits can be set; it can be disabled, not removed."""
    terminal.settings["NEWSLETTER_RELAY_URL"] = "smtp://me:s3cret@mx.example.org"
    terminal.ok("relays", "edit", "setting", "--rate", "5/s", "--weight", "2")
    terminal.ok("relays", "disable", "setting")
    [relay] = terminal.ok("relays", "list")["relays"]

    assert ("setting", "mx.example.org", False, 2, "5/s") == (
        *(relay[name] for name in ("name", "host", "is_enabled", "weight")),
        relay["limits"]["rate"],
    )
    assert Exit.REFUSED == terminal("relays", "remove", "setting", "--yes").code
    assert Exit.REFUSED == terminal("relays", "edit", "setting", "--connections", "2").code
    terminal.ok("relays", "enable", "setting")
    assert terminal.ok("relays", "list")["relays"][0]["is_enabled"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("add", "main", "smtp://mail.example.org?tls=none"), Exit.REFUSED),
        (("add", "main", "smtp://u:s3cret@mail.example.org?tls=none", "--insecure"), Exit.REFUSED),
        (("add", "setting", URL), Exit.REFUSED),
        (("add", "main", "http://u:s3cret@mail.example.org"), Exit.REFUSED),
        (("add", "main", URL, "--rate", "quick"), Exit.REFUSED),
        (("add", "main", URL, "--ca-file", "/nowhere/ca.pem"), Exit.REFUSED),
        (("add", "main", URL, "--password-file", "/nowhere"), Exit.REFUSED),
        (("add", "main", URL, "--tls", "perhaps"), Exit.USAGE),
        (("add", "main", URL, "--connections", "many"), Exit.USAGE),
        (("edit", "nobody", "--rate", "1/s"), Exit.NOT_FOUND),
        (("show", "nobody"), Exit.NOT_FOUND),
        (("remove", "nobody", "--yes"), Exit.NOT_FOUND),
        (("enable", "nobody"), Exit.NOT_FOUND),
        (("test", "nobody"), Exit.NOT_FOUND),
        (("test",), Exit.NO_MAILER),
    ],
)
def test_what_cannot_be_done_is_said(terminal: Terminal, arguments: tuple[str, ...], code: Exit) -> None:
    """In one sentence that repeats no password."""
    told = terminal("relays", *arguments)

    assert code == told.code
    assert told.err.strip()
    assert "s3cret" not in told.out + told.err


def test_password_that_does_not_open_is_given_anew(terminal: Terminal, sqlite_url: str) -> None:
    """It was moved here from another relay; whoever knows it mends it by one command."""
    terminal.ok("relays", "add", "main", URL)
    terminal.ok("relays", "add", "other", URL)
    database = Database(sqlite_url)
    with database.write() as tx:
        tx.execute(
            update(table).values(
                password_sealed=select(table.c.password_sealed).where(table.c.name == "other").scalar_subquery()
            )
        )
    database.close()
    broken = terminal("relays", "edit", "main", "--rate", "5/s")

    assert Exit.NOT_READY == broken.code
    assert "s3cret" not in broken.out + broken.err
    terminal.ok("relays", "edit", "main", "--password-file", "-", stdin=b"geheim")
    assert 0 == terminal("relays", "edit", "main", "--rate", "5/s").code


def test_name_is_taken_once(terminal: Terminal) -> None:
    """In any letter case."""
    terminal.ok("relays", "add", "main", URL)

    assert Exit.REFUSED == terminal("relays", "add", "MAIN", URL).code


def test_only_who_may_changes_relays(terminal: Terminal) -> None:
    """They are where all mail goes."""
    terminal.ok("staff", "add", "ann", "--role", "publisher")
    told = terminal("relays", "add", "main", URL, "--as", "ann")

    assert Exit.REFUSED == told.code
    assert "manage relays" in told.err


def test_short_patience_after_the_dot_is_warned_of(terminal: Terminal) -> None:
    """It makes messages uncertain."""
    assert "uncertain" in terminal("relays", "add", "main", URL, "--timeout", "dot=60").err


def test_relay_is_tried(terminal: Terminal, sink: Sink) -> None:
    """And takes a mail."""
    terminal.ok("relays", "add", "main", f"smtp://127.0.0.1:{sink.port}")
    told = terminal("relays", "test", "main", "--to", "me@example.net", "--from", "news@example.org")

    assert 0 == told.code
    assert "PIPELINING" in told.out
    assert "Relay main took the mail." in told.out
    assert ["me@example.net"] == [one.recipient for one in sink.taken]


def test_copy_hands_a_relay_no_mail(terminal: Terminal, sqlite_url: str, sink: Sink) -> None:
    """A relay may be tried from one, but nothing goes out before it is adopted."""
    terminal.ok("relays", "add", "main", f"smtp://127.0.0.1:{sink.port}")
    copy = bare_database(sqlite_url)
    with copy.write() as tx:
        instance.disown(tx)
    copy.close()
    told = terminal("relays", "test", "main", "--to", "me@example.net", "--from", "news@example.org")

    assert (Exit.REFUSED, Exit.DONE) == (told.code, terminal("relays", "test", "main").code)
    assert "is a copy" in told.err
    assert [] == sink.taken


def test_probe_needs_a_sender(terminal: Terminal, sink: Sink) -> None:
    """The first newsletter's, or one that is said."""
    terminal.ok("relays", "add", "main", f"smtp://127.0.0.1:{sink.port}")

    assert Exit.USAGE == terminal("relays", "test", "--to", "me@example.net").code


def test_probe_is_from_the_newsletter(terminal: Terminal, sink: Sink, paper: str) -> None:
    """Whose sender the relay has to accept anyway."""
    assert paper
    terminal.ok("relays", "add", "main", f"smtp://127.0.0.1:{sink.port}")
    terminal.ok("relays", "test", "--to", "me@example.net")

    assert ["news@example.org"] == [one.sender for one in sink.taken]


def test_relay_that_does_not_answer_is_told(terminal: Terminal, sink: Sink) -> None:
    """The others are tried, too."""
    terminal.ok("relays", "add", "good", f"smtp://127.0.0.1:{sink.port}")
    terminal.ok("relays", "add", "gone", "smtp://relay.invalid:25?tls=none", "--insecure")
    told = terminal("relays", "test", "--json")

    assert Exit.NO_MAILER == told.code
    assert [("gone", False), ("good", True)] == [(one["relay"], one["works"]) for one in told.answer["relays"]]
    assert "relay gone at relay.invalid:25: Its name was not found" in told.err


def test_what_was_done_is_written_down_without_secrets(terminal: Terminal, sqlite_url: str) -> None:
    """Who, what, and the new limits."""
    terminal.ok("relays", "add", "main", URL)
    terminal.ok("relays", "edit", "main", "--rate", "1/s", "--password-file", "-", stdin=b"n3w")
    database = Database(sqlite_url)
    with database.read() as tx:
        rows = [str(tuple(row)) for row in tx.exec_driver_sql("SELECT act, subject, detail FROM audit").all()]
    database.close()

    assert ["relay.add", "relay.edit"] == [row.split("'")[1] for row in rows if "relay" in row]
    assert "1/s" in rows[-1]
    assert not any("s3cret" in row or "n3w" in row for row in rows)
