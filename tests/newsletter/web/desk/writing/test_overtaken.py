"""A text whose post was changed in its blog, or is gone from it, is settled at the desk."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from html import unescape

import httpx2
import pytest
from sqlalchemy import select, update

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues import contents, editing, revised, store
from newsletter.issues.model import Article, Issue, IssueState, Newsletter
from newsletter.staff.permissions import Actor, Role
from newsletter.tables.feeds import post
from newsletter.tables.staff import audit
from tests.harness.newsroom import an_entry, article_called, january, publish
from tests.newsletter.web.conftest import Hands, browser_of
from tests.newsletter.web.desk.conftest import OpenDesk, state_of

ATHENS = an_entry("Athens in August", january(7), "Activities", "WLIC")
LATER = replace(ATHENS, title="Athens in September", content="<p>All about September.</p>", fingerprint="later")
LATEST = replace(ATHENS, title="Athens in October", content="<p>All about October.</p>", fingerprint="latest")


@dataclass(frozen=True, slots=True)
class Overtaken:
    """The page of a text and its post, in a browser."""

    desk: OpenDesk
    database: Database
    issue: Issue
    article: Article

    @property
    def text(self) -> str:
        """Where the text is."""
        return f"/desk/issues/{self.issue.id}/articles/{self.article.id}"

    @property
    def page(self) -> str:
        """What is shown."""
        return " ".join(unescape(self.desk.page(f"{self.text}/post")).split())

    @property
    def shown(self) -> str:
        """What the form says that it showed."""
        return self.page.partition('name="shown" value="')[2].partition('"')[0]

    @property
    def now(self) -> Article:
        """The article as it is now."""
        with self.database.read() as tx:
            return contents.article_of(tx, self.issue.id, self.article.id)

    @property
    def version(self) -> int:
        """The version of the issue as it is now."""
        with self.database.read() as tx:
            return store.load(tx, self.issue.id).version

    @property
    def is_asked(self) -> bool:
        """Whether somebody is still to decide."""
        with self.database.read() as tx:
            return bool(revised.changes_of(tx, store.load(tx, self.issue.id)))

    def press(self, act: str, **fields: str) -> httpx2.Response:
        """Press a button of the page as it is now."""
        shown = {"version": str(self.version), "shown": self.shown, "act": act}
        return self.desk.press(f"{self.text}/post", **shown | fields)


def _open(desk: OpenDesk, database: Database, issue: Issue) -> Overtaken:
    return Overtaken(desk, database, issue, article_called(issue, "Athens in August"))


@pytest.fixture
def vanish(database: Database, clock: Hands) -> Callable[[], None]:
    """Give what lets the post go from its feed."""

    def go() -> None:
        with database.write() as tx:
            tx.execute(update(post).where(post.c.guid == ATHENS.guid).values(vanished_at=clock()))

    return go


@pytest.fixture
def changed(desk: OpenDesk, database: Database, newsletter: Newsletter, ready: Issue) -> Overtaken:
    """Give the page of a text whose post was changed."""
    with database.write() as tx:
        publish(tx, newsletter, LATER)
    return _open(desk, database, ready)


@pytest.fixture
def gone(desk: OpenDesk, database: Database, ready: Issue, vanish: Callable[[], None]) -> Overtaken:
    """Give the page of a text whose post is gone."""
    vanish()
    return _open(desk, database, ready)


def test_both_stand_side_by_side(changed: Overtaken) -> None:
    """With the words marked that only one of them has."""
    assert "Athens in <del>August</del>" in changed.page
    assert "Athens in <ins>September</ins>" in changed.page
    assert "All about <ins>September.</ins>" in changed.page
    assert "Take the new text" in changed.page
    assert "Keep ours" in changed.page
    assert "Leave it out" not in changed.page


def test_card_and_text_lead_there(changed: Overtaken) -> None:
    """So does what the preflight finds."""
    link = f'href="{changed.text}/post"'
    compose = f"/desk/issues/{changed.issue.id}/compose"

    assert link in changed.desk.page(compose)
    assert link in changed.desk.page(changed.text)
    assert link in changed.desk.page(f"{compose}?side=checks")
    assert link in changed.desk.page(f"/desk/issues/{changed.issue.id}/review")


def test_the_new_text_is_taken(changed: Overtaken) -> None:
    """As a version of its own, written into the audit; nobody is asked any more."""
    before = changed.version
    answer = changed.press("take")

    assert f"{changed.text}?said=renewed" == answer.headers["location"]
    assert "This text says what its blog says now." in changed.desk.page(answer.headers["location"])
    assert ("Athens in September", LATER.content) == (changed.now.title, changed.now.content)
    assert (before + 1, False) == (changed.version, changed.is_asked)
    with changed.database.read() as tx:
        assert ["issue.take_revision"] == list(tx.execute(select(audit.c.act).order_by(audit.c.id.desc()).limit(1)).scalars())


def test_the_new_text_is_given_back(changed: Overtaken) -> None:
    """As any other save, from the composer."""
    before = changed.version
    changed.press("take")
    compose = f"/desk/issues/{changed.issue.id}/compose"
    changed.desk.press(compose, version=str(changed.version), do=f"undo {before}")

    assert "Athens in August" == changed.now.title


def test_ours_is_kept(changed: Overtaken) -> None:
    """Nothing of the issue changes, and nobody is asked again before the blog changes it once more."""
    before = changed.version
    answer = changed.press("keep")

    assert "It stays as it is." in changed.desk.page(answer.headers["location"])
    assert (before, False, "Athens in August") == (changed.version, changed.is_asked, changed.now.title)
    assert "Its blog says nothing else than what was decided here." in changed.page


def test_what_editors_wrote_is_told_before_it_is_given_up(changed: Overtaken, clock: Hands) -> None:
    """By the names of the parts."""
    with changed.database.write() as tx:
        editing.edit_article(tx, changed.issue.id, changed.article.id, clock(), title="Come to Athens")

    assert "the new would stand in its place: title." in changed.page


def test_nobody_takes_what_they_have_not_seen(changed: Overtaken, newsletter: Newsletter) -> None:
    """The blog changes it once more while the page is open."""
    seen = changed.shown
    with changed.database.write() as tx:
        publish(tx, newsletter, LATEST)
        tx.execute(update(post).where(post.c.guid == ATHENS.guid).values(revised_at=january(30)))
    answer = changed.press("take", shown=seen)

    assert "Nothing was done" in changed.desk.page(answer.headers["location"])
    assert "Athens in August" == changed.now.title


def test_a_text_that_somebody_saved_meanwhile_stays(changed: Overtaken, clock: Hands) -> None:
    """The page is shown again with what they wrote."""
    version = changed.version
    with changed.database.write() as tx:
        editing.edit_article(tx, changed.issue.id, changed.article.id, clock(), title="Bo's Athens")
    answer = changed.press("take", version=str(version))

    assert f"{changed.text}/post?said=meanwhile" == answer.headers["location"]
    assert "Bo's Athens" == changed.now.title


def test_the_second_press_does_nothing(changed: Overtaken) -> None:
    """Two clicks on one button."""
    form = {"version": str(changed.version), "shown": changed.shown, "act": "take"}
    changed.desk.press(f"{changed.text}/post", **form)
    after = changed.version
    answer = changed.desk.press(f"{changed.text}/post", **form)

    assert 303 == answer.status_code
    assert after == changed.version


def test_keeping_ours_ends_no_approval(changed: Overtaken) -> None:
    """Taking the new text does, and the page says so before."""
    changed.desk.act(changed.issue, "approve", reason="All is well.")

    assert "It stays so if you keep what stands in it" in changed.page
    changed.press("keep", ends="approval")
    assert IssueState.APPROVED == state_of(changed.database, changed.issue)


def test_an_approval_that_nobody_was_told_of_is_not_ended(changed: Overtaken) -> None:
    """It came while the page was open; whoever saw it may end it."""
    changed.desk.act(changed.issue, "approve", reason="All is well.")

    assert 409 == changed.press("take").status_code
    assert IssueState.APPROVED == state_of(changed.database, changed.issue)
    changed.press("take", ends="approval")
    assert "Athens in September" == changed.now.title
    assert IssueState.APPROVED != state_of(changed.database, changed.issue)


def test_a_text_whose_post_is_gone_is_left_out(gone: Overtaken) -> None:
    """The composer says so, and takes it in again."""
    assert "The post is gone from its blog" in gone.page
    assert "Take the new text" not in gone.page
    page = gone.desk.page(gone.press("out").headers["location"])

    assert "is left out" in page
    assert gone.now.is_dropped


def test_a_text_whose_post_is_gone_is_kept(gone: Overtaken) -> None:
    """Nobody is asked any more."""
    gone.press("keep")

    assert (False, False) == (gone.now.is_dropped, gone.is_asked)


def test_both_at_once(changed: Overtaken, vanish: Callable[[], None]) -> None:
    """Changed, and gone since."""
    vanish()

    assert "It is not in its feed any more, either" in changed.page
    assert all(words in changed.page for words in ("Take the new text", "Keep ours", "Leave it out"))


def test_another_button_is_refused(changed: Overtaken) -> None:
    """There is none."""
    assert 422 == changed.press("burn").status_code


def test_who_may_only_look_has_no_buttons(application: Application, changed: Overtaken) -> None:
    """They see both texts all the same."""
    viewer = browser_of(application, Actor("Vi", Role.VIEWER))
    answer = viewer.get(f"{changed.text}/post")

    assert 200 == answer.status_code
    assert "Take the new text" not in answer.text
