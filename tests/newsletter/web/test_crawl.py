"""A machine that follows every link there is, at the desk and outside."""

from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select
from starlette.testclient import TestClient

from newsletter.database import Database
from newsletter.issues.model import Issue
from subscribers.model import MailingList
from subscribers.tables.kinds import metadata
from tests.harness.pages import ROUTES
from tests.newsletter.web.conftest import PUBLIC_URL, Reader
from tests.newsletter.web.desk.conftest import OpenDesk, approved, desk, issue, readers, ready  # noqa: F401 -- fixtures


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Give every row of every table."""
    with database.read() as tx:
        return {table.name: [tuple(row) for row in tx.execute(select(table))] for table in metadata.sorted_tables}


def crawl(client: TestClient, *starts: str) -> dict[str, int]:
    """Follow every link on every page; gives the status of each path."""
    found: dict[str, int] = {}
    waiting = list(starts)
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        answer = client.get(path)
        found[path] = answer.status_code
        if "text/html" in answer.headers.get("content-type", ""):
            links = (node.attributes.get("href") or "" for node in LexborHTMLParser(answer.text).css("a[href], link[href]"))
            absolute = (urlsplit(urljoin(PUBLIC_URL + path, link)) for link in links)
            waiting += [link.path for link in absolute if PUBLIC_URL == f"{link.scheme}://{link.netloc}"]
    return found


def test_following_links_changes_nothing(
    client: TestClient,
    database: Database,
    desk: OpenDesk,  # noqa: F811 -- the fixture
    approved: Issue,  # noqa: F811 -- the fixture
    list_: MailingList,
    reader: Reader,
) -> None:
    """GET never acts, and no link leads nowhere (A11)."""
    before = everything(database)
    for_staff = ("/desk", f"/desk/issues/{approved.id}/preview")
    for_sites = (f"/subscribe/{list_.slug}/form", f"/subscribe/{list_.slug}/json")
    found = crawl(client, "/", *for_staff, *for_sites, reader.unsubscribe, reader.preferences)

    assert before == everything(database)
    # What the preview calls its web copy appears when the issue is sent.
    assert {"/archive/section-news/1": 404} == {path: status for path, status in found.items() if status != 200}
    assert len(found) > len(ROUTES) / 4
