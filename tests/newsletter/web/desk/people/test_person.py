"""One person at the desk: what is shown, and what the staff does about them."""

import json
import re
from datetime import timedelta
from functools import partial
from html import unescape

import pytest

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues.model import Newsletter
from newsletter.letters.letter import LetterKind
from newsletter.mail.delivery import DeliveryState
from newsletter.people import departures
from newsletter.returns.model import Reading
from newsletter.staff import audit
from newsletter.staff.permissions import Actor, Role
from subscribers import attributebook, register, suppression, topicbook
from subscribers.attributes import AttributeKind
from subscribers.errors import SubscriberNotFound
from subscribers.model import EVERY_LIST, MailingList, Reason
from subscribers.tokens import Keyring
from tests.harness import mailroom, returned
from tests.harness.mailed import being_mailed
from tests.harness.newsroom import a_newsletter
from tests.harness.people import join
from tests.newsletter.web.conftest import Hands, Reader, browser_of, csrf_of, planned, standing
from tests.newsletter.web.desk.conftest import OpenDesk

HOSTILE = "<script>alert(1)</script>"


def home(reader: Reader) -> str:
    """Give the address of a person's page."""
    return f"/desk/people/{reader.subscriber.id}"


def done(desk: OpenDesk, reader: Reader, verb: str, **fields: str) -> str:
    """Do something about a person; gives what was said of it."""
    answer = desk.press(f"{home(reader)}/{verb}", **fields)
    assert 303 == answer.status_code
    assert answer.headers["location"].startswith(home(reader))
    desk.page(answer.headers["location"])
    return answer.headers["location"].partition("said=")[2]


def test_page_shows_what_they_said_and_how(desk: OpenDesk, reader: Reader, list_: MailingList) -> None:
    """Each act with its door, and whether the chain holds."""
    page = desk.page(home(reader))

    assert "ann@example.org" in page
    assert list_.name in page
    assert "said yes" in page
    assert "none was changed since" in page
    assert 404 == desk.client.get("/desk/people/99999").status_code


def letters_on(page: str) -> list[tuple[str, str]]:
    """Give the letters that stand on a page, and what it says became of each."""
    table = unescape(page).partition('id="mailed"')[2].partition("</section>")[0]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)]
    said = [[" ".join(re.sub("<[^>]+>", " ", cell).split()) for cell in row] for row in rows]
    return [(cells[0], cells[1].removeprefix("Became ")) for cells in said if cells]


def test_each_letter_to_them_stands_there_with_what_became_of_it(
    desk: OpenDesk, reader: Reader, database: Database, newsletter: Newsletter, clock: Hands
) -> None:
    """The newest first, with the words of the mail server; an issue leads to its page."""
    assert "Nothing was mailed to them yet." in desk.page(home(reader))
    planned = partial(mailroom.plan, newsletter_id=newsletter.id, list_id=newsletter.list_id, now=clock())
    with database.write() as tx:
        given_up = planned(tx, draft=mailroom.a_draft(subject="Given up"))
    issue = being_mailed(database, mailroom.Mailroom(newsletter.id, newsletter.list_id, given_up), clock())
    issue.mail({"ann": DeliveryState.REFUSED})
    for subject, fate in (("Taken", "accepted"), ("Busy", "deferred"), ("Cut off", "uncertain")):
        with database.write() as tx:
            planned(tx, draft=mailroom.a_draft(subject=subject))
        issue.mail({"ann": DeliveryState(fate)})
    with database.write() as tx:
        planned(tx, draft=mailroom.a_draft(LetterKind.WELCOME, "Hello"))
    page = desk.page(home(reader))

    assert [
        ("Hello welcome", "waits"),
        ("Cut off", "nobody knows Unexpected EOF"),
        ("Busy", "tried again later 4.2.0 later"),
        ("Taken", "accepted 2.0.0 queued as 7"),
        ("January 2020", "refused 5.7.1 not today"),
        ("Given up", "cancelled"),
    ] == letters_on(page)
    assert f'<a href="/desk/issues/{issue.issue_id}" dir="auto">January 2020</a>' in page


def test_name_language_and_answers_are_changed(desk: OpenDesk, reader: Reader, database: Database, clock: Hands) -> None:
    """And shown as text, whatever they hold."""
    with database.write() as tx:
        attributebook.define(tx, "library", AttributeKind.TEXT, clock())

    assert "edited" == done(desk, reader, "edit", name=HOSTILE, language="fr", **{"answer-library": "Public"})
    page = desk.page(home(reader))
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    assert 'value="Public"' in page


