"""What stands before every page: only our own names as Host, and the headers that tell browsers what a page may do."""

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newsletter.images.model import homes

# Nobody can reach these but from this machine, so no link with them can be planted in a mail.
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})

# Asked by machines that know an address and no name; they tell nothing, or only to whoever brings a token.
OPEN_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})

CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

# A letter brings its own styles, and never a script. {pictures}: where its pictures are.
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src {pictures}; script-src 'none'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
# An article on a page of its own: our styles, and never a script.
ARTICLE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src {pictures}; script-src 'none'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# What is no page (feeds, calendars, prints, pictures): should a browser show it all the same, it runs and loads nothing.
FILE_POLICY = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
# The desk shows an unpublished letter in a frame of its own, which may open links and nothing else.
PREVIEW_POLICY = (
    LETTER_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    + "; sandbox allow-popups allow-popups-to-escape-sandbox"
)

# Beside what is being written it is followed word by word: the page around it, and nothing in it, may change what it shows.
# It still runs nothing: no script is allowed by the frame, by the sandbox, or by the policy.
FOLLOWED_POLICY = PREVIEW_POLICY + " allow-same-origin"

PAGE_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": CONTENT_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), browsing-topics=()",
    },
)
# Pages whose address is a secret of one person: it goes to no other site, no cache and no index.
TOKEN_HEADERS: Mapping[str, str] = MappingProxyType(
    {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex"},
)
# Answers that a script on any site may read: they are the same for everybody, and no cookie of ours is asked for.
OPEN_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": "Content-Type",
        "Access-Control-Max-Age": "86400",
        "Cache-Control": "no-store",
    },
)
DESK_HEADERS: Mapping[str, str] = MappingProxyType({"Cache-Control": "no-store", "X-Robots-Tag": "noindex"})

HTML = "text/html"

# A year. Sent only over TLS under the public name.
STRICT_TRANSPORT = "max-age=31536000"


def letter_headers(html: str) -> Mapping[str, str]:
    """Give the headers of a page that is a letter."""
    return _with_policy(LETTER_POLICY, html, "strict-origin-when-cross-origin")


def article_headers(html: str) -> Mapping[str, str]:
    """Give the headers of the page of one article."""
    return _with_policy(ARTICLE_POLICY, html, "strict-origin-when-cross-origin")


def preview_headers(html: str) -> Mapping[str, str]:
    """Give the headers of a letter that is not published yet."""
    return _with_policy(PREVIEW_POLICY, html, "no-referrer")


def followed_headers(html: str, images: str = "") -> Mapping[str, str]:
    """Give the headers of a letter beside what is being written, which may come to show any of our *images*."""
    return _with_policy(FOLLOWED_POLICY, html, "no-referrer", images)


def _with_policy(policy: str, html: str, referrer: str, images: str = "") -> Mapping[str, str]:
    # A frozen letter shows its pictures from where this instance was when it was frozen.
    own = {_origin(images)} if images else set()
    pictures = " ".join(["'self'", *sorted(homes(html) | own)])
    return {"Content-Security-Policy": policy.format(pictures=pictures), "Referrer-Policy": referrer}


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


class Guard:
    """Wraps the whole application."""

    def __init__(self, app: ASGIApp, public_url: str, refusal: ASGIApp) -> None:
        self._app = app
        self._refusal = refusal
        self._public = urlsplit(public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through when its Host is ours, and dress the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        host = Headers(scope=scope).get("host")
        name = host_name(host) if host is not None else None
        app = self._app if self._is_ours(name) or scope["path"] in OPEN_PATHS else self._refusal
        await app(scope, receive, self._dressing(send, is_public=name == self._public_name))

    def _is_ours(self, name: str | None) -> bool:
        # HTTP/1.0 knows no Host, and a name that was not sent plants no link; one-click may come that way.
        return name is None or name == self._public_name or name in LOOPBACK_NAMES

    @property
    def _public_name(self) -> str:
        return host_name(self._public.netloc)

    def _dressing(self, send: Send, *, is_public: bool) -> Send:
        headers = dict(PAGE_HEADERS)
        if is_public and self._public.scheme == "https":
            headers["Strict-Transport-Security"] = STRICT_TRANSPORT

        async def dress(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = MutableHeaders(scope=message)
                if not given.get("content-type", "").startswith(HTML):
                    given.setdefault("Content-Security-Policy", FILE_POLICY)
                for name, value in headers.items():
                    given.setdefault(name, value)
            await send(message)

        return dress


def host_name(host: str) -> str:
    """Give the name of a Host header, without its port, in lower case."""
    name, colon, port = host.lower().rpartition(":")
    return name if colon and port.isdigit() else host.lower()
