"""`newsletter staff provider…`: where the staff may sign in besides."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.cli.exits import Exit
from newsletter.clock import system_clock
from tests.harness.openid import OpenId
from tests.harness.terminal import Terminal


@pytest.fixture
def openid() -> Iterator[OpenId]:
    """Give a provider."""
    with OpenId(system_clock) as opened:
        yield opened


@pytest.fixture
def terminal(settings: dict[str, str]) -> Terminal:
    """Give a terminal of an instance that may speak to this machine."""
    return Terminal({**settings, "NEWSLETTER_ALLOW_LOOPBACK": "yes", "NEWSLETTER_PUBLIC_URL": "https://news.example.org"})


@pytest.mark.both_databases
def test_a_provider_is_set_shown_and_taken_away(terminal: Terminal, openid: OpenId, tmp_path: Path) -> None:
    """Its secret comes from a file, stays where it is left out, and is told nowhere."""
    secret = tmp_path / "secret.txt"
    secret.write_text(f"{openid.secret}\n")
    assert terminal.ok("staff", "provider")["provider"] is None
    given = ("staff", "provider-set", openid.issuer, "--client-id", openid.client_id)
    assert Exit.REFUSED == terminal(*given).code
    made = terminal.ok(*given, "--secret-file", str(secret))
    changed = terminal.ok(*given, "--name", "Example", "--second-factor", "theirs")

    assert "https://news.example.org/desk/sign-in/provider/back" == made["redirect_uri"]
    expected = {"name": "127.0.0.1", "issuer": openid.issuer, "client_id": openid.client_id, "is_enough": False}
    assert expected == made["provider"]
    assert {**expected, "name": "Example", "is_enough": True} == changed["provider"]
    assert openid.secret not in terminal("staff", "provider").out
    assert "Example" == terminal.ok("staff", "provider-remove", "--yes")["removed"]
    assert terminal.ok("staff", "provider")["provider"] is None


def test_what_does_not_answer_as_the_issuer_is_not_set(terminal: Terminal, openid: OpenId, tmp_path: Path) -> None:
    """What is wrong is said, and nothing is changed."""
    secret = tmp_path / "secret.txt"
    secret.write_text("s3cret")
    openid.document = {"issuer": "https://evil.example"}
    told = terminal("staff", "provider-set", openid.issuer, "--client-id", "desk", "--secret-file", str(secret))

    assert Exit.REFUSED == told.code
    assert "another issuer" in told.err
    assert terminal.ok("staff", "provider")["provider"] is None
