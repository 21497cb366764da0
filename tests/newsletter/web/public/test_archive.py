"""What was published."""

import re
from xml.etree import ElementTree as ET

import pytest
from starlette.testclient import TestClient

from newsletter.archive import errata
from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues import draft, editing
from newsletter.issues.model import Issue, Newsletter
from newsletter.mail import dispatch
from newsletter.review.approval import approve, look_over
from newsletter.staff.permissions import LOCAL_OPERATOR
from newsletter.web.guard import LETTER_POLICY
from tests.newsletter.web.conftest import Hands, Reader

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def letter(application: Application, database: Database, newsletter: Newsletter, clock: Hands) -> Issue:
    """Give an approved one-off that nobody has sent."""
    with database.write() as tx:
        made = draft.draft_empty(tx, newsletter, "January 2020", clock())
        editing.write_letter(
            tx, made.id, "A word", '<p>Dear all, <a href="https://example.org/a">read on</a>.</p>', "Ann", clock()
        )
        seed = application.keyring.derive("slots")
        looked = look_over(tx, application.templates, made.id, links=application.links, seed=seed)
        return approve(tx, looked, LOCAL_OPERATOR, clock()).issue


@pytest.fixture
def published(database: Database, letter: Issue, reader: Reader, clock: Hands) -> Issue:
    """Give the same, on its way."""
    with database.write() as tx:
        dispatch.send_issue(tx, letter.id, clock())
    return letter


def test_errata_stand_above_the_letter(
    client: TestClient, database: Database, newsletter: Newsletter, published: Issue, clock: Hands
) -> None:
    """With date and name, in the newsletter's language; what was mailed stands below them as it was."""
    path = f"/archive/{newsletter.slug}/{published.number}"
    before = client.get(path).text
    with database.write() as tx:
        errata.add(tx, published.id, "It is on the <14th>.", "The editors", clock())
    after = client.get(path).text

    assert "Correction of 1 February 2020, by The editors" in after
    assert "It is on the &lt;14th&gt;." in after
    assert before == re.sub(r"<aside id=.corrections.*?</aside>", "", after, flags=re.DOTALL)


def test_only_what_was_sent_is_public(client: TestClient, newsletter: Newsletter, letter: Issue) -> None:
    """An approved issue may still be edited."""
    assert 404 == client.get(f"/archive/{newsletter.slug}/{letter.number}").status_code
    assert "The first issue has still to appear" in client.get(f"/archive/{newsletter.slug}/").text


def test_the_shelf_and_the_front_page_lead_to_it(client: TestClient, newsletter: Newsletter, published: Issue) -> None:
    """With title, number and day."""
    link = f'href="/archive/{newsletter.slug}/{published.number}"'
    shelf = client.get(f"/archive/{newsletter.slug}/").text

    assert link in shelf
    assert "No. 1 · 1 February 2020" in shelf
    assert link in client.get("/").text
    assert f'href="/archive/{newsletter.slug}/"' in client.get("/archive/").text


def test_the_page_is_the_letter_with_nobodys_values(client: TestClient, newsletter: Newsletter, published: Issue) -> None:
    """No link by which one could act for a reader (A48), and the letter's own policy (A04)."""
    answer = client.get(f"/archive/{newsletter.slug}/{published.number}")

    assert 200 == answer.status_code
    assert "read on" in answer.text
    assert [] == re.findall(r"/[upc]/[a-z2-7]{26}", answer.text)
    assert LETTER_POLICY == answer.headers["content-security-policy"]
    assert "script-src 'none'" in LETTER_POLICY
    assert "nosniff" == answer.headers["x-content-type-options"]


def test_unknown_headers_and_queries_change_no_byte(client: TestClient, newsletter: Newsletter, published: Issue) -> None:
    """What may be kept by a cache is the same for everybody (A05)."""
    path = f"/archive/{newsletter.slug}/{published.number}"
    plain = client.get(path).content

    assert plain == client.get(f"{path}?utm_source=x&preview=1").content
    assert plain == client.get(path, headers={"X-Preview": "1", "Accept-Language": "de", "Cookie": "a=b"}).content
    assert plain == client.get(path, headers={"Host": "localhost"}).content


def test_the_feed_tells_of_it(client: TestClient, newsletter: Newsletter, published: Issue) -> None:
    """With the public address, whatever the request said."""
    answer = client.get(f"/archive/{newsletter.slug}/atom.xml", headers={"Host": "localhost"})
    entry = ET.fromstring(answer.content).find(f"{ATOM}entry")  # noqa: S314 -- our own document

    assert "application/atom+xml; charset=utf-8" == answer.headers["content-type"]
    assert entry is not None
    assert "January 2020" == entry.findtext(f"{ATOM}title")
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert f"https://news.example.org/archive/{newsletter.slug}/1" == link.get("href")


def test_addresses_without_their_slash_lead_on(client: TestClient, newsletter: Newsletter) -> None:
    """To an address of ours, never one from the request."""
    assert "/archive/" == client.get("/archive").headers["location"]
    assert f"/archive/{newsletter.slug}/" == client.get(f"/archive/{newsletter.slug}").headers["location"]
    assert "/archive//evil.example/" not in client.get("/archive//evil.example").headers.get("location", "")


@pytest.mark.parametrize("path", ["0", "2", "-1", "x", str(2**70), "1/"])
def test_what_is_not_published_is_not_there(client: TestClient, newsletter: Newsletter, published: Issue, path: str) -> None:
    """Numbers nobody gave, and no numbers."""
    assert 404 == client.get(f"/archive/{newsletter.slug}/{path}").status_code


def test_a_newsletter_has_one_address(client: TestClient, newsletter: Newsletter) -> None:
    """Its name is not another one."""
    assert 200 == client.get(f"/archive/{newsletter.slug}/").status_code
    assert 404 == client.get(f"/archive/{newsletter.name}/").status_code
