"""Asks the DNS, with little patience; the only module that does."""

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from newsletter.atneed import at_need
from newsletter.errors import BadValue
from subscribers.sentence import say

if TYPE_CHECKING:
    from dns import exception, rdatatype, resolver, reversename
else:
    # A tenth of a second.
    exception, rdatatype = at_need("dns.exception"), at_need("dns.rdatatype")
    resolver, reversename = at_need("dns.resolver"), at_need("dns.reversename")

DNS_PORT = 53
HIGHEST_PORT = 65_535

# A person waits for the answer; in seconds, for one server and for all of them.
PATIENCE = 2.0
WHOLE_PATIENCE = 5.0

# The record of an RSA key is 410 octets long, too long for plain DNS over UDP with its header; this avoids fragments
# (DNS flag day 2020).
_UDP_PAYLOAD = 1232

_SERVER = re.compile(r"(?:\[(?P<six>[^]]+)\]|(?P<four>[0-9.]+))(?::(?P<port>[0-9]{1,5}))?|(?P<bare>[0-9A-Fa-f:.]+)", re.ASCII)

# Large organisations have fifty under their name, most of them to prove something to somebody; a DNS message has 64 KB.
MOST_TEXTS = 1000


@dataclass(frozen=True, slots=True)
class Texts:
    """What the DNS has under a name, as text, or why nobody knows."""

    found: tuple[str, ...] = ()
    # Empty: the DNS answered.
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    """A name server to ask instead of the system's, which may remember for an hour that there was no such record."""

    host: str
    port: int = DNS_PORT


def read_server(text: str) -> Server:
    """Read `1.1.1.1`, `127.0.0.1:5353` or `[::1]:53`.

    Raises:
        BadValue: it is written otherwise.

    """
    match = _SERVER.fullmatch(text.strip())
    try:
        host = str(ipaddress.ip_address(match["six"] or match["four"] or match["bare"])) if match else ""
    except ValueError:
        host = ""
    port = int(match["port"] or DNS_PORT) if match else 0
    if not host or not 1 <= port <= HIGHEST_PORT:
        raise BadValue(say("name server"), text, "is no IP address, with or without a port, such as 1.1.1.1")
    return Server(host, port)


def texts(name: str, server: Server | None = None, patience: float = WHOLE_PATIENCE) -> Texts:
    """Give the TXT records of *name*; blocks for *patience* seconds at most."""
    answer = _asked(name, rdatatype.TXT, server, patience)
    records = (b"".join(record.strings).decode("utf-8", "replace") for record in answer.records)
    return Texts(tuple(sorted(records)[:MOST_TEXTS]), answer.trouble)


def mail_servers(name: str, server: Server | None = None, patience: float = WHOLE_PATIENCE) -> Texts:
    """Give the hosts that take mail for *name*, the first choice first; one empty name says that nobody does (RFC 7505)."""
    answer = _asked(name, rdatatype.MX, server, patience)
    found = sorted((record.preference, record.exchange.to_text(omit_final_dot=True).lower()) for record in answer.records)
    return Texts(tuple(host.removesuffix(".") for _, host in found[:MOST_TEXTS]), answer.trouble)


def host_addresses(name: str, server: Server | None = None, patience: float = WHOLE_PATIENCE) -> Texts:
    """Give the IPv4 and IPv6 addresses of a host."""
    answers = [_asked(name, kind, server, patience) for kind in (rdatatype.A, rdatatype.AAAA)]
    found = [record.address for answer in answers for record in answer.records]
    trouble = next((answer.trouble for answer in answers if answer.trouble), "")
    return Texts(tuple(found[:MOST_TEXTS]), "" if found else trouble)


def names_of(address: str, server: Server | None = None, patience: float = WHOLE_PATIENCE) -> Texts:
    """Give the names that an IP address has (PTR)."""
    name = reversename.from_address(address).to_text(omit_final_dot=True)
    answer = _asked(name, rdatatype.PTR, server, patience)
    found = [record.target.to_text(omit_final_dot=True).lower() for record in answer.records]
    return Texts(tuple(found[:MOST_TEXTS]), answer.trouble)


@dataclass(frozen=True, slots=True)
class _Answer:
    # Of dnspython, by the kind that was asked for.
    records: tuple[Any, ...] = ()
    trouble: str = ""


def _asked(name: str, kind: "rdatatype.RdataType", server: Server | None, patience: float) -> _Answer:
    try:
        return _Answer(tuple(_resolver(server).resolve(f"{name}.", kind, lifetime=patience, search=False)))
    except (resolver.NXDOMAIN, resolver.NoAnswer):
        return _Answer()
    except exception.Timeout:
        return _Answer(trouble=f"no name server answered within {patience:g} seconds")
    except resolver.NoNameservers:
        return _Answer(trouble="no name server could tell")
    except exception.DNSException as error:
        return _Answer(trouble=" ".join(str(error).split()) or type(error).__name__)


def _resolver(server: Server | None) -> "resolver.Resolver":
    made = resolver.Resolver(configure=server is None)
    if server is not None:
        made.nameservers = [server.host]
        made.port = server.port
    made.timeout = PATIENCE
    made.use_edns(0, 0, _UDP_PAYLOAD)
    return made
