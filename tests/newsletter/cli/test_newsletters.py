"""`newsletter newsletters`: made, planned and scheduled."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.cli.exits import Exit
from newsletter.clock import MovableClock
from tests.harness.terminal import Terminal

CREATE = ("newsletters", "create", "Section News", "--list", "readers", "--postal-address", "1 Library Road")


def test_create_makes_the_list_too(terminal: Terminal) -> None:
    """A newcomer does not have to know that lists are something else."""
    made = terminal.ok(*CREATE, "--from", "The Section <news@example.org>", "--timezone", "Europe/Amsterdam")

    assert ("section-news", "readers", "The Section <news@example.org>", "Europe/Amsterdam") == (
        made["newsletter"],
        made["list"],
        made["from"],
        made["timezone"],
    )
    assert ["readers"] == [one["name"] for one in terminal.ok("lists", "list")["lists"]]


def test_create_takes_a_list_that_is_there(terminal: Terminal) -> None:
    """Two newsletters may go to the same people."""
    terminal.ok("lists", "create", "readers")
    terminal.ok(*CREATE, "--from", "news@example.org")

    assert 1 == len(terminal.ok("lists", "list")["lists"])


def test_sender_without_a_name_is_called_like_the_newsletter(terminal: Terminal) -> None:
    """Inboxes show something better than an address."""
    assert "Section News <news@example.org>" == terminal.ok(*CREATE, "--from", "news@example.org")["from"]


@pytest.mark.parametrize(
    "sender", ["no address", "a@b@c", "Ann <ann@example.org> <bob@example.org>", "ann@example.org\nBcc: all@example.org", ""]
)
def test_unusable_sender_is_refused_and_nothing_is_made(terminal: Terminal, sender: str) -> None:
    """Not even the list."""
    told = terminal(*CREATE, "--from", sender)

    assert Exit.REFUSED == told.code
    assert [] == terminal.ok("lists", "list")["lists"]


def test_name_that_is_taken_is_refused(terminal: Terminal, paper: str) -> None:
    """In one sentence."""
    told = terminal(*CREATE, "--from", "news@example.org")

    assert (Exit.REFUSED, f"Error: There is a newsletter {paper} already.\n") == (told.code, told.err)


def test_unknown_zone_is_refused(terminal: Terminal) -> None:
    """With the way it is written."""
    told = terminal(*CREATE, "--from", "news@example.org", "--timezone", "Amsterdam")

    assert Exit.REFUSED == told.code
    assert "Europe/Amsterdam" in told.err


def test_edit_changes_what_letters_say(terminal: Terminal, paper: str) -> None:
    """The sender keeps its name when only the address changes."""
    told = terminal.ok("newsletters", "edit", paper, "--from", "editors@example.org", "--reply-to", "ann@example.org")

    assert ("The Section <editors@example.org>", "ann@example.org") == (told["from"], told["reply_to"])


def test_edit_chooses_a_theme_and_changes_tokens_of_it(terminal: Terminal, paper: str) -> None:
    """One after the other; an empty one is as the theme has it again."""
    terminal.ok("newsletters", "edit", paper, "--theme", "magazine", "--token", "accent=#7a2e3b", "--token", "words.cards=20")
    told = terminal.ok("newsletters", "edit", paper, "--token", "light.accent=", "--token", "dark.accent=#ffbbbb")

    assert ("magazine", {"words.cards": "20", "dark.accent": "#ffbbbb"}) == (told["theme"], told["tokens"])
    assert told["tokens"] == terminal.ok("newsletters", "show", paper)["tokens"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--theme", "glossy"), "there is none of this name; there are federation, letter, magazine"),
        (("--token", "accent=#dddddd"), "accent #dddddd on paper #ffffff: its contrast is 1.35 in the light scheme"),
        (("--token", "acent=#000000"), "there is no such token"),
    ],
)
def test_look_that_cannot_be_read_is_refused_and_nothing_is_changed(
    terminal: Terminal, paper: str, arguments: tuple[str, ...], reason: str
) -> None:
    """Not even the rest of what was asked for in the same breath."""
    told = terminal("newsletters", "edit", paper, "--reply-to", "ann@example.org", *arguments)
    known = terminal.ok("newsletters", "show", paper)

    assert Exit.REFUSED == told.code
    assert reason in told.err
    assert ("federation", {}, "") == (known["theme"], known["tokens"], known["reply_to"])


def test_edit_of_nothing_is_a_usage_error(terminal: Terminal, paper: str) -> None:
    """As it is with issues and people."""
    told = terminal("newsletters", "edit", paper)

    assert Exit.USAGE == told.code
    assert "Nothing to change" in told.err


@pytest.mark.both_databases
def test_plan_is_read_from_a_file_and_shown(terminal: Terminal, paper: str, tmp_path: Path) -> None:
    """What was given is what is there."""
    path = tmp_path / "plan.toml"
    path.write_text('[[section]]\ntitle = "News"\nrest = true\n')

    assert ["News"] == [section["title"] for section in terminal.ok("newsletters", "plan", paper, str(path))["sections"]]
    assert ["News"] == [section["title"] for section in terminal.ok("newsletters", "plan", paper)["sections"]]
    assert "News" in terminal("newsletters", "plan", paper).out


def test_wrong_plan_names_its_place(terminal: Terminal, paper: str, tmp_path: Path) -> None:
    """And the plan that was there stays."""
    path = tmp_path / "plan.toml"
    path.write_text('[[section]]\ntitle = "News"\nkind = "poem"\n')
    told = terminal("newsletters", "plan", paper, str(path))

    assert Exit.REFUSED == told.code
    assert "section 1 (News): kind is one of letter, articles, headlines" in told.err
    assert 5 == len(terminal.ok("newsletters", "plan", paper)["sections"])


@pytest.mark.both_databases
def test_schedule_and_calendar(settings: dict[str, str], paper: str) -> None:
    """The next twelve first Mondays, at nine in Amsterdam, whatever the season."""
    terminal = Terminal(settings, MovableClock(datetime(2020, 1, 1, tzinfo=UTC)))
    terminal.ok("newsletters", "schedule", paper, "first monday", "09:00", "--draft-before", "7d")
    slots = terminal.ok("newsletters", "calendar", paper)["slots"]

    assert 12 == len(slots)
    assert ("2020-01-06T09:00", "2020-01-06T08:00:00+00:00", "2019-12-30T08:00:00+00:00", "2019-12") == (
        slots[0]["slot"],
        slots[0]["send_at"],
        slots[0]["draft_at"],
        slots[0]["month"],
    )
    assert "2020-07-06T07:00:00+00:00" == slots[6]["send_at"]
    assert "Mon 6 Jan 2020, 09:00 Amsterdam" in terminal("newsletters", "calendar", paper).out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("fifth monday", "09:00"), "say last"),
        (("first monday", "9 o'clock"), "09:00"),
        (("first monday", "25:00"), "09:00"),
        (("first monday", "09:00", "--timezone", "Mars"), "Europe/Amsterdam"),
        (("first monday", "09:00", "--draft-before", "59d"), "28 days"),
    ],
)
def test_unusable_schedule_is_refused(terminal: Terminal, paper: str, arguments: tuple[str, ...], told: str) -> None:
    """With what to write instead."""
    answer = terminal("newsletters", "schedule", paper, *arguments)

    assert Exit.REFUSED == answer.code
    assert told in answer.err


def test_unreadable_span_is_a_usage_error(terminal: Terminal, paper: str) -> None:
    """As any argument of the wrong kind."""
    told = terminal("newsletters", "schedule", paper, "first monday", "09:00", "--draft-before", "a week")

    assert Exit.USAGE == told.code
    assert "7d, 12h or 90m" in told.err


def test_a_month_without_an_issue_is_told(settings: dict[str, str], paper: str) -> None:
    """With the reason, for whoever asks where the issue is."""
    clock = MovableClock(datetime(2020, 1, 1, tzinfo=UTC))
    terminal = Terminal(settings, clock)
    terminal.ok("newsletters", "schedule", paper, "first monday", "09:00", "--draft-before", "1d")
    assert [] == terminal.ok("newsletters", "calendar", paper)["without_issue"]

    clock.set(datetime(2020, 1, 10, tzinfo=UTC))
    terminal("worker", "--until-idle")

    assert [{"month": "2019-12", "state": "missed", "why": "nobody was there to draft it"}] == terminal.ok(
        "newsletters", "calendar", paper
    )["without_issue"]
    assert "December 2019 has no issue: missed, nobody was there to draft it." in terminal("newsletters", "calendar", paper).out


def test_calendar_without_a_schedule_says_how_to_make_one(terminal: Terminal, paper: str) -> None:
    """An empty answer is an answer."""
    assert [] == terminal.ok("newsletters", "calendar", paper)["slots"]
    assert "newsletter newsletters schedule" in terminal("newsletters", "calendar", paper).out


def test_list_and_show(terminal: Terminal, paper: str) -> None:
    """By name or by slug, in any letter case."""
    assert [paper] == [one["name"] for one in terminal.ok("newsletters", "list")["newsletters"]]
    assert paper == terminal.ok("newsletters", "show", "SECTION-NEWS")["name"]
    assert "Division Chair letter" in terminal("newsletters", "show", paper).out


@pytest.mark.both_databases
def test_a_production_calendar_is_shown_in_dates(settings: dict[str, str], paper: str) -> None:
    """What is owed when, for a year, moved off days on which nobody works."""
    terminal = Terminal(settings, MovableClock(datetime(2020, 1, 1, tzinfo=UTC)))
    said = terminal.ok(
        *("newsletters", "schedule", paper, "day 27", "09:00", "--on-day-off", "after", "--country", "nl"),
        *(
            "--contributions-before",
            "5d",
            "--review-before",
            "3wd",
            "--approval-before",
            "24h",
            "--timezone",
            "Europe/Amsterdam",
        ),
    )
    april = next(slot for slot in said["slots"] if slot["slot"].startswith("2020-04"))

    assert 12 == len(said["slots"])
    assert "2020-04-28T09:00" == april["slot"]
    assert {
        "draft": "2020-04-21T07:00:00+00:00",
        "contributions": "2020-04-23T07:00:00+00:00",
        "review": "2020-04-23T07:00:00+00:00",
        "approval": "2020-04-27T07:00:00+00:00",
        "sending": "2020-04-28T07:00:00+00:00",
    } == april["dates"]


def test_a_calendar_is_tried_before_it_is_kept(terminal: Terminal, paper: str) -> None:
    """A dry run shows the same dates and changes nothing."""
    tried = terminal.ok("newsletters", "schedule", paper, "first monday", "09:00", "--dry-run")

    assert (True, 12) == (tried["dry_run"], len(tried["slots"]))
    assert [] == terminal.ok("newsletters", "calendar", paper)["slots"]


def test_dates_are_taken_along(terminal: Terminal, paper: str, tmp_path: Path) -> None:
    """As a file, and by an address for calendar programs."""
    terminal.ok("newsletters", "schedule", paper, "first monday", "09:00")
    file = tmp_path / "dates.ics"

    terminal.ok("newsletters", "calendar", paper, "--ics", str(file))
    link = terminal.ok("newsletters", "calendar", paper, "--link")["link"]

    assert file.read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
    assert link.endswith(".ics")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--country", "XX"), "no holidays that are known"),
        (("--review-before", "1d", "--approval-before", "2d"), "would come before"),
        (("--review-before", "soon"), "write it as 3d"),
        (("--least", "0"), "0 is not in the range"),
    ],
)
def test_a_calendar_that_cannot_be_kept_is_told(terminal: Terminal, paper: str, options: tuple[str, ...], reason: str) -> None:
    """Before anything is changed."""
    told = terminal("newsletters", "schedule", paper, "first monday", "09:00", *options)

    assert told.code
    assert reason in told.err
    assert [] == terminal.ok("newsletters", "calendar", paper)["slots"]


def test_it_is_called_otherwise_and_speaks_another_language(terminal: Terminal, paper: str) -> None:
    """Its address stays; a name of another newsletter is refused."""
    changed = terminal.ok("newsletters", "edit", paper, "--name", "The Courier", "--language", "fr")
    terminal.ok("newsletters", "create", "Other", "--list", "o", "--postal-address", "Oslo", "--from", "o@example.org")
    taken = terminal("newsletters", "edit", "Other", "--name", "the courier")

    assert ("The Courier", "fr", "section-news") == (changed["name"], changed["language"], changed["newsletter"])
    assert Exit.REFUSED == taken.code


def test_it_moves_to_another_zone(terminal: Terminal, paper: str) -> None:
    """What keeps its moment is told."""
    moved = terminal.ok("newsletters", "timezone", paper, "Asia/Tokyo")

    assert ("Asia/Tokyo", []) == (moved["timezone"], moved["keep_their_moment"])
    assert "Asia/Tokyo" == terminal.ok("newsletters", "show", paper)["timezone"]
    assert Exit.REFUSED == terminal("newsletters", "timezone", paper, "Mars/Olympus").code


def test_it_goes_to_another_list(terminal: Terminal, paper: str) -> None:
    """And nothing goes to the one before, which is told."""
    terminal.ok("lists", "create", "members")
    moved = terminal.ok("newsletters", "readers", paper, "members")

    assert ("members", True) == (moved["list"], moved["former_is_without_newsletter"])
    assert "members" == terminal.ok("newsletters", "show", paper)["list"]
