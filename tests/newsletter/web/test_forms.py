"""Forms within limits, and forged ones."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message

from newsletter.web.faults import BodyTooLarge, FormDamaged, HungUp, fault_of
from newsletter.web.forms import (
    LARGEST_ARTICLE,
    LARGEST_BODY,
    LARGEST_UPLOAD,
    MOST_FIELDS,
    Sent,
    is_from_our_page,
    read_form,
    read_upload,
)

URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
MULTIPART = {"Content-Type": "multipart/form-data; boundary=b"}


async def read_article(request: Request) -> Sent:
    """Read what a page that takes articles reads."""
    return await read_form(request, LARGEST_ARTICLE)


async def echo(request: Request) -> Response:
    """Answer with the form as read, or the name of what went wrong."""
    try:
        sent = await read_form(request)
        return JSONResponse({**sent.fields, **({"is_doubled": "yes"} if sent.is_doubled else {})})
    except (BodyTooLarge, FormDamaged) as error:
        return PlainTextResponse(type(error).__name__, 400)


@pytest.fixture(scope="module")
def client() -> TestClient:
    """Give a client of the echo."""
    return TestClient(Starlette(routes=[Route("/", echo, methods=["POST"])]))


def test_both_encodings_read_the_same(client: TestClient) -> None:
    """RFC 8058 asks for multipart and allows urlencoded."""
    body = b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
    expected = {"List-Unsubscribe": "One-Click"}

    assert expected == client.post("/", content=b"List-Unsubscribe=One-Click", headers=URLENCODED).json()
    assert expected == client.post("/", content=body, headers=MULTIPART).json()


def test_text_of_any_script_without_nul(client: TestClient) -> None:
    """PostgreSQL would refuse a NUL."""
    assert {"name": "Øст\u4e2d"} == client.post("/", data={"name": "Ø\0ст\u4e2d"}).json()


@pytest.mark.parametrize("second", [b"2", b"1", b""])
def test_a_name_that_comes_twice_is_told(client: TestClient, second: bytes) -> None:
    """Even with the same value: no form of ours sends it."""
    assert {"a": second.decode(), "is_doubled": "yes"} == client.post(
        "/", content=b"a=1&a=" + second, headers=URLENCODED
    ).json()


def test_no_body_is_an_empty_form(client: TestClient) -> None:
    """And so is a body of another kind."""
    assert {} == client.post("/").json()
    assert {} == client.post("/", content=b'{"a": 1}', headers={"Content-Type": "application/json"}).json()


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"x" * 100, {"Content-Type": "multipart/form-data"}),
        (b"no boundary here", MULTIPART),
        (b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n", MULTIPART),
        (b'--b\r\nContent-Disposition: form-data; name="f"; filename="f.txt"\r\n\r\nx\r\n--b--\r\n', MULTIPART),
        (
            b'--b\r\nContent-Disposition: form-data; name="f"\r\n\r\n\xff\r\n--b--\r\n',
            MULTIPART | {"Content-Type": "multipart/form-data; boundary=b; charset=undefined"},
        ),
        (b"&".join(b"f%d=1" % number for number in range(MOST_FIELDS + 1)), URLENCODED),
    ],
    ids=["no boundary", "not multipart", "no name", "a file", "an odd charset", "too many fields"],
)
def test_a_damaged_form_is_called_so(client: TestClient, content: bytes, headers: Mapping[str, str]) -> None:
    """None of them is a bug of ours."""
    assert "FormDamaged" == client.post("/", content=content, headers=headers).text


def test_a_flood_is_stopped_by_what_it_says_and_by_what_it_is(client: TestClient) -> None:
    """With a length that tells, and in pieces that do not."""
    body = b"a=" + b"x" * LARGEST_BODY

    assert "BodyTooLarge" == client.post("/", content=body, headers=URLENCODED).text
    assert "BodyTooLarge" == client.post("/", content=iter([body[:1000], body[1000:]]), headers=URLENCODED).text


_PART = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
_FILE = b'--b\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n1\r\n'
_LONG = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
# What a server hands on at once, and a gigabyte of it.
_PIECE = 64 * 1024
_PIECES = 10**9 // _PIECE


@pytest.mark.parametrize(
    ("reads", "kind", "start", "again", "most"),
    [
        (read_form, URLENCODED, b"a=", b"x", LARGEST_BODY),
        (read_form, URLENCODED, b"", b"a=1&", LARGEST_BODY),
        (read_form, MULTIPART, b"", _PART, LARGEST_BODY),
        (read_article, URLENCODED, b"a=", b"x", LARGEST_ARTICLE),
        (read_article, URLENCODED, b"", b"a=1&", _PIECE),
        (read_upload, MULTIPART, b"", _PART, _PIECE),
        (read_upload, MULTIPART, b"", _FILE, _PIECE),
        (read_upload, MULTIPART, b"--b\r\n", b"X-Header: 1\r\n", _PIECE),
        (read_upload, MULTIPART, b"--b\r\nContent-Disposition: ", b"x", _PIECE),
        (read_upload, MULTIPART, _LONG, b"x", LARGEST_BODY),
        (read_upload, MULTIPART, _FILE[:-3], b"x", LARGEST_UPLOAD),
        (read_upload, MULTIPART, b"", b"\r", LARGEST_UPLOAD),
    ],
    ids=[
        "a field",
        "fields",
        "parts",
        "an article",
        "fields of an article",
        "parts of an upload",
        "files",
        "heads",
        "a head",
        "a field of an upload",
        "a file",
        "line ends",
    ],
)
def test_of_a_gigabyte_no_more_is_taken_than_a_form_may_have(
    reads: Callable[[Request], Awaitable[Sent]], kind: Mapping[str, str], start: bytes, again: bytes, most: int
) -> None:
    """And after each piece it is the others' turn, so nobody waits for more than one (A41, W10)."""
    piece = again * (_PIECE // len(again) + 1)
    taken = turns = 0

    async def receive() -> Message:
        nonlocal taken
        taken += 1
        # What waits for bytes lets others go on.
        await asyncio.sleep(0)
        return {"type": "http.request", "body": (start if taken == 1 else b"") + piece[:_PIECE], "more_body": taken < _PIECES}

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def strain() -> None:
        beside = asyncio.create_task(others())
        headers = [(name.lower().encode(), value.encode()) for name, value in kind.items()]
        with pytest.raises((BodyTooLarge, FormDamaged)):
            await reads(Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive))
        beside.cancel()

    asyncio.run(strain())

    assert taken <= most // _PIECE + 2
    assert turns >= taken