def test_their_no_is_taken_with_its_reason(desk: OpenDesk, reader: Reader, database: Database, list_: MailingList) -> None:
    """Among their acts, and among the reasons of the list."""
    assert "left" == done(desk, reader, "unsubscribe", list=str(list_.id), why="too-often")
    assert "withdrawn" == standing(database, reader.subscription)
    assert "They said: it came too often." in desk.page(home(reader))
    with database.read() as tx:
        assert {"too-often": 1} == departures.reasons(tx, list_.id, reader.subscriber.created_at - timedelta(days=1))


def test_address_is_kept_out_and_let_in(desk: OpenDesk, reader: Reader, database: Database) -> None:
    """By the staff's word, for every list."""
    assert "kept-out" == done(desk, reader, "keep-out", list="0", reason="manual")
    assert "Kept out of every list" in desk.page(home(reader))
    assert "known" == done(desk, reader, "keep-out", list="0", reason="manual")
    assert "lifted" == done(desk, reader, "lift", list="0", why="They rang us.")
    assert "Kept out of every list" not in desk.page(home(reader))
    with database.read() as tx:
        assert "They rang us." == audit.recent(tx)[0].detail["why"]


def test_a_complaint_behind_the_staffs_word_is_told(desk: OpenDesk, reader: Reader) -> None:
    """It stands by itself then, and is lifted by itself."""
    done(desk, reader, "keep-out", list="0", reason="manual")
    assert "known" == done(desk, reader, "keep-out", list="0", reason="complained")
    assert "uncovered" == done(desk, reader, "lift", list="0", why="They rang us.")
    assert "Kept out of every list" in desk.page(f"{home(reader)}?said=uncovered")
    assert "lifted" == done(desk, reader, "lift", list="0", why="They asked for mail again.")


def test_their_own_no_is_lifted_by_nobody(desk: OpenDesk, reader: Reader) -> None:
    """Only they take it back."""
    done(desk, reader, "unsubscribe", list="0")
    page = desk.page(home(reader))

    assert "Only a fresh yes of their own" in page
    assert "Lift this" not in page
    assert 409 == desk.press(f"{home(reader)}/lift", list="0", why="please").status_code


def test_another_address_is_asked_first(desk: OpenDesk, reader: Reader, database: Database) -> None:
    """Nothing changes before it says yes (A10)."""
    assert "move-asked" == done(desk, reader, "move", address="ann@example.net")
    page = desk.page(home(reader))

    assert "ann@example.net was asked by mail" in page
    assert ["ann@example.net"] == planned(database)
    with database.read() as tx:
        assert "ann@example.org" == register.subscriber_by_id(tx, reader.subscriber.id).address.text
    assert 422 == desk.press(f"{home(reader)}/move", address="no address").status_code


def test_terms_of_a_list_are_changed(desk: OpenDesk, reader: Reader, database: Database, list_: MailingList) -> None:
    """How often, and which topics."""
    with database.write() as tx:
        work, play = (topicbook.add(tx, list_.id, name).id for name in ("Work", "Play"))
    fields = {f"topic-{work}": "1", "until": ""}

    assert "terms" == done(desk, reader, "terms", list=str(list_.id), cadence="quarterly", **fields)
    assert "terms-same" == done(desk, reader, "terms", list=str(list_.id), cadence="quarterly", **fields)
    with database.read() as tx:
        [now] = register.subscriptions_of(tx, reader.subscriber.id)
    assert ("quarterly", False) == (now.cadence.value, now.takes_all_topics)
    assert play != work


@pytest.mark.parametrize(
    ("verb", "fields"),
    [
        ("keep-out", {"list": "0", "reason": "erased"}),
        ("keep-out", {"list": "0", "reason": "unsubscribed"}),
        ("keep-out", {"list": "x", "reason": "manual"}),
        ("terms", {"list": "1", "cadence": "hourly"}),
        ("terms", {"list": "1", "cadence": "every-issue", "until": "soon"}),
    ],
)
def test_what_is_not_offered_is_refused(desk: OpenDesk, reader: Reader, verb: str, fields: dict[str, str]) -> None:
    """And nothing is changed."""
    assert 422 == desk.press(f"{home(reader)}/{verb}", **fields).status_code


