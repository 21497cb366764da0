"""`newsletter keys`: made, listed and revoked."""

from newsletter.cli.exits import Exit
from tests.harness.terminal import Terminal


def test_a_key_is_made_listed_and_revoked(terminal: Terminal) -> None:
    """Its secret is told once; one without a scope, or of nobody, is not made."""
    terminal.ok("staff", "add", "Ann", "--role", "admin")
    made = terminal.ok("keys", "add", "the shop", "--for", "ann", "--scope", "view", "--days", "30")
    listed = terminal.ok("keys", "list")["keys"]
    revoked = terminal.ok("keys", "revoke", str(made["id"]), "--yes")

    assert str(made.pop("key")).startswith("nlk_")
    assert [made] == listed
    assert ("open", "revoked") == (made["state"], revoked["state"])
    assert Exit.USAGE == terminal("keys", "add", "no scope", "--for", "ann").code
    assert Exit.NOT_FOUND == terminal("keys", "add", "nobody's", "--for", "Bob", "--scope", "view").code
    assert Exit.NOT_FOUND == terminal("keys", "revoke", "99", "--yes").code
