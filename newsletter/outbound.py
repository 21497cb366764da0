"""Fetches from the web: the one HTTP client, with limits on everything and no way into the private network."""

import asyncio
import ssl
import zlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from importlib.metadata import version
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from socket import SOCK_STREAM
from typing import TYPE_CHECKING

from newsletter import tracing
from newsletter.atneed import at_need
from newsletter.errors import NewsletterError
from subscribers.sentence import say

if TYPE_CHECKING:
    import httpx2
else:
    httpx2 = at_need("httpx2")

Address = IPv4Address | IPv6Address

# Gives every address of a host. One call for each hop: what was checked is what is connected to.
Resolver = Callable[[str, int], Awaitable[tuple[Address, ...]]]

MEGABYTE = 1024 * 1024
WEB_PORTS = {"http": 80, "https": 443}
REDIRECTS = frozenset({301, 302, 303, 307, 308})
# RFC 9110 15.4: the address has changed for good, or only for this time.
PERMANENT = frozenset({301, 308})
# A host with a dead IPv6 address has an IPv4 address as well; a host with forty addresses is no blog.
MOST_ADDRESSES = 4

# Python 3.11 calls these global; they lead into special networks, or carry an IPv4 address that nobody has checked.
_SPECIAL_V4 = tuple(map(IPv4Network, ("192.0.0.0/24", "192.88.99.0/24")))
_SPECIAL_V6 = tuple(map(IPv6Network, ("2001::/23", "2002::/16", "3fff::/20")))
# The only range of IPv6 from which public addresses are given: leaves out mapped IPv4 (::ffff:0:0/96), NAT64
# (64:ff9b::/96), unique local (fc00::/7), link-local and multicast addresses at once.
_PUBLIC_V6 = IPv6Network("2000::/3")


class Failure(StrEnum):
    """Why an address could not be read, as far as whoever asked does something else by it."""

    NO_ADDRESS = "no_address"
    UNKNOWN_HOST = "unknown_host"
    NOT_PUBLIC = "not_public"
    # Nobody answers there, or not in time.
    UNREACHABLE = "unreachable"
    # Everything else: too large, damaged, redirected in circles, a certificate that proves nothing.
    BROKEN = "broken"


class FetchFailed(NewsletterError):  # noqa: N818 -- named for the outcome
    """The address could not be read; the reason completes the sentence "The address …"."""

    def __init__(self, url: str, reason: str, failure: Failure = Failure.BROKEN) -> None:
        self.url = url
        self.reason = reason
        self.failure = failure
        super().__init__(f"{url} {reason}.")


async def resolve(host: str, port: int) -> tuple[Address, ...]:
    """Give the addresses of *host* as the system knows them.

    Raises:
        OSError: nobody knows the host.

    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=SOCK_STREAM)
    return tuple(dict.fromkeys(ip_address(str(entry[4][0])) for entry in found))


def user_agent(public_url: str = "") -> str:
    """Give the name we show: with an address where its owner can be found, as unnamed readers are turned away."""
    name = f"newsletter/{version('newsletter')}"
    return f"{name} (+{public_url})" if public_url else name


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """What a fetch may cost, and where it may go."""

    # For the demo and the tests: loopback on any port. Never set where strangers can add a feed.
    allow_loopback: bool = False
    user_agent: str = field(default_factory=user_agent)
    # From the first look-up to the last byte: a server that drips a byte now and then never trips a read time-out.
    seconds: float = 30.0
    connect_seconds: float = 8.0
    # Before and after inflation: a gzip of 292 KB held 300 MB.
    raw_bytes: int = 8 * MEGABYTE
    inflated_bytes: int = 20 * MEGABYTE
    redirects: int = 5
    resolve: Resolver = resolve


@dataclass(frozen=True, slots=True)
class Fetched:
    """One answer: where it came from at last, its status, its headers by lower-case name, and the inflated body."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    # Where permanent redirects (301, 308) from the very start led; empty when there was none.
    moved_to: str = ""


