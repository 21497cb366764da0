"""What went wrong at the desk, and the way back from it."""

import pytest
from starlette.testclient import TestClient

from tests.newsletter.web.desk.conftest import OpenDesk


@pytest.mark.parametrize("path", ["/desk/issues/987654", "/desk/nothing"])
def test_what_is_not_there_leads_back_to_the_desk(desk: OpenDesk, path: str) -> None:
    """In its frame and its language, whatever the browser asks for."""
    answer = desk.client.get(path, headers={"Accept-Language": "fr"})

    assert 404 == answer.status_code
    assert "was never here." in answer.text
    assert 'class="button" href="/desk"' in answer.text
    assert "hreflang" not in answer.text


def test_readers_are_not_led_to_the_desk(client: TestClient) -> None:
    """They have a front page of their own, and their language."""
    answer = client.get("/nothing", headers={"Accept-Language": "fr"})

    assert 404 == answer.status_code
    assert 'href="/desk"' not in answer.text
    assert 'lang="fr"' in answer.text
