"""The one HTTP client: where it goes, what it carries, where it stops."""

import asyncio
import gzip
import socket
import ssl
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from newsletter import outbound
from newsletter.outbound import Address, Failure, Fetched, FetchFailed, FetchPolicy, fetch, is_public
from tests.harness import chaosfeed
from tests.harness.chaosfeed import ChaosFeed, Page, redirect

# Tests reach only what the product may not: loopback. Small limits keep misbehaviour short.
POLICY = FetchPolicy(allow_loopback=True, seconds=10)
HASTY = replace(POLICY, seconds=0.3)


@pytest.fixture
def chaos() -> Iterator[ChaosFeed]:
    """Give a server that misbehaves as told."""
    with ChaosFeed() as server:
        yield server


def get(url: str, policy: FetchPolicy = POLICY, headers: tuple[tuple[str, str], ...] = ()) -> Fetched:
    """Fetch, outside of any loop."""
    return asyncio.run(fetch(url, policy, headers))


def reason(url: str, policy: FetchPolicy = POLICY) -> str:
    """Give the reason why a fetch failed."""
    with pytest.raises(FetchFailed) as failed:
        get(url, policy)
    return failed.value.reason


def resolving(**hosts: str) -> FetchPolicy:
    """Give a policy under which these names, with dots for underscores, have these addresses."""

    async def look_up(host: str, port: int) -> tuple[Address, ...]:
        return tuple(ip_address(part) for part in hosts[host.replace(".", "_")].split())

    return replace(POLICY, resolve=look_up)


def test_answer_is_given_whole(chaos: ChaosFeed) -> None:
    """Status, headers by lower-case name, and body."""
    url = chaos.put("/feed/", Page(b"<feed/>", headers={"ETag": '"1"'}))
    answer = get(url)

    assert (url, 200, b"<feed/>", '"1"', "") == (
        answer.url,
        answer.status,
        answer.body,
        answer.headers["etag"],
        answer.moved_to,
    )


def test_we_say_who_we_are_and_ask_for_gzip_only(chaos: ChaosFeed) -> None:
    """Unnamed readers are turned away; brotli would be a second way to inflate without bound."""
    get(chaos.put("/", Page()), replace(POLICY, user_agent=outbound.user_agent("https://news.example.org")))
    headers = chaos.asked[0].headers

    assert f"127.0.0.1:{chaos.port}" == headers["host"]
    assert headers["user-agent"].startswith("newsletter/")
    assert headers["user-agent"].endswith("(+https://news.example.org)")
    assert "gzip" == headers["accept-encoding"]


def test_headers_of_the_caller_are_sent(chaos: ChaosFeed) -> None:
    """Conditional requests need them."""
    get(chaos.put("/", Page()), headers=(("If-None-Match", '"1"'),))

    assert '"1"' == chaos.asked[0].headers["if-none-match"]


def test_error_status_is_an_answer(chaos: ChaosFeed) -> None:
    """What a 503 means is for the caller to say."""
    assert 503 == get(chaos.put("/", Page(b"busy", status=503))).status


def test_what_an_address_says_of_itself_is_asked_without_its_body(chaos: ChaosFeed) -> None:
    """HEAD follows redirects as GET does, and a document may be as large as it likes."""
    chaos.put("/report.pdf", lambda _asked, wire: wire.begin(200, {"Content-Length": "99999999"}))
    answer = asyncio.run(outbound.head(chaos.put("/moved", redirect("/report.pdf")), POLICY))

    assert (200, "99999999", b"") == (answer.status, answer.headers["content-length"], answer.body)
    assert ["HEAD", "HEAD"] == [asked.method for asked in chaos.asked]


def test_a_glance_hangs_up_before_the_body(chaos: ChaosFeed) -> None:
    """For servers that answer HEAD otherwise than a browser: as a browser asks, whatever the size."""
    chaos.put("/report.pdf", lambda _asked, wire: wire.begin(200, {"Content-Length": "99999999"}))
    answer = asyncio.run(outbound.glance(chaos.put("/moved", redirect("/report.pdf")), POLICY))

    assert (200, b"", chaos.url("/report.pdf")) == (answer.status, answer.body, answer.moved_to)
    assert ["GET", "GET"] == [asked.method for asked in chaos.asked]


@pytest.mark.parametrize(
    ("url", "failure"),
    [
        ("mailto:ann@example.org", Failure.NO_ADDRESS),
        ("https://intranet.example/", Failure.NOT_PUBLIC),
        ("https://gone.example/", Failure.UNKNOWN_HOST),
        ("http://127.0.0.1:9/", Failure.UNREACHABLE),
    ],
)
def test_failure_says_what_kind_it_is(url: str, failure: Failure) -> None:
    """For whoever does something else by it; the words are for people."""

    async def look_up(host: str, port: int) -> tuple[Address, ...]:
        if host == "gone.example":
            raise OSError("no such host")
        return (ip_address("10.0.0.1" if host == "intranet.example" else host),)

    with pytest.raises(FetchFailed) as failed:
        get(url, replace(POLICY, resolve=look_up))

    assert failure is failed.value.failure


