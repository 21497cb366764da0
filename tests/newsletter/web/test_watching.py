"""Whoever watches a mailing at a real server is asked for at each look: what ends a session ends its streams (A14, W05)."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from newsletter.staff import accounts, doorlinks, sessions, signing
from newsletter.staff.accounts import Account
from newsletter.staff.permissions import LOCAL_OPERATOR, Role
from newsletter.web import streams
from tests.harness.house import House, house_of_copy
from tests.harness.resting import a_resting_mailing
from tests.harness.staff import a_session

# A stream that goes on after so long is not ended. In seconds.
PATIENCE = 30

# That a stream goes on.
SIGN = streams.SIGN.encode()

# A stream that gave so many of them goes on, whatever was to end it.
MOST_SIGNS = 1000

# Does to somebody what is to end what they watch; given their session's secret as well.
Deed = Callable[[House, Account, str], None]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[House]:
    """Give the product, open, which looks again at once, and gives a sign of life each time."""
    with (
        pytest.MonkeyPatch.context() as patch,
        house_of_copy(tmp_path_factory.mktemp("watching"), sqlite_template, "n") as opened,
    ):
        patch.setattr("newsletter.web.streams.BETWEEN_LOOKS", 0.01)
        patch.setattr("newsletter.web.streams.BETWEEN_SIGNS", 0.0)
        yield opened


@pytest.fixture(scope="module")
def path(house: House) -> str:
    """Give where a mailing is told that rests."""
    return f"/desk/issues/{a_resting_mailing(house.application)}/stream"


def signed_out(house: House, _account: Account, secret: str) -> None:
    """Let them press the button, or lose this session."""
    with house.application.database.write() as tx:
        sessions.end(tx, secret)


def revoked(house: House, account: Account, secret: str) -> None:
    """End the session from another one, by its number in the list."""
    with house.application.database.write() as tx:
        session = sessions.find(tx, secret, house.application.clock())
        assert session is not None
        assert sessions.end_one(tx, account.id, session.id)


def without_role(house: House, account: Account, _secret: str) -> None:
    """Take the role away; the session itself stays."""
    with house.application.database.write() as tx:
        accounts.set_roles(tx, LOCAL_OPERATOR, account, None, {})


def with_another_password(house: House, account: Account, _secret: str) -> None:
    """Choose a password by a link."""
    application = house.application
    with application.database.write() as tx:
        link = doorlinks.make(tx, account, application.clock(), doorlinks.FORGOTTEN)
    token = doorlinks.token(application.keyring, link.id)
    signing.choose_by_link(application.database, application.keyring, token, "a few words in a row", application.clock())


def removed(house: House, account: Account, _secret: str) -> None:
    """Take them off the staff."""
    with house.application.database.write() as tx:
        accounts.remove(tx, LOCAL_OPERATOR, account)


@pytest.mark.parametrize("deed", [signed_out, revoked, without_role, with_another_password, removed])
def test_what_is_watched_ends_with_the_right_to_see_it(house: House, path: str, deed: Deed) -> None:
    """At the next look, and not when the browser is closed; whoever may still see it goes on."""
    application = house.application
    with application.database.write() as tx:
        account = accounts.add(tx, deed.__name__, Role.VIEWER, application.clock(), f"{deed.__name__}@example.org")
        other = accounts.add(tx, f"beside {deed.__name__}", Role.VIEWER, application.clock())
        secret, others = a_session(tx, account, application.clock()), a_session(tx, other, application.clock())
    with watched(house, path, secret) as stream, watched(house, path, others) as beside:
        assert b"text/event-stream" in told(stream, b"data: ")
        told(beside, b"data: ")
        deed(house, account, secret)

        # The last of its pieces has no bytes: it was ended, and not broken off.
        assert told(stream).endswith(b"0\r\n\r\n")
        assert told(beside, SIGN)


def watched(house: House, path: str, secret: str) -> socket.socket:
    """Ask for a stream as a browser does."""
    wire = socket.create_connection(("127.0.0.1", urlsplit(house.url).port or 0), timeout=PATIENCE)
    wire.sendall(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nCookie: newsletter-desk={secret}\r\n\r\n".encode()
    )
    return wire


def told(wire: socket.socket, until: bytes | None = None) -> bytes:
    """Read until that is told, or to the end."""
    heard = b""
    while until is None or until not in heard:
        piece = wire.recv(65536)
        if not piece:
            assert until is None, heard
            return heard
        heard += piece
        assert heard.count(SIGN) < MOST_SIGNS, "it goes on"
    return heard
