"""What every page of the desk tells browsers and caches, whatever its answer is (A46, W14)."""

import pytest

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.staff.permissions import Actor
from newsletter.web.desk.routes import ROUTES
from newsletter.web.guard import CONTENT_POLICY, FILE_POLICY, PREVIEW_POLICY
from subscribers.tokens import Keyring
from tests.newsletter.web.conftest import Hands, browser_of
from tests.newsletter.web.test_access import ADMIN, address, furnished
from tests.newsletter.web.test_parameters import ASKING_ELSEWHERE

# A picture of ours in a frame that brings no cookie: for everybody.
FOR_EVERYBODY = "/samples/{name}"

# A letter that nobody approved, in a frame of the desk which runs nothing.
LETTER = PREVIEW_POLICY.partition("img-src")[0]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_page_of_the_desk_is_kept_framed_or_guessed_at(
    application: Application, database: Database, keyring: Keyring, clock: Hands
) -> None:
    """Pages, files, errors and the way to the door; only a letter stands in a frame, and that runs nothing (A46, W14)."""
    ids = furnished(database, keyring, "Own", clock())
    desk, stranger = browser_of(application, ADMIN), browser_of(application, Actor("nobody", None))
    stranger.cookies.clear()
    pages = [page for page in ROUTES if "GET" in page.methods and page.path not in {FOR_EVERYBODY, *ASKING_ELSEWHERE}]
    for page in pages:
        asked = [stranger] if page.is_stream else [desk, stranger]
        for answer in [one.get(address(page, ids)) for one in asked]:
            headers, policy = answer.headers, answer.headers["content-security-policy"]

            assert "no-store" == headers["cache-control"], page.path
            assert ("noindex", "nosniff") == (headers["x-robots-tag"], headers["x-content-type-options"]), page.path
            assert headers["referrer-policy"] in {"same-origin", "no-referrer"}, page.path
            assert policy in {CONTENT_POLICY, FILE_POLICY} or policy.startswith(LETTER), page.path
            assert "frame-ancestors 'none'" in policy or "; sandbox allow-popups" in policy, page.path
            assert "access-control-allow-origin" not in headers, page.path
