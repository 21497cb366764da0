"""The addresses that providers call."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.responses import Response
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database, DatabaseAway
from newsletter.returns.hooks.providers import Hooks
from newsletter.returns.model import CameBy
from newsletter.web import routes
from newsletter.web.app import create_app
from newsletter.web.knocks import MOST
from newsletter.web.public import hooks
from newsletter.web.visits import Site, Visit
from subscribers.tokens import Keyring
from tests.harness import hooking, mailroom, returned
from tests.newsletter.web.conftest import PUBLIC_URL, Hands

POSTMARK = f"/hooks/postmark/{hooking.SECRET}"


@pytest.fixture
def called(application: Application) -> Iterator[TestClient]:
    """Give who calls an instance that has all providers but Brevo switched on."""
    secrets = {one: hooking.all_hooks().secret(one) for one in CameBy if one is not CameBy.BREVO}
    switched = replace(application.settings, webhooks=Hooks({one: secret for one, secret in secrets.items() if secret}))
    app = create_app(replace(application, settings=switched), health=lambda: True, desk_token=None)
    with TestClient(app, PUBLIC_URL, follow_redirects=False) as opened:
        yield opened


@pytest.fixture
def token(database: Database, keyring: Keyring, clock: Hands) -> str:
    """Give the token of a delivery that a relay took."""
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, clock(), ("ann",))
        return returned.token(keyring, returned.delivery_of(tx, "ann", room.letter_id))


def facts(database: Database) -> list[tuple[str, str]]:
    """Give what counted."""
    with database.read() as tx:
        return returned.facts(tx)


def test_each_provider_is_heard_without_session_cookie_or_origin(
    called: TestClient, token: str, clock: Hands, database: Database
) -> None:
    """Committed when it is answered; nothing is set, cached or indexed."""
    deaths: dict[CameBy, Any] = hooking.deaths(token, clock())
    mailgun = called.post("/hooks/mailgun", content=json.dumps(deaths[CameBy.MAILGUN]), headers={"Origin": "https://x.example"})
    body = json.dumps(deaths[CameBy.SENDGRID]).encode()
    sendgrid = called.post("/hooks/sendgrid", content=body, headers=hooking.sendgrid_headers(body, clock()))
    others = [
        called.post(POSTMARK, json=deaths[CameBy.POSTMARK]),
        called.post("/hooks/mailjet", json=deaths[CameBy.MAILJET], auth=("newsletter", hooking.SECRET)),
    ]

    for answer in (mailgun, sendgrid, *others):
        assert (200, {"result": "taken", "events": 1}) == (answer.status_code, answer.json())
        assert "set-cookie" not in answer.headers
        assert ("no-store", "noindex") == (answer.headers["cache-control"], answer.headers["x-robots-tag"])
        assert "access-control-allow-origin" not in answer.headers
    assert [("bounce", "suppressed")] == facts(database)


def test_what_is_off_or_unknown_is_not_there(called: TestClient, client: TestClient) -> None:
    """Nor is anything to be looked at."""
    there = [called.post(f"/hooks/{name}", json={}).status_code for name in ("brevo", "imap", "file", "nobody", "SES")]

    assert [404] * 5 == there
    assert 404 == client.post(POSTMARK, json={}).status_code
    assert [405, 405] == [called.get(POSTMARK).status_code, called.put(POSTMARK).status_code]


def test_forged_calls_are_refused_and_then_not_listened_to(
    called: TestClient, token: str, clock: Hands, database: Database
) -> None:
    """Each with 403; after thirty the network waits, also with the right secret."""
    event: Any = hooking.deaths(token, clock())[CameBy.POSTMARK]
    forged = [called.post("/hooks/postmark/wrong", json=event) for _ in range(MOST)]
    late = called.post(POSTMARK, json=event)

    assert {403} == {one.status_code for one in forged}
    assert (429, "30") == (late.status_code, late.headers["retry-after"])
    assert [] == facts(database)


def test_body_is_bounded_and_a_bad_one_said_no_to(called: TestClient) -> None:
    """More than a megabyte is not read; what is no JSON is told so."""
    large = called.post(POSTMARK, content=b" " * (hooks.LARGEST + 1))
    wrong = called.post(POSTMARK, content=b"RecordType=Bounce")

    assert 413 == large.status_code
    assert (422, "the body is no JSON") == (wrong.status_code, wrong.json()["result"])


def test_call_comes_again_to_a_copy(called: TestClient, token: str, clock: Hands, database: Database) -> None:
    """With 503 and a time to wait, until somebody adopts it."""
    event: Any = hooking.deaths(token, clock())[CameBy.POSTMARK]
    with database.write() as tx:
        mailroom.set_adopted(tx, is_adopted=False)
    held = called.post(POSTMARK, json=event)
    with database.write() as tx:
        mailroom.set_adopted(tx, is_adopted=True)

    assert (503, "30", []) == (held.status_code, held.headers["retry-after"], facts(database))
    assert 200 == called.post(POSTMARK, json=event).status_code


def test_call_comes_again_when_the_database_is_away(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """With 503 and a time to wait, in JSON as everything else."""

    def away(_site: Site, _visit: Visit) -> Response:
        raise DatabaseAway("x", None, Exception())

    table = [replace(page, endpoint=away) if page.takes_raw else page for page in routes.ROUTES]
    monkeypatch.setattr("newsletter.web.app.ROUTES", table)
    with TestClient(create_app(application, health=lambda: True, desk_token=None), PUBLIC_URL) as opened:
        answer = opened.post(POSTMARK, json={})

    assert (503, "30") == (answer.status_code, answer.headers["retry-after"])
    assert "database" in answer.json()["error"]
