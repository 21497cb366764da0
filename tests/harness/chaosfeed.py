"""A web server on loopback that answers as told: plainly, too much, too slowly, for ever, or wrongly.

An answer is put under a path before the test asks for it; every request is remembered:

    with ChaosFeed() as chaos:
        chaos.put("/feed/", Page(body))
        chaos.put("/drip", drip)
        …
        assert ["/feed/"] == chaos.paths
"""

import gzip
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

ATOM = "application/atom+xml; charset=UTF-8"
RSS = "application/rss+xml; charset=UTF-8"
MEGABYTE = 1024 * 1024
# Between two pieces of an endless answer; short, so that a test's time limit of some tenths sees several.
PAUSE = 0.02


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came in."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    method: str = "GET"


@dataclass(frozen=True, slots=True)
class Page:
    """An ordinary answer."""

    body: bytes = b""
    content_type: str = ATOM
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Wire:
    """The open connection, for answers that misbehave."""

    def __init__(self, handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
        self._handler = handler
        self._stop = stop

    @property
    def is_open(self) -> bool:
        """Whether the server still runs; an endless answer ends with it."""
        return not self._stop.wait(PAUSE)

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Send the status line and the headers."""
        self._handler.send_response(status)
        for name, value in headers.items():
            self._handler.send_header(name, value)
        self._handler.end_headers()

    def write(self, piece: bytes) -> None:
        """Send some bytes at once."""
        self._handler.wfile.write(piece)
        self._handler.wfile.flush()

    def give(self, page: Page) -> None:
        """Send an ordinary answer."""
        headers = {"Content-Type": page.content_type, "Content-Length": str(len(page.body))}
        self.begin(page.status, headers | dict(page.headers))
        if self._handler.command != "HEAD":
            self.write(page.body)


Answer = Page | Callable[[Asked, Wire], None]


class ChaosFeed:
    """The server; runs in threads of its own while the block lasts."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._answers: dict[str, Answer] = {}
        self._stop = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(PAUSE,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._server.server_port

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order, with the query."""
        return [asked.path for asked in self.asked]

    def url(self, path: str = "/") -> str:
        """Give the whole address of *path*."""
        return f"http://127.0.0.1:{self.port}{path}"

    def put(self, path: str, answer: Answer) -> str:
        """Answer *path* so from now on (whatever its query, unless a path with that very query is put); give its address."""
        self._answers[path] = answer
        return self.url(path)

    def answer(self, asked: Asked, wire: Wire) -> None:
        """Find and give the answer; what nobody put is not found."""
        self.asked.append(asked)
        answer = self._answers.get(asked.path) or self._answers.get(urlsplit(asked.path).path) or Page(b"", "text/plain", 404)
        with suppress(ConnectionError):
            if isinstance(answer, Page):
                wire.give(answer)
            else:
                answer(asked, wire)

    def wire(self, handler: BaseHTTPRequestHandler) -> Wire:
        """Give the connection of one request."""
        return Wire(handler, self._stop)


class _Server(ThreadingHTTPServer):
    # Closing waits for its threads: none of them outlives the test.
    daemon_threads = False
    block_on_close = True


def _handler(chaos: ChaosFeed) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            chaos.answer(Asked(self.path, query, headers, self.command), chaos.wire(self))

        do_HEAD = do_GET  # noqa: N815 -- the base class names it so

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class named it
            """Stay silent: a test reads what was asked from `asked`."""

    return Handler


def redirect(to: str, status: int = 301) -> Page:
    """Lead elsewhere."""
    return Page(b"", "text/html", status, {"Location": to})


def flood(asked: Asked, wire: Wire) -> None:
    """Send 200 MB without saying so before."""
    wire.begin(200, {"Content-Type": ATOM})
    for _ in range(200):
        wire.write(b"x" * MEGABYTE)


def announced_flood(asked: Asked, wire: Wire) -> None:
    """Announce 200 MB."""
    wire.begin(200, {"Content-Type": ATOM, "Content-Length": str(200 * MEGABYTE)})


def drip(asked: Asked, wire: Wire) -> None:
    """Send a byte now and then, for ever: no read time-out is ever reached."""
    wire.begin(200, {"Content-Type": ATOM})
    while wire.is_open:
        wire.write(b" ")


def silence(asked: Asked, wire: Wire) -> None:
    """Take the request and never answer."""
    while wire.is_open:
        pass


def drip_headers(asked: Asked, wire: Wire) -> None:
    """Send headers for ever."""
    wire.write(b"HTTP/1.1 200 OK\r\n")
    while wire.is_open:
        wire.write(b"X-More: yes\r\n")


def nonsense(asked: Asked, wire: Wire) -> None:
    """Speak no HTTP."""
    wire.write(b"220 mail.example.org ESMTP\r\n")


def broken_off(asked: Asked, wire: Wire) -> None:
    """Announce more than is sent."""
    wire.begin(200, {"Content-Type": ATOM, "Content-Length": "1000"})
    wire.write(b"<feed>")


def gzip_bomb(asked: Asked, wire: Wire) -> None:
    """Send 60 kB that inflate to 60 MB."""
    wire.give(Page(gzip.compress(b" " * 60 * MEGABYTE), ATOM, 200, {"Content-Encoding": "gzip"}))


def entity_bomb() -> Page:
    """Ten levels of entities, each ten times the one before: the billion laughs."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    text = f'<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY e0 "ha">{levels}]><feed><title>&e9;</title></feed>'
    return Page(text.encode())


def many_attributes(count: int = 200_000) -> Page:
    """One tag with so many attributes that the loose parser needs minutes."""
    attributes = " ".join(f'a{n}="x"' for n in range(count))
    item = f"<item {attributes}><title>x</title></item>"
    return Page(f'<rss version="2.0"><channel><title>t</title>{item}</channel></rss>'.encode(), RSS)
