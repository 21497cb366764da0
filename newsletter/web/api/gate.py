"""What stands before everything that programs do: key, rate, size of the body, and requests that come twice."""

import hashlib
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import anyio
import anyio.to_thread
import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newsletter.clock import monotonic
from newsletter.staff import apikeys, repeats
from newsletter.staff.apikeys import Key
from newsletter.staff.permissions import Actor
from newsletter.staff.repeats import Named, Standing, Told
from newsletter.web.api import problems
from newsletter.web.api.landing import COMING, LARGEST_FILE, Coming, Landing, patient
from newsletter.web.api.problems import (
    AnswerLost,
    KeyMissing,
    RepeatDiffers,
    RepeatMisnamed,
    RepeatUnderWay,
    TooManyRequests,
)
from newsletter.web.api.rates import OF_KEY, OF_STRANGER, Left, Rates
from newsletter.web.bodies import bounded
from newsletter.web.faults import HungUp
from newsletter.web.guard import DESK_HEADERS
from newsletter.web.visits import Site
from subscribers.networks import network_of

log = structlog.get_logger()

# Where the gate leaves who asks for whoever answers.
CALLER = "newsletter_caller"

# Nothing but an article is so long; files have addresses of their own.
LARGEST_BODY = 8 * 1024 * 1024
# From whoever has no key.
LARGEST_OF_STRANGERS = 64 * 1024
# What is kept to be told again.
LARGEST_TOLD = 256 * 1024

# Below the address the API is at: open to everybody, and to files.
OPEN = ("/public/", "/openapi.json", "/docs")
FILES = ("/files/",)

# Whether an address is new, waiting, confirmed or suppressed, no stopwatch tells (as at the form; web.routes).
EVEN_SECONDS = 0.4

