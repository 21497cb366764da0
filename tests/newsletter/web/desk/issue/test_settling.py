"""What is left of a mailing: fates that nobody knows, and people who did not get it."""

import html
import re
from collections import Counter

import pytest
from sqlalchemy import insert, select, update

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues.model import Issue
from newsletter.mail import dispatch
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.figures import Change, add
from newsletter.staff import audit
from newsletter.tables.mail import attempt, delivery
from newsletter.worker import repeating
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.conftest import OpenDesk, buttons, state_of

S = DeliveryState


@pytest.fixture
def over(database: Database, mailing: Issue, clock: Hands) -> Issue:
    """Give an issue that was sent: accepted for Ben, refused for Eva, and of Ida nobody knows."""
    ends = {"ben": S.ACCEPTED, "eva": S.REFUSED, "ida": S.UNCERTAIN}
    with database.write() as tx:
        for row in tx.execute(select(delivery.c.id, delivery.c.email, delivery.c.letter_id)).all():
            state = ends[row.email.partition("@")[0]]
            facts = {"state": state, "settled_at": clock(), "sending_at": clock(), "note": "the answer was lost"}
            tx.execute(update(delivery).where(delivery.c.id == row.id).values(**facts))
            add(tx, Counter({Change(row.letter_id, state): 1}))
            if state is S.UNCERTAIN:
                told = {"number": 1, "at": clock(), "phase": "body", "code": 0, "enhanced": "", "reply": ""}
                tx.execute(insert(attempt).values(delivery_id=row.id, verdict=state, **told))
        dispatch.finish(tx, clock())
    assert "sent" == state_of(database, mailing)
    return mailing


def states(database: Database) -> dict[str, str]:
    """Give how everybody stands."""
    with database.read() as tx:
        rows = tx.execute(select(delivery.c.email, delivery.c.state)).all()
    return {row.email.partition("@")[0]: row.state for row in rows}


def undoable(page: str) -> list[str]:
    """Give the orders that a page has a button to take back for."""
    return re.findall(r'name="order" value="(\d+)"', page)


def plain(page: str) -> str:
    """Give the words of a page without their tags."""
    return " ".join(re.sub(r"<[^>]+>", "", page).split())


def lead(page: str) -> str:
    """Give the sentence above the button, as it is read."""
    (sentence,) = re.findall(r'<p class="lead">(.*?)</p>', page)
    return html.unescape(plain(sentence))


def boxes(page: str) -> list[str]:
    """Give the names of the boxes that can be ticked."""
    return re.findall(r'name="(d\d+)"', page)


def test_one_that_has_it_is_settled(desk: OpenDesk, database: Database, over: Issue) -> None:
    """Ticked, asked about with the address and the number, and then done at once: nobody is mailed by it."""
    base = f"/desk/issues/{over.id}/uncertain"
    assert "Settle what is uncertain …" in buttons(desk.page(f"/desk/issues/{over.id}/send"))
    page = desk.page(base)
    (box,) = boxes(page)
    question = desk.page(f"{base}?{box}=1&act=sent")

    assert "ida@example.org" in page
    assert "ida@example.org" in question
    assert "1 person" in question
    assert "uncertain" == states(database)["ida"]

    desk.act(over, "uncertain", act="sent", **{box: "1"})

    assert "accepted" == states(database)["ida"]
    assert "Nothing is uncertain" in desk.page(base)


def test_one_is_mailed_again_in_a_minute(desk: OpenDesk, application: Application, over: Issue, clock: Hands) -> None:
    """One sentence says who gets what when; the page of the mailing counts down, and then it is done."""
    base, database = f"/desk/issues/{over.id}/uncertain", application.database
    (box,) = boxes(desk.page(base))
    question = desk.page(f"{base}?{box}=1&act=resend")
    page = desk.act(over, "uncertain", act="resend", **{box: "1"})

    assert (
        "“January 2020” is mailed again in a minute to 1 person on Readers of Section News, from The Section "
        "(news@example.org), with the subject “Section News: January 2020”." in lead(question)
    )
    assert "You can take it back for 60 seconds." in question
    assert "It is mailed again to 1 person whose delivery is uncertain" in page
    assert "You can take that back for 60 seconds." in plain(page)
    assert "uncertain" == states(database)["ida"]
    clock.forward(minutes=1)
    repeating.carry_out(application)
    assert ("pending", "sending") == (states(database)["ida"], state_of(database, over))
    assert not undoable(desk.page(f"/desk/issues/{over.id}/send"))


def test_what_is_mailed_again_already_is_not_asked_twice(desk: OpenDesk, database: Database, over: Issue) -> None:
    """It is marked in the list, can still be said to have arrived, and another press orders nothing."""
    base = f"/desk/issues/{over.id}/uncertain"
    (box,) = boxes(desk.page(base))
    desk.act(over, "uncertain", act="resend", **{box: "1"})
    page = desk.page(base)

    assert "mailed again soon" in page
    assert "Whom you ticked is mailed again already." in desk.page(f"{base}?{box}=1&act=resend")
    assert "Call it accepted for 1 person?" in desk.page(f"{base}?{box}=1&act=sent")
    assert "That is ordered already." in desk.act(over, "uncertain", act="resend", **{box: "1"})
    assert 1 == len(undoable(desk.page(f"/desk/issues/{over.id}/send")))
    assert "uncertain" == states(database)["ida"]


