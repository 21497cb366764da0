"""`newsletter issues invite`, `contributions`, `remind`, `ask-contributor`, `uninvite`."""

from datetime import UTC, datetime

import pytest

from newsletter.cli.exits import Exit
from newsletter.clock import MovableClock
from newsletter.database import Database
from newsletter.people import contributors
from newsletter.review import contributions
from newsletter.review.contribution import Typed
from tests.harness.terminal import Terminal

NOW = datetime(2020, 1, 10, 8, 0, tzinfo=UTC)
CHAIR = "Division Chair letter"
INVITATION = ("--section", CHAIR, "--to", "chair@example.org", "--name", "The Chair", "--by")


@pytest.fixture
def desk(settings: dict[str, str], paper: str) -> Terminal:
    """Give a terminal on 10 January 2020."""
    return Terminal(settings, MovableClock(NOW))


@pytest.fixture
def issue(desk: Terminal, paper: str) -> str:
    """Give the id of a draft."""
    desk.ok("staff", "add", "ann", "--role", "editor")
    return str(desk.ok("issues", "draft", paper, "--month", "2020-01")["issue"])


@pytest.mark.both_databases
def test_a_guest_is_asked_and_listed(desk: Terminal, issue: str) -> None:
    """Until the end of the last day in the newsletter's zone."""
    made = desk.ok("issues", "invite", issue, *INVITATION, "2020-01-24", "--words", "400", "--as", "ann")
    (listed,) = desk.ok("issues", "contributions", issue)["contributions"]

    assert "/w/" in made["link"]
    assert ("invited", True, 400, "2020-01-24T22:59:00+00:00") == (
        listed["state"],
        listed["is_open"],
        listed["words"],
        listed["due_at"],
    )
    assert "The Chair" in desk("issues", "contributions", issue).out


def test_whom_else_an_issue_asks_is_told(desk: Terminal, issue: str) -> None:
    """The same section, or the same guest for something else; both stay asked until one is taken back."""
    first = desk.ok("issues", "invite", issue, *INVITATION, "2020-01-24")
    again = desk("issues", "invite", issue, *INVITATION, "2020-01-24")
    feature = ("--section", "Feature articles", "--to", "CHAIR@example.org", "--name", "Chair", "--by", "2020-01-24")
    told = desk.ok("issues", "invite", issue, *feature)

    assert [] == first["asked_already"]
    assert (
        f"The Chair is asked for “{CHAIR}” already (invited). Both links work: newsletter issues uninvite {issue}" in again.err
    )
    assert 2 == len(told["asked_already"])


@pytest.mark.parametrize("day", ["2020-01-09", "24 January", "2020-06-30"])
def test_a_last_day_is_a_day_to_come(desk: Terminal, issue: str, day: str) -> None:
    """And not far away."""
    assert Exit.REFUSED == desk("issues", "invite", issue, *INVITATION, day).code
    assert [] == desk.ok("issues", "contributions", issue)["contributions"]


def test_what_does_not_exist_is_asked_of_nobody(desk: Terminal, issue: str) -> None:
    """Another section, another issue, no address."""
    other = ("--to", "chair@example.org", "--name", "Chair", "--by", "2020-01-24")

    assert Exit.NOT_FOUND == desk("issues", "invite", issue, "--section", "Nothing", *other).code
    assert Exit.NOT_FOUND == desk("issues", "invite", "77", "--section", CHAIR, *other).code
    assert Exit.REFUSED == desk("issues", "invite", issue, "--section", CHAIR, "--to", "nobody", *other[2:]).code


def test_a_guest_is_not_reminded_on_the_day_they_were_asked(desk: Terminal, issue: str) -> None:
    """Nor is anybody reminded who was not asked."""
    number = str(desk.ok("issues", "invite", issue, *INVITATION, "2020-01-24")["contribution"])

    assert "within the last day" in desk("issues", "remind", issue, number).err
    assert Exit.NOT_FOUND == desk("issues", "remind", issue, "77").code


@pytest.mark.both_databases
def test_a_guest_is_asked_whether_the_edited_text_may_stand(desk: Terminal, issue: str, instance_url: str) -> None:
    """By mail; a text that was not handed in is not asked about, nor one that was withdrawn."""
    number = str(desk.ok("issues", "invite", issue, *INVITATION, "2020-01-24")["contribution"])
    assert Exit.REFUSED == desk("issues", "ask-contributor", issue, number).code
    database = Database(instance_url)
    with database.write() as tx:
        known = contributors.keep(tx, contributions.find(tx, int(issue), int(number)), Typed(byline="Ann", text="Hi."), NOW)
        contributors.hand_in(tx, known, "<p>Hi.</p>", NOW)
    database.close()

    (asked,) = desk.ok("issues", "ask-contributor", issue, number, "--note", "Shorter.")["contributions"]
    assert ("edited", False) == (asked["state"], asked["is_open"])
    assert [] == desk.ok("alerts", "list")["alerts"]
    (gone,) = desk.ok("issues", "uninvite", issue, number)["contributions"]
    assert "withdrawn" == gone["state"]
    assert Exit.REFUSED == desk("issues", "uninvite", issue, number).code
    assert "Ann" in desk("issues", "show", issue).out
