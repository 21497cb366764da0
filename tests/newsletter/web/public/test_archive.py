"""What was published."""

import re
from datetime import timedelta
from html import unescape
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from newsletter.archive import errata, shelving
from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues import draft, editing, newsletters
from newsletter.issues.model import Archive, Issue, Newsletter
from newsletter.letters import store as letters
from newsletter.letters.webcopy import public_html
from newsletter.mail import dispatch, mailings
from newsletter.review import guests
from newsletter.review.approval import approve, look_over
from newsletter.review.guests import GuestPurpose
from newsletter.staff.permissions import LOCAL_OPERATOR
from newsletter.web.guard import ARTICLE_POLICY, LETTER_POLICY
from subscribers.tables.lists import mailing_list
from subscribers.tokens import Purpose
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


@pytest.fixture
def kept(application: Application, published: Issue) -> Issue:
    """Give the same, taken into the archive."""
    taken = shelving.take_in(application.database, application.links, application.clock)
    assert (published.id,) == taken
    return published


@pytest.mark.parametrize("archive", [Archive.PUBLIC, Archive.OFF])
@pytest.mark.parametrize("purpose", list(GuestPurpose))
def test_a_guest_of_a_published_issue_is_told_where_it_is_read(
    client: TestClient, application: Application, published: Issue, clock: Hands, purpose: GuestPurpose, archive: Archive
) -> None:
    """Their link changes nothing any more, and leads there, be the newsletter on the web or not."""
    path, sealed = {GuestPurpose.REVIEW: ("r", Purpose.REVIEW), GuestPurpose.CONTRIBUTION: ("w", Purpose.CONTRIBUTE)}[purpose]
    with application.database.write() as tx:
        newsletters.edit(tx, published.newsletter_id, archive=archive)
        facts = {"address": "bo@example.org", "name": "Bo", "by": "ann"}
        ends_at = clock() + timedelta(days=9)
        link = guests.make(tx, published.id, purpose, now=clock(), ends_at=ends_at, **facts)
    door = f"/{path}/{application.keyring.seal(sealed, link.id)}"
    told = client.get(door)
    leads_to = re.search(r'class="button button--first" href="https://news.example.org([^"]+)"', told.text)

    assert 200 == told.status_code == client.post(door, data={"text": "Late.", "name": "Bo"}).status_code
    assert "January 2020 is published" in told.text
    assert "ist erschienen" in client.get(f"{door}?lang=de").text
    assert leads_to is not None
    assert "read on" in client.get(leads_to[1]).text
    with application.database.write() as tx:
        guests.revoke(tx, published.id, link.id, purpose, clock())
    assert 410 == client.get(door).status_code


def test_errata_stand_above_the_letter(
    client: TestClient, database: Database, newsletter: Newsletter, published: Issue, clock: Hands
) -> None:
    """With date and name, in the newsletter's language; what was mailed stands below them as it was."""
    path = f"/archive/{newsletter.slug}/{published.number}"
    before = client.get(path).text
    with database.write() as tx:
        errata.add(tx, published.id, "It is on the <14th>.", "The editors", clock())
    after = client.get(path).text

    assert "corrected since" in client.get(f"/archive/{newsletter.slug}/").text
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
    assert LETTER_POLICY.format(pictures="'self'") == answer.headers["content-security-policy"]
    assert "script-src 'none'" in LETTER_POLICY
    assert "nosniff" == answer.headers["x-content-type-options"]


def test_the_page_has_every_byte_of_the_letter(
    client: TestClient, application: Application, newsletter: Newsletter, kept: Issue
) -> None:
    """What stands around it stands around it: without our bar it is what was mailed (P12)."""
    html = client.get(f"/archive/{newsletter.slug}/{kept.number}").text
    with application.database.read() as tx:
        letter = letters.load(tx, kept.letter_id or 0)
    ours = public_html(letter, application.links, newsletter.slug, kept.number)
    head, body = (re.search(tag, ours) for tag in ("<head[^>]*>", "<body[^>]*>"))
    assert head is not None
    assert body is not None

    assert html.startswith(ours[: head.end()])
    assert ours[head.end() : body.end()] in html
    assert html.endswith(ours[body.end() :])
    assert f'href="/archive/{newsletter.slug}/">All issues' in html[: -len(ours[body.end() :])]


def test_an_article_has_a_page(client: TestClient, newsletter: Newsletter, kept: Issue) -> None:
    """With a title, a card for other sites, the way to its issue, and no script."""
    answer = client.get(f"/archive/{newsletter.slug}/1/a-word")

    assert 200 == answer.status_code
    assert ARTICLE_POLICY.format(pictures="'self'") == answer.headers["content-security-policy"]
    assert 'property="og:title" content="A word"' in answer.text
    assert f'property="og:url" content="https://news.example.org/archive/{newsletter.slug}/1/a-word"' in answer.text
    assert 'content="Dear all, read on."' in answer.text
    assert '<a href="https://example.org/a">read on</a>' in answer.text
    assert 'style="' not in answer.text
    for wrong in ("a-wor", "a-word-2", "%00", "..%2f1"):
        assert 404 == client.get(f"/archive/{newsletter.slug}/1/{wrong}").status_code


