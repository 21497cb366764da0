"""`newsletter subscribers prefer`."""

from datetime import UTC, datetime

import pytest

from newsletter.cli.exits import Exit
from tests.harness.terminal import Terminal

ANN = "ann@example.org"
NOW = datetime(2020, 2, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def ann(terminal: Terminal, paper: str) -> str:
    """Give somebody on a list with two topics."""
    terminal.clock = lambda: NOW
    terminal.ok("topics", "add", "readers", "Jobs")
    terminal.ok("topics", "add", "readers", "Books")
    terminal.ok("subscribers", "add", ANN, "--confirmed", "--basis", "Told us")
    return ANN


def prefer(terminal: Terminal, *wish: str) -> object:
    """Change the terms of Ann; gives the answer."""
    return terminal.ok("subscribers", "prefer", ANN, "--list", "readers", *wish)


def test_terms_are_changed_one_by_one(terminal: Terminal, ann: str) -> None:
    """What is not named stays; a day begins where the newsletter is."""
    paused = prefer(terminal, "--cadence", "quarterly", "--pause-until", "2020-09-01")
    [*_, told] = [one["evidence"]["wording"] for one in terminal.ok("subscribers", "show", ann)["consent"]]
    chosen = prefer(terminal, "--topic", "jobs")
    back = prefer(terminal, "--resume", "--all-topics", "--cadence", "every-issue")

    assert "Told the staff: one mail a quarter; all topics; paused until 2020-09-01." == told
    assert {
        "list": "readers",
        "cadence": "quarterly",
        "paused_until": "2020-08-31T22:00:00+00:00",
        "topics": "all",
    } == paused
    assert {
        "list": "readers",
        "cadence": "quarterly",
        "paused_until": "2020-08-31T22:00:00+00:00",
        "topics": ["Jobs"],
    } == chosen
    assert {"list": "readers", "cadence": "every-issue", "paused_until": None, "topics": "all"} == back


def test_every_change_is_evidence(terminal: Terminal, ann: str) -> None:
    """In words that say what holds from then on."""
    prefer(terminal, "--no-topics")
    prefer(terminal, "--no-topics")
    said = [one["evidence"]["wording"] for one in terminal.ok("subscribers", "show", ann)["consent"]]

    assert ["Told us", "Told the staff: every issue; no topics, only what is for everybody."] == said
    assert "none, only what is for everybody" in terminal("subscribers", "prefer", ANN, "--list", "readers", "--no-topics").out


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ((), Exit.USAGE),
        (("--topic", "Jobs", "--all-topics"), Exit.USAGE),
        (("--resume", "--pause-until", "2020-09-01"), Exit.USAGE),
        (("--pause-until", "tomorrow"), Exit.REFUSED),
        (("--pause-until", "2020-01-31"), Exit.REFUSED),
        (("--pause-until", "2030-01-31"), Exit.REFUSED),
        (("--pause-until", "0001-01-01"), Exit.REFUSED),
        (("--topic", "Shoes"), Exit.NOT_FOUND),
    ],
)
def test_wish_that_makes_no_sense_is_refused(terminal: Terminal, ann: str, wish: tuple[str, ...], code: Exit) -> None:
    """And nothing is changed."""
    assert code == terminal("subscribers", "prefer", ANN, "--list", "readers", *wish).code
    assert ["Told us"] == [one["evidence"]["wording"] for one in terminal.ok("subscribers", "show", ann)["consent"]]


def test_stranger_to_a_list_has_no_terms(terminal: Terminal, ann: str) -> None:
    """Neither somebody unknown, nor somebody on another list."""
    terminal.ok("lists", "create", "Board")

    assert Exit.NOT_FOUND == terminal("subscribers", "prefer", ANN, "--list", "Board", "--all-topics").code
    assert Exit.NOT_FOUND == terminal("subscribers", "prefer", "bob@example.org", "--list", "readers", "--all-topics").code
