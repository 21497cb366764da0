"""`newsletter clicks`, and the switch of a newsletter."""

import csv
from datetime import UTC, datetime
from pathlib import Path

from newsletter.cli.exits import Exit
from newsletter.database import Database
from newsletter.issues import newsletters
from newsletter.issues import store as issues
from newsletter.letters import redirects
from newsletter.mail.clicking import Click
from newsletter.people import clicking
from subscribers.tokens import Keyring
from tests.conftest import SECRET
from tests.harness import mailroom, people
from tests.harness.terminal import Terminal

URL = "https://blog.example.org/a"
# A spreadsheet would run it.
FORMULA = "https://b.example/?a=1"
NOW = datetime(2020, 2, 1, 8, 0, tzinfo=UTC)


def a_followed_issue(url: str) -> int:
    """Let ann, who allows it, follow a link twice, and bo once; gives the issue."""
    database, keyring = Database(url), Keyring(SECRET)
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, NOW, ("ann", "bo"))
        newsletters.edit(tx, room.newsletter_id, counts_clicks=True)
        issue_id = mailroom.approved_issue(tx, room.newsletter_id, NOW)
        letter_id = issues.load(tx, issue_id).letter_id
        assert letter_id is not None
        redirects.keep(tx, letter_id, [URL, FORMULA])
        first, _ = redirects.of_letter(tx, letter_id)
        ann, bo = (mailroom.subscription_of(tx, name).id for name in ("ann", "bo"))
        clicking.allow(tx, keyring, ann, NOW, people.LINK)
        clicks = [Click(NOW, NOW, first.id, letter_id, b"", False, one) for one in (ann, ann, bo)]
        clicking.keep(tx, clicks, [False] * 3)
    database.close()
    return issue_id


def test_figures_and_people_are_told(terminal: Terminal, sqlite_url: str, tmp_path: Path) -> None:
    """The same on the terminal, to a program, and in a file; by name only whoever allows it."""
    number = str(a_followed_issue(sqlite_url))
    file = tmp_path / "clicks.csv"
    found = terminal.ok("clicks", "show", number, "--csv", str(file))
    named = terminal.ok("clicks", "people", number)

    assert {"place": 1, "url": URL, "people": 3, "machines": 0, "named": 1} == found["links"][0]
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert [(URL, "3"), (FORMULA, "0")] == [(row["link"], row["by people"]) for row in rows]
    assert [("ann@example.net", 2)] == [(one["address"], one["clicks"]) for one in named["people"]]
    assert "bo@example.net" not in terminal("clicks", "people", number).out
    assert Exit.NOT_FOUND == terminal("clicks", "show", "99").code


def test_a_newsletter_is_told_to_count(terminal: Terminal, sqlite_url: str) -> None:
    """Off until then; issues that were approved before are not counted, and it is said so."""
    database, keyring = Database(sqlite_url), Keyring(SECRET)
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, NOW, ("ann",))
        issue_id = mailroom.approved_issue(tx, room.newsletter_id, NOW)
    database.close()
    before = terminal.ok("newsletters", "show", "Section News")["counts_clicks"]
    after = terminal.ok("newsletters", "edit", "Section News", "--count-clicks", "yes")["counts_clicks"]

    assert (False, True) == (before, after)
    assert "are not counted" in terminal("clicks", "show", str(issue_id)).out
    assert [] == terminal.ok("clicks", "people", str(issue_id))["people"]
