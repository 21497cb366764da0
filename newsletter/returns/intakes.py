"""Where returned mail is taken in: a mailbox, a port of ours, and how each is written as a setting."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from newsletter.mail.relays import is_host, is_loopback
from newsletter.settingbook import LONGEST_SECONDS, SHORTEST_SECONDS

IMPLICIT_TLS_PORT = 993
PLAIN_PORT = 143

# Of one message. What is longer is read up to here: a report says all there is to say in its first lines.
MOST_BYTES = 10 * 1024 * 1024

DEFAULT_FOLDER, DEFAULT_PROCESSED, DEFAULT_UNPARSED = "INBOX", "Processed", "Unparsed"
LONGEST_FOLDER = 255

_MAILBOX_OPTIONS = ("processed", "unparsed", "ca")
_LISTEN_OPTIONS = ("certificate", "key")
_MAILBOX_FORM = "is no mailbox, for instance imaps://user:password@mail.example.org/INBOX?processed=Processed&unparsed=Unparsed"
_LISTEN_FORM = "is no address to listen at, for instance 127.0.0.1:2525"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox on an IMAP server, and the folders that what was read is moved to."""

    host: str
    port: int
    # From the first byte; there is no STARTTLS, whose beginning anybody between can write into.
    is_encrypted: bool
    username: str
    password: str = field(repr=False)
    folder: str = DEFAULT_FOLDER
    processed: str = DEFAULT_PROCESSED
    unparsed: str = DEFAULT_UNPARSED
    # A file of certificates trusted instead of the system's.
    ca_file: str = ""

    def __str__(self) -> str:
        return f"{self.folder} of {self.username} at {self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Listen:
    """Where returned mail is taken by SMTP, with a certificate where STARTTLS is to be offered."""

    host: str
    port: int
    certificate: str = ""
    # Where it is not in the file of the certificate.
    key: str = ""

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_mailbox(url: str) -> Mailbox:
    """Read `imaps://user:password@host/folder?processed=…&unparsed=…`; what is special in a name is percent-encoded.

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
    if parts.scheme not in {"imaps", "imap"} or not parts.hostname or port == 0 or parts.fragment:
        raise ValueError(_MAILBOX_FORM)
    if not is_host(parts.hostname):
        raise ValueError("names no host that can be reached")
    if parts.scheme == "imap" and not is_loopback(parts.hostname):
        raise ValueError("would send the password in the clear; use imaps:// (TLS from the first byte, port 993)")
    if not parts.username or parts.password is None:
        raise ValueError("names no user with a password")
    username, password = unquote(parts.username), unquote(parts.password)
    if not (username + password).isprintable():
        raise ValueError("has a login with control characters in it")
    options = _options(parts.query, _MAILBOX_OPTIONS)
    mailbox = Mailbox(
        host=parts.hostname,
        port=port or (IMPLICIT_TLS_PORT if parts.scheme == "imaps" else PLAIN_PORT),
        is_encrypted=parts.scheme == "imaps",
        username=username,
        password=password,
        folder=_folder(unquote(parts.path.removeprefix("/")) or DEFAULT_FOLDER),
        processed=_folder(options.get("processed") or DEFAULT_PROCESSED),
        unparsed=_folder(options.get("unparsed") or DEFAULT_UNPARSED),
        ca_file=options.get("ca", ""),
    )
    if mailbox.folder in {mailbox.processed, mailbox.unparsed}:
        raise ValueError("would move what was read to where it is read from; its folders are to differ")
    return mailbox


def parse_listen(text: str) -> Listen:
    """Read `127.0.0.1:2525`, or `0.0.0.0:25?certificate=/path/chain.pem&key=/path/key.pem`.

    Raises:
        ValueError: it cannot be used.

    """
    if not text.isprintable():
        raise ValueError("holds line ends or control characters")
    try:
        parts = urlsplit(f"smtp://{text}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(_LISTEN_FORM) from error
    if not host or port is None or parts.username is not None or parts.path or parts.fragment or not is_host(host):
        raise ValueError(_LISTEN_FORM)
    options = _options(parts.query, _LISTEN_OPTIONS)
    listen = Listen(host, port, options.get("certificate", ""), options.get("key", ""))
    if listen.key and not listen.certificate:
        raise ValueError("names a key and no certificate")
    return listen


def parse_seconds(text: str) -> int:
    """Read how often a mailbox is looked at.

    Raises:
        ValueError: it is no such number.

    """
    if not text.isascii() or not text.isdigit() or len(text) > len(str(LONGEST_SECONDS)):
        raise ValueError(f"{text!r} is no whole number of seconds from {SHORTEST_SECONDS} to {LONGEST_SECONDS}")
    if not SHORTEST_SECONDS <= int(text) <= LONGEST_SECONDS:
        raise ValueError(f"{text!r} is no whole number of seconds from {SHORTEST_SECONDS} to {LONGEST_SECONDS}")
    return int(text)


def _folder(name: str) -> str:
    # A line end in a name would be a command of its own.
    if not name.isprintable() or len(name) > LONGEST_FOLDER:
        raise ValueError("names a folder with control characters, or one that is too long")
    return name


def _options(query: str, known: tuple[str, ...]) -> Mapping[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    unknown = sorted(options.keys() - set(known))
    if unknown:
        raise ValueError(f"has no option {unknown[0]}; there are {', '.join(known)}")
    if not "".join(options.values()).isprintable():
        raise ValueError("has an option with control characters in it")
    return options
