"""The composer's page."""

import re
from datetime import timedelta

from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from newsletter.clock import system_clock
from newsletter.database import Database
from newsletter.issues import changes, draft, editing, store
from newsletter.issues.changes import Change
from newsletter.issues.model import Issue, Newsletter
from newsletter.review import comments, contributions, guests
from newsletter.review.guests import GuestPurpose
from newsletter.staff import accounts
from newsletter.staff.permissions import Role
from newsletter.web.forms import MOST_FIELDS
from tests.harness.newsroom import an_image, article_called
from tests.harness.staff import ADMINISTRATOR, a_session
from tests.newsletter.web.conftest import PUBLIC_URL, Hands, csrf_of
from tests.newsletter.web.desk.composer.conftest import Composer, told
from tests.newsletter.web.desk.conftest import OpenDesk

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}'


def card(page: str, article_id: int) -> str:
    """Give the card of an article."""
    found = re.search(rf'<li class="entry[^"]*" id="a{article_id}".*?(?=<li class="entry|</ol>)', page, re.DOTALL)
    assert found is not None
    return found[0]


def test_articles_stand_in_their_sections(composer: Composer) -> None:
    """In the order of the letter, with who wrote them and how much is shown."""
    page = composer.page()

    titles = ["Division Chair letter", "Feature articles", "Staying relevant", "Mentoring in Norway", "… and more"]
    places = [page.index(f">{title}</h", page.index('class="composer__issue"')) for title in titles]
    assert places == sorted(places)
    mine = card(page, article_called(composer.issue, "Staying relevant").id)
    assert "Susan Schnuer" in mine
    assert "Excerpt" in mine
    assert "Waits to be written" in page
    assert f'src="/desk/issues/{composer.issue_id}/preview"' in page


def test_a_card_shows_its_picture(composer: Composer, database: Database, clock: Hands) -> None:
    """By its path, whatever name the desk is open under."""
    article = article_called(composer.issue, "Staying relevant")
    with database.write() as tx:
        key = an_image(tx)
        changes.change_article(tx, composer.issue_id, article.id, Change(picture=key), clock())

    assert f'src="/images/{key}.jpg"' in card(composer.page(), article.id)


def test_comments_stand_at_their_article(composer: Composer, database: Database, clock: Hands) -> None:
    """With a field for the answer; done, with the answer."""
    article = article_called(composer.issue, "Staying relevant")
    with database.write() as tx:
        said = comments.say(tx, composer.issue, "Ann Lee", "Is the date right?", clock(), article_id=article.id)
        comments.say(tx, composer.issue, "Ann Lee", "A fine issue.", clock())
    assert "Is the date right?" in card(composer.page(), article.id)
    assert composer.page().index("A fine issue.") < composer.page().index("Division Chair letter</h2>")

    page = composer.pressed(f"resolve {said.id}", **{f"answer{said.id}": "It is now."})

    assert "The comment is done." == told(page)
    assert f"Done by {ADMINISTRATOR}: It is now." in card(page, article.id)


def test_very_many_comments_take_no_button_away(composer: Composer, database: Database, clock: Hands) -> None:
    """Each answer is a form of its own: of all of them together a form would be refused, and Enter in one would press Undo."""
    with database.write() as tx:
        for number in range(MOST_FIELDS + 1):
            comments.say(tx, composer.issue, "Ann Lee", f"Look at page {number}.", clock())
    tree = LexborHTMLParser(composer.page())

    assert MOST_FIELDS + 1 == len(tree.css("form.said__answer"))
    assert ["csrf", "version", "keep"] == [one.attributes["name"] for one in tree.css("#act input, input[form=act]")]


def test_a_guests_text_that_is_owed(composer: Composer, database: Database, clock: Hands) -> None:
    """Stands in its section, with the day."""
    with database.write() as tx:
        facts = {"address": "guest@example.org", "name": "Gina Guest", "by": "ann", "now": clock()}
        link = guests.make(
            tx,
            composer.issue_id,
            GuestPurpose.CONTRIBUTION,
            ends_at=clock() + timedelta(days=9),
            **facts,  # type: ignore[arg-type]
        )
        contributions.make(tx, link, "Feature articles", 300, clock() + timedelta(days=7))

    assert "Gina Guest is invited" in composer.page()


