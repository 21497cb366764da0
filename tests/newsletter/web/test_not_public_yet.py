"""What is being brought in, or made public, is shown to nobody before it is committed to be (A43)."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from newsletter.archive import shelving
from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues import newsletters
from newsletter.issues.model import Archive, Issue, Newsletter
from newsletter.staff.permissions import Actor, Role
from subscribers import register, topicbook
from subscribers.exchange import importing
from subscribers.exchange.importing import BATCH, import_people
from subscribers.exchange.model import ImportOrder
from subscribers.exchange.turns import Begin
from subscribers.tables.lists import mailing_list
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness.newsroom import a_newsletter
from tests.newsletter.web.conftest import Hands, Reader, browser_of
from tests.newsletter.web.public.test_archive import letter, published  # noqa: F401 -- fixtures

# Stands in every row of the file, and nowhere else.
CANARY = "kanarienvogel"
ROWS = 2
FILE = "email,name,topics\n" + "".join(f"{CANARY}{n}@example.org,{CANARY} {n},Board\n" for n in range(ROWS))

# Where strangers, readers and pages of other houses look for people and lists.
OUTSIDE = ("/", "/archive/", f"/archive/search?q={CANARY}", "/sitemap.xml", "/robots.txt", "/healthz")
DESK = (
    "/desk",
    f"/desk/people?q={CANARY}",
    "/desk/people/imports",
    "/desk/people/suppression",
    "/desk/people/export",
    "/desk/settings/lists",
    "/desk/people/1",
    "/desk/people/2",
)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each batch hold one row: as many moments in between as there are."""
    assert BATCH > 1
    monkeypatch.setattr(importing, "BATCH", 1)


@pytest.mark.usefixtures("small_batches")
def test_people_who_are_being_taken_in_are_seen_by_nobody_else(
    client: TestClient,
    application: Application,
    database: Database,
    keyring: Keyring,
    clock: Hands,
    reader: Reader,
) -> None:
    """Neither outside, nor at the desk of another newsletter, nor by a reader, at any moment of it."""
    with database.write() as tx:
        private = a_newsletter(tx, "Board Letters")
        tx.execute(update(mailing_list).where(mailing_list.c.id == private.list_id).values(is_public=False))
        topicbook.add(tx, private.list_id, "Board")
        hidden = register.list_by_id(tx, private.list_id)
        theirs = newsletters.all_of_list(tx, reader.subscription.list_id)[0]
    others = browser_of(application, Actor("Ann", None, {theirs.id: Role.ADMIN}))
    seen: list[str] = []

    def look() -> None:
        for browser, paths in ((client, (*OUTSIDE, f"/subscribe/{hidden.slug}", reader.preferences)), (others, DESK)):
            for path in paths:
                answer = browser.get(path)
                # A search says what was looked for.
                told = answer.text.replace(f'value="{CANARY}"', "").replace(f"q={CANARY}", "").replace(f"“{CANARY}”", "")
                seen.extend(f"{path}: {word}" for word in (CANARY, "Board Letters") if word in told)

    order = ImportOrder(private.list_id, "asked on paper", is_confirmed=True)
    report = import_people(looked_at(database, look), keyring, io.BytesIO(FILE.encode()), order, clock())

    assert ROWS == report.added
    assert [] == seen


def test_an_archive_is_closed_until_it_is_committed_to_be_open(
    client: TestClient,
    application: Application,
    newsletter: Newsletter,
    request: pytest.FixtureRequest,
) -> None:
    """Its back issues as well, while they are taken in: what is asked for in between is not there."""
    with application.database.write() as tx:
        newsletters.edit(tx, newsletter.id, archive=Archive.OFF)
    issue: Issue = request.getfixturevalue("published")
    shelf = f"/archive/{newsletter.slug}"
    paths = [f"{shelf}/{below}" for below in ("", "1", "1/a-word", "atom.xml", "feed.json", "1.pdf", "1.epub")]
    assert (issue.id,) == shelving.take_in(application.database, application.links, application.clock)

    with application.database.write() as tx:
        newsletters.edit(tx, newsletter.id, archive=Archive.PUBLIC)
        assert {404} == {client.get(path).status_code for path in paths}
        assert shelf not in client.get("/sitemap.xml").text + client.get("/archive/").text + client.get("/").text
    assert 200 == client.get(paths[0]).status_code
    assert shelf in client.get("/sitemap.xml").text


def looked_at(database: Database, look: Callable[[], None]) -> Begin:
    """Give transactions that somebody looks at before they are committed, and behind that."""

    @contextmanager
    def begin() -> Iterator[Transaction]:
        with database.write() as tx:
            yield tx
            look()
        look()

    return begin
