"""`newsletter issues article` and `event`."""

import json
from pathlib import Path
from typing import Any

import pytest

from newsletter.cli.exits import Exit
from tests.harness.drawn import drawing, photo
from tests.harness.terminal import Terminal


@pytest.fixture
def issue(terminal: Terminal, paper: str) -> str:
    """Give the id of a draft with nothing but a placeholder."""
    return str(terminal.ok("issues", "draft", paper, "--month", "2020-01")["issue"])


def only_article(told: dict[str, Any]) -> dict[str, Any]:
    """Give the article of an issue that has one."""
    (found,) = (article for section in told["sections"] for article in section["articles"])
    return dict(found)


@pytest.mark.both_databases
def test_everything_of_an_article_is_said_at_once(terminal: Terminal, issue: str, tmp_path: Path) -> None:
    """Rich text comes from a file of JSON; what was a placeholder is written."""
    text = tmp_path / "letter.json"
    text.write_text(
        json.dumps({"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Hi"}]}]})
    )
    article = str(only_article(terminal.ok("issues", "show", issue))["id"])
    portrait, picture = (str(terminal.ok("images", "add", "-", stdin=one)["key"]) for one in (photo(), drawing()))

    told = terminal.ok(
        *("issues", "article", issue, article, "--text", str(text), "--byline", "Ann Chair", "--affiliation", "Oslo"),
        *("--portrait", portrait, "--picture", picture, "--alt", "A boat", "--credit", "B. Photo", "--summary", "In short"),
        *("--words", "20", "--link", "https://example.org/", "--title", "A letter", "--show", "full"),
    )

    after = only_article(told)
    expected = {
        "title": "A letter",
        "byline": "Ann Chair",
        "affiliation": "Oslo",
        "portrait": portrait,
        "picture": picture,
        "picture_alt": "A boat",
        "picture_credit": "B. Photo",
        "summary": "In short",
        "words": 20,
        "link": "https://example.org/",
        "show": "full",
        "is_placeholder": False,
    }
    assert expected == {name: after[name] for name in expected}
    assert ["Ann Chair"] == [one["name"] for one in terminal.ok("authors", "list", "Section News")["authors"]]


def test_events_are_typed_and_articles_are_dated(terminal: Terminal, issue: str) -> None:
    """What is not said again stays as it was."""
    terminal.ok("issues", "section", "add", issue, "Dates", "--kind", "events")
    terminal.ok("issues", "section", "remove", issue, "Division Chair letter", "--into", "Dates")
    letter = str(only_article(terminal.ok("issues", "show", issue))["id"])
    terminal.ok("issues", "event", issue, "--article", letter, "--begins", "2020-02-27", "--place", "Oslo")
    told = terminal.ok("issues", "event", issue, "--article", letter, "--begins", "2020-02-28T10:00", "--timezone", "UTC")

    assert {"begins": "2020-02-28T10:00", "ends": "", "zone": "UTC", "place": "Oslo"} == only_article(told)["event"]
    assert only_article(terminal.ok("issues", "event", issue, "--article", letter, "--no-date"))["event"] is None
    added = terminal.ok("issues", "event", issue, "Reading circle", "--begins", "2020-02-27", "--section", "… and more")
    assert ["Reading circle"] == [one["title"] for section in added["sections"] for one in section["articles"] if one["event"]]


@pytest.mark.parametrize(
    "arguments",
    [
        ("article", "1"),
        ("event",),
        ("event", "Circle"),
        ("event", "Circle", "--article", "1", "--begins", "2020-02-27"),
        ("event", "--article", "1"),
        ("event", "--article", "1", "--no-date", "--place", "Oslo"),
        ("event", "--article", "1", "--begins", "2020-02-27", "--link", "https://example.org/"),
        ("event", "--article", "1", "--begins", "2020-02-27", "--section", "… and more"),
    ],
)
def test_half_said_things_are_usage_errors(terminal: Terminal, issue: str, arguments: tuple[str, ...]) -> None:
    """And nothing is changed."""
    command, *others = arguments

    assert Exit.USAGE == terminal("issues", command, issue, *others).code


def test_an_article_without_a_date_has_no_place(terminal: Terminal, issue: str) -> None:
    """Nobody could put it into a calendar."""
    letter = str(only_article(terminal.ok("issues", "show", issue))["id"])

    told = terminal("issues", "event", issue, "--article", letter, "--place", "Oslo")

    assert Exit.REFUSED == told.code
    assert "no date yet" in told.err


@pytest.mark.both_databases
def test_a_draft_may_begin_from_the_last(terminal: Terminal, paper: str, issue: str) -> None:
    """With the sections as they were left."""
    terminal.ok("issues", "section", "move", issue, "… and more", "1")

    told = terminal.ok("issues", "draft", paper, "--month", "2020-02", "--from-last")

    assert "… and more" == told["sections"][0]["title"]
    assert 5 == len(told["sections"])


def test_an_edit_tells_what_it_changed(terminal: Terminal, issue: str) -> None:
    """And not the whole issue; what changes nothing is told to have changed nothing, and makes no version."""
    before = terminal.ok("issues", "show", issue)
    article = str(only_article(before)["id"])
    told = terminal("issues", "article", issue, article, "--byline", "Ann Chair").out
    again = terminal("issues", "article", issue, article, "--byline", "Ann Chair").out
    after = terminal.ok("issues", "article", issue, article, "--summary", "In short")

    assert f"Saved as version {before['version'] + 1} of" in told
    assert "byline: {+Ann Chair+}" in told
    assert f"newsletter issues undo {issue}" in told
    assert "Nothing was changed" in again
    assert before["version"] + 2 == after["version"]
    assert ["changed"] == after["changes"]["articles"][0]["fates"]