def test_nobody_ticked_is_said(desk: OpenDesk, database: Database, over: Issue) -> None:
    """And a form that names nobody, or an act that there is not, does nothing."""
    base = f"/desk/issues/{over.id}/uncertain"
    (box,) = boxes(desk.page(base))
    version = str(over.version)

    assert "Nobody is ticked." in desk.page(f"{base}?act=sent")
    assert 422 == desk.press(base, version=version, act="sent").status_code
    assert 422 == desk.press(base, version=version, act="lose", **{box: "1"}).status_code
    assert 422 == desk.press(base, version=version, act="sent", d999="1").status_code
    assert "uncertain" == states(database)["ida"]


def test_who_did_not_get_it_gets_it_in_a_minute(desk: OpenDesk, application: Application, over: Issue, clock: Hands) -> None:
    """Whoever has it, or may have it, is left out; one sentence says who gets what when."""
    database = application.database
    assert "Send to those who did not get it …" in buttons(desk.page(f"/desk/issues/{over.id}/send"))
    question = desk.page(f"/desk/issues/{over.id}/rest?counted=1")

    assert ["Send to 1 person", "Not now"] == buttons(question)
    assert (
        "“January 2020” goes in a minute to 1 person on Readers of Section News who has not got it, from "
        "The Section (news@example.org), with the subject “Section News: January 2020”." in lead(question)
    )

    page = desk.act(over, "rest")

    assert "It goes to 1 person who did not get it" in page
    assert {"ben": "accepted", "eva": "refused", "ida": "uncertain"} == states(database)
    assert "sent" == state_of(database, over)
    assert ["Back to the mailing"] == buttons(desk.page(f"/desk/issues/{over.id}/rest?counted=1"))[1:]
    clock.forward(minutes=1)
    assert "It begins in a moment; you can take it back until then." in desk.page(f"/desk/issues/{over.id}")
    repeating.carry_out(application)
    assert {"ben": "accepted", "eva": "pending", "ida": "uncertain"} == states(database)
    assert "sending" == state_of(database, over)


@pytest.mark.parametrize("verb", ["rest", "uncertain"])
def test_it_is_taken_back_and_written_down_by_whom(
    desk: OpenDesk, application: Application, over: Issue, clock: Hands, verb: str
) -> None:
    """Then nobody is mailed by it, and a second press finds nothing to take back."""
    before = states(application.database)
    (box,) = boxes(desk.page(f"/desk/issues/{over.id}/uncertain"))
    desk.act(over, verb, **({"act": "resend", box: "1"} if verb == "uncertain" else {}))
    (order,) = undoable(desk.page(f"/desk/issues/{over.id}/send"))
    page = desk.act(over, "undo", order=order)
    clock.forward(minutes=1)
    repeating.carry_out(application)

    assert not undoable(page)
    assert (before, "sent") == (states(application.database), state_of(application.database, over))
    with application.database.read() as tx:
        undone, given = audit.recent(tx)[:2]
    assert ("issue.undo", given.actor) == (undone.act, undone.detail["ordered_by"])
    assert given.act in {"issue.order_rest", "uncertain.order"}
    assert 409 == desk.press(f"/desk/issues/{over.id}/undo", order=order).status_code


@pytest.mark.parametrize("order", ["", "0", "-1", "x", "9" * 40, "99"])
def test_an_order_that_there_is_not_is_not_taken_back(desk: OpenDesk, over: Issue, order: str) -> None:
    """Whatever somebody writes there."""
    desk.act(over, "rest")

    assert 409 == desk.press(f"/desk/issues/{over.id}/undo", order=order).status_code
    assert 1 == len(undoable(desk.page(f"/desk/issues/{over.id}/send")))


def test_the_same_is_ordered_once_by_two_who_press(desk: OpenDesk, over: Issue) -> None:
    """And of newcomers it is said that there are none."""
    desk.act(over, "rest")

    assert "That is ordered already." in desk.act(over, "rest")
    assert "There is nobody left who could get it." not in desk.act(over, "rest", also_new="1")
    assert 2 == len(undoable(desk.page(f"/desk/issues/{over.id}/send")))


def test_a_cancelled_issue_waits_for_nothing(desk: OpenDesk, application: Application, over: Issue, clock: Hands) -> None:
    """What was ordered before is given up with it."""
    desk.act(over, "rest")
    clock.forward(minutes=1)
    repeating.carry_out(application)
    (box,) = boxes(desk.page(f"/desk/issues/{over.id}/uncertain"))
    desk.act(over, "uncertain", act="resend", **{box: "1"})
    page = desk.act(over, "cancel")
    clock.forward(minutes=1)
    repeating.carry_out(application)

    assert not undoable(page)
    assert {"ben": "accepted", "eva": "cancelled", "ida": "uncertain"} == states(application.database)
