"""Joining as JSON, from a script on any site."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from newsletter.database import Database
from newsletter.web import routes
from subscribers import domainrules, register
from subscribers.domainrules import Verdict
from subscribers.limits import NETWORK
from subscribers.model import EVERY_LIST, MailingList
from subscribers.tokens import Keyring
from tests.harness import forms
from tests.harness.people import join
from tests.newsletter.web.conftest import Hands, planned

SITE = {"Origin": "https://library.example"}


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let answers leave at once; that they do not in the product has a test of its own."""
    hurried = tuple(replace(page, answers_after=0.0) for page in routes.ROUTES)
    monkeypatch.setattr("newsletter.web.app.ROUTES", hurried)


@pytest.fixture
def place(list_: MailingList) -> str:
    """Give the address of the door."""
    return f"/subscribe/{list_.slug}/json"


def test_a_script_gets_words_and_stamp_and_sends_them_back(
    client: TestClient, place: str, database: Database, keyring: Keyring, clock: Hands
) -> None:
    """The words it is to show are the evidence."""
    shown = client.get(place, headers=SITE).json()
    clock.forward(seconds=shown["wait_seconds"])
    answer = client.post(place, json={"email": "new@example.org", "stamp": shown["stamp"]}, headers=SITE)

    assert (200, "requested") == (answer.status_code, answer.json()["outcome"])
    assert ["new@example.org"] == planned(database)
    with database.read() as tx:
        [said, mailed] = register.consent_of(tx, keyring.hash_address("new@example.org"))
    assert ("api", shown["wording"]) == (said.evidence.door, said.evidence.wording)
    assert "mailed" == mailed.act


def test_a_form_is_taken_too(client: TestClient, place: str, database: Database, keyring: Keyring, clock: Hands) -> None:
    """As a page without a preflight sends it."""
    answer = client.post(place, data=forms.joining(keyring, clock(), "new@example.org"), headers=SITE)

    assert 200 == answer.status_code
    assert ["new@example.org"] == planned(database)


def test_every_page_may_read_it_and_no_cookie_comes_along(
    client: TestClient, place: str, keyring: Keyring, clock: Hands
) -> None:
    """The browser asks first, and is told so with every answer, refusals too."""
    asked = {**SITE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    answers = [
        client.options(place, headers=asked),
        client.get(place, headers=SITE),
        client.post(place, json=forms.joining(keyring, clock(), "new@example.org"), headers=SITE),
        client.post(place, json={"email": "x"}, headers=SITE),
        client.get("/subscribe/nothing/json", headers=SITE),
    ]

    assert [204, 200, 200, 425, 404] == [answer.status_code for answer in answers]
    for answer in answers:
        assert "*" == answer.headers["access-control-allow-origin"]
        assert "access-control-allow-credentials" not in answer.headers
        assert "set-cookie" not in answer.headers


def test_known_and_unknown_are_answered_alike(
    client: TestClient, place: str, database: Database, keyring: Keyring, list_: MailingList, clock: Hands
) -> None:
    """Bytes and headers (A37)."""
    with database.write() as tx:
        join(tx, keyring, list_.id, "known@example.org", clock())
    answers = [client.post(place, json=forms.joining(keyring, clock(), f"{name}@example.org")) for name in ("known", "new")]

    assert 1 == len({forms.told_by(answer) for answer in answers})


def test_without_its_stamp_nothing_is_done(client: TestClient, place: str, database: Database) -> None:
    """It gets a fresh one, and how long to wait."""
    answer = client.post(place, json={"email": "new@example.org"})

    assert 425 == answer.status_code
    assert {"error", "stamp", "wait_seconds"} == set(answer.json())
    assert [] == planned(database)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"email": 1}', b'{"email": ["a"]}', b"[" * 20_000, b"\xff", b'{"a":"' + b"x" * 70_000 + b'"}']
)
def test_what_is_no_form_is_refused_in_json(client: TestClient, place: str, body: bytes, database: Database) -> None:
    """Whatever it is."""
    answer = client.post(place, content=body, headers={"Content-Type": "application/json; charset=utf-8"})

    assert answer.status_code in {400, 413}
    assert answer.json()["error"]
    assert [] == planned(database)


def test_half_a_character_is_no_bug(client: TestClient, place: str, keyring: Keyring, clock: Hands) -> None:
    """JSON can spell what no database keeps."""
    body = forms.joining(keyring, clock(), "new@example.org", name="PLACE")
    text = str(body).replace("'", '"').replace("PLACE", "\\ud800\\u0000")

    assert 200 == client.post(place, content=text, headers={"Content-Type": "application/json"}).status_code


def test_form_and_script_share_the_limit(
    client: TestClient, place: str, list_: MailingList, keyring: Keyring, clock: Hands, database: Database
) -> None:
    """A flood does not go on by the other door (A35)."""
    for number in range(NETWORK.burst):
        client.post(f"/subscribe/{list_.slug}", data=forms.joining(keyring, clock(), f"n{number}@d{number}.example"))
    answer = client.post(place, json=forms.joining(keyring, clock(), "new@example.org"))

    assert 429 == answer.status_code
    assert answer.headers["retry-after"]
    assert NETWORK.burst == len(planned(database))


def test_domains_that_are_not_taken_are_told(
    client: TestClient, place: str, database: Database, keyring: Keyring, clock: Hands
) -> None:
    """It says nothing about a person."""
    with database.write() as tx:
        domainrules.set_rules(tx, EVERY_LIST, ["trash.example"], Verdict.DENY, clock())
    answer = client.post(place, json=forms.joining(keyring, clock(), "ann@mx.trash.example"))

    assert (422, "email") == (answer.status_code, answer.json()["field"])
    assert [] == planned(database)


def test_a_private_list_is_closed_here_too(client: TestClient, database: Database, keyring: Keyring, clock: Hands) -> None:
    """For looking and for sending."""
    with database.write() as tx:
        hidden = register.create_list(tx, "Board", clock(), is_public=False)
    place = f"/subscribe/{hidden.slug}/json"

    assert 404 == client.get(place).status_code
    assert 404 == client.post(place, json=forms.joining(keyring, clock(), "new@example.org")).status_code
    assert [] == planned(database)
