"""A program outside that is told what happens: it writes down what it is told, and answers as a test wants."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any

from newsletter.outbound import FetchPolicy
from newsletter.strongbox import Strongbox
from newsletter.webhooks import hookbook, tellingbook
from newsletter.webhooks.hookbook import Wanted
from newsletter.webhooks.model import Attempt, Telling
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness.answering import Answering

Answer = Callable[[BaseHTTPRequestHandler, threading.Event], None]


@dataclass(frozen=True, slots=True)
class Told:
    """One request as it came."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def uid(self) -> str:
        """By what it is told from others."""
        return self.headers["webhook-id"]

    @property
    def document(self) -> Any:  # noqa: ANN401 -- JSON
        """What it says."""
        return json.loads(self.body)

    def is_signed(self, secret: str) -> bool:
        """Whether one of its signatures was made with *secret*, reckoned as the specification says it."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{self.uid}.{self.headers['webhook-timestamp']}.".encode() + self.body
        wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return wanted in self.headers["webhook-signature"].split(" ")


def status(number: int, **headers: str) -> Answer:
    """Answer with a status."""

    def answer(handler: BaseHTTPRequestHandler, _stop: threading.Event) -> None:
        handler.send_response(number)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def silence(_handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    """Take the request and never answer."""
    stop.wait()


def endless(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    """Say 200, and then go on for ever."""
    handler.send_response(200)
    handler.end_headers()
    while not stop.wait(0.01):
        handler.wfile.write(b"x" * 65536)


def drip(handler: BaseHTTPRequestHandler, stop: threading.Event) -> None:
    """Send headers for ever."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not stop.wait(0.02):
        handler.wfile.write(b"X-More: yes\r\n")
        handler.wfile.flush()


def told(tx: Transaction, keyring: Keyring, now: datetime, url: str) -> Telling:
    """Let a program be told something that it did not take."""
    wanted, strongbox = Wanted("crm", url, 1, (), shows_addresses=True), Strongbox.of(keyring)
    hook = hookbook.add(tx, wanted, None, FetchPolicy(), strongbox, now, "Ada")
    one = tellingbook.claim_one(tx, tellingbook.trial(tx, hook.id, now), "lease", now)
    attempt = Attempt(now, 503, "it answered with the status 503", 12)
    tellingbook.settle(tx, one, "lease", attempt)
    hookbook.note(tx, hook.id, attempt)
    return one


class Listener(Answering):
    """The program."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.told: list[Told] = []
        self.answer: Answer = answer or status(204)
        self._stop = threading.Event()

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """Give what each request is answered by."""
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.told.append(Told({name.lower(): value for name, value in self.headers.items()}, body))
                try:
                    listener.answer(self, listener._stop)
                except ConnectionError:
                    return

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        super().__exit__(kind, error, trace)

    @property
    def kinds(self) -> list[str]:
        """What it was told of, in order."""
        return [told.document["type"] for told in self.told]
