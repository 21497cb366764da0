"""An issue before the eyes of somebody without an account."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues import draft, editing, store
from newsletter.issues.model import Issue, IssueState, Month, Newsletter
from newsletter.people import reviewers
from newsletter.review import comments, guests
from newsletter.review.guests import GuestLink, GuestPurpose
from newsletter.tables.letters import letter
from newsletter.tables.mail import delivery
from newsletter.web.guard import PREVIEW_POLICY
from subscribers.tokens import Keyring, Purpose
from tests.harness.newsroom import a_month, article_called
from tests.newsletter.web.conftest import Hands, planned

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def issue(database: Database, newsletter: Newsletter, clock: Hands) -> Issue:
    """Give the January issue, a draft."""
    with database.write() as tx:
        a_month(tx, newsletter)
        return draft.draft_month(tx, newsletter, Month(2020, 1), clock())


@pytest.fixture
def link(application: Application, database: Database, newsletter: Newsletter, issue: Issue, clock: Hands) -> GuestLink:
    """Give the link that a reviewer was mailed."""
    errand = reviewers.errand(
        issue, newsletter, host="Ann", ends_at=clock() + timedelta(days=7), name="Chair", note="By Friday."
    )
    mail = reviewers.compose(application.templates, application.keyring, newsletter, issue, errand, "chair@example.org")
    life = timedelta(days=7)
    with database.write() as tx:
        return reviewers.invite(
            tx, application.keyring, mail, issue.id, address="chair@example.org", name="Chair", by="ann", life=life, now=clock()
        )


@pytest.fixture
def path(keyring: Keyring, link: GuestLink) -> str:
    """Give where the link leads."""
    return f"/r/{keyring.seal(Purpose.REVIEW, link.id)}"


def said(database: Database, issue: Issue) -> list[tuple[int | None, str, str]]:
    """Give what was said of an issue."""
    with database.read() as tx:
        return [(one.article_id, one.author, one.text) for one in comments.comments_of(tx, issue.id)]


def test_the_mail_carries_the_link_and_says_who_asks(database: Database, link: GuestLink) -> None:
    """To an address that need not be a reader's."""
    with database.read() as tx:
        row = tx.execute(select(letter)).one()
        number = tx.execute(select(delivery.c.confirmation_id)).scalar_one()
    assert ["chair@example.org"] == planned(database)
    assert link.id == number
    assert "Please look over January 2020 of Section News" == row.subject
    assert {"review"} == set(row.slots)
    for text in ("Ann asks you to read January 2020", "By Friday.", "8 February 2020", "Dear Chair,"):
        assert text in row.text
        assert text in row.html


def test_the_letter_is_shown_as_it_will_arrive(client: TestClient, path: str, issue: Issue) -> None:
    """In a frame that runs nothing, with a place for comments at each article; no other site learns the address."""
    page = client.get(path)
    shown = client.get(f"{path}/letter")

    assert (200, "no-referrer", "no-store") == (
        page.status_code,
        page.headers["Referrer-Policy"],
        page.headers["Cache-Control"],
    )
    assert "For review until 8 February 2020" in page.text
    assert len(issue.articles) + 1 == page.text.count("<form")
    assert PREVIEW_POLICY.format(pictures="'self'") == shown.headers["Content-Security-Policy"]
    assert "Staying relevant" in shown.text
    assert "slot" not in re.findall(r"slot[0-9a-f]{24}", shown.text)


