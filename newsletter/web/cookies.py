"""The cookies there are, all of the desk: the session, the browser, and what is under way at the door."""

from enum import StrEnum
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from newsletter.web.guard import host_name

DAY = 24 * 60 * 60


class Cookie(StrEnum):
    """What a cookie holds."""

    # The secret of a session, until the browser is closed.
    SESSION = "newsletter-desk"
    # The secret of a browser that somebody signed in with.
    DEVICE = "newsletter-device"
    # What is under way at the door, sealed.
    STEP = "newsletter-door"


# In seconds; a cookie without a life goes with the browser.
_LIFE = {Cookie.DEVICE: 180 * DAY, Cookie.STEP: 15 * 60}


def cookie_name(cookie: Cookie, *, is_secure: bool) -> str:
    """Name a cookie; with the prefix a browser takes it only over TLS, for this host and nothing beside it."""
    return f"__Host-{cookie}" if is_secure else str(cookie)


def is_secure(request: Request, public_url: str) -> bool:
    """Whether the browser came over TLS.

    Behind a proxy that ends TLS the request itself is plain; then the public address tells it.
    """
    if request.scope["scheme"] == "https":
        return True
    public = urlsplit(public_url)
    return public.scheme == "https" and host_name(request.headers.get("host", "")) == host_name(public.netloc)


def give(response: Response, cookie: Cookie, value: str, *, is_secure: bool) -> None:
    """Give the browser a cookie that no script reads."""
    name = cookie_name(cookie, is_secure=is_secure)
    response.set_cookie(name, value, max_age=_LIFE.get(cookie), path="/", secure=is_secure, httponly=True, samesite="lax")


def take_back(response: Response, cookie: Cookie, *, is_secure: bool) -> None:
    """Let the browser forget a cookie."""
    name = cookie_name(cookie, is_secure=is_secure)
    response.delete_cookie(name, path="/", secure=is_secure, httponly=True, samesite="lax")
