"""Keys of the API at the desk."""

import re

import pytest
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.issues.model import Newsletter
from newsletter.staff.permissions import Actor, Role
from tests.newsletter.web.conftest import browser_of, csrf_of


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_key_is_shown_once_and_revoked(application: Application, client: TestClient, newsletter: Newsletter) -> None:
    """A program that comes with it is let in until then; one that lets nothing through is not made."""
    browser = browser_of(application, Actor("Bea", Role.ADMIN))
    here, csrf = "/desk/settings/keys", csrf_of(browser)
    wrong = browser.post(here, data={"csrf": csrf, "name": "The shop", "days": "30"})
    made = browser.post(here, data={"csrf": csrf, "name": "The shop", "days": "0", "scope-view": "1"})
    [secret] = re.findall(r"nlk_[\w-]{43}", made.text)
    client.headers["Authorization"] = f"Bearer {secret}"
    before = client.get("/api/v1/newsletters")
    browser.post(f"{here}/1/revoke", data={"csrf": csrf})
    after = client.get("/api/v1/newsletters")

    assert "choose one or more" in wrong.text
    assert "The shop" in wrong.text
    assert secret not in browser.get(here).text
    assert ([newsletter.id], 401) == ([one["id"] for one in before.json()["items"]], after.status_code)
