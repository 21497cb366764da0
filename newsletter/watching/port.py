"""A port of its own for whoever watches: metrics, and whether the process lives and can be given work."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from typing import Any

from newsletter.database import Database
from newsletter.errors import BadValue
from newsletter.listening import listen
from newsletter.returns.intakes import Listen
from newsletter.watching import readiness
from newsletter.watching.access import Access, is_this_machine
from newsletter.watching.watcher import Watch

# Connections at a time; who comes with more is sent away. Collectors come one by one.
MOST_CONNECTIONS = 8
# Of one connection that says nothing, in seconds.
PATIENCE = 5.0

TEXT = "text/plain; charset=utf-8"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Watched:
    """What is told here."""

    access: Access
    watch: Watch
    database: Database
    is_healthy: Callable[[], bool]
    is_stopping: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class _Answer:
    status: HTTPStatus
    body: bytes
    content_type: str = TEXT


@contextmanager
def opened(watched: Watched) -> Iterator[int]:
    """Answer until the end of the block, where a port was named; gives its number, 0 where none was.

    Raises:
        BadValue: nothing can listen there.

    """
    place = watched.access.listen
    if place is None:
        yield 0
        return
    server = _Server(_listening(place), watched)
    thread = threading.Thread(target=server.serve_forever, name="metrics port", daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _listening(place: Listen) -> socket:
    try:
        return listen(place.host, place.port)
    except OSError as error:
        raise BadValue("NEWSLETTER_METRICS_LISTEN", str(place), f"cannot be listened on: {error.strerror}") from error


def answer(watched: Watched, path: str, headers: Mapping[str, str]) -> _Answer:
    """Answer one request."""
    if path == "/metrics":
        return _metrics(watched, headers)
    if path == "/healthz":
        is_well = watched.is_healthy() and watched.database.answers()
        return _said(is_well=is_well, document={"status": "ok" if is_well else "failing"})
    if path == "/readyz":
        found = readiness.look(watched.database, is_stopping=watched.is_stopping())
        return _said(is_well=found.is_ready, document=found.document())
    return _Answer(HTTPStatus.NOT_FOUND, b"There are /metrics, /healthz and /readyz.\n")


def _metrics(watched: Watched, headers: Mapping[str, str]) -> _Answer:
    access = watched.access
    if access.token and not access.lets_in(headers.get("authorization", "")):
        return _Answer(HTTPStatus.UNAUTHORIZED, b"A token is needed.\n")
    # Without a token, a page in a browser of this machine is kept out that was led here by a name of its own (DNS rebinding).
    host = headers.get("host", "localhost").rpartition(":")[0] or headers.get("host", "localhost")
    if not access.token and not is_this_machine(host):
        return _Answer(HTTPStatus.FORBIDDEN, b"Ask by the address of this machine.\n")
    page = watched.watch.page()
    return _Answer(HTTPStatus.OK, page.body, page.content_type)


def _said(*, is_well: bool, document: Mapping[str, str]) -> _Answer:
    status = HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE
    return _Answer(status, json.dumps(dict(document)).encode(), JSON)


class _Server(ThreadingHTTPServer):
    """Answers over a socket that listens already."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, listening: socket, watched: Watched) -> None:
        super().__init__(listening.getsockname()[:2], _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.server_address = listening.getsockname()
        self.watched = watched
        self._room = threading.BoundedSemaphore(MOST_CONNECTIONS)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 -- the library's types
        """Take a connection while there is room."""
        if not self._room.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Answer it, and make room."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Let connections break without a word: nothing was promised to them."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = PATIENCE
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        """Answer."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        said = answer(self.server.watched, self.path.partition("?")[0], headers)
        self.send_response(said.status)
        self.send_header("Content-Type", said.content_type)
        self.send_header("Content-Length", str(len(said.body)))
        self.send_header("Cache-Control", "no-store")
        if said.status is HTTPStatus.UNAUTHORIZED:
            self.send_header("WWW-Authenticate", "Bearer")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(said.body)

    do_HEAD = do_GET  # noqa: N815 -- the library's name

    def version_string(self) -> str:
        """Tell nobody what runs here."""
        return "newsletter"

    def log_message(self, *_: object) -> None:
        """Write no line: one each few seconds would say nothing."""
