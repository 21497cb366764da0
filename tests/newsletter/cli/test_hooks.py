"""`newsletter hooks`."""

from collections.abc import Iterator

import pytest

from newsletter.cli.exits import Exit
from tests.harness.hooked import Listener, status
from tests.harness.terminal import Terminal


@pytest.fixture(autouse=True)
def _this_machine(terminal: Terminal) -> None:
    """Let this machine be called."""
    terminal.settings["NEWSLETTER_ALLOW_LOOPBACK"] = "1"


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Give a program that is told."""
    with Listener() as listening:
        yield listening


def test_a_webhook_is_added_told_and_removed(terminal: Terminal, listener: Listener) -> None:
    """And its secret is shown where it is asked for, and nowhere else."""
    terminal.ok("hooks", "add", "crm", f"{listener.origin}/in", "--event", "subscriber.*", "--addresses")
    secret = terminal.ok("hooks", "secret", "crm")["secret"]
    listener.answer = status(500)
    failed = terminal("hooks", "test", "crm")
    listener.answer = status(200)
    tested = terminal("hooks", "test", "crm")
    told = [
        terminal("hooks", "list"),
        terminal("hooks", "show", "crm"),
        terminal("hooks", "log", "crm", "--state", "taken"),
        terminal("hooks", "log", "crm", "--message", listener.told[0].uid),
    ]
    removed = terminal("hooks", "remove", "crm", "--yes")

    assert (Exit.REFUSED, Exit.DONE, Exit.DONE) == (failed.code, tested.code, removed.code)
    assert [True, True] == [one.is_signed(secret) for one in listener.told]
    assert [0] * 4 == [one.code for one in told]
    assert not any("whsec_" in one.out or secret[6:] in one.out for one in told)
    assert "status 500" in told[3].out
    assert [] == terminal.ok("hooks", "list")["webhooks"]


def test_what_failed_is_told_again(terminal: Terminal, listener: Listener) -> None:
    """By its id, or by when it happened; which of them must be said."""
    terminal.ok("hooks", "add", "crm", f"{listener.origin}/in")
    terminal.ok("hooks", "test", "crm")
    [message] = terminal.ok("hooks", "log", "crm")["messages"]

    assert Exit.USAGE == terminal("hooks", "replay", "crm").code
    assert Exit.NOT_FOUND == terminal("hooks", "replay", "crm", "msg_1").code
    assert [1, 1, 0] == [
        terminal.ok("hooks", "replay", "crm", *how)["messages"] for how in ([message["id"]], ["--last", "1h"], ["--failed"])
    ]
    assert ["waiting"] == [one["state"] for one in terminal.ok("hooks", "log", "crm")["messages"]]


def test_a_webhook_is_changed_switched_and_given_another_secret(terminal: Terminal) -> None:
    """An address inside, or an event that is never told, is refused and changes nothing."""
    terminal.ok("hooks", "add", "crm", "https://crm.example.org/in", "--event", "issue.sent")
    refused = [
        terminal("hooks", "edit", "crm", "--url", "https://10.0.0.1/in").code,
        terminal("hooks", "edit", "crm", "--event", "issue.read").code,
        terminal("hooks", "add", "crm", "https://crm.example.org/in").code,
    ]
    first = terminal.ok("hooks", "secret", "crm")["secret"]
    rotated = terminal.ok("hooks", "rotate", "crm")
    off = terminal.ok("hooks", "disable", "crm")
    known = terminal.ok("hooks", "edit", "crm", "--event", "*", "--addresses")

    assert [Exit.REFUSED] * 3 == refused
    assert rotated["former_secret_until"]
    assert first != terminal.ok("hooks", "secret", "crm")["secret"]
    assert (False, "https://crm.example.org/in", None, True) == (
        off["is_enabled"],
        known["url"],
        known["events"],
        known["shows_addresses"],
    )
    assert terminal.ok("hooks", "enable", "crm")["is_enabled"]