def test_words_are_found(client: TestClient, newsletter: Newsletter, kept: Issue) -> None:
    """With a link to the page, and what was found marked."""
    found = client.get("/archive/search", params={"q": "reading", "in": newsletter.slug})

    assert f'href="/archive/{newsletter.slug}/1/a-word"' in found.text
    assert "<mark>read</mark>" in found.text
    assert "noindex" == found.headers["x-robots-tag"]
    assert "Nothing was found" in client.get("/archive/search?q=nobody").text
    assert "Nothing was found" not in client.get("/archive/search").text
    assert '<input id="q" name="q" type="search" dir="auto" value="&#34;&gt;&lt;script&gt;"' in (
        client.get("/archive/search", params={"q": '"><script>'}).text
    )
    for page in ("0", "-1", "x", "9" * 30, "²"):
        assert 200 == client.get("/archive/search", params={"q": "read", "page": page}).status_code


def test_another_language_is_asked_the_same(client: TestClient, newsletter: Newsletter, kept: Issue) -> None:
    """Whoever changes the language of a search finds the same again."""
    page = client.get("/archive/search", params={"q": 'read "a & b', "in": newsletter.slug}).text
    found = re.search(r'<a href="([^"]*lang=fr)"', page)
    assert found is not None
    answer = client.get("/archive/search" + unescape(found[1]))

    assert 'lang="fr"' in answer.text
    assert 'value="read &#34;a &amp; b"' in answer.text
    assert f'<option value="{newsletter.slug}" selected' in answer.text or f'name="in" value="{newsletter.slug}"' in answer.text
    assert 'href="?lang=fr"' in client.get("/archive/search").text


def test_the_json_feed_tells_of_it(client: TestClient, newsletter: Newsletter, kept: Issue) -> None:
    """As JSON Feed 1.1 wants it, with what is inside."""
    answer = client.get(f"/archive/{newsletter.slug}/feed.json")
    feed = answer.json()

    assert "application/feed+json; charset=utf-8" == answer.headers["content-type"]
    assert "https://jsonfeed.org/version/1.1" == feed["version"]
    assert f"https://news.example.org/archive/{newsletter.slug}/1" == feed["items"][0]["url"]
    assert (
        f'<a href="https://news.example.org/archive/{newsletter.slug}/1/a-word">A word</a>'
        in (feed["items"][0]["content_html"])
    )


def test_machines_are_told_what_there_is(client: TestClient, newsletter: Newsletter, kept: Issue) -> None:
    """And where not to go."""
    robots = client.get("/robots.txt").text
    places = client.get("/sitemap.xml").text

    assert "Disallow: /desk" in robots
    assert "Sitemap: https://news.example.org/sitemap.xml" in robots
    assert f"<loc>https://news.example.org/archive/{newsletter.slug}/1/a-word</loc>" in places
    ET.fromstring(places)  # noqa: S314 -- our own document


@pytest.mark.parametrize("is_off", [True, False], ids=["switched off", "of a private list"])
def test_what_is_private_is_nowhere(
    client: TestClient, application: Application, newsletter: Newsletter, kept: Issue, *, is_off: bool
) -> None:
    """Nobody is told that there is such a newsletter (A43)."""
    with application.database.write() as tx:
        if is_off:
            newsletters.edit(tx, newsletter.id, archive=Archive.OFF)
        else:
            tx.execute(update(mailing_list).values(is_public=False))
    unknown = client.get("/archive/nothing/")
    below = ("", "1", "1/a-word", "atom.xml", "feed.json", "1.pdf", "1.epub")

    for path in below:
        answer = client.get(f"/archive/{newsletter.slug}/{path}")
        assert (404, unknown.text) == (answer.status_code, answer.text), path
    for path in ("/archive/", "/sitemap.xml", "/archive/search?q=read"):
        assert newsletter.slug not in client.get(path).text
    assert f"/archive/{newsletter.slug}" not in client.get("/").text


def test_what_is_private_is_read_by_the_link_in_its_mail(
    client: TestClient, application: Application, newsletter: Newsletter, request: pytest.FixtureRequest
) -> None:
    """Whoever got it has the link, which leads nowhere else; its number opens nothing."""
    with application.database.write() as tx:
        newsletters.edit(tx, newsletter.id, archive=Archive.OFF)
    issue: Issue = request.getfixturevalue("published")
    with application.database.read() as tx:
        assert not mailings.load(tx, issue.letter_id or 0).is_shown
    answer = client.get(f"/read/{application.keyring.seal(Purpose.READ, issue.id)}")

    assert (200, LETTER_POLICY.format(pictures="'self'")) == (answer.status_code, answer.headers["content-security-policy"])
    assert "read on" in answer.text
    assert "/archive/" not in answer.text
    assert 404 == client.get(f"/read/{issue.id}").status_code


def test_a_private_list_may_have_a_public_archive(client: TestClient, application: Application, kept: Issue) -> None:
    """Where somebody says so."""
    with application.database.write() as tx:
        tx.execute(update(mailing_list).values(is_public=False))
        newsletters.edit(tx, kept.newsletter_id, archive=Archive.PUBLIC)

    assert 200 == client.get("/archive/section-news/1").status_code
    assert "Get it by mail" not in client.get("/archive/section-news/1").text


def test_unknown_headers_and_queries_change_no_byte(client: TestClient, newsletter: Newsletter, published: Issue) -> None:
    """What may be kept by a cache is the same for everybody (A05)."""
    path = f"/archive/{newsletter.slug}/{published.number}"
    plain = client.get(path).content
    assert b"All issues" in plain

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