class _Trouble(Exception):  # noqa: N818 -- becomes a FetchFailed at the door of this module
    """Why this fetch ends, to complete "The address …"."""

    def __init__(self, reason: str, failure: Failure = Failure.BROKEN) -> None:
        self.failure = failure
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked of every host on the way."""

    method: str
    headers: tuple[tuple[str, str], ...]
    wants_body: bool = True
    body: bytes = b""


async def fetch(url: str, policy: FetchPolicy, headers: Iterable[tuple[str, str]] = ()) -> Fetched:
    """Give the answer of *url* after its redirects, whatever its status.

    Raises:
        FetchFailed: no such host, not a public address, no answer in time, too large, damaged, too many redirects.

    """
    return await _asked(url, policy, _Question("GET", tuple(headers)))


async def head(url: str, policy: FetchPolicy, headers: Iterable[tuple[str, str]] = ()) -> Fetched:
    """Give what *url* says of itself after its redirects (HEAD): status and headers, no body.

    Raises:
        FetchFailed: as `fetch`; how large the body would be is no reason.

    """
    return await _asked(url, policy, _Question("HEAD", tuple(headers), wants_body=False))


async def glance(url: str, policy: FetchPolicy, headers: Iterable[tuple[str, str]] = ()) -> Fetched:
    """Give the status and headers of *url* after its redirects, asked for as a browser does (GET), and hang up before the body.

    For servers that answer HEAD otherwise than GET, as some do.

    Raises:
        FetchFailed: as `fetch`; how large the body would be is no reason.

    """
    return await _asked(url, policy, _Question("GET", tuple(headers), wants_body=False))


async def post(url: str, policy: FetchPolicy, body: bytes, headers: Iterable[tuple[str, str]] = ()) -> Fetched:
    """Send *body* to *url* and give the answer, whatever its status; a redirect is not followed, and is no answer.

    Raises:
        FetchFailed: as `fetch`.

    """
    return await _asked(url, replace(policy, redirects=0), _Question("POST", tuple(headers), body=body))


async def tell(url: str, policy: FetchPolicy, body: bytes, headers: Iterable[tuple[str, str]] = ()) -> Fetched:
    """As `post`, but hang up before the body of the answer, however large it would be; raises as `fetch` does."""
    return await _asked(url, replace(policy, redirects=0), _Question("POST", tuple(headers), wants_body=False, body=body))


async def _asked(url: str, policy: FetchPolicy, question: _Question) -> Fetched:
    try:
        with tracing.span(f"fetch: {question.method}"):
            async with asyncio.timeout(policy.seconds):
                return await _follow(url, policy, question)
    except _Trouble as trouble:
        raise FetchFailed(url, str(trouble), trouble.failure) from trouble
    except TimeoutError:
        reason = say("did not answer in full within %(seconds)s seconds", seconds=f"{policy.seconds:g}")
        raise FetchFailed(url, reason, Failure.UNREACHABLE) from None
    except httpx2.TransportError as error:
        raise FetchFailed(url, _words(error), _failure(error)) from error


async def _follow(url: str, policy: FetchPolicy, question: _Question) -> Fetched:
    current = _checked(url)
    moved_to = ""
    is_permanent = True
    for _ in range(policy.redirects + 1):
        answer = await _request(current, policy, question)
        if not _is_redirect(answer):
            return replace(answer, moved_to=moved_to)
        current = _checked(answer.headers["location"], current)
        is_permanent = is_permanent and answer.status in PERMANENT
        if is_permanent:
            moved_to = str(current)
    msg = (
        say("redirects more than %(redirects)s times", redirects=policy.redirects)
        if policy.redirects
        else say("redirects elsewhere, which is not followed")
    )
    raise _Trouble(msg)


def _is_redirect(answer: Fetched) -> bool:
    return answer.status in REDIRECTS and "location" in answer.headers


def _checked(url: str, base: "httpx2.URL | None" = None) -> "httpx2.URL":
    """Read an address, relative to *base* where one is given, and refuse what no feed or picture is fetched from."""
    try:
        parsed = httpx2.URL(url) if base is None else base.join(url)
    except (httpx2.InvalidURL, ValueError) as error:
        msg = (
            say("is no address of the web (%(url)s)", url=f"{url[:100]!r}")
            if base is None
            else say("redirects to no address (%(url)s)", url=f"{url[:100]!r}")
        )
        raise _Trouble(msg, Failure.NO_ADDRESS) from error
    if parsed.scheme not in WEB_PORTS or not parsed.host:
        lead = "is" if base is None else say("redirects to %(url)s, which is", url=f"{url[:100]!r}")
        msg = say("%(lead)s no address of the web: it must begin with http:// or https://", lead=lead)
        raise _Trouble(msg, Failure.NO_ADDRESS)
    if parsed.userinfo:
        msg = say("carries a user name or password, which would be sent and shown around")
        raise _Trouble(msg)
    return parsed.copy_with(fragment=None)


async def _request(url: "httpx2.URL", policy: FetchPolicy, question: _Question) -> Fetched:
    """Ask the first address of the host that lets us connect."""
    addresses = await _addresses(url, policy)
    refusal: httpx2.TransportError = httpx2.ConnectError(say("no address"))
    for address in addresses[:MOST_ADDRESSES]:
        try:
            return await _exchange(url, address, policy, question)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            refusal = error
    raise refusal


async def _addresses(url: "httpx2.URL", policy: FetchPolicy) -> tuple[Address, ...]:
    """Resolve the host once and refuse it when any of its addresses is one we do not go to."""
    port = url.port or WEB_PORTS[url.scheme]
    try:
        addresses = await policy.resolve(url.raw_host.decode("ascii"), port)
    except (OSError, ValueError) as error:
        msg = say("names a host that nobody knows (%(host)s)", host=url.host)
        raise _Trouble(msg, Failure.UNKNOWN_HOST) from error
    for address in addresses:
        if address.is_loopback and policy.allow_loopback:
            continue
        if not is_public(address):
            msg = say("leads to %(address)s, which is not a public address", address=address)
            raise _Trouble(msg, Failure.NOT_PUBLIC)
        if port not in WEB_PORTS.values():
            msg = say("asks for port %(port)s; only 80 and 443 are used", port=port)
            raise _Trouble(msg)
    return addresses


def is_public(address: Address) -> bool:
    """Whether *address* is one that the public internet routes to a single host."""
    if isinstance(address, IPv6Address):
        return address in _PUBLIC_V6 and address.is_global and not any(address in network for network in _SPECIAL_V6)
    return address.is_global and not address.is_multicast and not any(address in network for network in _SPECIAL_V4)


async def _exchange(url: "httpx2.URL", address: Address, policy: FetchPolicy, question: _Question) -> Fetched:
    """Connect to the checked address and no other, while host header and certificate are those of the name."""
    request = httpx2.Request(
        question.method,
        url.copy_with(host=str(address)),
        headers=[
            ("Host", url.netloc.decode("ascii")),
            ("User-Agent", policy.user_agent),
            ("Accept-Encoding", "gzip"),
            ("Connection", "close"),
            *question.headers,
        ],
        content=question.body or None,
        extensions={
            "sni_hostname": url.raw_host.decode("ascii"),
            "timeout": httpx2.Timeout(policy.seconds, connect=policy.connect_seconds).as_dict(),
        },
    )
    # The transport alone: no cookies, no proxies or passwords from the environment, no redirects behind our back.
    async with httpx2.AsyncHTTPTransport(verify=_tls(), trust_env=False) as transport:
        response = await transport.handle_async_request(request)
        try:
            answer = Fetched(str(url), response.status_code, dict(response.headers), b"")
            if _is_redirect(answer) or not question.wants_body:
                return answer
            return replace(answer, body=await _body(response, policy))
        finally:
            await response.aclose()


@cache
def _tls() -> ssl.SSLContext:
    return httpx2.create_ssl_context(trust_env=False)


async def _body(response: "httpx2.Response", policy: FetchPolicy) -> bytes:
    announced = response.headers.get("content-length", "")
    _refuse_beyond(policy.raw_bytes, int(announced) if announced.isdecimal() else 0)
    inflater = _Inflater(response.headers.get("content-encoding", ""), policy.inflated_bytes)
    received = 0
    async with aclosing(response.aiter_raw()) as chunks:
        async for chunk in chunks:
            received += len(chunk)
            _refuse_beyond(policy.raw_bytes, received)
            inflater.feed(chunk)
    return inflater.finish()


def _refuse_beyond(limit: int, size: int) -> None:
    if size > limit:
        raise _Trouble(say("sends more than %(megabytes)s MB", megabytes=_megabytes(limit)))


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:.2g}"


class _Inflater:
    """Inflates a body piece by piece and never further than its limit."""

    def __init__(self, encoding: str, limit: int) -> None:
        self._is_gzip = encoding.strip().lower() in {"gzip", "x-gzip"}
        if not self._is_gzip and encoding.strip().lower() not in {"", "identity"}:
            msg = say("is compressed in a way we did not ask for (%(encoding)s)", encoding=encoding[:40])
            raise _Trouble(msg)
        self._limit = limit
        self._body = bytearray()
        self._engine = _gunzipper()
        self._has_begun = False

    def feed(self, chunk: bytes) -> None:
        if not self._is_gzip:
            self._keep(chunk)
            return
        self._has_begun = True
        try:
            self._inflate(chunk)
        except zlib.error as error:
            raise _Trouble(say("sends damaged compressed data")) from error

    def finish(self) -> bytes:
        """Give the whole body; compressed data that stops before its end is trouble."""
        if self._has_begun and not self._engine.eof:
            raise _Trouble(say("broke off in the middle"))
        return bytes(self._body)

    def _inflate(self, rest: bytes) -> None:
        while rest:
            if self._engine.eof:
                # RFC 1952 2.2: a gzip file may have several members; some servers pad the last one with zeros.
                rest = rest.lstrip(b"\0")
                if not rest:
                    return
                self._engine = _gunzipper()
            self._keep(self._engine.decompress(rest, self._limit + 1 - len(self._body)))
            rest = self._engine.unused_data if self._engine.eof else self._engine.unconsumed_tail

    def _keep(self, piece: bytes) -> None:
        self._body += piece
        if len(self._body) > self._limit:
            raise _Trouble(say("grows to more than %(megabytes)s MB", megabytes=_megabytes(self._limit)))


def _gunzipper() -> "zlib._Decompress":
    return zlib.decompressobj(zlib.MAX_WBITS | 16)


def _failure(error: "httpx2.TransportError") -> Failure:
    is_certificate = "CERTIFICATE_VERIFY_FAILED" in str(error) or isinstance(error.__cause__, ssl.SSLCertVerificationError)
    is_away = isinstance(error, httpx2.ConnectTimeout | httpx2.ConnectError) and not is_certificate
    return Failure.UNREACHABLE if is_away else Failure.BROKEN


def _words(error: "httpx2.TransportError") -> str:
    """Put what the network said into words for whoever typed the address."""
    if isinstance(error.__cause__, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(error):
        return say("has a certificate that does not prove who it is")
    if isinstance(error, httpx2.ConnectTimeout | httpx2.ConnectError):
        return say("cannot be reached: nobody answers there")
    if isinstance(error, httpx2.ProtocolError):
        return say("broke off in the middle or does not speak HTTP")
    return say("lost the connection")