def test_data_is_handed_out_by_a_button(desk: OpenDesk, reader: Reader, database: Database) -> None:
    """As a file, and the audit knows."""
    answer = desk.press(f"{home(reader)}/data")

    assert "ann@example.org" == json.loads(answer.text)["subscriber"]["address"]["text"]
    assert answer.headers["content-disposition"].startswith("attachment")
    assert 405 == desk.client.get(f"{home(reader)}/data").status_code
    with database.read() as tx:
        assert "privacy.export" == audit.recent(tx)[0].act


def test_person_is_forgotten_after_the_number_was_named(
    desk: OpenDesk, reader: Reader, database: Database, keyring: Keyring
) -> None:
    """What goes is said before; what stays is a keyed hash."""
    assert "1 list" in desk.page(f"{home(reader)}/erase")
    answer = desk.press(f"{home(reader)}/erase")

    assert "/desk/people?said=erased" == answer.headers["location"]
    assert "The person is forgotten" in desk.page(answer.headers["location"])
    with database.read() as tx:
        with pytest.raises(SubscriberNotFound):
            register.subscriber_by_id(tx, reader.subscriber.id)
        reason = suppression.reason_of(tx, keyring.hash_address("ann@example.org"), EVERY_LIST)
    assert Reason.ERASED is reason


def test_who_looks_after_one_newsletter_acts_for_its_list(
    application: Application, reader: Reader, newsletter: Newsletter, database: Database, keyring: Keyring, clock: Hands
) -> None:
    """What holds for lists of others is theirs to do (A09)."""
    with database.write() as tx:
        other = a_newsletter(tx, "Foreign")
        join(tx, keyring, other.list_id, "ann@example.org", clock() + timedelta(days=1))
        foreign = join(tx, keyring, other.list_id, "zoe@example.org", clock()).subscriber.id
        foreign_list = register.list_by_id(tx, other.list_id)
        for one, subject in ((other, "Their letter"), (newsletter, "Our letter")):
            mailroom.plan(tx, one.id, one.list_id, clock() + timedelta(days=2), mailroom.a_draft(subject=subject))
    actor = Actor("Ida", None, {newsletter.id: Role.PUBLISHER})
    with browser_of(application, actor) as client:
        desk = OpenDesk(client, csrf_of(client))
        page = desk.page(home(reader))

        assert foreign_list.name not in page
        assert [("Our letter", "waits")] == letters_on(page)
        assert "Their data" not in page
        assert 404 == client.get(f"/desk/people/{foreign}").status_code
        assert 404 == desk.press(f"{home(reader)}/unsubscribe", list=str(other.list_id)).status_code
        for verb in ("data", "erase", "edit"):
            assert 403 == desk.press(f"{home(reader)}/{verb}").status_code
        assert 403 == desk.press(f"{home(reader)}/unsubscribe", list="0").status_code
        assert "left" == done(desk, reader, "unsubscribe", list=str(newsletter.list_id))


def test_what_came_back_stands_there_with_its_evidence(
    desk: OpenDesk, reader: Reader, database: Database, keyring: Keyring, newsletter: Newsletter, clock: Hands
) -> None:
    """With the points against the address; what it is kept out for stands where that is lifted."""

    def come_back(subject: str, reading: Reading) -> str:
        with database.write() as tx:
            draft = mailroom.a_draft(subject=subject)
            letter_id = mailroom.plan(tx, newsletter.id, newsletter.list_id, clock(), draft=draft)
            back = returned.address(keyring, returned.delivery_of(tx, "ann", letter_id, "example.org"))
            returned.take(tx, keyring, returned.bounce(back, subject=subject), reading, clock())
        return unescape(desk.page(home(reader)))

    come_back("January", returned.FULL)
    full = come_back("February", returned.FULL)
    dead = come_back("March", returned.DEAD)

    assert "2 of 3 points for a full mailbox" in full
    assert "550 5.1.1 <ann@example.net>: user unknown" in dead.partition("Kept out of every list:")[2].partition("</form>")[0]
    assert "points for a full mailbox" not in dead
    assert 3 == dead.count('"mark mark--stopped">did not arrive')
    assert 2 == dead.count('<a href="/desk/returns/3">')