def test_who_hangs_up_in_the_middle_is_no_bug_of_ours() -> None:
    """Each of them would write a traceback into the log, and hanging up costs nothing."""
    messages: list[Message] = [{"type": "http.request", "body": b"a=", "more_body": True}, {"type": "http.disconnect"}]

    async def receive() -> Message:
        return messages.pop(0)

    headers = [(b"content-type", b"application/x-www-form-urlencoded"), (b"content-length", b"30")]
    request = Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)

    async def read() -> Sent:
        return await read_form(request)

    with pytest.raises(HungUp) as caught:
        asyncio.run(read())
    assert not fault_of(caught.value).is_bug


@pytest.mark.parametrize(
    ("headers", "is_ours"),
    [
        ({"origin": "https://news.example.org"}, True),
        ({"origin": "http://127.0.0.1:8000", "host": "127.0.0.1:8000"}, True),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "http://127.0.0.1:9999", "host": "127.0.0.1:8000"}, False),
        ({"origin": "null"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "same-origin"}, True),
        ({}, True),
    ],
)
def test_where_a_form_came_from(headers: Mapping[str, str], *, is_ours: bool) -> None:
    """Another port of this machine is another site."""
    given = Headers({"host": "news.example.org"} | dict(headers))

    assert is_ours == is_from_our_page(given, "https://news.example.org")
