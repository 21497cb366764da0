"""`newsletter issues schedule, send, pause, resume, cancel, report`."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from newsletter.cli.exits import Exit
from newsletter.clock import MovableClock
from newsletter.database import Database
from newsletter.tables.instance import instance
from tests.harness.terminal import Terminal

EIGHT = ("audience", "accepted", "refused", "deferred", "uncertain", "skipped", "cancelled", "pending")
PEOPLE = b"email,name\nann@example.net,Ann\nbob@example.net,Bob\n"


@dataclass
class Ready:
    """A terminal, and an approved issue for two people."""

    terminal: Terminal
    issue: str

    def ok(self, verb: str, *more: str) -> dict[str, object]:
        """Do something with the issue."""
        answer: dict[str, object] = self.terminal.ok("issues", verb, self.issue, *more)
        return answer

    def code(self, verb: str, *more: str) -> int:
        """Try something with the issue; gives the exit code."""
        return self.terminal("issues", verb, self.issue, *more).code

    def figures(self) -> tuple[object, ...]:
        """Give the eight figures."""
        report = self.ok("report")
        return tuple(report[name] for name in EIGHT)


@pytest.fixture
def ready(settings: dict[str, str], terminal: Terminal, paper: str) -> Ready:
    """Give an approved issue for two people, on 1 February 2020."""
    at_desk = Terminal(settings, MovableClock(datetime(2020, 2, 1, 8, 0, tzinfo=UTC)))
    at_desk.ok("subscribers", "import", "readers", "-", "--basis", "Signed up", "--confirmed", stdin=PEOPLE)
    issue = str(at_desk.ok("issues", "draft", paper, "--month", "2020-01")["issue"])
    at_desk.ok("issues", "approve", issue, "--override", "A test")
    return Ready(at_desk, issue)


def test_send_plans_and_returns(ready: Ready) -> None:
    """The eight figures add up, and nothing is mailed."""
    planned = ready.ok("send")

    assert (2, 0, 0, 0, 0, 0, 0, 2) == tuple(planned[name] for name in EIGHT)
    assert (2, 0, 0, 0, 0, 0, 0, 2) == ready.figures()
    assert Exit.REFUSED == ready.code("send")


def test_send_without_a_relay_says_that_the_mail_waits(ready: Ready) -> None:
    """Everything but mailing works."""
    told = ready.terminal("issues", "send", ready.issue)

    assert 0 == told.code
    assert "is planned for 2 people" in told.out
    assert "NEWSLETTER_RELAY_URL" in told.err


def test_send_over_a_relay_that_was_added_waits_for_the_worker_only(ready: Ready) -> None:
    """A relay need not stand in the setting."""
    ready.terminal.ok("relays", "add", "main", "smtp://127.0.0.1:9")
    told = ready.terminal("issues", "send", ready.issue)

    assert "newsletter worker" in told.err
    assert "No relay" not in told.err


def test_disabled_relay_is_named_where_mail_waits_for_it(ready: Ready) -> None:
    """By whom sends and by the worker, with what enables it."""
    ready.terminal.ok("relays", "add", "main", "smtp://127.0.0.1:9")
    ready.terminal.ok("relays", "disable", "main")
    told = [ready.terminal("issues", "send", ready.issue), ready.terminal("worker", "--until-idle")]

    assert [0, Exit.NO_MAILER] == [one.code for one in told]
    assert all("newsletter relays enable main" in one.err for one in told)


def test_worker_that_ends_before_everybody_is_reached_says_who_waits(ready: Ready) -> None:
    """Quiet hours are not waited for, and are not called nothing to do."""
    ready.terminal.ok("relays", "add", "main", "smtp://127.0.0.1:9", "--quiet-hours", "00:00-23:59")
    ready.ok("send")
    told = ready.terminal("worker", "--until-idle")

    assert (0, "Idle: nobody could be mailed.\n") == (told.code, told.out)
    assert "2 people wait still." in told.err
    assert "by their limits the relays are given nothing for" in told.err


def test_copy_that_mails_nothing_says_so(ready: Ready, sqlite_url: str) -> None:
    """And whoever sees people wait learns why."""
    ready.terminal.ok("relays", "add", "main", "smtp://127.0.0.1:9")
    ready.ok("send")
    database = Database(sqlite_url)
    with database.write() as tx:
        tx.execute(update(instance).values(is_adopted=False))
    database.close()
    told = ready.terminal("worker", "--until-idle")

    assert (0, "Idle: nobody could be mailed.\n") == (told.code, told.out)
    assert "2 people wait still. This database is a copy" in told.err


def test_worker_without_a_relay_exits_7_when_mail_waits(ready: Ready) -> None:
    """A timer that runs it is told."""
    ready.ok("send")

    assert Exit.NO_MAILER == ready.terminal("worker", "--until-idle").code


def test_pause_and_resume(ready: Ready) -> None:
    """Only what is being sent."""
    assert Exit.REFUSED == ready.code("pause")
    ready.ok("send")
    ready.ok("pause")

    assert ready.ok("report")["is_paused"]
    ready.ok("resume")
    assert not ready.ok("report")["is_paused"]


def test_cancel_is_for_good(ready: Ready) -> None:
    """Whoever waited goes without."""
    ready.ok("send")
    ready.ok("cancel")

    assert (2, 0, 0, 0, 0, 0, 2, 0) == ready.figures()
    assert Exit.REFUSED == ready.code("resume")
    assert Exit.REFUSED == ready.code("cancel")


def test_issue_sent_before_its_time_shows_that_time_no_more(ready: Ready) -> None:
    """Or somebody would wait for it."""
    ready.ok("schedule", "2020-02-03T09:00")
    assert "send at    Mon 3 Feb 2020" in ready.terminal("issues", "show", ready.issue).out

    ready.ok("send")
    assert "Mon 3 Feb 2020" not in ready.terminal("issues", "show", ready.issue).out


def test_cancel_before_the_mailing_is_told_without_figures(ready: Ready) -> None:
    """Nobody waited for it yet."""
    assert "January 2020 is cancelled.\n" == ready.terminal("issues", "cancel", ready.issue).out


@pytest.mark.parametrize(
    ("at", "moment"),
    [
        # Amsterdam's own time, an offset, and UTC.
        ("2020-02-03T09:00", "2020-02-03T08:00:00+00:00"),
        ("2020-02-03 09:00", "2020-02-03T08:00:00+00:00"),
        ("2020-02-03T09:00+03:00", "2020-02-03T06:00:00+00:00"),
        ("2020-02-03T09:00Z", "2020-02-03T09:00:00+00:00"),
        # A time that is left out when the clocks change falls after the gap.
        ("2020-03-29T02:30", "2020-03-29T01:30:00+00:00"),
    ],
)
def test_schedule_reads_local_times_and_offsets(ready: Ready, at: str, moment: str) -> None:
    """And answers in UTC."""
    scheduled = ready.ok("schedule", at)

    assert ("scheduled", moment) == (scheduled["state"], scheduled["send_at"])


@pytest.mark.parametrize("at", ["tomorrow", "2020-02-30T09:00", "2020-01-31T09:00", "0001-01-01", ""])
def test_unusable_time_is_refused(ready: Ready, at: str) -> None:
    """No date, no such date, and a date that has passed."""
    assert Exit.REFUSED == ready.code("schedule", at)


def test_draft_cannot_be_scheduled(ready: Ready) -> None:
    """Somebody must approve it first."""
    ready.ok("edit", "--title", "Another")

    assert Exit.REFUSED == ready.code("schedule", "2020-02-03T09:00")


def test_viewer_may_look_and_not_send(ready: Ready) -> None:
    """Every verb asks."""
    ready.terminal.ok("staff", "add", "vic", "--role", "viewer")
    verbs = [("send",), ("pause",), ("resume",), ("cancel",), ("schedule", "2020-02-03T09:00"), ("proof", "a@example.org")]

    assert {Exit.REFUSED} == {ready.code(verb, *more, "--as", "vic") for verb, *more in verbs}
    assert 0 == ready.code("report", "--as", "vic")


def test_terminal_is_asked_before_what_cannot_be_undone(ready: Ready) -> None:
    """No is no; `--yes` and a script are not asked."""
    told = ready.terminal("issues", "cancel", ready.issue, stdin=b"n\n", is_terminal=True)

    assert Exit.INTERRUPTED == told.code
    assert "Cancel January 2020, for good?" in told.err
    assert "approved" == ready.ok("show")["state"]
    assert 0 == ready.terminal("issues", "cancel", ready.issue, "--yes", is_terminal=True).code
    assert "cancelled" == ready.ok("show")["state"]