def somebody_else(composer: Composer) -> TestClient:
    """Give a browser of another editor at the same desk."""
    with composer.database.write() as tx:
        secret = a_session(tx, accounts.add(tx, "Bo <b>", Role.EDITOR, system_clock()), system_clock())
    opened = TestClient(composer.desk.client.app, PUBLIC_URL, follow_redirects=False)
    opened.cookies.set("__Host-newsletter-desk", secret, domain="news.example.org")
    return opened


def test_who_else_is_here(composer: Composer) -> None:
    """Stands above the cards, and at what they edit, while their window says so; oneself does not."""
    article = article_called(composer.issue, "Staying relevant")
    bo = somebody_else(composer)
    token = csrf_of(bo)
    here, at_text = f"{composer.path}/here", f"/desk/issues/{composer.issue_id}/articles/{article.id}/here"
    places = [(at_text, ""), (here, f"a{article.id}"), (here, f"s{article.section_id}"), (here, "head"), (here, "<script>")]
    pages = []
    for number, (path, place) in enumerate(places):
        assert (
            200 == bo.post(path, data={"csrf": token, "window": f"w{number}"} | ({"place": place} if place else {})).status_code
        )
        pages.append(composer.page())
        bo.post(path, data={"csrf": token, "window": f"w{number}", "leaves": "1"})
    assert {"others": []} == composer.desk.press(here, window="mine", place="head").json()

    writing = "Bo <b> is writing here"
    assert [True, True, False, False, False] == [writing in card(page, article.id) for page in pages]
    assert [True, True, True, False, False] == [writing in page for page in pages]
    assert all("Bo <b> has this issue open, too." in page for page in pages)
    assert "has this issue open" not in composer.page()


def test_a_window_without_a_name_is_nobody(composer: Composer) -> None:
    """Nor is one with a name that no script of ours makes."""
    for window in ("", "w" * 65):
        assert {"others": []} == composer.desk.press(f"{composer.path}/here", window=window, place="head").json()


def test_an_issue_with_nothing_in_it(desk: OpenDesk, database: Database, newsletter: Newsletter, clock: Hands) -> None:
    """Says how to begin."""
    with database.write() as tx:
        empty = draft.draft_empty(tx, newsletter, "A one-off", clock())
    composer = Composer(desk, database, empty.id)

    assert "An issue is made of sections." in composer.page()
    assert "An issue is made of sections." not in composer.saved("/sections", title="A word", kind="letter")


def test_what_feeds_editors_and_guests_write_is_text(composer: Composer, database: Database, clock: Hands) -> None:
    """A payload in every field, in every form (A02, A03)."""
    article = article_called(composer.issue, "Staying relevant")
    with database.write() as tx:
        editing.edit_issue(tx, composer.issue_id, clock(), title=EVIL, subject=EVIL, preheader=EVIL)
        change = Change(title=EVIL, byline=EVIL, affiliation=EVIL, summary=EVIL, picture_alt=EVIL, picture_credit=EVIL)
        changes.change_article(tx, composer.issue_id, article.id, change, clock())
        comments.say(tx, composer.issue, EVIL, EVIL, clock(), article_id=article.id)
        editing.drop_article(tx, composer.issue_id, article_called(composer.issue, "Mentoring in Norway").id, clock())
    section = composer.issue.sections[1]

    for open_ in ("", "head", "sections", f"a{article.id}", f"s{section.id}", f"n{section.id}"):
        page = composer.desk.page(f"{composer.path}?open={open_}")
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "{{7*7}}" in page
        assert "49" not in re.findall(r">([^<]*)<", page)


def test_what_was_sent_is_only_looked_at(composer: Composer, database: Database, clock: Hands) -> None:
    """Nothing on the page can be pressed, and the page says why."""
    with database.write() as tx:
        store.set_state(tx, composer.issue, composer.issue.state.CANCELLED, clock())

    page = composer.page()

    assert "is not changed any more" in page
    assert 'name="do"' not in page
    assert "/compose?open=" not in page


def test_an_approved_issue_says_what_a_change_does(desk: OpenDesk, database: Database, approved: Issue) -> None:
    """The approval is taken back, which no undo brings again."""
    page = Composer(desk, database, approved.id).page()

    assert "Any change here takes the approval back" in page


def test_there_is_no_composer_of_no_issue(desk: OpenDesk) -> None:
    """404, whatever is pressed."""
    assert 404 == desk.client.get("/desk/issues/99/compose").status_code
    assert 404 == desk.press("/desk/issues/99/compose", do="up 1", version="1").status_code
    assert 404 == desk.press("/desk/issues/99/compose/head", title="x", version="1").status_code
