"""A program with a key, and the addresses of the API."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.staff import accounts, apikeys
from newsletter.staff.apikeys import Terms
from newsletter.staff.permissions import LOCAL_OPERATOR, Actor, Permission, Role
from newsletter.web.app import create_app
from tests.newsletter.web.conftest import PUBLIC_URL

EVERYTHING = frozenset(Permission)
ALL = Terms(EVERYTHING)
ANN = Actor("ann", Role.ADMIN)

# Makes a program whose key is of an account with the roles of an actor, on these terms.
Programs = Callable[..., TestClient]


@pytest.fixture
def programs(application: Application) -> Programs:
    """Give what makes programs."""
    app = create_app(application, health=lambda: True, desk_token=None, wall=application.clock)

    def make(actor: Actor = ANN, terms: Terms = ALL) -> TestClient:
        with application.database.write() as tx:
            account = accounts.add(tx, actor.name, None, application.clock())
            account = accounts.set_roles(tx, LOCAL_OPERATOR, account, actor.role, actor.roles)
            _, secret = apikeys.make(tx, account, "a program", terms, application.clock())
        return TestClient(app, f"{PUBLIC_URL}/api/v1", headers={"Authorization": f"Bearer {secret}"})

    return make


@pytest.fixture
def program(programs: Programs) -> TestClient:
    """Give a program that may do everything."""
    return programs()
