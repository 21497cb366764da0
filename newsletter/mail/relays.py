"""The servers mail is handed to: what is known of each, and how one is written as an address."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import parse_qsl, unquote, urlsplit

from newsletter.errors import SettingWrong
from newsletter.mail.limits import Limits

SETTING = "NEWSLETTER_RELAY_URL"
# What the relay of the setting is called among others.
FROM_SETTING = "setting"

DEFAULT_PORT = 587
IMPLICIT_TLS_PORT = 465

# Mail servers commonly refuse the 11th or 21st connection of one client; more than that buys nothing on one machine.
DEFAULT_CONNECTIONS = 5
MOST_CONNECTIONS = 100

# Relays count what one connection brings, and a fresh one finds a fresh server behind a load balancer.
DEFAULT_MESSAGES = 100
MOST_MESSAGES = 100_000
# A connection nobody needs is given back; relays close it after some minutes anyway. In seconds.
DEFAULT_IDLE = 10
LONGEST_IDLE = 3600

MOST_WEIGHT = 1000

# What one can be patient about (RFC 5321 4.5.3.2); the seconds stand where sessions are made.
PHASES = ("greeting", "mail", "rcpt", "data", "block", "dot")
LONGEST_TIMEOUT = 3600

_ON_OFF: Mapping[str, bool] = {"on": True, "off": False}
_URL_OPTIONS = ("tls", "connections", "messages", "idle", "ca", "pipelining", "chunking", "dsn")
_HOST_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*\.?", re.IGNORECASE)


class Tls(StrEnum):
    """How a connection is encrypted; never "if the server offers it", because whoever sits between can take the offer away."""

    # From the first byte (RFC 8314).
    IMPLICIT = "implicit"
    # STARTTLS or no mail.
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Relay:
    """A mail server, how to reach it, how many connections it bears, and how much it may be given."""

    host: str
    port: int
    tls: Tls
    username: str = ""
    password: str = field(default="", repr=False)
    connections: int = DEFAULT_CONNECTIONS
    name: str = FROM_SETTING
    # Its share of the mail beside those of the others.
    weight: int = 1
    limits: Limits = field(default_factory=Limits)
    # Of one connection.
    messages: int = DEFAULT_MESSAGES
    idle: int = DEFAULT_IDLE
    # In seconds, by phase, where they differ from the usual.
    timeouts: Mapping[str, float] = field(default_factory=dict)
    # A file of certificates trusted instead of the system's.
    ca_file: str = ""
    # Whether these are used where they are offered.
    pipelining: bool = True
    chunking: bool = True
    dsn: bool = True

    @property
    def door(self) -> "Relay":
        """How it is reached, and what it is asked there: the relay without what can change while connections are open."""
        return replace(self, connections=1, weight=1, limits=Limits())

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def parse_relay(url: str) -> Relay:
    """Read `smtp://user:password@host:587?tls=starttls&connections=5`, as the setting has it.

    Without `tls`: implicit on port 465, none on this machine, else STARTTLS. The password may hold anything when
    percent-encoded.

    Raises:
        SettingWrong: it cannot be read, or it would send a password in the clear over a network.

    """
    try:
        return read_address(url)
    except ValueError as error:
        raise SettingWrong(SETTING, str(error)) from error


def read_address(url: str) -> Relay:
    """Read a relay from its address.

    Raises:
        ValueError: it cannot be used, with a reason that repeats nothing secret.

    """
    if not url.isprintable():
        # The parser would drop line ends silently, and go on with another host.
        raise ValueError("holds line ends or control characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(
            "has no port from 1 to 65535, or is damaged; in a password signs such as / ? # @ are percent-encoded"
        ) from error
    if (
        parts.scheme not in {"smtp", "smtps"}
        or not parts.hostname
        or port == 0
        or parts.path not in {"", "/"}
        or parts.fragment
    ):
        raise ValueError("is no relay, for instance smtp://user:pass@mail.example.org:587?tls=starttls")
    if not is_host(parts.hostname):
        raise ValueError("names no host that can be reached")
    username, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not (username + password).isprintable():
        raise ValueError("has a login with control characters in it")
    options = _options(parts.query)
    port = port or (IMPLICIT_TLS_PORT if parts.scheme == "smtps" else DEFAULT_PORT)
    relay = Relay(
        host=parts.hostname,
        port=port,
        tls=_tls(options.get("tls", ""), parts.scheme, parts.hostname, port),
        username=username,
        password=password,
        connections=_number(options, "connections", DEFAULT_CONNECTIONS, MOST_CONNECTIONS),
        messages=_number(options, "messages", DEFAULT_MESSAGES, MOST_MESSAGES),
        idle=_number(options, "idle", DEFAULT_IDLE, LONGEST_IDLE),
        ca_file=options.get("ca", ""),
        pipelining=_switch(options, "pipelining"),
        chunking=_switch(options, "chunking"),
        dsn=_switch(options, "dsn"),
    )
    if shows_password(relay):
        raise ValueError("would send the password in the clear; use tls=starttls or tls=implicit")
    return relay


def shows_password(relay: Relay) -> bool:
    """Whether whoever sits between could read the login."""
    return bool(relay.username) and relay.tls is Tls.NONE and not is_loopback(relay.host)


def is_loopback(host: str) -> bool:
    """Whether *host* is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_host(host: str) -> bool:
    """Whether *host* is the name or address of a machine, in ASCII."""
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        return _HOST_NAME.fullmatch(host) is not None


def _options(query: str) -> dict[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    unknown = sorted(options.keys() - set(_URL_OPTIONS))
    if unknown:
        raise ValueError(f"has no option {unknown[0]}; there are {', '.join(_URL_OPTIONS)}")
    return options


def _tls(text: str, scheme: str, host: str, port: int) -> Tls:
    if text:
        if text not in set(Tls):
            raise ValueError(f"tls={text} is not one of implicit, starttls, none")
        return Tls(text)
    if scheme == "smtps" or port == IMPLICIT_TLS_PORT:
        return Tls.IMPLICIT
    return Tls.NONE if is_loopback(host) else Tls.STARTTLS


def _number(options: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = options.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > len(str(most)) or not 1 <= int(text) <= most:
        raise ValueError(f"{name}={text} is no number from 1 to {most}")
    return int(text)


def _switch(options: Mapping[str, str], name: str) -> bool:
    text = options.get(name, "on")
    if text not in _ON_OFF:
        raise ValueError(f"{name}={text} is neither on nor off")
    return _ON_OFF[text]
