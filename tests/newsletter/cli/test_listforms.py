"""`newsletter lists form` and `newsletter lists domains`."""

from pathlib import Path

import pytest

from newsletter.cli.exits import Exit
from tests.harness.terminal import Terminal


def test_form_is_printed_to_be_copied(terminal: Terminal, paper: str) -> None:
    """As plain HTML, whole, and as JSON with its addresses."""
    told = terminal("lists", "form", "readers")

    assert 0 == told.code
    assert told.out.startswith('<form action="http://127.0.0.1:8000/subscribe/readers" method="post" lang="en" dir="ltr">')
    assert told.out.endswith("</form>\n")
    assert "http://127.0.0.1:8000/subscribe/readers/json" == terminal.ok("lists", "form", "readers")["json"]


def test_list_without_newsletter_has_no_form(terminal: Terminal, paper: str) -> None:
    """Nor has a private one, nor one that is not there."""
    terminal.ok("lists", "create", "unused")
    terminal.ok("lists", "create", "board", "--private")

    assert Exit.REFUSED == terminal("lists", "form", "unused").code
    assert Exit.REFUSED == terminal("lists", "form", "board").code
    assert Exit.NOT_FOUND == terminal("lists", "form", "nothing").code


def test_domains_are_denied_shown_and_taken_back(terminal: Terminal, paper: str) -> None:
    """On one list or on all."""
    assert 2 == terminal.ok("lists", "domains", "deny", "readers", "Bad.example", "@worse.example")["domains"]
    assert 1 == terminal.ok("lists", "domains", "allow", "all", "good.example")["domains"]

    assert [("bad.example", "deny"), ("worse.example", "deny")] == [
        (rule["domain"], rule["verdict"]) for rule in terminal.ok("lists", "domains", "show", "readers")["rules"]
    ]
    assert "good.example" in terminal("lists", "domains", "show", "all").out
    assert 1 == terminal.ok("lists", "domains", "remove", "readers", "bad.example", "never.example")["removed"]
    assert 1 == terminal.ok("lists", "domains", "show", "readers")["total"]


def test_file_of_domains_is_read(terminal: Terminal, paper: str, tmp_path: Path) -> None:
    """Remarks and empty lines are passed over, what is no domain is told."""
    path = tmp_path / "disposable.txt"
    path.write_text("\ufeff# made by hand\n\ntrash.example\nTRASH.example # twice\nnot a domain\nb\u00fccher.example\n")
    told = terminal.ok("lists", "domains", "deny", "all", "--file", str(path))

    assert (2, ["not a domain"]) == (told["domains"], told["refused"])
    assert 2 == terminal.ok("lists", "domains", "show", "all")["total"]


@pytest.mark.parametrize("arguments", [("deny", "readers"), ("remove", "readers")])
def test_nothing_said_is_no_command(terminal: Terminal, paper: str, arguments: tuple[str, ...]) -> None:
    """It asks which domains are meant."""
    assert Exit.USAGE == terminal("lists", "domains", *arguments).code


def test_what_is_no_domain_is_refused(terminal: Terminal, paper: str) -> None:
    """Nothing is set then."""
    told = terminal("lists", "domains", "deny", "readers", "good.example", "no domain")

    assert Exit.REFUSED == told.code
    assert 0 == terminal.ok("lists", "domains", "show", "readers")["total"]
