"""`newsletter issues check`: what is asked of others, and how it is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.cli.exits import Exit
from tests.harness.chaosfeed import ChaosFeed, Page
from tests.harness.nameserver import name_server
from tests.harness.terminal import Terminal

LETTER = """\
<p>Dear all, the report on a year of mentoring by letter is out, with everything that nine libraries learned.
Read <a href="{report}">what they learned</a> and <a href="{form}">tell us what you think of it</a>.</p>
"""


@pytest.fixture
def chaos() -> Iterator[ChaosFeed]:
    """Give a site that the issue links to."""
    with ChaosFeed() as server:
        yield server


@pytest.fixture
def issue(terminal: Terminal, paper: str, chaos: ChaosFeed, tmp_path: Path) -> str:
    """Give the id of an issue with two links, to pages of this machine."""
    terminal.settings["NEWSLETTER_ALLOW_LOOPBACK"] = "1"
    number = str(terminal.ok("issues", "draft", paper, "--empty", "A special issue about letters")["issue"])
    file = tmp_path / "letter.html"
    file.write_text(LETTER.format(report=chaos.url("/report"), form=chaos.url("/form")))
    terminal.ok("issues", "letter", number, "From the editors", str(file), "--by", "Ann Other")
    terminal.ok("issues", "edit", number, "--preheader", "Nine libraries, four countries, one year of letters")
    return number


def test_dead_link_blocks_until_it_is_mended(terminal: Terminal, chaos: ChaosFeed, issue: str) -> None:
    """What works is not asked for again; the approval knows what was found."""
    chaos.put("/form", Page())
    told = terminal("issues", "check", issue, "--json")
    (dead,) = (finding for finding in told.answer["findings"] if finding["code"] == "link_dead")

    assert Exit.BLOCKED == told.code
    assert "/report is not there (its server answers 404)." in dead["text"]
    assert f"newsletter issues edit {issue} --article {dead['article']} --text FILE" == dead["command"]
    assert Exit.BLOCKED == terminal("issues", "approve", issue).code

    chaos.put("/report", Page())
    asked = len(chaos.asked)
    assert Exit.BLOCKED == terminal("issues", "check", issue).code
    assert asked == len(chaos.asked)
    assert Exit.DONE == terminal("issues", "check", issue, "--again").code


def test_offline_asks_nobody_and_says_so(terminal: Terminal, chaos: ChaosFeed, issue: str) -> None:
    """Warnings alone are no failure."""
    told = terminal("issues", "check", issue, "--offline")

    assert Exit.DONE == told.code
    assert [] == chaos.asked
    assert "Nobody would get this issue." in told.out
    assert f"newsletter issues audience {issue}" in told.out
    assert "Not checked: whether links work" in told.out


def test_offline_does_not_go_with_again(terminal: Terminal, issue: str) -> None:
    """One of them is not meant."""
    assert Exit.USAGE == terminal("issues", "check", issue, "--offline", "--again").code


def test_sender_that_receivers_turn_away_blocks(terminal: Terminal, chaos: ChaosFeed, issue: str) -> None:
    """The DNS is asked where it is said whom to ask, also in a trial on one machine; the doctor knows more."""
    for path in ("/report", "/form"):
        chaos.put(path, Page())
    with name_server({"_dmarc.example.org": ["v=DMARC1; p=reject"]}) as server:
        told = terminal("issues", "check", issue, "--nameserver", server.place, "--json")
    (unproven,) = (finding for finding in told.answer["findings"] if finding["code"] == "sender_unproven")

    assert Exit.BLOCKED == told.code
    assert unproven["is_blocking"]
    assert "newsletter doctor section-news" == unproven["command"]
