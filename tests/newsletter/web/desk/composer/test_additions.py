"""What is added beside the posts of the feeds."""

from dataclasses import replace

import pytest

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues import snippets
from newsletter.issues.model import Event, Newsletter, Show
from newsletter.issues.snippets import Said
from newsletter.outbound import FetchPolicy
from tests.harness.chaosfeed import ChaosFeed, Page
from tests.harness.newsroom import article_called, contents_of, section_called
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.composer.conftest import Composer, told, trouble

HTML = (
    "<html><head><title>A report</title><meta property='og:title' content='A report on reading'>"
    "<meta name='description' content='Its first words.'></head><body><p>Text.</p></body></html>"
)


def into(composer: Composer, title: str) -> str:
    """Give where something is added to a section."""
    return f"/sections/{section_called(composer.issue, title).id}"


def test_a_text_of_ones_own(composer: Composer) -> None:
    """Plain or Markdown, at the end of its section."""
    page = composer.saved(
        into(composer, "… and more") + "/text", title="Thanks", byline="The editors", text="To **all** of you."
    )

    assert "“Thanks” is added: 2 of 2 in … and more." == told(page)
    made = article_called(composer.issue, "Thanks")
    assert (Show.FULL, "The editors") == (made.show, made.byline)
    assert "<strong>all</strong>" in made.content


def test_a_letter_takes_the_place_that_waits_for_it(composer: Composer) -> None:
    """Under the name of whoever wrote it."""
    page = composer.saved(into(composer, "Division Chair letter") + "/text", byline="Catharina Isberg", text="Dear colleagues")

    assert "is added: 1 of 1 in Division Chair letter." in told(page)
    (letter,) = composer.issue.sections[0].articles
    assert ("Catharina Isberg", False) == (letter.byline, letter.is_placeholder)
    assert "Waits to be written" not in page


def test_an_event(composer: Composer) -> None:
    """With its dates; one that ends before it begins is refused, and stands in the form."""
    composer.saved("/sections", title="Dates", kind="events")
    place = into(composer, "Dates") + "/event"

    answer = composer.sent(place, title="Reading circle", begins="2020-02-27T16:00", ends="2020-02-26T16:00")
    assert 422 == answer.status_code
    assert 'value="Reading circle"' in answer.text

    composer.saved(place, title="Reading circle", begins="2020-02-27T16:00", place="online", text="")
    assert Event("2020-02-27T16:00", "", "", "online") == article_called(composer.issue, "Reading circle").event


def test_a_snippet(composer: Composer, database: Database, newsletter: Newsletter, clock: Hands) -> None:
    """A copy of it, which stands among the cards with its name."""
    with database.write() as tx:
        snippets.add(tx, newsletter.id, "Call for authors", Said("Write for us", "<p>Do.</p>"), clock())
    section = section_called(composer.issue, "… and more")
    assert "Call for authors" in composer.page(f"?open=n{section.id}")

    page = composer.saved(f"/sections/{section.id}/snippet", name="Call for authors")

    assert "from the snippet “Call for authors”" in page
    assert 404 == composer.sent(f"/sections/{section.id}/snippet", name="No such").status_code


@pytest.fixture
def application(application: Application) -> Application:
    """Let pages be fetched from this machine."""
    return replace(application, settings=replace(application.settings, fetch_policy=FetchPolicy(allow_loopback=True)))


def test_a_page_by_its_address(composer: Composer) -> None:
    """Its title is taken from there; a second time it is there already, and what cannot be had is told."""
    place = into(composer, "… and more") + "/page"
    with ChaosFeed() as server:
        url = server.put("/report/", Page(HTML.encode(), "text/html"))
        page = composer.saved(place, url=url)
        again = composer.sent(place, url=url)
        gone = composer.sent(place, url=url + "gone")

    assert "“A report on reading” is added: 2 of 2 in … and more." == told(page)
    assert 409 == again.status_code
    assert "Nothing was added" in trouble(gone.text)
    assert f'value="{url}gone"' in gone.text
    assert 2 == len(contents_of(composer.issue)["… and more"])
