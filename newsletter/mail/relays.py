"""The server mail is handed to, as a setting names it."""

import ipaddress
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import parse_qsl, unquote, urlsplit

from newsletter.errors import SettingWrong

SETTING = "NEWSLETTER_RELAY_URL"

DEFAULT_PORT = 587
IMPLICIT_TLS_PORT = 465

# Mail servers commonly refuse the 11th or 21st connection of one client; more than that buys nothing on one machine.
DEFAULT_CONNECTIONS = 5
MOST_CONNECTIONS = 100


class Tls(StrEnum):
    """How a connection is encrypted; never "if the server offers it", because whoever sits between can take the offer away."""

    # From the first byte (RFC 8314).
    IMPLICIT = "implicit"
    # STARTTLS or no mail.
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Relay:
    """A mail server, how to reach it and how many connections it bears."""

    host: str
    port: int
    tls: Tls
    username: str = ""
    password: str = field(default="", repr=False)
    connections: int = DEFAULT_CONNECTIONS

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def parse_relay(url: str) -> Relay:
    """Read `smtp://user:password@host:587?tls=starttls&connections=5`.

    Without `tls`: implicit on port 465, none on this machine, else STARTTLS. The password may hold anything when
    percent-encoded.

    Raises:
        SettingWrong: it cannot be read, or it would send a password in the clear over a network.

    """
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError as error:
        raise SettingWrong(SETTING, "the port is no number from 1 to 65535") from error
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or port == 0 or parts.path not in {"", "/"}:
        raise SettingWrong(SETTING, "is no relay, for instance smtp://user:pass@mail.example.org:587?tls=starttls")
    options = _options(parts.query)
    port = port or (IMPLICIT_TLS_PORT if parts.scheme == "smtps" else DEFAULT_PORT)
    tls = _tls(options.get("tls", ""), parts.scheme, parts.hostname, port)
    username, password = unquote(parts.username or ""), unquote(parts.password or "")
    if username and tls is Tls.NONE and not _is_loopback(parts.hostname):
        raise SettingWrong(SETTING, "would send the password in the clear; use tls=starttls or tls=implicit")
    return Relay(parts.hostname, port, tls, username, password, _connections(options.get("connections", "")))


def _options(query: str) -> dict[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    unknown = sorted(options.keys() - {"tls", "connections"})
    if unknown:
        raise SettingWrong(SETTING, f"has no option {unknown[0]}; there are tls and connections")
    return options


def _tls(text: str, scheme: str, host: str, port: int) -> Tls:
    if text:
        if text not in set(Tls):
            raise SettingWrong(SETTING, f"tls={text} is not one of implicit, starttls, none")
        return Tls(text)
    if scheme == "smtps" or port == IMPLICIT_TLS_PORT:
        return Tls.IMPLICIT
    return Tls.NONE if _is_loopback(host) else Tls.STARTTLS


def _connections(text: str) -> int:
    if not text:
        return DEFAULT_CONNECTIONS
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_CONNECTIONS:
        raise SettingWrong(SETTING, f"connections={text} is no number from 1 to {MOST_CONNECTIONS}")
    return int(text)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