def test_a_comment_is_pinned_to_its_article(client: TestClient, database: Database, path: str, issue: Issue) -> None:
    """And shown there, escaped, with what the editors answered; by a form that needs no script."""
    article = article_called(issue, "Staying relevant")
    answer = client.post(path, data={"article": str(article.id), "text": f"Wrong {EVIL}\nday.", "name": "Chair"})
    client.post(path, data={"article": "", "text": "Well done.", "name": "Chair"})
    with database.write() as tx:
        comments.resolve(tx, issue.id, 1, "ann", issue.created_at, "It is right now.")
    page = client.get(answer.headers["Location"].partition("#")[0]).text

    assert (303, f"{path}#c1") == (answer.status_code, answer.headers["Location"])
    assert [(article.id, "Chair", f"Wrong {EVIL}\nday."), (None, "Chair", "Well done.")] == said(database, issue)
    assert "The editors: It is right now." in page
    assert EVIL not in page


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"text": "", "name": "Chair"}, "Write what you think first"),
        ({"text": "Well.", "name": " "}, "Write what you think first"),
        ({"text": "x" * 4_001, "name": "Chair"}, "at most 4,000 characters"),
        ({"text": "Well.", "name": "Chair", "article": "77"}, "This could not be taken"),
    ],
)
def test_what_cannot_be_taken_is_told_and_kept_in_the_form(
    client: TestClient, database: Database, path: str, issue: Issue, form: dict[str, str], told: str
) -> None:
    """Nothing is lost that somebody typed."""
    answer = client.post(path, data={"article": "", **form})

    assert 422 == answer.status_code
    assert told in answer.text
    assert [] == said(database, issue)
    assert form["text"] in answer.text or form.get("article") == "77"


def test_a_link_that_is_over_opens_nothing(
    client: TestClient, database: Database, keyring: Keyring, path: str, link: GuestLink, issue: Issue, clock: Hands
) -> None:
    """Its time, a revocation, an issue that is over, a token for something else."""
    form = {"article": "", "text": "Well.", "name": "Chair"}
    assert 404 == client.get(f"/r/{keyring.seal(Purpose.DATA, link.id)}").status_code
    assert 410 == client.get(f"/r/{keyring.seal(Purpose.REVIEW, 77)}").status_code
    clock.forward(days=7)
    assert {410} == {client.get(path).status_code, client.get(f"{path}/letter").status_code}
    clock.forward(days=-7)
    with database.write() as tx:
        guests.revoke(tx, issue.id, link.id, GuestPurpose.REVIEW, clock())
    assert 410 == client.post(path, data=form).status_code
    with database.write() as tx:
        again = guests.make(
            tx,
            issue.id,
            GuestPurpose.REVIEW,
            address="bo@example.org",
            name="",
            by="ann",
            now=clock(),
            ends_at=clock() + timedelta(days=1),
        )
        store.set_state(tx, issue, IssueState.CANCELLED, clock())
    assert 410 == client.get(f"/r/{keyring.seal(Purpose.REVIEW, again.id)}").status_code
    assert [] == said(database, issue)


def test_one_link_opens_one_issue(
    client: TestClient, database: Database, newsletter: Newsletter, path: str, clock: Hands
) -> None:
    """Whatever else there is is not shown, nor commented on."""
    with database.write() as tx:
        other = draft.draft_empty(tx, newsletter, "A secret special", clock())
        written = editing.write_letter(tx, other.id, "A word", "<p>Dear all.</p>", "Ann", clock())
    form = {"article": str(written.articles[0].id), "text": "Well.", "name": "Chair"}

    assert "A secret special" not in client.get(path).text
    assert 422 == client.post(path, data=form).status_code
    assert [] == said(database, other)


def test_who_comments_without_end_waits(client: TestClient, database: Database, path: str, issue: Issue) -> None:
    """A loop is stopped, and a minute later a person goes on."""
    form = {"article": "", "text": "Well.", "name": "Chair"}
    answers = [client.post(path, data=form).status_code for _ in range(22)]

    assert [303] * 20 + [429] * 2 == answers
    assert 20 == len(said(database, issue))


def test_the_page_speaks_the_language_of_its_reader(client: TestClient, path: str) -> None:
    """And comments come back in it."""
    assert "Zur Durchsicht bis 8. Februar 2020" in client.get(f"{path}?lang=de").text
    answer = client.post(f"{path}?lang=de", data={"article": "", "text": "Gut.", "name": "Chair", "lang": "de"})
    assert f"{path}?lang=de#c1" == answer.headers["Location"]
