"""What went wrong at the desk, and the way back from it."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from newsletter.database import Database
from newsletter.errors import JournalUnwritable
from tests.harness.engines import writing
from tests.newsletter.web.conftest import Reader, standing
from tests.newsletter.web.desk.conftest import OpenDesk


@pytest.mark.parametrize("path", ["/desk/issues/987654", "/desk/nothing"])
def test_what_is_not_there_leads_back_to_the_desk(desk: OpenDesk, path: str) -> None:
    """In its frame and its language, whatever the browser asks for."""
    answer = desk.client.get(path, headers={"Accept-Language": "fr"})

    assert 404 == answer.status_code
    assert "was never here." in answer.text
    assert 'class="button" href="/desk"' in answer.text
    assert "hreflang" not in answer.text


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (
            OperationalError("UPDATE secret", {}, Exception("secret")),
            503,
            ("The database does not answer", "Nothing was changed."),
        ),
        (JournalUnwritable(Path("/secret"), "secret"), 503, ("This cannot be written down now", "Nothing was changed.")),
        (RuntimeError("secret"), 500, ("Something broke here", "Nothing you sent was half done.")),
    ],
)
def test_what_broke_is_told_and_nothing_is_half_done(
    desk: OpenDesk, database: Database, reader: Reader, error: Exception, status: int, said: tuple[str, str]
) -> None:
    """The page says what happened and what became of what was sent; the form takes it once all is well again."""

    def fail(_: Connection) -> None:
        raise error

    place, fields = f"/desk/people/{reader.subscriber.id}/unsubscribe", {"list": "0", "why": "too-often"}
    for engine in (engines := list(writing(database))):
        event.listen(engine, "commit", fail)
    answer = desk.press(place, **fields)
    for engine in engines:
        event.remove(engine, "commit", fail)

    assert status == answer.status_code
    assert ("30" if status == 503 else None) == answer.headers.get("retry-after")
    assert all(text in answer.text for text in (*said, "nothing is half changed", 'class="button" href="/desk"'))
    assert "secret" not in answer.text
    assert "confirmed" == standing(database, reader.subscription)
    assert 303 == desk.press(place, **fields).status_code
    assert "withdrawn" == standing(database, reader.subscription)


def test_readers_are_not_led_to_the_desk(client: TestClient) -> None:
    """They have a front page of their own, and their language."""
    answer = client.get("/nothing", headers={"Accept-Language": "fr"})

    assert 404 == answer.status_code
    assert 'href="/desk"' not in answer.text
    assert 'lang="fr"' in answer.text
