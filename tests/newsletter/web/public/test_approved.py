"""What was approved is what everybody is shown, whatever is changed afterwards."""

import io
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from newsletter.archive import errata, press, shelf, shelving
from newsletter.bootstrap import Application
from newsletter.images import store as images
from newsletter.images.model import Facts
from newsletter.issues import draft, editing, newsletters, store
from newsletter.issues.changes import Change, change_article
from newsletter.issues.model import Issue, Newsletter
from newsletter.letters.templates import Templates
from newsletter.mail import dispatch
from newsletter.review import contributions, guests
from newsletter.review.approval import approve, look_over
from newsletter.review.guests import GuestPurpose
from newsletter.staff.permissions import LOCAL_OPERATOR
from newsletter.web.app import create_app
from subscribers.tokens import Purpose
from tests.harness.newsroom import an_image
from tests.newsletter.web.conftest import DESK_TOKEN, PUBLIC_URL, Hands, Reader

# Stands in everything that is changed after the approval, and nowhere else.
LATER = "Zirconium"


@dataclass(frozen=True, slots=True)
class Stage:
    """An instance with an approved issue, whose templates lie where a test can change them."""

    application: Application
    newsletter: Newsletter
    issue: Issue
    picture: str
    portrait: str
    now: Hands

    def publish(self) -> None:
        """Send the issue, and take it in as the worker does."""
        with self.application.database.write() as tx:
            dispatch.send_issue(tx, self.issue.id, self.now())
        self.take_in()

    def take_in(self) -> None:
        """Take the issue in, for the first time or again."""
        with self.application.database.write() as tx:
            shelf.forget(tx, None)
        taken = shelving.take_in(self.application.database, self.application.links, self.now)
        assert (self.issue.id,) == taken

    def change_everything(self) -> None:
        """Let everything that the letter was made of say something else, as edits, an upgrade or a mistake would."""
        for file in self.application.settings.templates.rglob("*"):
            if file.suffix in {".mjml", ".html", ".txt"} and "pages" not in file.parts:
                said = file.read_text(encoding="utf-8").replace("</", f"{LATER}</").replace("Inside this issue", LATER)
                file.write_text(said, encoding="utf-8")
        with self.application.database.write() as tx:
            newsletters.edit(
                tx, self.newsletter.id, sender_name=LATER, postal_address=f"1 {LATER}", theme="magazine", tokens={}
            )
            for key in (self.picture, self.portrait):
                images.describe(tx, key, Facts(LATER, alt=LATER, credit=LATER))
            for statement in (
                "UPDATE newsletter SET name = :later, language = 'de'",
                "UPDATE article SET title = :later, content = :later, byline = :later, picture = '', portrait = '', link = 'https://x.example'",
                "UPDATE section SET title = :later",
                "UPDATE post SET title = :later, content = :later",
            ):
                tx.execute(text(statement), {"later": LATER})

    def shown(self, client: TestClient) -> Mapping[str, str | bytes]:
        """Give everything that is shown of the issue, by where it is; of an article its own words, not the page around them."""
        at = f"/archive/{self.newsletter.slug}/{self.issue.number}"
        page = client.get(f"{at}/a-word?lang=en").text
        with self.application.database.read() as tx:
            sheet = press.sheet_of(tx, self.issue.id, self.application.templates, self.application.links)
        feed = client.get(f"/archive/{self.newsletter.slug}/feed.json").json()
        return {
            "letter": client.get(at).text.partition("</nav>")[2],
            "article": page[page.index('<article class="stack">') : page.index("</article>")],
            "book": client.get(f"{at}.epub").content,
            "print": sheet.html,
            "pictures of the print": " ".join(sheet.pictures),
            "JSON feed": str([item["title"] + item["summary"] + item["content_html"] for item in feed["items"]]),
            "feed": client.get(f"/archive/{self.newsletter.slug}/atom.xml").text.partition("<entry>")[2],
            "mail": self._letter(),
        }

    def _letter(self) -> str:
        with self.application.database.read() as tx:
            row = tx.execute(text("SELECT sender_name, subject, html, text FROM letter WHERE kind = 'issue'")).one()
        return "\n".join(row)


@pytest.fixture
def stage(application: Application, newsletter: Newsletter, reader: Reader, clock: Hands, tmp_path: Path) -> Stage:
    """Give an approved issue with a letter, a picture, and an article of which only the title is shown."""
    folder = tmp_path / "templates"
    shutil.copytree(application.settings.templates, folder)
    own = replace(application, settings=replace(application.settings, templates=folder))
    own = replace(own, templates=Templates(folder, application.child))
    with own.database.write() as tx:
        picture = an_image(tx, "A fjord", alt="A fjord in the morning")
        portrait = an_image(tx, "Ann", alt="Ann at her desk")
        made = draft.draft_empty(tx, newsletter, "January 2020", clock())
        text_ = '<p>Dear {{ name }}, <a href="https://example.org/a">read on</a> about mentoring.</p>'
        editing.write_letter(tx, made.id, "A word", text_, "Ann Author", clock())
        [article] = store.load(tx, made.id).articles
        shown = Change(picture=picture, picture_credit="Bo", portrait=portrait, portrait_credit="Cy")
        change_article(tx, made.id, article.id, shown, clock())
    with own.database.write() as tx:
        looked = look_over(tx, own.templates, made.id, links=own.links, seed=own.keyring.derive("slots"))
        approved = approve(tx, looked, LOCAL_OPERATOR, clock(), override_reason="it is a test")
    return Stage(own, newsletter, approved.issue, picture, portrait, clock)


