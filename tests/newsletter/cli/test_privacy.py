"""What a person may ask for, and what is forgotten, as somebody types it."""

import json
from datetime import UTC, datetime
from pathlib import Path

from newsletter.clock import MovableClock
from tests.harness.terminal import Terminal

ADD = ("--confirmed", "--basis", "Asked at the autumn meeting.")


def test_person_gets_their_file(terminal: Terminal, paper: str, tmp_path: Path) -> None:
    """On stdout or into a file; nobody's is told."""
    terminal.ok("subscribers", "add", "ann@example.org", "--name", "Ann", *ADD)
    told = json.loads(terminal("privacy", "export", "Ann@example.org").out)
    terminal.ok("privacy", "export", "ann@example.org", "--output", str(tmp_path / "ann.json"))
    written = json.loads((tmp_path / "ann.json").read_text())

    assert "Ann" == told["subscriber"]["name"]
    assert told == written == terminal.ok("privacy", "export", "ann@example.org")
    assert 4 == terminal("privacy", "export", "nobody@example.org").code


def test_retention_is_tried_and_run(settings: dict[str, str]) -> None:
    """By the settings; a span that is none is told."""
    clock = MovableClock(datetime(2020, 2, 1, 8, 0, tzinfo=UTC))
    terminal = Terminal(settings | {"NEWSLETTER_KEEP_LEFT": "30 days"}, clock)
    terminal.ok("lists", "create", "readers")
    terminal.ok("subscribers", "add", "ann@example.org", *ADD)
    terminal.ok("subscribers", "unsubscribe", "ann@example.org")
    clock.set(datetime(2020, 3, 20, 8, 0, tzinfo=UTC))

    tried = terminal.ok("retention", "run", "--dry-run")["rules"]
    assert {"days": 30, "found": 1} == tried["left"] == terminal.ok("retention", "show")["rules"]["left"]
    assert tried == terminal.ok("retention", "run")["rules"]
    assert 0 == terminal.ok("retention", "show")["rules"]["left"]["found"]
    assert 4 == terminal("subscribers", "show", "ann@example.org").code
    assert {"days": None, "found": 0} == json.loads(
        terminal("retention", "show", "--json", NEWSLETTER_KEEP_LEFT="for ever").out
    )["rules"]["left"]
    assert "is no span of time" in terminal("retention", "show", NEWSLETTER_KEEP_LEFT="a while").err


def test_run_that_breaks_in_the_middle_is_ended_by_the_next(settings: dict[str, str]) -> None:
    """Row G08: the same is forgotten as by one run."""
    clock = MovableClock(datetime(2020, 2, 1, 8, 0, tzinfo=UTC))
    terminal = Terminal(settings | {"NEWSLETTER_KEEP_LEFT": "30 days"}, clock)
    terminal.ok("lists", "create", "readers")
    for name in ("ann", "bob"):
        terminal.ok("subscribers", "add", f"{name}@example.org", *ADD)
        terminal.ok("subscribers", "unsubscribe", f"{name}@example.org")
    terminal.ok("subscribers", "add", "cem@example.org", *ADD)
    clock.set(datetime(2020, 3, 20, 8, 0, tzinfo=UTC))
    broken = terminal("retention", "run", NEWSLETTER_FAILPOINT="batch.forgotten:raise:3")
    terminal.ok("retention", "run")

    assert 1 == broken.code
    assert [4, 4, 0] == [terminal("subscribers", "show", f"{name}@example.org").code for name in ("ann", "bob", "cem")]
    assert 0 == sum(rule["found"] for rule in terminal.ok("retention", "show")["rules"].values())


def test_guest_gets_their_file_and_is_forgotten(settings: dict[str, str], paper: str) -> None:
    """Also one who is no subscriber; by the address alone."""
    terminal = Terminal(settings, MovableClock(datetime(2020, 1, 10, 8, 0, tzinfo=UTC)))
    issue = str(terminal.ok("issues", "draft", paper, "--month", "2020-01")["issue"])
    asked = ("--section", "Division Chair letter", "--to", "chair@example.org", "--name", "Ms Chair", "--by", "2020-01-24")
    terminal.ok("issues", "invite", issue, *asked)
    told = terminal.ok("privacy", "export", "chair@example.org")

    assert ["Ms Chair"] == [one["name"] for one in told["as_guest"]]
    assert {"subscriber": None, "erased": True} == terminal.ok("subscribers", "erase", "chair@example.org", "--yes")
    assert 4 == terminal("privacy", "export", "chair@example.org").code
    assert 4 == terminal("subscribers", "erase", "chair@example.org", "--yes").code
    assert {"days": 365, "found": 0} == terminal.ok("retention", "show")["rules"]["guests"]
