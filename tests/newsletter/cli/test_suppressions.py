"""Who is never written to, as somebody types it."""

import subprocess
import sys
from pathlib import Path

from newsletter.rotation import BATCH
from tests.conftest import SECRET
from tests.harness.terminal import Terminal

ADD = ("--confirmed", "--basis", "Asked at the autumn meeting.")


def test_added_shown_and_lifted(terminal: Terminal, paper: str) -> None:
    """Known to us or not; the address is shown of people who are on a list."""
    terminal.ok("subscribers", "add", "ann@example.org", *ADD)
    assert terminal.ok("suppressions", "add", "Ann@example.org", "--reason", "complained")["news"]
    assert terminal.ok("suppressions", "add", "ann@example.org", "--list", "readers")["news"]
    terminal.ok("suppressions", "add", "stranger@example.org")

    shown = terminal.ok("suppressions", "show", "ANN@example.org")["suppressions"]
    assert [(None, "complained"), ("readers", "manual")] == [(one["list"], one["reason"]) for one in shown]
    listed = terminal.ok("suppressions", "list")
    assert ["ann@example.org", "ann@example.org", None] == [one["email"] for one in listed["suppressions"]]
    assert {"complained": 1, "manual": 2, "unsubscribed": 0, "bounced": 0, "erased": 0} == listed["counts"]
    assert "complained" == terminal.ok("suppressions", "lift", "ann@example.org", "--yes")["lifted"]
    assert "manual" == terminal.ok("suppressions", "lift", "ann@example.org", "--list", "readers", "--yes")["lifted"]
    assert 5 == terminal("suppressions", "lift", "ann@example.org", "--yes").code
    assert "is not kept out" in terminal("suppressions", "show", "ann@example.org").out


def test_own_no_that_stands_behind_what_is_lifted_is_told(terminal: Terminal, paper: str) -> None:
    """Both are shown, and nobody takes the lifting for leave to write."""
    terminal.ok("subscribers", "add", "ann@example.org", *ADD)
    for reason in ("complained", "unsubscribed"):
        terminal.ok("suppressions", "add", "ann@example.org", "--reason", reason)

    shown = terminal.ok("suppressions", "show", "ann@example.org")["suppressions"]
    assert {"complained", "unsubscribed"} == {one["reason"] for one in shown if one["list"] is None}
    assert "and still for unsubscribed" in terminal("suppressions", "lift", "ann@example.org", "--yes").out
    assert 5 == terminal("suppressions", "lift", "ann@example.org", "--yes").code
    assert "Withdrawn" in terminal("consent", "show", "ann@example.org").out


def test_pages_follow_each_other(terminal: Terminal) -> None:
    """Each is begun behind the last of the one before."""
    for number in range(5):
        terminal.ok("suppressions", "add", f"reader{number}@example.org")
    first = terminal.ok("suppressions", "list", "--limit", "2")
    second = terminal.ok("suppressions", "list", "--limit", "2", "--after", str(first["next_after"]))
    last = terminal.ok("suppressions", "list", "--limit", "2", "--after", str(second["next_after"]))

    assert [1, 2, 3, 4, 5] == [one["id"] for page in (first, second, last) for one in page["suppressions"]]
    assert last["next_after"] is None


def test_complaint_wants_an_administrator(terminal: Terminal) -> None:
    """A publisher is told so, and nothing is changed."""
    terminal.ok("staff", "add", "Pia", "--role", "publisher")
    terminal.ok("suppressions", "add", "ann@example.org", "--reason", "complained")
    told = terminal("suppressions", "lift", "ann@example.org", "--yes", "--as", "Pia")

    assert (5, True) == (told.code, "may not lift complaints" in told.err)
    assert 1 == len(terminal.ok("suppressions", "show", "ann@example.org")["suppressions"])


def test_file_of_another_tool_is_tried_and_taken(terminal: Terminal, tmp_path: Path) -> None:
    """A plain list of addresses, or an export with a column that says why."""
    plain, export = tmp_path / "plain.txt", tmp_path / "export.csv"
    plain.write_text("ann@example.org\nbob@example.org\nno address\n")
    export.write_text("email,status\ncem@example.org,bounced\ndee@example.org,\n")

    tried = terminal.ok("suppressions", "import", str(plain), "--dry-run")
    assert [] == terminal.ok("suppressions", "list")["suppressions"]
    done = terminal.ok("suppressions", "import", str(plain))
    terminal.ok("suppressions", "import", str(export), "--reason", "complained")
    stdin = terminal.ok("suppressions", "import", "-", stdin=plain.read_bytes())

    assert {**tried, "dry_run": False} == done
    assert (2, 0) == (done["news"], stdin["news"])
    reasons = [one["reason"] for one in terminal.ok("suppressions", "list")["suppressions"]]
    assert ["bounced", "complained", "manual", "manual"] == sorted(reasons)


def test_key_is_changed_though_it_is_killed_in_the_middle(
    terminal: Terminal, settings: dict[str, str], paper: str, tmp_path: Path
) -> None:
    """Everything is refused before it is begun; behind the kill and behind the end nobody who left is brought back."""
    people = tmp_path / "people.csv"
    people.write_text("email\n" + "".join(f"reader{number}@example.org\n" for number in range(BATCH + 20)))
    terminal.ok("subscribers", "import", "readers", str(people), *ADD)
    terminal.ok("subscribers", "unsubscribe", "reader7@example.org")
    terminal.ok("subscribers", "erase", f"reader{BATCH + 10}@example.org", "--yes")
    changed = Terminal(settings | {"NEWSLETTER_SECRET_KEY": SECRET[::-1], "NEWSLETTER_FORMER_SECRET_KEY": SECRET})

    assert "newsletter suppressions rotate" in changed("lists", "list").err
    killed = subprocess.run(
        [sys.executable, "-m", "newsletter.cli", "suppressions", "rotate"],
        env={**changed.settings, "NEWSLETTER_FAILPOINT": "people.rekeyed:kill:1"},
        check=False,
        capture_output=True,
    )
    assert -9 == killed.returncode
    assert 6 == terminal("lists", "list").code
    again = changed.ok("subscribers", "import", "readers", str(people), *ADD)
    ended = changed.ok("suppressions", "rotate")
    behind = changed.ok("subscribers", "import", "readers", str(people), *ADD)

    assert [(0, 2), (0, 2)] == [(one["added"], one["said_no"]) for one in (again, behind)]
    assert (19, False) == (ended["moved"], ended["begun"])
    assert (0, False) == (changed.ok("suppressions", "rotate")["moved"], ended["begun"])
    told = changed.ok("suppressions", "show", "Reader7@example.org")["suppressions"]
    assert {"unsubscribed"} == {one["reason"] for one in told}


def test_file_that_is_not_there_is_told(terminal: Terminal) -> None:
    """Nothing is changed."""
    assert "cannot be read" in terminal("suppressions", "import", "nothing.csv").err
