"""The route table as a policy."""

import re

import pytest
from starlette.testclient import TestClient

from newsletter.staff.permissions import Permission
from newsletter.web.visits import Of, Page
from tests.harness.pages import ROUTES

# The table does not depend on the database.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

OPEN_DOORS = {
    "/desk/enter/{token}",
    "/desk/link/{token}",
    "/desk/sign-in",
    "/desk/sign-in/second",
    "/desk/sign-in/passkey",
    "/desk/sign-in/provider",
    "/desk/sign-in/provider/back",
    "/desk/link/{token}/provider",
    "/desk/sign-in/passkey/begin",
    "/desk/sign-in/forgotten",
    "/desk/sign-in/forgotten/sent",
}
CLOSED = [page for page in ROUTES if page.path not in OPEN_DOORS]


def address(page: Page) -> str:
    """Give an address of a page."""
    return re.sub(r"\{\w+(:int)?\}", lambda found: "1" if found[1] else "x", page.path)


@pytest.mark.parametrize("page", ROUTES, ids=lambda page: f"{'+'.join(page.methods)} {page.path}")
def test_every_page_of_the_desk_names_its_permission(page: Page) -> None:
    """And no page for readers needs one; what acts needs more than looking."""
    is_of_the_desk = page.path.startswith("/desk") and page.path not in OPEN_DOORS

    assert is_of_the_desk == (page.permission is not None)
    if is_of_the_desk and "POST" in page.methods and page.of is not Of.ACCOUNT:
        assert page.permission is not Permission.VIEW


@on_sqlite
@pytest.mark.parametrize("page", CLOSED, ids=lambda page: f"{'+'.join(page.methods)} {page.path}")
def test_without_a_session_the_desk_is_closed(client: TestClient, page: Page) -> None:
    """Whatever is asked for, existing or not; whoever looks is led to the door, and comes back from there."""
    answer = client.request(page.methods[0], address(page))
    is_led = answer.headers.get("location", "").startswith("/desk/sign-in?next=%2Fdesk")

    assert (answer.status_code == 403 or (answer.status_code == 303 and is_led)) == (page.permission is not None)


def test_no_two_lines_answer_the_same_question() -> None:
    """A line that shadows another one would take its permission with it."""
    questions = [(method, page.path) for page in ROUTES for method in page.methods]

    assert len(questions) == len(set(questions))
