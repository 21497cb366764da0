"""A text that somebody without an account writes for an issue."""

import io
import re
from dataclasses import dataclass
from datetime import timedelta

import httpx2
import pytest
from PIL import Image as Picture
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues import alerts, draft, editing, store, versions
from newsletter.issues.model import Article, Issue, IssueState, Month, Newsletter
from newsletter.people import contributors
from newsletter.people.contributors import LONGEST_TEXT
from newsletter.review import comments, contributions, guests
from newsletter.review.contribution import Contribution, ContributionState
from newsletter.review.guests import GuestPurpose
from newsletter.web.guard import PREVIEW_POLICY
from newsletter.worker import guests as ticking
from subscribers.tokens import Keyring, Purpose
from tests.harness.newsroom import a_month, section_called
from tests.newsletter.web.conftest import Hands, planned

CHAIR = "Division Chair letter"
C = ContributionState


@dataclass
class Guest:
    """A guest with their link."""

    client: TestClient
    database: Database
    clock: Hands
    number: int
    path: str

    @property
    def known(self) -> Contribution:
        """How far the text is."""
        with self.database.read() as tx:
            return contributions.of_link(tx, self.number)

    @property
    def issue(self) -> Issue:
        """The issue as it is now."""
        with self.database.read() as tx:
            return store.load(tx, self.known.issue_id)

    @property
    def article(self) -> Article:
        """What stands in the section now."""
        return section_called(self.issue, CHAIR).articles[0]

    def do(self, deed: str, files: dict[str, tuple[str, bytes]] | None = None, **form: str) -> httpx2.Response:
        """Press a button of the page."""
        return self.client.post(self.path, data={"do": deed, **form}, files=files or {})

    def edit(self, html: str) -> None:
        """Let an editor change the text."""
        with self.database.write() as tx:
            editing.edit_article(tx, self.issue.id, self.article.id, self.clock(), content=html)


@pytest.fixture
def issue(database: Database, newsletter: Newsletter, clock: Hands) -> Issue:
    """Give the January issue, a draft whose letter nobody has written."""
    with database.write() as tx:
        a_month(tx, newsletter)
        return draft.draft_month(tx, newsletter, Month(2020, 1), clock())


@pytest.fixture
def guest(client: TestClient, database: Database, keyring: Keyring, issue: Issue, clock: Hands) -> Guest:
    """Give the Chair, who is asked for the letter within ten days."""
    facts = {"section": CHAIR.upper(), "address": "chair@example.org", "name": "The Chair", "by": "ann"}
    with database.write() as tx:
        made = contributors.invite(tx, issue.id, words=400, due_at=clock() + timedelta(days=10), now=clock(), **facts)
    return Guest(client, database, clock, made.link_id, f"/w/{keyring.seal(Purpose.CONTRIBUTE, made.link_id)}")


def a_picture(red: int = 90) -> bytes:
    """Give a photo as a file."""
    data = io.BytesIO()
    Picture.new("RGB", (640, 480), (red, 120, 140)).save(data, "JPEG")
    return data.getvalue()


def test_a_text_is_kept_seen_and_handed_in(guest: Guest) -> None:
    """It is the guest's alone until they send it; then it fills its gap, by a version of theirs, and the editors are told."""
    kept = guest.do("keep", text="Dear all,\n\nwe meet in Utrecht.", byline="Ann Chair", affiliation="Chair of the Section")
    seen = guest.client.get(f"{guest.path}/letter")

    assert "It is kept." in kept.text
    assert C.WRITING is guest.known.state
    assert guest.article.is_placeholder
    assert PREVIEW_POLICY.format(pictures="'self'") == seen.headers["Content-Security-Policy"]
    assert "we meet in Utrecht." in seen.text
    sent = guest.do("send", text="Dear all,\n\nwe meet in Utrecht.", byline="Ann Chair", affiliation="Chair of the Section")
    assert "The editors have your text." in sent.text
    assert ("<p>Dear all,</p>\n<p>we meet in Utrecht.</p>", "Ann Chair", "Chair of the Section", False) == (
        guest.article.content,
        guest.article.byline,
        guest.article.affiliation,
        guest.article.is_placeholder,
    )
    with guest.database.read() as tx:
        newest = versions.versions_of(tx, guest.issue)[0]
        (alert,) = alerts.open_alerts(tx)
    assert ("Ann Chair (guest)", f"“{CHAIR}” handed in by Ann Chair, a guest") == (newest.written_by, newest.deed)
    assert "Ann Chair sent" in alert.text


