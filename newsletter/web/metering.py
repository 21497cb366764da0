"""What is around every request: a number of its own that stands in each line of the log, and what it took."""

import re
import secrets

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newsletter.clock import monotonic
from newsletter.meters import REQUEST_SECONDS, REQUESTS

HEADER = "X-Request-ID"

# A web server before us may have given a number already; whatever else comes by that name is somebody's joke.
_NUMBER = re.compile(r"[0-9A-Za-z-]{8,64}")

_PARTS = {"desk": "desk", "api": "api", "hooks": "hooks", "healthz": "watch", "readyz": "watch", "metrics": "watch"}


class Metered:
    """Wraps the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request be answered under a number, and count what came of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, part, number = monotonic(), part_of(scope["path"]), _number(scope)

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault(HEADER, number)
                REQUESTS.add(part, f"{message['status'] // 100}xx")
                # A stream goes on for as long as somebody looks.
                REQUEST_SECONDS.see(monotonic() - began, part)
            await send(message)

        with structlog.contextvars.bound_contextvars(request=number):
            await self._app(scope, receive, note)


def part_of(path: str) -> str:
    """Give which part of the pages an address belongs to."""
    return _PARTS.get(path[1:].partition("/")[0], "public")


def _number(scope: Scope) -> str:
    given = Headers(scope=scope).get(HEADER, "")
    return given if _NUMBER.fullmatch(given) else secrets.token_hex(8)
