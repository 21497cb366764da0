"""Asking for mail too often, at every door where anybody may."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from newsletter.database import Database
from newsletter.issues import alerts
from newsletter.web import routes
from subscribers.limits import DOMAIN, NETWORK
from subscribers.model import MailingList
from subscribers.tokens import Keyring
from tests.harness import forms
from tests.newsletter.web.conftest import Hands, Reader

# Asks for one more mail at example.org; gives the status of the answer and the page.
Door = Callable[[int], tuple[int, str]]
DOORS = ("join", "link", "data", "address")


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let three wishes of a network and one for a domain be enough, and answers leave at once."""
    monkeypatch.setattr("subscribers.limits.NETWORK", replace(NETWORK, burst=3))
    monkeypatch.setattr("subscribers.limits.DOMAIN", replace(DOMAIN, burst=1))
    hurried = tuple(replace(page, answers_after=0.0) for page in routes.ROUTES)
    monkeypatch.setattr("newsletter.web.app.ROUTES", hurried)


@pytest.fixture
def doors(client: TestClient, keyring: Keyring, clock: Hands, list_: MailingList, reader: Reader) -> dict[str, Door]:
    """Give the doors, by name."""

    def post(place: str, fields: dict[str, str]) -> tuple[int, str]:
        answer = client.post(place, data=fields)
        return answer.status_code, answer.text

    return {
        "join": lambda number: post(f"/subscribe/{list_.slug}", forms.joining(keyring, clock(), f"n{number}@example.org")),
        "link": lambda number: post(f"/preferences/{list_.slug}", {"email": f"n{number}@example.org"}),
        "data": lambda _: post(f"{reader.preferences}/data", {}),
        "address": lambda number: post(f"{reader.preferences}/address", {"email": f"n{number}@example.org"}),
    }


@pytest.mark.parametrize("name", DOORS)
def test_who_is_refused_has_spent_it_all_the_same(
    client: TestClient, doors: dict[str, Door], list_: MailingList, name: str
) -> None:
    """Else a loop that has used up a domain would go on for nothing, and with others as soon as it likes."""
    answers = [doors[name](number)[0] for number in range(3)]
    elsewhere = client.post(f"/preferences/{list_.slug}", data={"email": "n@other.example"})

    assert [200, 429, 429] == answers
    assert 429 == elsewhere.status_code


@pytest.mark.parametrize("name", DOORS)
def test_staff_is_told_at_whichever_door(doors: dict[str, Door], database: Database, list_: MailingList, name: str) -> None:
    """And nobody is told that it was their network, when it was not."""
    _, page = [doors[name](number) for number in range(2)][-1]

    assert "Too many requests came in a short time." in page
    with database.read() as tx:
        assert [f"flood:{list_.id}"] == [alert.key for alert in alerts.open_alerts(tx)]
