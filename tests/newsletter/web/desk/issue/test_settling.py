"""What is left of a mailing: fates that nobody knows, and people who did not get it."""

import re
from collections import Counter

import pytest
from sqlalchemy import insert, select, update

from newsletter.database import Database
from newsletter.issues.model import Issue
from newsletter.mail import dispatch
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.figures import Change, add
from newsletter.tables.mail import attempt, delivery
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


def boxes(page: str) -> list[str]:
    """Give the names of the boxes that can be ticked."""
    return re.findall(r'name="(d\d+)"', page)


@pytest.mark.parametrize(("act", "becomes"), [("sent", "accepted"), ("resend", "pending")])
def test_an_uncertain_one_is_settled(desk: OpenDesk, database: Database, over: Issue, act: str, becomes: str) -> None:
    """Ticked, asked about with the address and the number, and then done."""
    base = f"/desk/issues/{over.id}/uncertain"
    assert "Settle what is uncertain …" in buttons(desk.page(f"/desk/issues/{over.id}/send"))
    page = desk.page(base)
    (box,) = boxes(page)
    question = desk.page(f"{base}?{box}=1&act={act}")

    assert "ida@example.org" in page
    assert "ida@example.org" in question
    assert "1 person" in question
    assert "uncertain" == states(database)["ida"]

    desk.act(over, "uncertain", act=act, **{box: "1"})

    assert becomes == states(database)["ida"]
    assert "Nothing is uncertain" in desk.page(base)


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


def test_who_did_not_get_it_gets_it(desk: OpenDesk, database: Database, over: Issue) -> None:
    """Whoever has it, or may have it, is left out."""
    assert "Send to those who did not get it …" in buttons(desk.page(f"/desk/issues/{over.id}/send"))
    page = desk.page(f"/desk/issues/{over.id}/rest?counted=1")

    assert ["Send to 1 person", "Not now"] == buttons(page)

    desk.act(over, "rest")

    assert {"ben": "accepted", "eva": "pending", "ida": "uncertain"} == states(database)
    assert "sending" == state_of(database, over)