def test_environment_names_no_proxy(chaos: ChaosFeed, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would connect to whatever it resolves itself."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    assert 200 == get(chaos.put("/", Page())).status


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "0x7f000001", "2130706433", "127.1", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "[::]"],  # noqa: S104 -- an address to refuse
)
def test_loopback_is_refused_however_it_is_written(chaos: ChaosFeed, host: str) -> None:
    """Without the setting for demo and tests nothing on this machine can be read."""
    refused = reason(f"http://{host}:{chaos.port}/", FetchPolicy(seconds=10))

    assert "not a public address" in refused or "nobody knows" in refused
    assert [] == chaos.asked


@pytest.mark.parametrize(
    "address",
    [
        "0.1.2.3 10.0.0.1 100.64.0.1 127.0.0.1 169.254.169.254 172.16.0.1 192.0.0.8 192.0.2.1 192.88.99.1 192.168.0.1",
        "198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255",
        ":: ::1 ::127.0.0.1 ::ffff:8.8.8.8 ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 100::1",
        "2001::1 2001:db8::1 2002:7f00:1:: 3fff::1 5f00::1 fc00::1 fd00::1 fe80::1 fec0::1 ff02::1",
    ],
)
def test_special_addresses_are_not_public(address: str) -> None:
    """Private, shared, link-local, mapped, translated, tunnelled, documentation, multicast, reserved."""
    assert [] == [text for text in address.split() if is_public(ip_address(text))]


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001:80b::200e"])
def test_ordinary_addresses_are_public(address: str) -> None:
    """The web can be read."""
    assert is_public(ip_address(address))


@given(st.ip_addresses(v=6))
def test_no_ipv6_address_smuggles_an_ipv4_one(address: Address) -> None:
    """What is public in IPv6 carries no IPv4 address inside."""
    assert not is_public(address) or (address.ipv4_mapped, address.sixtofour, address.teredo) == (None, None, None)  # type: ignore[union-attr]  # the strategy gives IPv6 only


def test_one_private_address_among_public_ones_refuses_the_host(chaos: ChaosFeed) -> None:
    """A name that resolves to both is an attack, not a blog."""
    policy = replace(resolving(both_example="93.184.216.34 10.0.0.1"), allow_loopback=False)

    assert "10.0.0.1" in reason("http://both.example/", policy)


def test_name_is_resolved_once_and_the_checked_address_is_used(chaos: ChaosFeed) -> None:
    """A name server that answers differently the second time (rebinding) is never asked again."""
    answers = [("127.0.0.1",), ("10.0.0.1",)]

    async def rebinding(host: str, port: int) -> tuple[Address, ...]:
        return tuple(map(ip_address, answers.pop(0)))

    chaos.put("/", Page(b"here"))
    answer = get(f"http://blog.example:{chaos.port}/", replace(POLICY, resolve=rebinding))

    assert b"here" == answer.body
    assert f"blog.example:{chaos.port}" == chaos.asked[0].headers["host"]
    assert [("10.0.0.1",)] == answers


def test_second_address_is_tried_when_the_first_does_not_answer(chaos: ChaosFeed) -> None:
    """A dead IPv6 address does not make a blog unreachable."""
    chaos.put("/", Page(b"here"))
    policy = resolving(blog_example="::1 127.0.0.1")

    assert b"here" == get(f"http://blog.example:{chaos.port}/", policy).body


def test_port_other_than_of_the_web_is_refused() -> None:
    """A public address is no way to talk to somebody's database."""
    assert "port 5432" in reason("http://blog.example:5432/", resolving(blog_example="93.184.216.34"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "file:///etc/passwd",
        "ftp://example.org/",
        "gopher://x/",
        "//example.org/",
        "http://",
        "http:///x",
        "feed",
        "data:,x",
    ],
)
def test_only_the_web_is_read(url: str) -> None:
    """No other scheme, no address without a host."""
    assert "no address of the web" in reason(url)


def test_address_with_a_password_is_refused() -> None:
    """It would end in logs, pages and the database."""
    assert "password" in reason("http://ann:secret@127.0.0.1/")


@pytest.mark.parametrize("url", ["http://a..b/", f"http://{'x' * 80}.example/", "http://127.0.0.1\r\nX: y/"])
def test_impossible_hosts_are_an_ordinary_failure(url: str) -> None:
    """No name, however odd, ends in a traceback."""
    assert "nobody knows" in (refused := reason(url)) or "no address" in refused


def test_unknown_host_is_said_plainly() -> None:
    """A typing error in the name is the most common failure of all."""

    async def unknown(host: str, port: int) -> tuple[Address, ...]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    assert "names a host that nobody knows (blgo.example)" == reason("http://blgo.example/", replace(POLICY, resolve=unknown))


def test_nobody_answers() -> None:
    """A closed port is said plainly."""
    assert "cannot be reached" in reason("http://127.0.0.1:1/")


