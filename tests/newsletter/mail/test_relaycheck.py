"""Trying a relay: what is found, and which step is named when it gets stuck."""

import asyncio
import socket
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from newsletter.errors import BadValue
from newsletter.mail.relaycheck import Found, Probe, examine, patience_of, trust
from newsletter.mail.relays import Relay, Tls
from newsletter.mail.transactions import Patience
from tests.harness import chaossmtp as chaos
from tests.harness.certificates import Authority
from tests.harness.sink import Reaction, Script, Sink, behave

# Long enough for a busy machine where an answer is due, short enough where none comes.
HASTE = Patience(greeting=2, mail=2, rcpt=2, data=2, block=2, dot=2)
PROBE = Probe("news@example.org", "me@example.net", datetime(2020, 2, 1, 8, tzinfo=UTC))


@pytest.fixture(scope="module")
def authority() -> Authority:
    """Give an authority of our own."""
    return Authority()


@pytest.fixture
def ca_file(authority: Authority, tmp_path: Path) -> str:
    """Give the file by which it is trusted."""
    path = tmp_path / "ca.pem"
    path.write_bytes(authority.pem)
    return str(path)


def plain(port: int) -> Relay:
    """Give a relay on this machine."""
    return Relay("127.0.0.1", port, Tls.NONE, name="main")


def tried(script: Script = behave, probe: Probe | None = None, login: tuple[str, str] | None = None) -> tuple[Found, Sink]:
    """Try a sink that follows a script."""

    async def run() -> tuple[Found, Sink]:
        async with Sink(script=script, login=login) as sink:
            relay = plain(sink.port) if login is None else replace(plain(sink.port), username="me", password="wrong")
            return await examine(relay, probe, HASTE), sink

    return asyncio.run(run())


def test_what_a_relay_says_of_itself_is_shown() -> None:
    """Its greeting and its extensions; leave is taken."""
    found, sink = tried()

    assert "" == found.trouble
    assert found.handshake is not None
    assert found.handshake.greeting
    assert {"pipelining", "8bitmime", "smtputf8"} <= set(found.handshake.extensions)
    assert ("", {}) == (found.handshake.tls_version, found.handshake.certificate)
    assert "QUIT" == sink.commands[-1]


@pytest.mark.parametrize("tls", [Tls.IMPLICIT, Tls.STARTTLS])
def test_encryption_and_certificate_are_shown(authority: Authority, ca_file: str, tls: Tls) -> None:
    """By the relay's own file of certificates."""

    async def run() -> Found:
        context = authority.server_context("localhost")
        async with Sink(tls=context, implicit_tls=tls is Tls.IMPLICIT) as sink:
            return await examine(Relay("localhost", sink.port, tls, name="main", ca_file=ca_file), None, HASTE)

    found = asyncio.run(run())
    assert "" == found.trouble
    assert found.handshake is not None
    assert found.handshake.tls_version.startswith("TLSv1.")
    assert {"subject", "issuer", "notAfter"} <= set(found.handshake.certificate)


def test_probe_is_a_mail() -> None:
    """That says what it is."""
    found, sink = tried(probe=PROBE)
    message = message_from_bytes(sink.messages[0], policy=policy.default)

    assert found.reply.startswith("250 ")
    assert [("news@example.org", "me@example.net")] == [(one.sender, one.recipient) for one in sink.taken]
    assert ("auto-generated", "news@example.org") == (message["Auto-Submitted"], str(message["From"].addresses[0]))


@pytest.mark.parametrize(
    ("step", "reaction", "words"),
    [
        ("connect", chaos.saying("554 5.7.1 not you"), "It did not greet us: 554 5.7.1 not you."),
        ("connect", chaos.close, "It did not greet us"),
        ("mail", chaos.saying("550 5.7.1 unknown sender"), "It refused the sender: 550 5.7.1 unknown sender."),
        ("rcpt", chaos.saying("550 5.1.1 no such user"), "It refused the recipient: 550 5.1.1 no such user."),
        ("data", chaos.saying("554 5.7.0 no"), "It refused to take the message: 554 5.7.0 no."),
        ("dot", chaos.saying("554 5.7.1 spam"), "It refused the message: 554 5.7.1 spam."),
        ("rcpt", chaos.close, "The connection was lost at rcpt"),
        ("answer", chaos.close, "It did not answer to the message, which may arrive or not"),
    ],
)
def test_step_that_fails_is_named(step: str, reaction: Reaction, words: str) -> None:
    """With what the relay said."""
    found, _ = tried(chaos.at(step, reaction), PROBE)

    assert words in found.trouble