def test_pictures_come_with_words_and_credit(guest: Guest) -> None:
    """They are checked and written anew as all others; one that is none is told, and nothing else is lost."""
    files = {"portrait": ("me.jpg", a_picture(200)), "picture": ("hall.jpg", a_picture())}
    words = {"picture_alt": "The hall", "picture_credit": "Bo", "portrait_alt": "Ann at her desk", "portrait_credit": "Cy"}
    guest.do("send", files, text="Dear all.", byline="Ann", **words)
    first, letter = guest.article, guest.client.get(f"{guest.path}/letter").text

    assert first.portrait
    assert ("The hall", "Bo") == (first.picture_alt, first.picture_credit)
    assert ("Ann at her desk", "Cy") == (first.portrait_alt, first.portrait_credit)
    assert ["Ann at her desk", "The hall"] == re.findall('<img[^>]* alt="([^"]+)"', letter)
    assert "Picture: Bo" in letter
    assert "Portrait: Cy" in letter
    assert f"/images/{first.portrait}" in guest.client.get(guest.path).text
    broken = guest.do("keep", {"picture": ("x.jpg", b"no picture")}, text="Dear everybody.", byline="Ann")
    assert 422 == broken.status_code
    assert "This picture cannot be used." in broken.text
    assert ("Dear everybody.", first.picture) == (guest.known.typed.text, guest.known.typed.picture)
    guest.client.post(guest.path, data={"do": "send", "text": "Dear all.", "byline": "Ann", "no-portrait": "1"})
    assert "" == guest.article.portrait


def test_what_is_pasted_is_cleaned(guest: Guest) -> None:
    """Nothing executes that a guest writes (A02), in the issue or on the page."""
    evil = '<p onclick="x()">Dear <b>all</b>,<script>alert(1)</script></p><p>&amp; more</p>'
    page = guest.do("send", text=evil, byline="<script>alert(2)</script>")

    assert "<p>Dear <b>all</b>,</p>" in guest.article.content.replace("strong", "b")
    assert "script" not in guest.article.content
    assert "<script>alert" not in page.text
    assert 200 == guest.client.get(f"{guest.path}/letter").status_code


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("We **meet** in *Utrecht*.", "<p>We <strong>meet</strong> in <em>Utrecht</em>.</p>"),
        ("# Spring\n\n- one\n- two\n", "<li>one</li>"),
        ("[The report](https://example.org/)", '<a href="https://example.org/">The report</a>'),
        ("5 * 3 = 15, and 2 * 4 = 8.", "<p>5 * 3 = 15, and 2 * 4 = 8.</p>"),
        ("1. January was cold.", "<p>1. January was cold.</p>"),
        ("* one star", "<p>* one star</p>"),
    ],
)
def test_marks_of_markdown_are_read_and_other_signs_stand(guest: Guest, text: str, html: str) -> None:
    """Whoever types stars around a word does not want to see them."""
    guest.do("send", text=text, byline="Ann")

    assert html in guest.article.content


