"""Bytes that no browser sends, at the desk of a real server, by raw sockets (W04, W10, A16, A41)."""

import http.client
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from newsletter.staff import accounts
from tests.harness.house import House, house_of_copy
from tests.harness.newsroom import a_newsletter
from tests.harness.staff import ADMINISTRATOR, a_session

# Longer than any of these answers takes; one that is not there by then does not come. In seconds.
PATIENCE = 30

FORM = "Content-Type: application/x-www-form-urlencoded"
FILES = "Content-Type: multipart/form-data; boundary=b"
UPLOADS = "/desk/people/imports"

# In place of a status.
HUNG_UP = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server says."""

    status: int
    # By names in lower case.
    headers: Mapping[str, str]
    page: str


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[House]:
    """Give the product, open, with a newsletter."""
    with house_of_copy(tmp_path_factory.mktemp("wire"), sqlite_template, "newsletter") as opened:
        with opened.application.database.write() as tx:
            a_newsletter(tx)
        yield opened


@pytest.fixture(scope="module")
def cookie(house: House) -> str:
    """Give the header of a browser that is signed in."""
    application = house.application
    with application.database.write() as tx:
        secret = a_session(tx, accounts.find(tx, ADMINISTRATOR), application.clock())
    return f"Cookie: newsletter-desk={secret}"


def connected(house: House) -> socket.socket:
    """Give a new connection."""
    return socket.create_connection(("127.0.0.1", urlsplit(house.url).port or 0), timeout=PATIENCE)


def lines(*heads: str, body: bytes = b"") -> bytes:
    """Put a request together; nothing is added."""
    return "\r\n".join([*heads, "", ""]).encode("latin-1") + body


def answers(wire: socket.socket, count: int = 1) -> list[Answer]:
    """Read so many answers."""
    found = []
    # One reader for all of them: it may hold what comes behind the first already.
    with wire.makefile("rb") as reader:
        for _ in range(count):
            first = reader.readline()
            if not first:
                raise ConnectionResetError
            headers = {name.lower(): value for name, value in http.client.parse_headers(reader).items()}
            page = reader.read(int(headers["content-length"])) if "content-length" in headers else reader.read()
            found.append(Answer(int(first.split()[1]), headers, page.decode("utf-8", "replace")))
    return found


def ask(house: House, *heads: str, body: bytes = b"") -> Answer:
    """Send one request on a connection of its own; give the answer."""
    with connected(house) as wire:
        wire.sendall(lines(*heads, "Connection: close", body=body))
        return answers(wire)[0]


def said_to(house: House, told: bytes) -> int:
    """Send bytes; give the status of the answer, or that the server hung up on them before they were whole."""
    with connected(house) as wire:
        try:
            wire.sendall(told)
            return answers(wire)[0].status
        except ConnectionError:
            return HUNG_UP


def is_well(house: House, cookie: str) -> bool:
    """Whether somebody else is still answered."""
    return ask(house, "GET /desk/account HTTP/1.1", "Host: 127.0.0.1", cookie).status == 200


@pytest.mark.parametrize(
    "heads",
    [
        ("GET /desk HTTP/1.1", "Host: evil.example"),
        ("GET http://evil.example/desk HTTP/1.1", "Host: evil.example"),
        ("GET /desk/sign-in HTTP/1.1", "Host: a/?x="),
        ("GET /desk/sign-in HTTP/1.1", "Host: 127.0.0.1@evil.example"),
        ("GET /desk/sign-in HTTP/1.1", "Host: 127.0.0.1", "Host: evil.example"),
        ("GET /desk/sign-in HTTP/1.1",),
        ("POST /desk/sign-in/forgotten HTTP/1.1", "Host: evil.example", FORM, "Content-Length: 0"),
    ],
)
def test_a_foreign_name_gets_no_page_of_the_desk(house: House, heads: tuple[str, ...]) -> None:
    """By whatever way it is given, and it is not repeated (A16, W04)."""
    answer = ask(house, *heads)

    assert 400 == answer.status
    assert "evil.example" not in f"{answer.headers}{answer.page}"


@pytest.mark.parametrize(
    "heads",
    [
        ("GET /desk HTTP/1.1", "Host: 127.0.0.1", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https"),
        ("GET /desk HTTP/1.1", "Host: localhost", "Forwarded: host=evil.example", "X-Original-URL: //evil.example/"),
    ],
)
def test_the_way_to_the_door_is_no_absolute_one(house: House, heads: tuple[str, ...]) -> None:
    """Whoever is led to the sign-in page stays on this host, and comes back to it (A16, W04)."""
    answer = ask(house, *heads)

    assert 303 == answer.status
    assert answer.headers["location"].startswith("/desk/sign-in?next=%2F")
    assert "evil.example" not in f"{answer.headers}{answer.page}"


def test_a_mailed_link_leads_to_where_this_instance_is(house: House) -> None:
    """Whatever names the request that asked for it brought (A16, W04)."""
    body = b"address=ada%40example.org"
    asked = ask(
        house,
        "POST /desk/sign-in/forgotten HTTP/1.1",
        "Host: 127.0.0.1",
        "X-Forwarded-Host: evil.example",
        "Forwarded: host=evil.example",
        FORM,
        f"Content-Length: {len(body)}",
        body=body,
    )

    assert 303 == asked.status
    [mail] = house.postbox.wait_for("ada@example.org")
    assert f"{house.url}/desk/link/" in mail.text
    assert b"evil.example" not in mail.message.as_bytes()


@pytest.mark.parametrize(
    ("path", "length", "kind"),
    [("/desk/sign-in", 10**9, FORM), (UPLOADS, 10**12, FILES), (UPLOADS, 10**9, FILES)],
)
def test_a_body_without_measure_is_refused_before_it_comes(
    house: House, cookie: str, path: str, length: int, kind: str
) -> None:
    """By what it says of itself; not a byte of it is waited for (A41, W10)."""
    answer = ask(house, f"POST {path} HTTP/1.1", "Host: 127.0.0.1", cookie, kind, f"Content-Length: {length}")

    assert 413 == answer.status
    assert "Nothing was changed" in answer.page


def test_a_stranger_uploads_nothing(house: House) -> None:
    """They are told so before the first byte of the file (W10)."""
    answer = ask(house, f"POST {UPLOADS} HTTP/1.1", "Host: 127.0.0.1", FILES, "Content-Length: 20000000")

    assert 403 == answer.status


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, b"a=1&" * 100_000),
        (FILES, b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 100_000 + b"--b--\r\n"),
        (FILES, b'--b\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n1\r\n' * 100_000 + b"--b--\r\n"),
        (FILES, b"--b\r\n" + b"X-Header: 1\r\n" * 100_000),
        (FILES, b"--b\r\nContent-Disposition: " + b"x" * 5_000_000),
        (FILES, b"\r" * 5_000_000),
    ],
    ids=["fields", "parts", "files", "headers", "one header", "nothing but line ends"],
)
def test_a_hundred_thousand_parts_are_not_counted_to_the_end(house: House, cookie: str, kind: str, body: bytes) -> None:
    """The form is refused at its limits, and the next one is answered (A41, W10)."""
    head = lines(f"POST {UPLOADS} HTTP/1.1", "Host: 127.0.0.1", cookie, kind, f"Content-Length: {len(body)}")

    # A form of nothing but line ends has no field at all, so nor does it have the session's token.
    assert said_to(house, head + body) in {HUNG_UP, 400, 403, 413}
    assert is_well(house, cookie)


@pytest.mark.parametrize(
    "nonsense",
    [
        b"zz\r\nhello\r\n0\r\n\r\n",
        b"-5\r\nhello\r\n0\r\n\r\n",
        b"0x5\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhelloworld\r\n0\r\n\r\n",
        b"fffffffffffffffffffff\r\nhello",
    ],
    ids=["no number", "negative", "prefixed", "longer than said", "longer than there is"],
)
def test_chunks_that_are_none_end_the_connection(house: House, cookie: str, nonsense: bytes) -> None:
    """Nothing behind them is taken for a request of its own (W04)."""
    hidden = lines("GET /desk/account HTTP/1.1", "Host: 127.0.0.1", cookie)
    told = lines("POST /desk/sign-in HTTP/1.1", "Host: 127.0.0.1", FORM, "Transfer-Encoding: chunked", body=nonsense)
    with connected(house) as wire, suppress(ConnectionError):
        wire.sendall(told + hidden)
        first = answers(wire)[0]

        assert (400, "close") == (first.status, first.headers["connection"])
        with pytest.raises(ConnectionError):
            answers(wire)


@pytest.mark.parametrize(
    "heads",
    [
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: 5, 6",),
        ("Content-Length: +5",),
        ("Content-Length: 9" * 3 + "9" * 300,),
        ("Transfer-Encoding: gzip, chunked",),
        ("Transfer-Encoding : chunked",),
        ("X-Folded: a\0b",),
        ("X\x01: y",),
        (": nameless",),
        ("X-Long: " + "x" * 200_000,),
    ],
    ids=["two lengths", "a list", "a sign", "huge", "coded twice", "a space", "nul", "control", "nameless", "endless"],
)
def test_a_head_that_two_programs_read_differently_is_refused(house: House, heads: tuple[str, ...]) -> None:
    """No request is smuggled past a proxy in front of the desk (W04)."""
    told = lines("POST /desk/sign-in HTTP/1.1", "Host: 127.0.0.1", FORM, *heads, body=b"hello")

    assert said_to(house, told) in {HUNG_UP, 400, 501}


def test_requests_in_one_breath_are_answered_each_for_itself(house: House, cookie: str) -> None:
    """Whoever comes second has the cookie that they send, and not that of the first (W04)."""
    signed_in = lines("GET /desk/account HTTP/1.1", "Host: 127.0.0.1", cookie)
    stranger = lines("GET /desk/account HTTP/1.1", "Host: 127.0.0.1")
    with connected(house) as wire:
        wire.sendall(signed_in + stranger + signed_in + lines("GET /desk HTTP/1.1", "Host: evil.example"))
        found = answers(wire, 4)

    assert [200, 303, 200, 400] == [one.status for one in found]
    assert ["no-store"] * 3 == [one.headers["cache-control"] for one in found[:3]]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("PUT /desk/account/name HTTP/1.1", {405}),
        ("DELETE /desk HTTP/1.1", {405}),
        ("PATCH /desk/settings/staff/1 HTTP/1.1", {405}),
        ("TRACE /desk HTTP/1.1", {405}),
        ("OPTIONS /desk HTTP/1.1", {405}),
        ("CONNECT 127.0.0.1:22 HTTP/1.1", {400, 404, 405}),
        ("PROPFIND /desk HTTP/1.1", {405}),
        ("get /desk HTTP/1.1", {405}),
        ("GET /desk/leave HTTP/1.1", {405}),
        ("GET /desk/%00 HTTP/1.1", {404}),
        ("GET /desk/issues/1%00 HTTP/1.1", {404}),
        ("GET /desk//account HTTP/1.1", {404}),
        ("GET /desk/../desk/account HTTP/1.1", {404}),
        ("GET /desk/%2e%2e/%2e%2e/etc/passwd HTTP/1.1", {404}),
        ("GET /DESK HTTP/1.1", {404}),
        (f"GET /desk/{'x' * 30_000} HTTP/1.1", {404}),
        (f"GET /desk/{'x' * 100_000} HTTP/1.1", {400, 404}),
        (f"GET /desk/issues/{'9' * 5_000} HTTP/1.1", {404}),
        ("GET http://evil.example/desk HTTP/1.1", {404}),
        ("GET /desk/account", {400}),
        ("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", {400}),
    ],
)
def test_what_no_browser_asks_is_answered_and_does_nothing(house: House, cookie: str, line: str, wanted: set[int]) -> None:
    """Other methods, paths that climb, and what is no request at all (W04)."""
    overrides = ("X-HTTP-Method-Override: POST", "X-HTTP-Method: POST")
    answer = ask(house, line, "Host: 127.0.0.1", cookie, *overrides)

    assert answer.status in wanted
    assert "root:" not in answer.page
    assert is_well(house, cookie)


def test_ten_thousand_ranges_are_one_answer(house: House, cookie: str) -> None:
    """Whole, once; no file of ours is cut to pieces (A41)."""
    ranges = "Range: bytes=" + ",".join(f"{at}-{at}" for at in range(10_000))
    for path in ("/static/style.css", "/desk/settings/audit.csv", "/samples/logo.png"):
        answer = ask(house, f"GET {path} HTTP/1.1", "Host: 127.0.0.1", cookie, ranges)

        assert 200 == answer.status, path
        assert "multipart" not in answer.headers["content-type"]


def test_connections_that_say_nothing_hold_nobody(house: House, cookie: str) -> None:
    """Hundreds whose heads and forms never end, and others are answered as before (W10)."""
    head = lines("POST /desk/sign-in HTTP/1.1", "Host: 127.0.0.1", FORM, "Content-Length: 50")
    upload = lines(f"POST {UPLOADS} HTTP/1.1", "Host: 127.0.0.1", cookie, FILES, "Content-Length: 20000000")
    beginnings = [b"GET /desk HT", head[:-2], head + b"address=", upload + b"--b\r\nContent-"]
    with ExitStack() as stack:
        for number in range(400):
            stack.enter_context(connected(house)).sendall(beginnings[number % len(beginnings)])
        assert all(is_well(house, cookie) for _ in range(20))


def test_half_a_form_does_nothing(house: House, cookie: str) -> None:
    """Whoever hangs up in the middle of it changed nothing, and nobody else notices (W10)."""
    with connected(house) as wire:
        head = lines("POST /desk/leave HTTP/1.1", "Host: 127.0.0.1", cookie, FORM, "Content-Length: 500")
        wire.sendall(head + b"csrf=")

    assert is_well(house, cookie)
