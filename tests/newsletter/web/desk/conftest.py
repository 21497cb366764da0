"""A desk that is open, with an issue on it."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from sqlalchemy import Engine, event, text
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues import draft, editing, store
from newsletter.issues.model import Issue, Month, Newsletter
from newsletter.web.desk.issue.steps import SAID
from newsletter.worker import steps
from subscribers.tokens import Keyring
from tests.harness.newsroom import a_month
from tests.harness.people import join
from tests.newsletter.web.conftest import Hands, at_desk

LETTER = "<p>Dear colleagues, a good year to all of you.</p>"


@dataclass(frozen=True, slots=True)
class OpenDesk:
    """A browser with a session at the desk."""

    client: TestClient
    csrf: str

    def page(self, path: str) -> str:
        """Give a page that must be there."""
        answer = self.client.get(path)
        assert 200 == answer.status_code
        return answer.text

    def press(self, path: str, **fields: str) -> httpx2.Response:
        """Send a form as its page would."""
        return self.client.post(path, data={"csrf": self.csrf} | fields)

    def act(self, issue: Issue, verb: str, **fields: str) -> str:
        """Do something with an issue; gives the page that follows."""
        # Undoing is about the order, whatever became of the issue meanwhile.
        shown = {} if verb == "undo" else {"version": str(issue.version)}
        answer = self.press(f"/desk/issues/{issue.id}/{verb}", **shown, **fields)
        assert 303 == answer.status_code
        page = self.page(answer.headers["location"])
        (said,) = re.findall(r"said=(\w+)", answer.headers["location"])
        assert SAID[said].text in page
        return page


@pytest.fixture
def desk(client: TestClient) -> OpenDesk:
    """Give an open desk."""
    return OpenDesk(client, at_desk(client))


@pytest.fixture
def readers(database: Database, keyring: Keyring, newsletter: Newsletter, clock: Hands) -> int:
    """Let three people join; gives how many they are."""
    with database.write() as tx:
        for name in ("ben", "eva", "ida"):
            join(tx, keyring, newsletter.list_id, f"{name}@example.org", clock())
    return 3


@pytest.fixture
def issue(database: Database, newsletter: Newsletter, readers: int, clock: Hands) -> Issue:
    """Draft January 2020; its letter is still to be written."""
    with database.write() as tx:
        a_month(tx, newsletter)
        return draft.draft_month(tx, newsletter, Month(2020, 1), clock())


@pytest.fixture
def ready(database: Database, issue: Issue, clock: Hands) -> Issue:
    """Give the issue with its letter written."""
    with database.write() as tx:
        editing.write_letter(tx, issue.id, "Division Chair letter", LETTER, "Catharina Isberg", clock())
        return store.load(tx, issue.id)


@pytest.fixture
def approved(database: Database, desk: OpenDesk, ready: Issue) -> Issue:
    """Give the issue approved."""
    desk.act(ready, "approve")
    with database.read() as tx:
        return store.load(tx, ready.id)


@pytest.fixture
def mailing(application: Application, desk: OpenDesk, approved: Issue, clock: Hands) -> Issue:
    """Give the issue on its way: somebody ordered it to go out, and the minute in which that can be taken back is over."""
    desk.act(approved, "send")
    clock.forward(minutes=1)
    depart(application)
    with application.database.read() as tx:
        return store.load(tx, approved.id)


def depart(application: Application) -> None:
    """Let the worker send what is due."""
    asyncio.run(steps.send_due(application))


def state_of(database: Database, issue: Issue) -> str:
    """Give the state of an issue as it is now."""
    with database.read() as tx:
        known = store.load(tx, issue.id)
    return "paused" if known.is_paused else known.state.value


def buttons(page: str) -> list[str]:
    """Give the words on the buttons of an issue's page, the desk's own door aside."""
    found = re.findall(r'class="button[^"]*"[^>]*>([^<]+)<', page)
    return [words for words in found if words != "Sign out"]


@contextmanager
def uncountable(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let counting the readers of an issue take longer than the desk waits."""
    if database.is_sqlite:
        monkeypatch.setattr("newsletter.database.STEPS_BETWEEN_LOOKS", 1)
        monkeypatch.setattr("newsletter.web.desk.issue.desked.LONGEST_COUNT", -1.0)
        yield
        return
    monkeypatch.setattr("newsletter.web.desk.issue.desked.LONGEST_COUNT", 0.05)
    with database.write() as tx:
        tx.execute(text("LOCK TABLE subscription IN ACCESS EXCLUSIVE MODE"))
        yield


@contextmanager
def overheard() -> Iterator[list[str]]:
    """Give what any database is asked in the meantime."""
    asked: list[str] = []

    def note(*given: Any) -> None:  # noqa: ANN401 -- what the event hands over
        asked.append(given[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)
