"""The letter as it would arrive."""

import re

from sqlalchemy import update

from newsletter.database import Database
from newsletter.issues import changes
from newsletter.issues.changes import Change
from newsletter.issues.model import Issue, Newsletter
from newsletter.tables.issues import newsletter as newsletter_table
from newsletter.web.desk.composer.preview import dark, outward
from subscribers import attributebook, register
from subscribers.address import parse
from subscribers.attributes import AttributeKind
from subscribers.tokens import Keyring
from tests.harness.newsroom import a_newsletter
from tests.harness.people import join
from tests.newsletter.web.conftest import Hands, Reader
from tests.newsletter.web.desk.composer.conftest import Composer
from tests.newsletter.web.desk.conftest import OpenDesk


def preview(desk: OpenDesk, issue: Issue, query: str = "") -> str:
    """Give the preview."""
    return desk.page(f"/desk/issues/{issue.id}/preview{query}")


def test_in_the_dark_without_a_dark_browser(desk: OpenDesk, issue: Issue) -> None:
    """The styles for dark programs hold for all."""
    page = preview(desk, issue, "?shown=dark")

    assert "prefers-color-scheme: dark" in preview(desk, issue)
    assert "prefers-color-scheme" not in page
    assert "@media all" in page
    assert "@media all {a} @media not all {b}" == dark(
        "@media (prefers-color-scheme:dark) {a} @media ( prefers-color-scheme: light ) {b}"
    )


def test_links_open_on_pages_of_their_own(desk: OpenDesk, issue: Issue) -> None:
    """In the preview, whose frame may show nothing else; never in what is mailed, and not to a place within the letter."""
    page = preview(desk, issue)
    outside = re.findall(r'<a [^>]*href="(?!#)[^>]*>', page)

    assert outside
    assert [] == [one for one in outside if not one.startswith('<a target="_blank" rel="noopener"')]
    assert '<a href="#a1">' == outward('<a href="#a1">')
    assert '<a target="_blank" rel="noopener" class="x" href="">' == outward('<a class="x" href="">')
    assert '<abbr title=" href="> <a name="x">' == outward('<abbr title=" href="> <a name="x">')


def test_without_pictures(desk: OpenDesk, issue: Issue) -> None:
    """The browser loads none, and shows what stands in for them."""
    headers = desk.client.get(f"/desk/issues/{issue.id}/preview?shown=no-images").headers

    assert "img-src 'none'" in headers["content-security-policy"]
    assert "sandbox" in headers["content-security-policy"]


def test_as_text(desk: OpenDesk, issue: Issue) -> None:
    """The other half of the mail, which runs nothing either and may stand in the frame of the desk."""
    answer = desk.client.get(f"/desk/issues/{issue.id}/preview?shown=text")

    assert answer.headers["content-type"].startswith("text/plain")
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    assert "Staying relevant" in answer.text
    assert "slot" not in answer.text


def test_as_a_reader_gets_it(desk: OpenDesk, database: Database, issue: Issue, clock: Hands) -> None:
    """With their name and answers, and without the links by which one could act for them; else with the words for nobody."""
    with database.write() as tx:
        attributebook.define(tx, "library", AttributeKind.TEXT, clock())
        person = register.find(tx, parse("ben@example.org"))
        attributebook.answer(tx, person.id, {"library": "Leeds <Central>"})
        letter = issue.sections[0].articles[0]
        text = "<p>Hello {{ name }} of {{ library | your library }}.</p>"
        changes.change_article(tx, issue.id, letter.id, Change(content=text), clock())

    page = preview(desk, issue, f"?reader={person.id}")

    assert "Leeds &lt;Central&gt;" in page
    assert "your library" not in page
    assert "Leeds <Central>" in preview(desk, issue, f"?shown=text&reader={person.id}")
    assert "/u/" not in page
    assert "your library" in preview(desk, issue)
    assert "your library" in preview(desk, issue, "?reader=999")


def test_a_reader_is_found_by_the_address(composer: Composer, reader: Reader) -> None:
    """In a form, so that no address of a person stands in that of a page."""
    answer = composer.sent("/reader", address="ann@example.org", keep="shown=dark")

    assert f"{composer.path}?side=preview&shown=dark&reader={reader.subscriber.id}" == answer.headers["location"]
    assert f"As <bdi>{reader.subscriber.name}</bdi> gets it" in composer.followed(answer)
    for nobody in ("zoe@example.org", "no address"):
        refused = composer.sent("/reader", address=nobody)
        assert 422 == refused.status_code
        assert "is nobody who gets" in refused.text


def test_not_as_a_reader_of_something_else(
    desk: OpenDesk, database: Database, keyring: Keyring, issue: Issue, clock: Hands
) -> None:
    """Whoever has a role in one newsletter learns no names of another's."""
    with database.write() as tx:
        other = a_newsletter(tx, "Another")
        joined = join(tx, keyring, other.list_id, "zoe@example.org", clock(), "Zoe Secret")
        letter = issue.sections[0].articles[0]
        changes.change_article(tx, issue.id, letter.id, Change(content="<p>Hello {{ name }}.</p>"), clock())

    page = preview(desk, issue, f"?reader={joined.subscriber.id}")

    assert "Hello reader." in page
    assert "Zoe" not in page


def test_what_cannot_be_composed_says_why(desk: OpenDesk, database: Database, newsletter: Newsletter, issue: Issue) -> None:
    """In the frame itself."""
    with database.write() as tx:
        tx.execute(update(newsletter_table).where(newsletter_table.c.id == newsletter.id).values(theme="gone"))

    assert preview(desk, issue).startswith("There is no preview. ")