def test_the_guest_agrees_to_the_edited_text(guest: Guest) -> None:
    """Seeing what was changed; they write on until somebody changed it, and say then what should be different."""
    guest.do("send", text="We meet on Monday.", byline="Ann")
    guest.do("send", text="We meet on Friday.", byline="Ann")
    assert "<p>We meet on Friday.</p>" == guest.article.content
    guest.edit("<p>We meet on Saturday.</p>")
    page = guest.client.get(guest.path).text
    seen = re.search(r'name="seen" value="(\w+)"', page)

    assert seen is not None
    assert "<del>Friday.</del> <ins>Saturday.</ins>" in page
    assert 422 == guest.do("send", text="Never.", byline="Ann").status_code
    assert "<p>We meet on Saturday.</p>" == guest.article.content
    assert "The editors have your comment." in guest.do("say", comment="It was Friday.").text
    with guest.database.read() as tx:
        (said,) = comments.comments_of(tx, guest.issue.id)
    assert (guest.article.id, "Ann", "It was Friday.") == (said.article_id, said.author, said.text)
    assert 422 == guest.do("agree", seen="0" * 16).status_code
    assert "The text stands as you saw it." in guest.do("agree", seen=seen[1]).text
    assert (C.AGREED, guest.article.content) == (guest.known.state, guest.known.agreed_to)
    guest.edit("<p>We meet on Sunday.</p>")
    assert "It may stand so" in guest.client.get(guest.path).text


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"text": " ", "byline": "Ann"}, "Write your text first"),
        ({"text": "Dear all.", "byline": ""}, "Write your text first"),
        ({"text": "x" * 50_001, "byline": "Ann"}, "at most 50,000 characters"),
        ({"text": "<div>" * 3_000 + "Hi.", "byline": "Ann"}, "This text cannot be read"),
    ],
)
def test_what_cannot_be_taken_is_told_and_not_lost(guest: Guest, form: dict[str, str], told: str) -> None:
    """The issue stays as it is."""
    answer = guest.client.post(guest.path, data={"do": "send", **form})

    assert 422 == answer.status_code
    assert told in answer.text
    assert guest.article.is_placeholder


def test_an_approved_issue_takes_no_text(guest: Guest) -> None:
    """A guest ends nobody's approval; what they wrote is kept."""
    with guest.database.write() as tx:
        reviewed = store.set_state(tx, store.load(tx, guest.issue.id), IssueState.IN_REVIEW, guest.clock())
        store.approve_as(tx, reviewed, 99, guest.clock())

    assert 422 == guest.do("send", text="Late.", byline="Ann").status_code
    assert (IssueState.APPROVED, "Late.") == (guest.issue.state, guest.known.typed.text)


def test_the_link_is_for_one_guest_and_ends(guest: Guest, keyring: Keyring) -> None:
    """Withdrawn, past its time, made for something else, or with files from anybody: nothing opens."""
    assert 404 == guest.client.get(f"/w/{keyring.seal(Purpose.REVIEW, guest.number)}").status_code
    stranger = guest.client.post("/w/aaaaaaaaaaaaaaaaaaaaaaaaaa", files={"picture": ("x.jpg", b"x" * 100_000)})
    assert 404 == stranger.status_code
    guest.clock.forward(days=41)
    assert 410 == guest.client.get(guest.path).status_code
    guest.clock.forward(days=-41)
    with guest.database.write() as tx:
        contributors.withdraw(tx, guest.known, guest.clock())
        assert not guests.find(tx, guest.number, GuestPurpose.CONTRIBUTION).is_open(guest.clock())
    assert 410 == guest.do("keep", text="Dear all.", byline="Ann").status_code


def test_a_guest_is_reminded_once_before_and_once_after(
    application: Application, database: Database, guest: Guest, clock: Hands
) -> None:
    """However often the worker ticks, and not when the text is there."""
    for _ in range(2):
        ticking.remind(application)
    assert [] == planned(database)
    clock.forward(days=9)
    for _ in range(3):
        ticking.remind(application)
    assert ["chair@example.org"] == planned(database)
    clock.forward(days=2)
    for _ in range(3):
        ticking.remind(application)
    assert ["chair@example.org"] * 2 == planned(database)
    assert guest.known.reminded_at is not None
    assert guest.known.reminded_late_at is not None


