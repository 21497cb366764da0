"""Who is told how the instance stands: whoever has the token, and this machine where a port of its own was named."""

import hmac
import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from newsletter.returns.intakes import Listen, parse_listen

# As long as the secrets of webhooks: nobody guesses it.
SHORTEST_TOKEN = 20

_BEARER = "Bearer "


@dataclass(frozen=True, slots=True)
class Access:
    """Where metrics are told, and to whom; traces, too."""

    # Beside the pages, which tell them only to whoever has the token. None: on no port of their own.
    listen: Listen | None = None
    # Empty: the pages tell nobody, and the port whoever reaches it, which is this machine alone.
    token: str = field(default="", repr=False)
    # Where OpenTelemetry's collector takes traces by HTTP; empty: nothing is traced.
    traces: str = ""

    def lets_in(self, authorization: str) -> bool:
        """Whether the header *authorization* brings the token; without a token it never does."""
        brought = authorization.removeprefix(_BEARER)
        is_bearer = authorization.startswith(_BEARER)
        return bool(self.token) and is_bearer and hmac.compare_digest(brought.encode(), self.token.encode())


def parse_place(text: str) -> Listen:
    """Read `127.0.0.1:9464`.

    Raises:
        ValueError: it is no address and port.

    """
    place = parse_listen(text)
    if place.certificate:
        raise ValueError("takes no certificate; put a server with one before it")
    return place


def parse_token(text: str) -> str:
    """Read a token.

    Raises:
        ValueError: it is too short, or cannot stand in a header.

    """
    if len(text) < SHORTEST_TOKEN:
        # The count and not the text: an error may be logged, a secret may not.
        raise ValueError(f"needs {SHORTEST_TOKEN} characters or more, these are {len(text)}")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("holds blanks, or signs that cannot stand in a header")
    return text


def parse_collector(text: str) -> str:
    """Read `http://127.0.0.1:4318`.

    Raises:
        ValueError: it is no web address.

    """
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("is no web address, for instance http://127.0.0.1:4318")
    return text.rstrip("/")


def require_safe(access: Access) -> None:
    """Let a port that others than this machine reach ask for a token.

    Raises:
        ValueError: it does not.

    """
    if access.listen is not None and not access.token and not is_this_machine(access.listen.host):
        raise ValueError("is reached by others than this machine: set NEWSLETTER_METRICS_TOKEN, too")


def is_this_machine(host: str) -> bool:
    """Whether *host* is a loopback name or address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