# What turns a terminal red, renames its window, turns the reading direction, and is a page of its own.
HOSTILE = "\x1b[31m\x1b]0;title\x07 \u202eright to left\u2066 \x00nul \x9b31m \u2028 <script>"


@pytest.mark.parametrize("step", ["connect", "ehlo", "mail", "rcpt", "dot"])
def test_what_a_relay_says_cannot_steer_a_terminal(step: str) -> None:
    """Neither by its greeting nor by its extensions or answers, when it works and when it refuses."""
    for code in ("220", "550"):
        found, _ = tried(chaos.at(step, chaos.saying(f"{code} {HOSTILE}")), PROBE)
        shown = [found.trouble, found.reply]
        if found.handshake is not None:
            shown += [found.handshake.greeting, *found.handshake.extensions, *found.handshake.extensions.values()]

        assert all(text.isprintable() for text in shown)


def test_extensions_of_a_relay_cannot_steer_a_terminal() -> None:
    """They are its words, too."""
    found, _ = tried(chaos.at("ehlo", chaos.saying(f"250-sink.test\r\n250-{HOSTILE}\r\n250 X\x1b[31mY {HOSTILE}")))

    assert found.handshake is not None
    assert all((name + value).isprintable() for name, value in found.handshake.extensions.items())


@pytest.mark.parametrize("secret", ["wrong", "d3Jvbmc=", "AG1lAHdyb25n"])
def test_password_that_the_relay_repeats_is_hidden(secret: str) -> None:
    """As it is, and as it went over the wire: what a relay says ends in logs."""
    found, _ = tried(chaos.at("auth", chaos.saying(f"535 5.7.8 no login by {secret} here")), login=("me", "right"))

    assert "It refused the login: 535 5.7.8 no login by (hidden) here." == found.trouble


def test_refused_login_is_named() -> None:
    """And the password is not in it."""
    found, _ = tried(login=("me", "right"))

    assert found.trouble.startswith("It refused the login: 535")
    assert "wrong" not in found.trouble


def test_missing_starttls_is_named() -> None:
    """No login goes over a connection that is not encrypted."""

    async def run() -> tuple[Found, Sink]:
        async with Sink() as sink:
            relay = replace(plain(sink.port), tls=Tls.STARTTLS, username="me", password="s3cret")
            return await examine(relay, None, HASTE), sink

    found, sink = asyncio.run(run())
    assert found.trouble.startswith("It did not encrypt the connection")
    assert not any("AUTH" in command for command in sink.commands)


def test_plain_server_behind_implicit_tls_is_named() -> None:
    """The usual mistake, with the usual cure."""

    async def run() -> Found:
        async with Sink() as sink:
            return await examine(replace(plain(sink.port), tls=Tls.IMPLICIT), None, HASTE)

    assert "perhaps its port expects tls=starttls" in asyncio.run(run()).trouble


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_certificate_that_does_not_fit_is_named(authority: Authority, ca_file: str, host: str) -> None:
    """Made by somebody unknown, or for another name."""

    async def run() -> Found:
        async with Sink(tls=authority.server_context("localhost"), implicit_tls=True) as sink:
            trusted = "" if host == "localhost" else ca_file
            return await examine(Relay(host, sink.port, Tls.IMPLICIT, name="main", ca_file=trusted), None, HASTE)

    assert asyncio.run(run()).trouble.startswith("Its certificate is not to be trusted: ")


def test_name_that_nobody_knows_is_named() -> None:
    """Before anything is tried."""
    found = asyncio.run(examine(Relay("relay.invalid", 25, Tls.NONE, name="main"), None, HASTE))

    assert found.trouble.startswith("Its name was not found: relay.invalid")


def test_port_that_nobody_listens_on_is_named() -> None:
    """With the address that was tried."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    found = asyncio.run(examine(plain(port), None, HASTE))

    assert found.trouble.startswith(f"No connection to 127.0.0.1:{port}: ")


def test_file_of_certificates_that_is_none_is_refused(tmp_path: Path) -> None:
    """When the relay is added, and not in the night."""
    (tmp_path / "junk.pem").write_text("junk")
    for path, words in ((tmp_path / "junk.pem", "no certificates"), (tmp_path / "none.pem", "No such file")):
        with pytest.raises(BadValue, match=words):
            trust(replace(plain(25), ca_file=str(path)))


def test_relay_has_seconds_of_its_own() -> None:
    """Where it has some; else the usual ones."""
    patience = patience_of(replace(plain(25), timeouts={"dot": 900.0}), Patience())

    assert (900.0, Patience().mail) == (patience.dot, patience.mail)