def test_redirects_are_followed_and_the_permanent_ones_remembered(chaos: ChaosFeed) -> None:
    """The new address counts as far as every hop before it was for good."""
    chaos.put("/old", redirect("/new", 301))
    chaos.put("/new", redirect("today", 302))
    chaos.put("/today", redirect(chaos.url("/here"), 308))
    chaos.put("/here", Page(b"here"))
    answer = get(chaos.url("/old"))

    assert (chaos.url("/here"), chaos.url("/new"), b"here") == (answer.url, answer.moved_to, answer.body)


def test_redirect_loop_ends(chaos: ChaosFeed) -> None:
    """Five hops and no further."""
    url = chaos.put("/loop", redirect("/loop"))

    assert "redirects more than 5 times" == reason(url)
    assert 6 == len(chaos.asked)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("http://169.254.169.254/latest/meta-data/", "not a public address"),
        ("http://[::ffff:10.0.0.1]/", "not a public address"),
        ("file:///etc/passwd", "no address of the web"),
        ("http://u:p@127.0.0.1/", "password"),
        ("http://x:y/", "redirects to no address"),
    ],
)
def test_every_hop_is_checked(chaos: ChaosFeed, target: str, words: str) -> None:
    """A public page cannot send us where we would not have gone."""
    assert words in reason(chaos.put("/", redirect(target)))


def test_redirect_without_a_place_is_an_answer(chaos: ChaosFeed) -> None:
    """There is nothing to follow."""
    assert 302 == get(chaos.put("/", Page(status=302))).status


@pytest.mark.parametrize("behaviour", [chaosfeed.drip, chaosfeed.silence, chaosfeed.drip_headers])
def test_total_time_is_bounded(chaos: ChaosFeed, behaviour: chaosfeed.Answer) -> None:
    """Every byte in time, and still too long."""
    assert "did not answer in full within 0.3 seconds" == reason(chaos.put("/", behaviour), HASTY)


def test_resolving_counts_towards_the_time() -> None:
    """A name server that hangs is the same as a server that hangs."""

    async def never(host: str, port: int) -> tuple[Address, ...]:
        await asyncio.Event().wait()
        return ()

    assert "within 0.3 seconds" in reason("http://blog.example/", replace(HASTY, resolve=never))


@pytest.mark.parametrize("behaviour", [chaosfeed.flood, chaosfeed.announced_flood])
def test_two_hundred_megabytes_are_refused(chaos: ChaosFeed, behaviour: chaosfeed.Answer) -> None:
    """Whether it was announced or not."""
    assert "sends more than 8 MB" == reason(chaos.put("/", behaviour))


def test_gzip_bomb_is_not_inflated(chaos: ChaosFeed) -> None:
    """60 kB on the wire, 60 MB in memory: stopped at the limit."""
    assert "grows to more than 20 MB" == reason(chaos.put("/", chaosfeed.gzip_bomb))


@pytest.mark.parametrize(
    "body",
    [gzip.compress(b"whole"), gzip.compress(b"who") + gzip.compress(b"le"), gzip.compress(b"whole") + b"\0" * 9],
    ids=["one", "members", "padded"],
)
def test_gzip_is_inflated(chaos: ChaosFeed, body: bytes) -> None:
    """In one member or several, padded or not."""
    assert b"whole" == get(chaos.put("/", Page(body, headers={"Content-Encoding": "gzip"}))).body


@pytest.mark.parametrize(
    ("body", "encoding", "words"),
    [
        (gzip.compress(b"whole" * 100)[:-9], "gzip", "broke off"),
        (b"this is no gzip", "gzip", "damaged"),
        (zlib.compress(b"whole"), "deflate", "did not ask for"),
        (b"?", "br", "did not ask for"),
    ],
    # Not by their bytes: gzip writes the hour into them.
    ids=["cut", "none", "deflate", "brotli"],
)
def test_damaged_or_unknown_compression_is_a_failure(chaos: ChaosFeed, body: bytes, encoding: str, words: str) -> None:
    """Half a feed is not taken for a whole one."""
    assert words in reason(chaos.put("/", Page(body, headers={"Content-Encoding": encoding})))


@pytest.mark.parametrize("behaviour", [chaosfeed.broken_off, chaosfeed.nonsense])
def test_broken_connections_are_a_failure(chaos: ChaosFeed, behaviour: chaosfeed.Answer) -> None:
    """Less than announced, or no HTTP at all."""
    assert "broke off" in reason(chaos.put("/", behaviour))


def test_name_is_shown_and_proved_in_tls(tmp_path: Path) -> None:
    """The address is pinned, yet the certificate is asked for by name, and one that nobody vouches for is refused."""
    assert ("blog.example", "has a certificate that does not prove who it is") == asyncio.run(_tls_greeting(tmp_path))


async def _tls_greeting(folder: Path) -> tuple[str, str]:
    """Give the name a TLS server was asked for, and why the fetch failed."""
    names: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_self_signed(folder))
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(FetchFailed) as failed:
            await fetch(f"https://blog.example:{port}/", resolving(blog_example="127.0.0.1"))
    return names[0], failed.value.reason


def _self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "blog.example")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("blog.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
