"""The composer's page, and what is pressed on it."""

import re
from dataclasses import dataclass
from html import unescape

import httpx2
import pytest

from newsletter.database import Database
from newsletter.issues import store
from newsletter.issues.model import Issue
from tests.newsletter.web.desk.conftest import OpenDesk


@dataclass(frozen=True, slots=True)
class Composer:
    """A browser that looks at the composer of one issue."""

    desk: OpenDesk
    database: Database
    issue_id: int

    @property
    def path(self) -> str:
        """Where it is."""
        return f"/desk/issues/{self.issue_id}/compose"

    @property
    def issue(self) -> Issue:
        """The issue as it is now."""
        with self.database.read() as tx:
            return store.load(tx, self.issue_id)

    def page(self, query: str = "") -> str:
        """Give the page."""
        return unescape(self.desk.page(self.path + query))

    def sent(self, place: str, version: int | None = None, /, **fields: str) -> httpx2.Response:
        """Send a form of the page, as one that was shown the issue as it is now or at a *version*."""
        shown = self.issue.version if version is None else version
        return self.desk.press(self.path + place, version=str(shown), **fields)

    def saved(self, place: str, /, **fields: str) -> str:
        """Send a form that must be taken; gives the page that follows."""
        return self.followed(self.sent(place, **fields))

    def pressed(self, do: str, /, **fields: str) -> str:
        """Press a button of the cards; gives the page that follows."""
        return self.saved("", do=do, **fields)

    def followed(self, answer: httpx2.Response) -> str:
        """Give the page that an answer leads to."""
        assert 303 == answer.status_code, answer.text
        return unescape(self.desk.page(answer.headers["location"]))


@pytest.fixture
def composer(desk: OpenDesk, database: Database, issue: Issue) -> Composer:
    """Give the composer of January."""
    return Composer(desk, database, issue.id)


def told(page: str) -> str:
    """Give the sentence on a page that says what was done."""
    found = re.search(r'id="told"[^>]*>([^<]*)<', page)
    assert found is not None
    return found[1]


def trouble(page: str) -> str:
    """Give what a page says did not work."""
    found = re.search(r'id="trouble">(.*?)</div>', unescape(page), re.DOTALL)
    assert found is not None
    return re.sub(r"<[^>]+>|\s+", " ", found[1])
