"""The application as a whole: health, errors, headers, hosts, cookies, time."""

import time
from dataclasses import replace

import pytest
from starlette.responses import Response
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.web import routes
from newsletter.web.app import create_app
from newsletter.web.guard import PAGE_HEADERS
from newsletter.web.visits import Site, Visit
from subscribers.model import MailingList
from subscribers.tokens import Keyring
from tests.harness import forms
from tests.newsletter.web.conftest import PUBLIC_URL, Hands, Reader

# What is tried here is the same on both; the pages themselves are tried on both.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_health_is_green_while_the_metronome_ticks(client: TestClient) -> None:
    """And the database answers."""
    answer = client.get("/healthz")

    assert 200 == answer.status_code
    assert {"status": "ok", "metronome": "ticking", "database": "answers"} == answer.json()


def test_health_is_red_when_the_metronome_stops(application: Application) -> None:
    """The machine that watches restarts the process."""
    client = TestClient(create_app(application, health=lambda: False, desk_token=None), PUBLIC_URL)
    answer = client.get("/healthz")

    assert 503 == answer.status_code
    assert "stopped" == answer.json()["metronome"]


def test_health_is_red_without_a_database(application: Application) -> None:
    """It says which of the two it is, and nothing else."""
    away = Database("postgresql://nobody:secret@127.0.0.1:9/nowhere")
    client = TestClient(create_app(replace(application, database=away), health=lambda: True, desk_token=None), PUBLIC_URL)
    answer = client.get("/healthz")

    assert 503 == answer.status_code
    assert {"status": "failing", "metronome": "ticking", "database": "silent"} == answer.json()


def test_without_a_database_pages_say_so(application: Application) -> None:
    """Without the address of the database or the words of its driver."""
    away = Database("postgresql://nobody:secret@127.0.0.1:9/nowhere")
    client = TestClient(create_app(replace(application, database=away), health=lambda: True, desk_token=None), PUBLIC_URL)
    answer = client.get("/")

    assert (503, "30") == (answer.status_code, answer.headers["retry-after"])
    assert "The database does not answer" in answer.text
    assert "127.0.0.1" not in answer.text


@pytest.mark.parametrize("path", ["/nothing", "/archive/nothing/", "/archive/x/1", "/static/../app.py", "/u", "/u/", "/%00"])
def test_what_is_not_there_is_a_designed_page(client: TestClient, path: str) -> None:
    """With the way to the front page."""
    answer = client.get(path)

    assert 404 == answer.status_code
    assert "<h1>" in answer.text
    assert 'href="/"' in answer.text


def test_a_wrong_method_is_a_designed_page(client: TestClient) -> None:
    """Deleting the front page is not offered."""
    answer = client.delete("/")

    assert 405 == answer.status_code
    assert "That cannot be done here" in answer.text


def test_a_bug_shows_nothing_of_itself(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a page of ours with 500, and the server lives on."""

    def broken(site: Site, visit: Visit) -> Response:
        raise RuntimeError(f"secret {visit.now} {site.application.settings.data_dir}")

    table = (replace(routes.ROUTES[0], endpoint=broken), *routes.ROUTES[1:])
    monkeypatch.setattr("newsletter.web.app.ROUTES", table)
    client = TestClient(create_app(application, health=lambda: True, desk_token=None), PUBLIC_URL)
    answer = client.get("/")

    assert 500 == answer.status_code
    assert "Something broke here" in answer.text
    assert "secret" not in answer.text
    assert 200 == client.get("/healthz").status_code


@pytest.mark.parametrize("path", ["/", "/archive/", "/nothing", "/healthz", "/static/style.css", "/desk", "/u/x"])
def test_every_page_is_dressed(client: TestClient, path: str) -> None:
    """No sniffing, no frames, no scripts but our own (A46)."""
    headers = client.get(path).headers

    assert all(name in headers for name in PAGE_HEADERS)
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    policy = headers["content-security-policy"]
    assert "script-src 'self'" in policy or ("default-src 'none'" in policy and "script-src" not in policy)
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/", "/archive/", "/u/x", "/healthz", "/static/style.css"])
def test_readers_get_no_cookie(client: TestClient, path: str) -> None:
    """Nothing about them is kept in their browser."""
    assert "set-cookie" not in client.get(path).headers


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Host": "a/?x="}])
def test_a_foreign_host_gets_no_page(client: TestClient, headers: dict[str, str], list_: MailingList) -> None:
    """No link can be planted by a header (A16)."""
    answer = client.post(f"/subscribe/{list_.slug}", data={"email": "new@example.org"}, headers=headers)

    assert 400 == answer.status_code
    assert "evil.example" not in answer.text


def test_links_come_from_the_settings(client: TestClient, list_: MailingList, reader: Reader) -> None:
    """Also under a name that only this machine has."""
    for path in ("/", f"/subscribe/{list_.slug}", reader.unsubscribe, "/archive/"):
        page = client.get(path, headers={"Host": "localhost:8000", "X-Forwarded-Host": "evil.example"})

        assert 200 == page.status_code
        assert "localhost:8000" not in page.text
        assert "evil.example" not in page.text


def test_pages_link_to_files_that_may_be_kept_for_ever(client: TestClient) -> None:
    """Under an address that changes with their content."""
    page = client.get("/").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]

    assert "immutable" in client.get(address).headers["cache-control"]
    assert "no-cache" == client.get(address.split("?")[0]).headers["cache-control"]
    assert "text/css; charset=utf-8" == client.get(address).headers["content-type"]


def test_an_empty_instance_has_a_front_page(client: TestClient) -> None:
    """It says that nothing is there yet."""
    assert "No newsletter yet" in client.get("/").text
    assert "Nothing has been published here yet" in client.get("/archive/").text


def test_the_form_keeps_its_time(
    client: TestClient, list_: MailingList, reader: Reader, keyring: Keyring, clock: Hands
) -> None:
    """Whether there was much to do or nothing (A37); the rule itself is tried in test_answers."""
    for email in ("new@example.org", str(reader.subscriber.address)):
        started = time.perf_counter()
        client.post(f"/subscribe/{list_.slug}", data=forms.joining(keyring, clock(), email))

        assert time.perf_counter() - started >= routes.EVEN_SECONDS
