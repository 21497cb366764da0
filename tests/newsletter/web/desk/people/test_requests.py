"""Requests about data, from the letter to the answer."""

import json

from newsletter.database import Database
from newsletter.people import datarequests
from newsletter.staff import audit
from tests.newsletter.web.conftest import Hands, Reader
from tests.newsletter.web.desk.conftest import OpenDesk

WHERE = "/desk/people/requests"


def test_request_is_noted_answered_and_closed(desk: OpenDesk, reader: Reader, clock: Hands, database: Database) -> None:
    """The whole way: who asks is found, what is held is handed out, and the request is done."""
    home = f"/desk/people/{reader.subscriber.id}"
    assert "Nobody waits for an answer" in desk.page(WHERE)
    said = desk.press(f"{home}/request", kind="access", note="By letter <b>of Monday</b>")
    assert "It has to be answered within a month." in desk.page(said.headers["location"])
    page = desk.page(WHERE)
    assert "ann@example.org" in page
    assert "By letter &lt;b&gt;" in page
    assert "was due" not in page
    clock.forward(days=29)
    assert "was due" in desk.page(WHERE)

    file = desk.press(f"{home}/data")
    assert "ann@example.org" == json.loads(file.text)["subscriber"]["address"]["text"]
    with database.read() as tx:
        [waiting] = datarequests.open_ones(tx)
    desk.press(f"{home}/answered", request=str(waiting.id))
    assert "Nobody waits for an answer" in desk.page(WHERE)
    with database.read() as tx:
        acts = [one.act for one in audit.recent(tx)]
    assert ["privacy.answered", "privacy.export", "privacy.request"] == [act for act in acts if act.startswith("privacy.")]


def test_erasure_closes_what_was_asked(desk: OpenDesk, reader: Reader, database: Database) -> None:
    """Nothing of it stays with a name."""
    home = f"/desk/people/{reader.subscriber.id}"
    assert 422 == desk.press(f"{home}/request", kind="everything").status_code
    desk.press(f"{home}/request", kind="erasure", note="ann@example.org rang us")
    assert "to be forgotten" in desk.page(home)
    desk.press(f"{home}/erase")

    assert "Nobody waits for an answer" in desk.page(WHERE)
    with database.read() as tx:
        assert [] == list(datarequests.open_ones(tx))