REPEAT = "idempotency-key"
_REPEAT = re.compile(r"[\x21-\x7e]{1,200}")
SUCCESS = range(200, 300)
TOLD_HEADERS = ("content-type", "location")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the account of a key, as far as the key goes."""

    actor: Actor
    key: Key
    # What the caller calls this request, where it may come twice.
    named: Named | None = None


@dataclass(slots=True)
class _Taken:
    """An answer on its way."""

    start: MutableMapping[str, Any] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)

    async def take(self, message: Message) -> None:
        """Hold back what would be sent."""
        if message["type"] == "http.response.start":
            self.start.update(message)
        else:
            self.body += message.get("body", b"")

    @property
    def is_success(self) -> bool:
        """Whether what was asked is done."""
        return self.start.get("status") in SUCCESS

    @property
    def told(self) -> Told | None:
        """The answer as it is kept; None where there is none, or one that is too large or about a person."""
        if not self.start or len(self.body) > LARGEST_TOLD:
            return None
        headers = Headers(raw=self.start["headers"])
        # What is handed out about a person is a file, and no copy of it is to lie about.
        if "content-disposition" in headers:
            return None
        known = {name: headers[name] for name in TOLD_HEADERS if name in headers}
        return Told(self.start["status"], known, self.body.decode())


class Gate:
    """Lets to *app* who comes with a good key, and everybody to what is open."""

    def __init__(self, app: ASGIApp, site: Site, *, keys: Rates | None = None, strangers: Rates | None = None) -> None:
        self._app = app
        self._site = site
        self._keys = keys or Rates(OF_KEY)
        self._strangers = strangers or Rates(OF_STRANGER)
        self._landing = Landing(site.application.settings.data_dir)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, whatever happens, with what it asked for or a problem."""
        sending = _Sending(send)
        try:
            await self._pass(scope, receive, sending)
        except Exception as error:  # noqa: BLE001 -- the door: what nobody foresaw is logged as it is answered
            if not sending.has_begun:
                await problems.answer(error)(scope, receive, sending)

    async def _pass(self, scope: Scope, receive: Receive, send: "_Sending") -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if path.startswith(OPEN):
            send.begins_at = monotonic() + (EVEN_SECONDS if scope["method"] == "POST" else 0)
            await self._app(scope, patient(bounded(receive, scope, LARGEST_OF_STRANGERS)), send)
            return
        caller = await self._caller(scope)
        left = self._keys.take(str(caller.key.id))
        send.more = _rate_headers(self._keys, left)
        if left.wait:
            raise TooManyRequests(left.wait)
        scope[CALLER] = caller
        is_file = path.startswith(FILES)
        inner = patient(bounded(receive, scope, LARGEST_FILE if is_file else LARGEST_BODY))
        if is_file:
            scope[COMING] = Coming(self._landing, caller.key.id, inner)
        name = Headers(scope=scope).get(REPEAT)
        if name is None or scope["method"] != "POST":
            await self._app(scope, inner, send)
        elif not _REPEAT.fullmatch(name):
            raise RepeatMisnamed
        else:
            await self._once(name, scope, inner, send)

    async def _caller(self, scope: Scope) -> Caller:
        kind, _, secret = Headers(scope=scope).get("authorization", "").partition(" ")
        found = None
        if kind.lower() == "bearer" and secret.startswith(apikeys.PREFIX):
            found = await anyio.to_thread.run_sync(self._known, secret.strip(), self._site.wall())
        if found is None:
            client = scope.get("client")
            left = self._strangers.take(network_of(client[0]) if client else "")
            raise TooManyRequests(left.wait) if left.wait else KeyMissing
        return found

    def _known(self, secret: str, wall: datetime) -> Caller | None:
        database = self._site.application.database
        with database.read() as tx:
            key = apikeys.find(tx, secret, wall)
            if key is None:
                return None
            caller = Caller(apikeys.actor_of(tx, key), key)
        if key.is_due(wall):
            with database.write() as tx:
                apikeys.note_use(tx, key.id, wall)
        return caller

    async def _once(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        digest = _digest(scope)
        if COMING in scope:
            async with scope[COMING].take(digest):
                await self._do_once(name, digest.hexdigest(), scope, _over, send)
            return
        body = await _read(scope, receive)
        digest.update(body)
        await self._do_once(name, digest.hexdigest(), scope, _given(body), send)

    async def _do_once(self, name: str, digest: str, scope: Scope, receive: Receive, send: Send) -> None:
        caller: Caller = scope[CALLER]
        named = Named(caller.key.id, name, digest)
        standing = await anyio.to_thread.run_sync(self._begin, named)
        if isinstance(standing, Told):
            headers = {**standing.headers, "Idempotent-Replayed": "true"}
            await Response(standing.body, standing.status, headers)(scope, receive, send)
            return
        if standing is not Standing.NEW:
            raise _REFUSALS[standing]
        scope[CALLER] = Caller(caller.actor, caller.key, named)
        taken = _Taken()
        try:
            await self._app(scope, receive, taken.take)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(self._keep, named, taken)
        await send(taken.start)
        await send({"type": "http.response.body", "body": bytes(taken.body)})

    def _begin(self, named: Named) -> Standing | Told:
        with self._site.application.database.write() as tx:
            return repeats.begin(tx, named, self._site.wall())

    def _keep(self, named: Named, taken: _Taken) -> None:
        with self._site.application.database.write() as tx:
            # What was refused may be asked again as if it were new, unless some of it was done all the same.
            if not taken.is_success and repeats.drop(tx, named):
                return
            told = taken.told
            if told is not None:
                repeats.keep(tx, named, told)
            elif taken.is_success:
                repeats.note_done(tx, named, self._site.wall())


_REFUSALS: Mapping[Standing, Exception] = {
    Standing.OTHER: RepeatDiffers(),
    Standing.UNDER_WAY: RepeatUnderWay(),
    Standing.DONE: AnswerLost(),
}


class _Sending:
    """Sends on, dressed, and knows whether anything was sent."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_begun = False
        self.more: Mapping[str, str] = {}
        # Nothing is sent before.
        self.begins_at = 0.0

    async def __call__(self, message: Message) -> None:
        """Send a piece of the answer."""
        if message["type"] == "http.response.start":
            await anyio.sleep(max(0.0, self.begins_at - monotonic()))
            self.has_begun = True
            headers = MutableHeaders(scope=message)
            for name, value in {**DESK_HEADERS, **self.more}.items():
                headers.setdefault(name, value)
        await self._send(message)


def _rate_headers(rates: Rates, left: Left) -> Mapping[str, str]:
    return {
        "RateLimit-Policy": rates.rate.policy,
        "RateLimit": f'"{rates.rate.name}";r={left.requests};t={left.wait}',
    }


async def _read(scope: Scope, receive: Receive) -> bytes:
    try:
        return await Request(scope, receive).body()
    except ClientDisconnect as error:
        raise HungUp from error


def _digest(scope: Scope) -> "hashlib._Hash":
    headers = Headers(scope=scope)
    asked = (scope["method"], scope["path"], scope["query_string"].decode("latin-1"), headers.get("content-type", ""))
    return hashlib.sha256("\0".join(asked).encode("utf-8", "surrogatepass") + b"\0")


async def _over() -> Message:
    return {"type": "http.disconnect"}


def _given(body: bytes) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def give() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return give
