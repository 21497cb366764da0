"""Alerts are settled on the board, by whoever may mend what they tell."""

import pytest

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues import alerts
from newsletter.issues.alerts import Alert
from newsletter.issues.model import Newsletter
from newsletter.staff import audit
from newsletter.staff.permissions import Actor, Role
from newsletter.web.desk.board.settling import SAID
from tests.harness.newsroom import a_newsletter
from tests.newsletter.web.conftest import Hands, browser_of, csrf_of
from tests.newsletter.web.desk.conftest import OpenDesk, buttons


def waiting(database: Database) -> list[Alert]:
    """Give what waits."""
    with database.read() as tx:
        return list(alerts.open_alerts(tx))


def raised(database: Database, key: str, clock: Hands, newsletter_id: int | None) -> str:
    """Raise an alert; gives where it is settled."""
    with database.write() as tx:
        alerts.raise_alert(tx, key, "Something happened.", clock(), newsletter_id=newsletter_id)
    return f"/desk/alerts/{next(one.id for one in waiting(database) if one.key == key)}/settle"


def test_an_alert_is_settled_by_a_button(desk: OpenDesk, database: Database, newsletter: Newsletter, clock: Hands) -> None:
    """It leaves the board, that is said, and the audit has it."""
    path = raised(database, "flood:1", clock, newsletter.id)

    assert f'action="{path}"' in desk.page("/desk")
    assert "Settle" in buttons(desk.page("/desk"))
    page = desk.page(desk.press(path).headers["location"])
    assert SAID["settled"].text in page
    assert "Something happened." not in page
    with database.read() as tx:
        [act] = audit.page(tx, audit.Asked(act="alert.settle"), None, 5)
    assert "alert flood:1" == act.subject


def test_settled_twice_is_said_and_done_once(desk: OpenDesk, database: Database, newsletter: Newsletter, clock: Hands) -> None:
    """By two people, or in two windows; what was raised anew meanwhile stays."""
    path = raised(database, "flood:1", clock, newsletter.id)
    desk.press(path)
    raised(database, "flood:1", clock, newsletter.id)
    page = desk.page(desk.press(path).headers["location"])

    assert SAID["settled_already"].text in page
    assert ["flood:1"] == [one.key for one in waiting(database)]
    with database.read() as tx:
        assert 1 == len(audit.page(tx, audit.Asked(act="alert.settle"), None, 5))


def test_what_goes_by_itself_has_no_button(desk: OpenDesk, database: Database, newsletter: Newsletter, clock: Hands) -> None:
    """And a form for it that somebody made up does nothing."""
    path = raised(database, "evidence:7", clock, None)

    assert "Settle" not in buttons(desk.page("/desk"))
    assert 404 == desk.press(path).status_code
    assert 1 == len(waiting(database))


@pytest.mark.parametrize(("role", "key"), [(Role.VIEWER, "digest-late:1:2020-q1"), (Role.EDITOR, "flood:1")])
def test_a_role_that_is_too_small_settles_nothing(
    application: Application, newsletter: Newsletter, clock: Hands, role: Role, key: str
) -> None:
    """They read it, and there is no button."""
    database = application.database
    path = raised(database, key, clock, newsletter.id)
    client = browser_of(application, Actor("vic", None, {newsletter.id: role}))
    page = client.get("/desk").text

    assert "Something happened." in page
    assert "Settle" not in buttons(page)
    assert 403 == client.post(path, data={"csrf": csrf_of(client)}).status_code
    assert 1 == len(waiting(database))


def test_of_another_newsletter_one_is_not_told_that_it_is_there(
    application: Application, newsletter: Newsletter, clock: Hands
) -> None:
    """The same answer as for one that was never raised, and it waits on."""
    database = application.database
    with database.write() as tx:
        other = a_newsletter(tx, "Library Weekly")
    path = raised(database, "digest-late:2:2020-q1", clock, other.id)
    client = browser_of(application, Actor("eve", None, {newsletter.id: Role.EDITOR}))
    answers = [client.post(one, data={"csrf": csrf_of(client)}) for one in (path, "/desk/alerts/987654/settle")]

    assert [404, 404] == [one.status_code for one in answers]
    assert 1 == len(waiting(database))
