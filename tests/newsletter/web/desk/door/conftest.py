"""Somebody with a password, and browsers that they sign in with."""

from collections.abc import Callable

import httpx2
import pytest
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.staff import accounts, passwords
from newsletter.staff.accounts import Account
from newsletter.staff.permissions import Role
from newsletter.web.app import create_app
from tests.newsletter.web.conftest import PUBLIC_URL, Hands, csrf_of

ADDRESS = "ann@example.org"
PASSWORD = "a few words in a row"

Browsers = Callable[[], TestClient]


@pytest.fixture(scope="session")
def kept_password() -> str:
    """Hash the password once for all tests."""
    return passwords.hashed(PASSWORD)


@pytest.fixture
def ann(database: Database, application: Application, clock: Hands, kept_password: str) -> Account:
    """Give an editor with a password, beside the administrator without one."""
    with database.write() as tx:
        made = accounts.add(tx, "Ann", Role.EDITOR, clock(), ADDRESS)
        accounts.set_password(tx, made.id, kept_password)
        return accounts.by_id(tx, made.id)


@pytest.fixture
def browsers(application: Application, clock: Hands) -> Browsers:
    """Give as many browsers as are asked for, each with cookies of its own, on one application."""
    app = create_app(application, health=lambda: True, desk_token=None, wall=clock)
    return lambda: TestClient(app, PUBLIC_URL, follow_redirects=False)


def sign_in(client: TestClient, password: str = PASSWORD, address: str = ADDRESS, onward: str = "/desk") -> httpx2.Response:
    """Press the button of the sign-in page."""
    return client.post("/desk/sign-in", data={"address": address, "password": password, "next": onward})


def press(client: TestClient, path: str, **fields: str) -> httpx2.Response:
    """Send a form of one's account as its page would."""
    return client.post(path, data={"csrf": csrf_of(client), **fields})
