"""Metrics and readiness at the pages, and the number that each request has."""

import io
import json
from contextlib import redirect_stderr
from dataclasses import replace

import pytest
from starlette.responses import Response
from starlette.testclient import TestClient

from newsletter.bootstrap import Application, set_up_logging
from newsletter.database import Database
from newsletter.meters import REQUESTS
from newsletter.settings import LogSettings
from newsletter.shape import known
from newsletter.watching.access import Access
from newsletter.web import routes
from newsletter.web.app import create_app
from newsletter.web.metering import HEADER, part_of
from newsletter.web.visits import Site, Visit
from tests.harness import logs
from tests.newsletter.web.conftest import PUBLIC_URL

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TOKEN = "a token that is long enough"


def browser(application: Application) -> TestClient:
    """Give a browser of a running process."""
    return TestClient(create_app(application, health=lambda: True, desk_token=None), PUBLIC_URL)


def test_a_stranger_does_not_learn_that_there_are_metrics(client: TestClient, application: Application) -> None:
    """Without the setting there is no such page; with it, one for whoever has the token, by any name of this host."""
    with_token = replace(application, settings=replace(application.settings, watching=Access(token=TOKEN)))
    guarded = browser(with_token)
    opened = {"Authorization": f"Bearer {TOKEN}", "Host": "10.0.0.7:8000"}

    assert 404 == client.get("/metrics").status_code
    assert 404 == client.get("/metrics", headers=opened).status_code
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN[:-1]}"}, {"Authorization": TOKEN}):
        refused = guarded.get("/metrics", headers=headers)
        assert (401, "Bearer") == (refused.status_code, refused.headers["www-authenticate"])
        assert "newsletter_" not in refused.text
    told = guarded.get("/metrics", headers=opened)
    assert (200, "no-store") == (told.status_code, told.headers["cache-control"])
    assert "newsletter_database_up 1.0" in told.text
    assert "text/plain" in told.headers["content-type"]
    assert "server" not in told.headers


def test_ready_is_who_can_answer(client: TestClient, application: Application) -> None:
    """Not where the database is away or has a shape that does not fit, nor in a process that is about to end."""
    ready = client.get("/readyz", headers={"Host": "10.0.0.7"})
    away = replace(application, database=Database("postgresql://nobody:secret@127.0.0.1:9/nowhere"))
    stopping = TestClient(create_app(application, health=lambda: True, desk_token=None, is_stopping=lambda: True), PUBLIC_URL)
    with application.database.write() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '9998'")
        tx.exec_driver_sql(f"UPDATE instance SET least_shape = '{known()[-1]}'")  # noqa: S608 -- a number of our own
    served = client.get("/readyz")
    with application.database.write() as tx:
        tx.exec_driver_sql("UPDATE instance SET least_shape = '9998'")

    assert (200, "ready") == (ready.status_code, ready.json()["status"])
    silent = browser(away).get("/readyz")
    assert (503, "silent", "unknown") == (silent.status_code, silent.json()["database"], silent.json()["shape"])
    assert "fits" == served.json()["shape"], "a newer version that serves this one takes nobody out of the row"
    differs = stopping.get("/readyz")
    assert (503, "differs", "stopping") == (differs.status_code, differs.json()["shape"], differs.json()["process"])


def test_every_answer_has_a_number_that_its_lines_in_the_log_have(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that a web server before us gave is kept; a number that is a joke is not."""

    def broken(_site: Site, _visit: Visit) -> Response:
        raise RuntimeError("broken for ann@example.org")

    monkeypatch.setattr("newsletter.web.app.ROUTES", (replace(routes.ROUTES[0], endpoint=broken), *routes.ROUTES[1:]))
    err = io.StringIO()
    set_up_logging(LogSettings(is_json=True))
    try:
        with redirect_stderr(err):
            opened = browser(application)
            given = opened.get("/", headers={HEADER: "0123-abcdef"}).headers[HEADER]
            made = [
                opened.get("/healthz", headers={HEADER: joke}).headers[HEADER]
                for joke in ("", "a b", "ann@example.org", "x" * 99)
            ]
    finally:
        logs.write_plainly()

    [line] = [json.loads(one) for one in err.getvalue().splitlines()]
    assert ("0123-abcdef", "0123-abcdef", "/") == (given, line["request"], line["page"])
    assert "ann@example.org" not in err.getvalue()
    assert {16} == {len(one) for one in made}
    assert 4 == len(set(made))


def test_requests_are_counted_by_part_and_never_by_address(client: TestClient) -> None:
    """Whoever asks for a million addresses makes no series of their own."""
    before = REQUESTS.read()
    for path in ("/", "/nothing", "/u/x", "/desk", "/hooks/ses", "/apis", "/healthz"):
        client.get(path)
    after = REQUESTS.read()

    new = {key: round(count - before.get(key, 0)) for key, count in after.items() if count != before.get(key, 0)}
    assert 7 == sum(new.values())
    assert {part for part, _ in new} <= {"public", "desk", "hooks", "watch"}
    assert ["public", "desk", "api", "hooks"] == [part_of(path) for path in ("/deskless", "/desk/x", "/api/v1", "/hooks/ses/y")]
