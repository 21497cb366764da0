"""Taking people out of the desk as a file."""

import csv

from newsletter.database import Database
from newsletter.issues.model import Newsletter
from newsletter.staff import audit
from subscribers import register
from tests.newsletter.web.conftest import Reader
from tests.newsletter.web.desk.conftest import OpenDesk

WHERE = "/desk/people/export"
FORMULA = "=cmd|' /C calc'!A0"


def test_list_is_taken_by_a_button(desk: OpenDesk, newsletter: Newsletter, reader: Reader, database: Database) -> None:
    """No spreadsheet runs what is in it (A31), a program gets it as it is, and the audit knows."""
    with database.write() as tx:
        register.edit(tx, reader.subscriber.id, name=FORMULA)
    guarded = desk.press(WHERE, list=str(newsletter.list_id))
    raw = desk.press(WHERE, list=str(newsletter.list_id), raw="1")

    assert [f"'{FORMULA}"] == [row["name"] for row in csv.DictReader(guarded.text.splitlines())]
    assert [FORMULA] == [row["name"] for row in csv.DictReader(raw.text.splitlines())]
    assert guarded.headers["content-disposition"].startswith("attachment")
    with database.read() as tx:
        assert ["subscribers.export"] * 2 == [one.act for one in audit.recent(tx, limit=2)]


def test_list_that_is_not_there_is_not_taken(desk: OpenDesk, newsletter: Newsletter) -> None:
    """Nor written into the audit."""
    assert newsletter.name
    assert 404 == desk.press(WHERE, list="999").status_code
    assert "Take the file" in desk.page(WHERE)
