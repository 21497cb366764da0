"""A letter at the desk."""

import json
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from newsletter.database import Database
from newsletter.issues import store
from newsletter.issues.model import Article, Issue
from tests.newsletter.web.desk.conftest import OpenDesk


@dataclass(frozen=True, slots=True)
class OpenText:
    """The page of one text, in a browser."""

    desk: OpenDesk
    issue: Issue
    article: Article

    @property
    def address(self) -> str:
        """Where it is."""
        return f"/desk/issues/{self.issue.id}/articles/{self.article.id}"

    def save(self, **fields: str) -> httpx2.Response:
        """Save as the form would, over the version that the page showed."""
        return self.desk.press(self.address, **{"version": str(self.issue.version), **fields})

    def autosave(self, document: dict[str, Any], **fields: str) -> httpx2.Response:
        """Save as the editor does."""
        return self.save(document=json.dumps(document), by="script", **fields)


def paragraph(words: str) -> dict[str, Any]:
    """Give a rich text of one paragraph."""
    return {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": words}]}]}


@pytest.fixture
def letter(desk: OpenDesk, ready: Issue) -> OpenText:
    """Give the page of the letter, which is written."""
    return OpenText(desk, ready, ready.section_called("Division Chair letter").articles[0])


def as_it_is(database: Database, text: OpenText) -> Article:
    """Give the article as it is now."""
    with database.read() as tx:
        known = store.load(tx, text.issue.id)
    return next(one for one in known.articles if one.id == text.article.id)


def version_of(database: Database, text: OpenText) -> int:
    """Give the version that the issue is at."""
    with database.read() as tx:
        return store.load(tx, text.issue.id).version
