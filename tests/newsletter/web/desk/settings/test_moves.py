"""A newsletter in another time zone or for another list: told before, done by a button, and in the audit."""

from datetime import timedelta

from newsletter.database import Database
from newsletter.issues import draft, newsletters, readers, store
from newsletter.issues.model import Newsletter
from newsletter.staff import audit
from subscribers import topicbook
from tests.harness import mailroom, people
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.conftest import OpenDesk


def address(newsletter: Newsletter, page: str) -> str:
    """Give where it is done."""
    return f"/desk/settings/newsletters/{newsletter.id}/{page}"


def reread(database: Database, newsletter: Newsletter) -> Newsletter:
    """Give a newsletter as it is kept."""
    with database.read() as tx:
        return newsletters.by_id(tx, newsletter.id)


def test_another_zone_tells_at_what_hour_issues_go_out_there(
    desk: OpenDesk, database: Database, newsletter: Newsletter, clock: Hands
) -> None:
    """Before anything is kept; and then the issue keeps its moment."""
    with database.write() as tx:
        issue = draft.draft_empty(tx, newsletter, "February 2020", clock())
        at = (clock() + timedelta(days=3)).replace(hour=12, minute=0)
        store.set_send_at(tx, issue.id, at)
    told = desk.page(f"{address(newsletter, 'zone')}?zone=Asia/Tokyo")
    untouched = reread(database, newsletter)
    answer = desk.press(address(newsletter, "zone"), zone="Asia/Tokyo")

    assert "21:00 Tokyo" in told
    assert newsletter.zone == untouched.zone
    assert "The time zone is changed" in desk.page(answer.headers["location"])
    assert "Asia/Tokyo" == reread(database, newsletter).zone
    with database.read() as tx:
        assert at == store.load(tx, issue.id).send_at
        done = audit.recent(tx, 1)[0]
    assert ("newsletter.zone", {"before": newsletter.zone, "after": "Asia/Tokyo"}) == (done.act, dict(done.detail))


def test_a_zone_nobody_knows_is_refused(desk: OpenDesk, database: Database, newsletter: Newsletter) -> None:
    """When it is asked about, and when it is pressed; what was typed stays."""
    asked = desk.client.get(address(newsletter, "zone"), params={"zone": "Mars/Olympus"})
    pressed = desk.press(address(newsletter, "zone"), zone="Mars/Olympus")

    assert [422, 422] == [asked.status_code, pressed.status_code]
    assert 'value="Mars/Olympus"' in pressed.text
    assert newsletter == reread(database, newsletter)


def test_another_list_tells_what_stays_with_the_one_before(
    desk: OpenDesk, database: Database, newsletter: Newsletter, clock: Hands
) -> None:
    """An approved issue goes where it was approved for; the next one to the other list."""
    with database.write() as tx:
        other = people.a_list(tx, clock(), "Members")
        approved = mailroom.approved_issue(tx, newsletter.id, clock(), "March 2020")
    told = desk.page(f"{address(newsletter, 'list')}?list_id={other.id}")
    answer = desk.press(address(newsletter, "list"), list_id=str(other.id))

    assert "Issues that are approved from now on go to Members" in told
    assert "March 2020" in told
    assert "nobody could join it any more" in told
    assert "goes to another list" in desk.page(answer.headers["location"])
    with database.read() as tx:
        assert newsletter.list_id == readers.list_of(tx, store.load(tx, approved))
        assert other.id == newsletters.by_id(tx, newsletter.id).list_id
        assert "newsletter.list" == audit.recent(tx, 1)[0].act


def test_a_list_that_cannot_be_is_refused(desk: OpenDesk, database: Database, newsletter: Newsletter, clock: Hands) -> None:
    """One that is not there, and any while an issue is for topics of its own."""
    with database.write() as tx:
        other = people.a_list(tx, clock(), "Members")
        topicbook.add(tx, newsletter.list_id, "Jobs")
        issue = draft.draft_empty(tx, newsletter, "March 2020", clock())
        readers.set_topics(tx, issue.id, ["Jobs"], clock())
    answers = [desk.press(address(newsletter, "list"), list_id=wanted) for wanted in ("", "999", "x", str(other.id))]

    assert [422] * 4 == [answer.status_code for answer in answers]
    assert "March 2020" in answers[3].text
    assert newsletter == reread(database, newsletter)


def test_name_and_language_are_changed_with_the_details(desk: OpenDesk, database: Database, newsletter: Newsletter) -> None:
    """The address in the archive stays, a name that is taken is refused, and a form without them leaves them alone."""
    given = {"postal_address": "Oslo", "archive": "off"}
    desk.press(f"/desk/settings/newsletters/{newsletter.id}", **given, name="Другое имя", language="ru")
    changed = reread(database, newsletter)
    with database.write() as tx:
        other = newsletters.create(
            tx,
            name="Other",
            sender_name="",
            sender_address="o@example.org",
            list_id=newsletter.list_id,
            postal_address="Oslo",
            now=newsletter.created_at,
        )
    taken = desk.press(f"/desk/settings/newsletters/{other.id}", **given, name="ДРУГОЕ ИМЯ")
    desk.press(f"/desk/settings/newsletters/{newsletter.id}", **given)

    assert ("Другое имя", "ru", newsletter.slug) == (changed.name, changed.language, changed.slug)
    assert 422 == taken.status_code
    assert "Другое имя" == reread(database, newsletter).name
