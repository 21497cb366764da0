"""The one cookie there is: the session at the desk."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from newsletter.web.guard import host_name


def desk_cookie(*, is_secure: bool) -> str:
    """Name the cookie; with the prefix a browser takes it only over TLS, for this host and nothing beside it."""
    return "__Host-newsletter-desk" if is_secure else "newsletter-desk"


def is_secure(request: Request, public_url: str) -> bool:
    """Whether the browser came over TLS.

    Behind a proxy that ends TLS the request itself is plain; then the public address tells it.
    """
    if request.scope["scheme"] == "https":
        return True
    public = urlsplit(public_url)
    return public.scheme == "https" and host_name(request.headers.get("host", "")) == host_name(public.netloc)


def set_session(response: Response, secret: str, *, is_secure: bool) -> None:
    """Give the browser the secret of its session, until it is closed."""
    name = desk_cookie(is_secure=is_secure)
    response.set_cookie(name, secret, path="/", secure=is_secure, httponly=True, samesite="lax")


def end_session(response: Response, *, is_secure: bool) -> None:
    """Take the secret back."""
    response.delete_cookie(desk_cookie(is_secure=is_secure), path="/", secure=is_secure, httponly=True, samesite="lax")
