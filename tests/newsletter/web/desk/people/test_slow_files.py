"""Files that are read slowly, by more readers than there are connections to the database."""

import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import event, update
from sqlalchemy.pool import Pool

from newsletter.people import segments
from newsletter.staff import accounts
from subscribers.tables.people import subscriber
from tests.harness import crowd
from tests.harness.house import House
from tests.harness.staff import ADMINISTRATOR, a_session

# SQLAlchemy gives five connections, and ten more when they are all in use.
MORE_THAN_THERE_ARE = 17

# More than what waits on the way to a reader who takes nothing: two thousand lines of two thousand letters.
PEOPLE = 2_000
NAME = "n" * 2_000
# Of what has come, as much as a slow reader takes in at all. In bytes.
NARROW = 4_096

# Longer than a busy machine takes; what is not there by then does not come. In seconds.
PATIENCE = 60

LIST, FOUND, SEGMENT = "/desk/people/export", "/desk/people/export/found", "/desk/people/segments/1/export"


class Drawer:
    """The connections to the database that are in use."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken = 0

    def take(self, *_: object) -> None:
        """Note that one is taken."""
        with self._changed:
            self._taken += 1

    def give(self, *_: object) -> None:
        """Note that one is given back."""
        with self._changed:
            self._taken -= 1
            self._changed.notify_all()

    def is_full_again(self) -> bool:
        """Whether all of them were given back, by the time a busy machine takes."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._taken, PATIENCE)


class Reader:
    """A browser that is signed in, and takes no more of an answer than it asks for."""

    def __init__(self, house: House, cookie: str) -> None:
        self._place = ("127.0.0.1", urlsplit(house.url).port or 0)
        self._cookie = cookie

    def ask(self, within: ExitStack, line: str, fields: Mapping[str, str] | None = None) -> HTTPResponse:
        """Ask for a page, or press a button; give the answer as far as its headers."""
        wire = within.enter_context(socket.socket())
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW)
        wire.settimeout(PATIENCE)
        wire.connect(self._place)
        body = urlencode(fields or {})
        head = (line + " HTTP/1.1", "Host: 127.0.0.1", f"Cookie: newsletter-desk={self._cookie}", "Connection: close")
        form = ("Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}") if fields else ()
        wire.sendall("\r\n".join([*head, *form, "", body]).encode())
        answer = within.enter_context(HTTPResponse(wire))
        answer.begin()
        return answer

    def page(self, path: str) -> str:
        """Give a page."""
        with ExitStack() as within:
            answer = self.ask(within, f"GET {path}")
            assert 200 == answer.status
            return answer.read().decode()


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    """Give the product, open, with people on a list whose file is longer than what waits on the way."""
    with House(database_url, tmp_path) as opened:
        application = opened.application
        crowd.gather(application.database, application.keyring, PEOPLE)
        with application.database.write() as tx:
            tx.execute(update(subscriber).values(name=NAME))
            segments.create(tx, "All", "name starts with n or country = NL or not country = NL", "ed", application.clock())
        yield opened


@pytest.fixture
def drawer(house: House) -> Iterator[Drawer]:
    """Give a count of the connections in use from here on."""
    counted = Drawer()
    assert house.url
    event.listen(Pool, "checkout", counted.take)
    event.listen(Pool, "checkin", counted.give)
    yield counted
    event.remove(Pool, "checkout", counted.take)
    event.remove(Pool, "checkin", counted.give)


@pytest.mark.parametrize("path", [LIST, FOUND, SEGMENT])
def test_who_reads_a_file_slowly_holds_up_nobody(house: House, drawer: Drawer, path: str) -> None:
    """Not even as many as would hold every connection there is; and who reads on gets the whole of it."""
    application = house.application
    with application.database.write() as tx:
        secret = a_session(tx, accounts.find(tx, ADMINISTRATOR), application.clock())
    reader = Reader(house, secret)
    found = re.search(r'name="csrf" value="([^"]+)"', reader.page(LIST))
    assert found is not None
    fields = {"csrf": found[1], **({"list": "1"} if path == LIST else {})}
    with ExitStack() as within:
        waiting = [reader.ask(within, f"POST {path}", fields) for _ in range(MORE_THAN_THERE_ARE)]
        begun = [one.read(1) for one in waiting]

        assert [b"e"] * MORE_THAN_THERE_ARE == begun
        assert drawer.is_full_again()
        assert "Take the file" in reader.page(LIST)
        file = begun[0] + waiting[0].read()
    assert PEOPLE + 1 == file.count(b"\r\n")
