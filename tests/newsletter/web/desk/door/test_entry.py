"""The door of the desk."""

import pytest
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.web.app import create_app
from tests.newsletter.web.conftest import DESK_TOKEN, PUBLIC_URL, at_desk

# Sessions are the same rows on either database (tests/newsletter/staff).
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_looking_at_the_link_does_not_use_it_up(client: TestClient) -> None:
    """A chat that previews links must not lock its owner out."""
    for method in ("GET", "HEAD", "OPTIONS"):
        for _ in range(5):
            client.request(method, f"/desk/enter/{DESK_TOKEN}")

    assert 303 == client.post(f"/desk/enter/{DESK_TOKEN}").status_code


def test_the_link_opens_once(client: TestClient, application: Application) -> None:
    """The second browser is told that it was used, and how to come in instead."""
    assert 303 == client.post(f"/desk/enter/{DESK_TOKEN}").status_code
    client.cookies.clear()

    again = client.get(f"/desk/enter/{DESK_TOKEN}")
    assert 404 == again.status_code
    assert "This link opens nothing any more" in again.text
    assert "signs in with address and password" in again.text
    assert 404 == client.post(f"/desk/enter/{DESK_TOKEN}").status_code
    assert 303 == client.get("/desk").status_code


def test_a_wrong_link_opens_nothing(client: TestClient) -> None:
    """And tells nothing."""
    for token in ("x", DESK_TOKEN.upper(), "%00", "ü"):
        assert 404 == client.get(f"/desk/enter/{token}").status_code
        assert 404 == client.post(f"/desk/enter/{token}").status_code


def test_without_a_link_there_is_no_desk(application: Application) -> None:
    """A web process that printed none lets nobody in."""
    client = TestClient(create_app(application, health=lambda: True, desk_token=None), PUBLIC_URL)

    assert 404 == client.post("/desk/enter/x").status_code


def test_the_cookie_is_for_this_host_and_no_script(client: TestClient) -> None:
    """Over TLS a browser takes it with the prefix only (A46)."""
    cookie = client.post(f"/desk/enter/{DESK_TOKEN}").headers["set-cookie"]

    assert cookie.startswith("__Host-newsletter-desk=")
    assert all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"))
    assert "Domain" not in cookie
    assert DESK_TOKEN not in cookie


def test_without_tls_on_this_machine_the_cookie_works_too(application: Application) -> None:
    """Browsers drop a Secure cookie that came without TLS."""
    app = create_app(application, health=lambda: True, desk_token=DESK_TOKEN)
    client = TestClient(app, "http://127.0.0.1:8000", follow_redirects=False)
    cookie = client.post(f"/desk/enter/{DESK_TOKEN}").headers["set-cookie"]

    assert "Secure" not in cookie
    assert 200 == client.get("/desk").status_code


def test_a_session_from_elsewhere_is_not_taken_over(client: TestClient) -> None:
    """The secret is made at the door; one that a stranger planted opens nothing (A13)."""
    client.cookies.set("__Host-newsletter-desk", "planted", domain="news.example.org")

    assert 303 == client.get("/desk").status_code
    entered = client.post(f"/desk/enter/{DESK_TOKEN}")
    assert "planted" not in entered.headers["set-cookie"]


def test_closing_the_desk(client: TestClient) -> None:
    """The old cookie opens nothing any more, even when it is shown again."""
    csrf = at_desk(client)
    old = dict(client.cookies)
    closed = client.post("/desk/leave", data={"csrf": csrf})
    for name, value in old.items():
        client.cookies.set(name, value, domain="news.example.org")

    assert 303 == closed.status_code
    assert 303 == client.get("/desk").status_code


def test_the_desk_is_kept_nowhere(client: TestClient) -> None:
    """Neither in a cache nor in an index."""
    at_desk(client)
    headers = client.get("/desk").headers

    assert "no-store" == headers["cache-control"]
    assert "noindex" == headers["x-robots-tag"]
