"""What stands before every page."""

import asyncio

import pytest
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Message

from newsletter.web.guard import FILE_POLICY, PAGE_HEADERS, Guard, article_headers, host_name, letter_headers, preview_headers


def client(public_url: str = "https://news.example.org") -> TestClient:
    """Give a client of a guarded page."""
    return TestClient(Guard(PlainTextResponse("page"), public_url, PlainTextResponse("refused", 400)), public_url)


@pytest.mark.parametrize(
    "host",
    [
        "news.example.org",
        "NEWS.example.org",
        "news.example.org:443",
        "localhost",
        "localhost:8000",
        "127.0.0.1:8000",
        "[::1]:8000",
    ],
)
def test_our_own_names_are_let_in(host: str) -> None:
    """The public name on any port, and the names only this machine has."""
    assert "page" == client().get("/", headers={"Host": host}).text


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "news.example.org.evil.example",
        "evil.example:443",
        "a/?x=news.example.org",
        "news.example.org@evil.example",
        "evil.example#news.example.org",
        "192.0.2.1",
        "",
    ],
)
def test_a_foreign_host_is_refused(host: str) -> None:
    """No page is built for a name that is not ours (CVE-2026-48710)."""
    response = client().get("/", headers={"Host": host})

    assert (400, "refused") == (response.status_code, response.text)


@pytest.mark.parametrize(
    ("headers", "status"),
    [([], 200), ([(b"host", b"evil.example")], 400), ([(b"host", b"")], 400), ([(b"host", b"localhost")], 200)],
)
def test_a_request_without_a_host_is_let_in(headers: list[tuple[bytes, bytes]], status: int) -> None:
    """HTTP/1.0 knows none, and what was not sent plants nothing."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
    guard = Guard(PlainTextResponse("page"), "https://news.example.org", PlainTextResponse("refused", 400))
    asyncio.run(guard(scope, receive, send))

    assert status == sent[0]["status"]


def test_forwarded_names_change_nothing() -> None:
    """Only the Host itself is asked."""
    response = client().get("/", headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"})

    assert "page" == response.text


def test_health_answers_to_any_name() -> None:
    """The machine that asks knows an address only."""
    assert "page" == client().get("/healthz", headers={"Host": "10.0.0.7:8000"}).text


def test_every_answer_is_dressed() -> None:
    """Refusals too; what is no page runs and loads nothing."""
    page = Guard(HTMLResponse("page"), "https://news.example.org", HTMLResponse("refused", 400))
    for host in ("news.example.org", "evil.example"):
        headers = TestClient(page, "https://news.example.org").get("/", headers={"Host": host}).headers
        file = client().get("/", headers={"Host": host}).headers

        assert dict(PAGE_HEADERS) == {name: headers[name] for name in PAGE_HEADERS}
        assert {**PAGE_HEADERS, "Content-Security-Policy": FILE_POLICY} == {name: file[name] for name in PAGE_HEADERS}


def test_what_a_page_says_itself_stands() -> None:
    """A letter has another policy than a page."""
    page = PlainTextResponse("page", headers={"Content-Security-Policy": "default-src 'none'"})
    response = TestClient(Guard(page, "http://localhost", PlainTextResponse("")), "http://localhost").get("/")

    assert ["default-src 'none'"] == response.headers.get_list("content-security-policy")


def test_strict_transport_only_under_the_public_name() -> None:
    """A browser that learned it for localhost would lock its owner out of everything there."""
    assert "Strict-Transport-Security" in client().get("/").headers
    assert "Strict-Transport-Security" not in client().get("/", headers={"Host": "localhost"}).headers
    assert "Strict-Transport-Security" not in client("http://news.example.org").get("/").headers


@pytest.mark.parametrize(
    ("host", "name"),
    [("A.example:80", "a.example"), ("[::1]:8000", "[::1]"), ("[::1]", "[::1]"), ("a.example:", "a.example:"), ("", "")],
)
def test_host_name(host: str, name: str) -> None:
    """The port is not part of it, an IPv6 address is whole."""
    assert name == host_name(host)


def test_a_letter_has_pictures_from_where_ours_are_and_nowhere_else() -> None:
    """Also from where this instance was when the letter was frozen; what an article links to opens nothing."""
    key = "0" * 40
    former, other = f"https://former.example.org/n/images/{key}.png", f"https://other.example.org/images/{key}.png"
    html = f'<img src="{former}"><img src="https://blog.example.org/a.png"><a href="{other}">src=&quot;{other}&quot;</a>'
    policies = [of(html)["Content-Security-Policy"] for of in (letter_headers, article_headers, preview_headers)]

    assert ["img-src 'self' https://former.example.org"] * 3 == [policy.split("; ")[2] for policy in policies]