@pytest.fixture
def browser(stage: Stage) -> TestClient:
    """Give a browser in front of that instance."""
    return TestClient(create_app(stage.application, health=lambda: True, desk_token=DESK_TOKEN), PUBLIC_URL)


def test_what_is_changed_after_the_approval_is_shown_nowhere(stage: Stage, browser: TestClient) -> None:
    """Name, theme, templates, words, pictures and articles change before it is sent; all that is shown is what was approved."""
    stage.change_everything()
    stage.publish()

    for where, what in stage.shown(browser).items():
        said = unpacked(what) if isinstance(what, bytes) else what
        assert LATER not in said, where
        assert "mentoring" in said or where in {"JSON feed", "feed", "pictures of the print"}, where
    shown = stage.shown(browser)
    for words in ("A fjord in the morning", "Ann at her desk", "Picture: Bo", "Portrait: Cy"):
        assert words in str(shown["article"])
        assert words in str(shown["print"])
        assert isinstance(shown["book"], bytes)
        assert words in unpacked(shown["book"])
    for key in (stage.picture, stage.portrait):
        assert key in str(shown["pictures of the print"])
    assert (
        f'href="/archive/{stage.newsletter.slug}/1/a-word?lang=en"' in browser.get("/archive/search?lang=en&q=mentoring").text
    )
    assert "Nothing was found" in browser.get(f"/archive/search?lang=en&q={LATER}").text


def test_what_is_changed_after_it_was_published_changes_no_byte(stage: Stage, browser: TestClient) -> None:
    """Also when everything is taken in anew, as after an upgrade."""
    stage.publish()
    before = stage.shown(browser)
    stage.change_everything()
    stage.take_in()

    for where, what in stage.shown(browser).items():
        assert before[where] == what, where


def test_guests_see_what_was_approved(stage: Stage, browser: TestClient) -> None:
    """Whoever opens the link of an approved issue, to look it over or to see their text in it, before it is sent."""
    application, issue_id = stage.application, stage.issue.id
    who = {"address": "chair@example.org", "name": "Chair", "by": "ann"}
    now, week = stage.now(), stage.now() + timedelta(days=7)
    with application.database.write() as tx:
        reviewer = guests.make(tx, issue_id, GuestPurpose.REVIEW, **who, now=now, ends_at=week).id
        writer = guests.make(tx, issue_id, GuestPurpose.CONTRIBUTION, **who, now=now, ends_at=week)
        contributions.make(tx, writer, stage.issue.sections[0].title, 400, week)
    seal = application.keyring.seal
    places = (f"/r/{seal(Purpose.REVIEW, reviewer)}/letter", f"/w/{seal(Purpose.CONTRIBUTE, writer.id)}/letter")
    before = [browser.get(place).text for place in places]
    stage.change_everything()

    for place, shown in zip(places, before, strict=True):
        assert "mentoring" in shown
        assert shown == browser.get(place).text


def test_errata_stand_in_print_and_book(stage: Stage, browser: TestClient) -> None:
    """Dated and signed, before everything else; what was approved stands behind them unchanged."""
    stage.publish()
    before = stage.shown(browser)
    with stage.application.database.write() as tx:
        errata.add(tx, stage.issue.id, "It is on the <14th>.\n\nNot on the 13th.", "The editors", stage.now())
    after = stage.shown(browser)

    told = "Correction of 1 February 2020, by The editors"
    printed = str(after["print"])
    assert told in printed
    aside = printed[printed.index("<aside") : printed.index("</aside>") + len("</aside>")]
    assert before["print"] == printed.replace(aside, "")
    assert isinstance(after["book"], bytes)
    with zipfile.ZipFile(io.BytesIO(after["book"])) as packed:
        chapter = packed.read("corrections.xhtml").decode()
        assert told in chapter
        assert "It is on the &lt;14th&gt;." in chapter
        assert 'href="corrections.xhtml"' in packed.read("nav.xhtml").decode()
    assert before["article"] == after["article"]


def unpacked(book: bytes) -> str:
    """Give everything that a book says."""
    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        return "\n".join(packed.read(name).decode() for name in packed.namelist() if name.endswith((".xhtml", ".opf")))