def test_who_has_handed_in_is_not_reminded(application: Application, database: Database, guest: Guest, clock: Hands) -> None:
    """Nor whose invitation was taken back."""
    guest.do("send", text="Dear all.", byline="Ann")
    clock.forward(days=9)
    ticking.remind(application)

    assert [] == planned(database)


def test_who_keeps_without_end_waits(guest: Guest) -> None:
    """A loop is stopped."""
    answers = [guest.do("keep", text="Dear all.", byline="Ann").status_code for _ in range(42)]

    assert [200] * 40 + [429] * 2 == answers


def by_itself(guest: Guest, seen: str, **form: str) -> httpx2.Response:
    """Keep what is typed, as the page's script does."""
    return guest.client.post(guest.path, data={"by": "script", "seen": seen, **form})


def seen_on(page: str) -> str:
    """Give what a page says it was shown, for its script to keep something over."""
    found = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def test_it_is_kept_while_it_is_written(guest: Guest) -> None:
    """And is nobody's but the guest's all the same; the next time is over this one."""
    first = by_itself(guest, seen_on(guest.client.get(guest.path).text), text="Dear", byline="Ann").json()
    second = by_itself(guest, first["seen"], text="Dear all", byline="Ann").json()

    assert "It is kept. The editors see it when you send it." == second["said"]
    assert ("Dear all", C.WRITING) == (guest.known.typed.text, guest.known.state)
    assert guest.article.is_placeholder
    assert second["seen"] == seen_on(guest.client.get(guest.path).text)


def test_two_windows_of_one_guest(guest: Guest) -> None:
    """Nothing is written over by itself; by the button it is."""
    seen = seen_on(guest.client.get(guest.path).text)
    by_itself(guest, seen, text="From the telephone")
    late = by_itself(guest, seen, text="From the laptop")

    assert 409 == late.status_code
    assert "kept from another window" in late.json()["said"]
    assert "From the telephone" == guest.known.typed.text
    # The same once more, from a page that was left before it had the answer.
    assert 200 == by_itself(guest, seen, text="From the telephone").status_code
    guest.do("keep", text="From the laptop")
    assert "From the laptop" == guest.known.typed.text


def test_a_picture_of_another_window_stays(guest: Guest) -> None:
    """Whoever keeps their text knows nothing of it; taken away is what they say is to go."""
    seen = seen_on(guest.client.get(guest.path).text)
    guest.do("keep", {"picture": ("hall.jpg", a_picture())}, text="Dear all,")
    picture = guest.known.typed.picture

    assert picture
    assert 409 == by_itself(guest, seen, text="Dear colleagues,").status_code
    guest.do("keep", {"portrait": ("me.jpg", a_picture(200))}, text="Dear colleagues,")
    assert ("Dear colleagues,", picture) == (guest.known.typed.text, guest.known.typed.picture)
    assert guest.known.typed.portrait


def test_the_page_says_whether_it_kept_what_was_sent(guest: Guest) -> None:
    """For its script, which forgets only then what it has in the window."""
    assert "data-kept" not in guest.client.get(guest.path).text
    assert 'data-kept="yes"' in guest.do("keep", text="Dear all,").text
    assert 'data-kept="yes"' in guest.do("send", text="Dear all,", byline="").text
    assert 'data-kept="no"' in guest.do("keep", text="x" * (LONGEST_TEXT + 1)).text


def test_what_cannot_be_kept_by_itself(guest: Guest) -> None:
    """Is told in words: it is too long, or the editors have gone over it."""
    seen = seen_on(guest.client.get(guest.path).text)
    long = by_itself(guest, seen, text="x" * (LONGEST_TEXT + 1))
    guest.do("send", text="Dear all,", byline="Ann")
    guest.edit("<p>Dear colleagues,</p>")
    closed = by_itself(guest, seen, text="Dear everybody,")

    assert (422, 409) == (long.status_code, closed.status_code)
    assert "at most" in long.json()["said"]
    assert "The editors have changed the text meanwhile" in closed.json()["said"]
    assert "Dear all," == guest.known.typed.text
