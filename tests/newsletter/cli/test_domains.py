"""`newsletter domains`."""

import pytest

from newsletter.cli.exits import Exit
from tests.harness.terminal import Terminal


def test_domain_is_slowed_listed_and_set_free(terminal: Terminal) -> None:
    """And slowed otherwise."""
    assert "gmail.com get 600/h at most" in terminal("domains", "add", "Gmail.com", "600/h").out
    terminal.ok("domains", "add", "gmail.com", "300/h")
    assert [{"domain": "gmail.com", "rate": "300/h"}] == terminal.ok("domains", "list")["domains"]
    terminal.ok("domains", "remove", "GMAIL.com")

    assert [] == terminal.ok("domains", "list")["domains"]
    assert Exit.NOT_FOUND == terminal("domains", "remove", "gmail.com").code


@pytest.mark.parametrize(("domain", "rate"), [("gmail.com", "fast"), ("not a domain", "1/s"), ("gmail.com", "0/s")])
def test_what_is_none_is_refused(terminal: Terminal, domain: str, rate: str) -> None:
    """Domain or rate."""
    assert Exit.REFUSED == terminal("domains", "add", domain, rate).code
