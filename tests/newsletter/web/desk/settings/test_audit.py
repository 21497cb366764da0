"""The audit log at the desk."""

import csv
import io
import json
from datetime import timedelta

from newsletter.database import Database
from newsletter.staff import audit
from newsletter.staff.permissions import Actor, Role
from newsletter.web.desk.settings.audit import PAGE
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.conftest import OpenDesk

ANN = Actor("Ann", Role.ADMIN)
HERE = "/desk/settings/audit"


def written(database: Database, clock: Hands, *acts: str) -> None:
    """Write acts down, an hour between each."""
    with database.write() as tx:
        for number, act in enumerate(acts, 1):
            audit.record(tx, ANN, act, f"issue {number}", {"reason": "=1+1"}, clock() + timedelta(hours=number))


def test_acts_are_found_by_how_they_begin(desk: OpenDesk, database: Database, clock: Hands) -> None:
    """In any letter case, and nothing else is shown."""
    written(database, clock, "issue.approve", "relay.edit")

    page = desk.page(f"{HERE}?act=ISSUE.&actor=ann")

    assert "issue.approve" in page
    assert "relay.edit" not in page.partition("<tbody>")[2]


def test_a_day_counts_to_its_end(desk: OpenDesk, database: Database, clock: Hands) -> None:
    """What was done on the last day that is asked for is among it."""
    written(database, clock, "issue.approve")
    day = f"{clock() + timedelta(hours=1):%Y-%m-%d}"

    assert "issue.approve" in desk.page(f"{HERE}?since={day}&until={day}").partition("<tbody>")[2]
    assert "Nothing was done that fits" in desk.page(f"{HERE}?since=2030-01-01")


def test_every_act_stands_on_one_page(desk: OpenDesk, database: Database, clock: Hands) -> None:
    """Following the link to older acts meets each of them once."""
    names = [f"issue.act{number:03}" for number in range(2 * PAGE + 3)]
    written(database, clock, *names)
    seen: list[str] = []

    path = f"{HERE}?act=issue.act"
    while path:
        page = desk.page(path)
        seen += [part.partition("<")[0] for part in page.partition("<tbody>")[2].partition("</table>")[0].split("<code>")[1:]]
        _, found, rest = page.partition('rel="next" href="')
        path = HERE + rest.partition('"')[0].replace("&amp;", "&") if found else ""

    assert names[::-1] == seen


def test_a_file_has_all_that_is_asked_for_and_no_formula(desk: OpenDesk, database: Database, clock: Hands) -> None:
    """As a table whose cells no spreadsheet computes, and as JSON with the values themselves."""
    written(database, clock, *["=cmd|calc"] * (PAGE + 1))

    table = list(csv.DictReader(io.StringIO(desk.page(f"{HERE}.csv?actor=Ann"))))
    document = json.loads(desk.page(f"{HERE}.json?actor=Ann"))

    assert PAGE + 1 == len(table) == len(document)
    assert "'=cmd|calc" == table[0]["act"]
    assert {"reason": "=1+1"} == document[0]["detail"]


def test_no_act_is_a_file_all_the_same(desk: OpenDesk) -> None:
    """An empty array, and a table with its head alone."""
    assert [] == json.loads(desk.page(f"{HERE}.json?actor=nobody"))
    assert 1 == len(desk.page(f"{HERE}.csv?actor=nobody").splitlines())


def test_an_act_is_told_in_words(desk: OpenDesk, database: Database, clock: Hands) -> None:
    """With its name, which leads to all of its kind; one that has no words is told by its name alone."""
    written(database, clock, "issue.approve", "issue.former")

    table = desk.page(f"{HERE}?actor=Ann").partition("<tbody>")[2].partition("</table>")[0]
    file = list(csv.DictReader(io.StringIO(desk.page(f"{HERE}.csv?actor=Ann"))))

    assert "Approved an issue<br>" in table
    assert f'href="{HERE}?actor=Ann&amp;act=issue.approve"' in table
    assert 1 == table.count(">issue.former<")
    assert [("issue.former", "issue.former"), ("issue.approve", "Approved an issue")] == [
        (one["act"], one["words"]) for one in file
    ]


def test_a_day_that_is_none(desk: OpenDesk) -> None:
    """Is refused in words, and no error of ours."""
    answer = desk.client.get(f"{HERE}?since=yesterday")

    assert 422 == answer.status_code
    assert "write it as 2020-02-03" in answer.text


def test_details_are_told_in_words(desk: OpenDesk, database: Database, clock: Hands) -> None:
    """Also those that have parts, and those that are nothing."""
    with database.write() as tx:
        detail = {"roles": {"3": "editor"}, "tokens": {}, "is_checked": True, "after": None}
        audit.record(tx, ANN, "staff.edit", "account Bob", detail, clock())

    page = desk.page(HERE)

    assert "roles: 3=editor; tokens: none; is checked: yes; after: none" in page
