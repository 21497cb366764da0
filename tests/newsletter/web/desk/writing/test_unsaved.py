"""The letter with a text as it is being written."""

import json

import httpx2
import pytest

from newsletter.database import Database
from tests.newsletter.web.desk.writing.conftest import OpenText, as_it_is, paragraph, version_of

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def shown(letter: OpenText, document: object, **fields: str) -> httpx2.Response:
    """Ask for the letter as the editor does."""
    fields = {"version": str(letter.issue.version), "document": json.dumps(document), **fields}
    return letter.desk.press(f"{letter.address}/unsaved", **fields)


def test_the_letter_has_what_is_written(database: Database, letter: OpenText) -> None:
    """Escaped as text is, and the issue does not."""
    told = shown(letter, paragraph("Dear all <script>alert(1)</script>"), title="A new year").json()

    assert "Dear all &lt;script&gt;" in told["letter"]
    assert "A new year" in told["letter"]
    assert letter.issue.version == version_of(database, letter)
    assert letter.article == as_it_is(database, letter)


@on_sqlite
def test_a_text_that_is_none_is_not_shown(letter: OpenText) -> None:
    """It is said why, as at the save."""
    deep: dict[str, object] = paragraph("x")
    for _ in range(200):
        deep = {"type": "blockquote", "content": [deep]}

    image = {"type": "doc", "content": [{"type": "image"}]}
    none: list[object] = [{"type": "script"}, {"type": "doc", "content": [deep]}, [], image]
    for document in none:
        refused = shown(letter, document)
        assert 422 == refused.status_code, document
        assert refused.json()["error"]


@on_sqlite
def test_a_long_text_is_shown(letter: OpenText) -> None:
    """As long as one may be that is saved; the size says what becomes of it."""
    told = shown(letter, paragraph("A sentence about reading rooms. " * 6_000)).json()

    assert told["envelope"]["over"]
    assert "and the link for leaving with it" in told["envelope"]["said"]
