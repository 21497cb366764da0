"""Sections are given to people at the desk."""

import re
from datetime import timedelta

import pytest

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues import store
from newsletter.issues.model import Issue
from newsletter.staff import accounts, audit
from newsletter.staff.accounts import Account
from newsletter.staff.permissions import LOCAL_OPERATOR, Actor, Role
from tests.newsletter.web.conftest import Hands, browser_of, csrf_of
from tests.newsletter.web.desk.conftest import OpenDesk, state_of

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

LETTER = "Division Chair letter"


@pytest.fixture
def ann(database: Database, clock: Hands) -> Account:
    """Give an editor."""
    with database.write() as tx:
        return accounts.add(tx, "Ann & Co", Role.EDITOR, clock())


def address(issue: Issue) -> str:
    """Give where sections are given to people."""
    return f"/desk/issues/{issue.id}/owners"


def fields(issue: Issue, owner: str = "", due: str = "", seen: str = "|") -> dict[str, str]:
    """Give the fields of the letter."""
    number = issue.section_called(LETTER).id
    return {f"owner{number}": owner, f"due{number}": due, f"seen{number}": seen}


def test_it_is_shown_wherever_the_section_is(
    desk: OpenDesk, database: Database, issue: Issue, ann: Account, clock: Hands
) -> None:
    """On the board, in the overview and in the composer, with the deadline on the newsletter's clocks; and it is audited."""
    due = (clock() + timedelta(days=2)).strftime("%Y-%m-%dT18:00")
    answer = desk.press(address(issue), **fields(issue, f"account:{ann.id}", due))
    pages = [desk.page(path) for path in (answer.headers["location"], "/desk", f"/desk/issues/{issue.id}/compose")]

    assert "Saved. Whoever owns a section" in pages[0]
    for page in pages:
        assert "Ann &amp; Co" in page
        assert re.search(r"by \w+ \d+ \w+ \d{4}, 18:00 Amsterdam", page)
    with database.read() as tx:
        entry = audit.recent(tx)[0]
        assert "issue.section.assign" == entry.act
        assert (LETTER, "Ann & Co") == (entry.detail["section"], entry.detail["owner"])


def test_what_is_overdue_says_so(desk: OpenDesk, issue: Issue, ann: Account, clock: Hands) -> None:
    """In words, and since when."""
    due = (clock() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    desk.press(address(issue), **fields(issue, f"account:{ann.id}", due))
    clock.forward(days=4)

    for path in (f"/desk/issues/{issue.id}", "/desk", f"/desk/issues/{issue.id}/compose", address(issue)):
        page = desk.page(path)
        assert "overdue" in page
    assert "is overdue from Ann &amp; Co" in desk.page("/desk")
    assert "2 days ago" in desk.page("/desk")


@on_sqlite
def test_two_editors_at_once(desk: OpenDesk, issue: Issue, ann: Account, clock: Hands) -> None:
    """The second sees both side by side, keeps what was typed, and may put it in its place beside what only the first said."""
    due = (clock() + timedelta(days=2)).strftime("%Y-%m-%dT18:00")
    desk.press(address(issue), **fields(issue, f"account:{ann.id}"))
    refused = desk.press(address(issue), **fields(issue, due=due))
    (seen,) = re.findall(rf'name="seen{issue.section_called(LETTER).id}" value="([^"]*)"', refused.text)
    again = desk.press(address(issue), **fields(issue, due=due, seen=seen))

    assert 409 == refused.status_code
    assert "saved meanwhile: owner Ann &amp; Co, deadline as usual" in refused.text
    assert "<del>Ann &amp; Co</del>" in refused.text
    assert "18:00 Amsterdam</ins>" in refused.text
    assert f'value="{due}"' in refused.text
    assert f'<option value="account:{ann.id}" selected' in refused.text
    assert 303 == again.status_code


@on_sqlite
def test_nothing_typed_is_lost_when_it_cannot_be(desk: OpenDesk, issue: Issue, ann: Account) -> None:
    """A day that has passed, one that is none, somebody who is not there."""
    for more, told in (
        ({"due": "2019-01-01T09:00"}, "has passed already"),
        ({"due": "soon"}, "write it as"),
        ({"owner": "account:9999"}, "may edit this newsletter"),
        ({"owner": "cat:1"}, "choose one of the list"),
        ({"owner": f"account:{10**30}"}, "choose one of the list"),
        ({"seen": "|yesterday"}, "open it anew"),
        ({"seen": "|2020-02-03T09:00"}, "open it anew"),
    ):
        answer = desk.press(address(issue), **fields(issue, **{"owner": f"account:{ann.id}", **more}))
        assert 422 == answer.status_code
        assert told in answer.text


@on_sqlite
def test_what_is_approved_is_not_given_to_anybody(desk: OpenDesk, database: Database, approved: Issue, ann: Account) -> None:
    """And stays approved."""
    page = desk.page(address(approved))
    answer = desk.press(address(approved), **fields(approved, f"account:{ann.id}"))

    assert "This issue is made" in page
    assert "<select" not in page
    assert 409 == answer.status_code
    assert "approved" == state_of(database, approved)


@on_sqlite
def test_it_is_no_edit(desk: OpenDesk, database: Database, ready: Issue, ann: Account) -> None:
    """An approval that is given meanwhile is given to the same version."""
    desk.press(address(ready), **fields(ready, f"account:{ann.id}"))
    with database.read() as tx:
        assert ready.version == store.version_of(tx, ready.id)
    desk.act(ready, "approve")

    assert "approved" == state_of(database, ready)


@on_sqlite
def test_the_same_again_is_nothing(desk: OpenDesk, database: Database, issue: Issue) -> None:
    """No row of the audit either."""
    answer = desk.press(address(issue), **fields(issue))

    assert answer.headers["location"].endswith("said=unassigned")
    with database.read() as tx:
        assert "issue.section.assign" not in {entry.act for entry in audit.recent(tx)}


@on_sqlite
def test_a_guest_who_was_asked_stands_in_the_list(desk: OpenDesk, issue: Issue) -> None:
    """As the usual owner, and to be chosen; no other section has them."""
    desk.press(
        f"/desk/issues/{issue.id}/contributions",
        section=LETTER,
        name="The Chair",
        address="chair@example.org",
        day="2020-02-24",
        words="",
        note="",
    )
    page = desk.page(address(issue))

    assert 1 == page.count("As usual: The Chair")
    assert 1 == page.count("The Chair, a guest")


@on_sqlite
def test_a_viewer_looks_and_gives_nothing_to_anybody(application: Application, issue: Issue) -> None:
    """They see who owns what."""
    viewer = browser_of(application, Actor("Vi", Role.VIEWER, {}, None))
    page = viewer.get(address(issue))
    answer = viewer.post(address(issue), data={"csrf": csrf_of(viewer), **fields(issue, due="2020-03-01T09:00")})

    assert (200, 403) == (page.status_code, answer.status_code)
    assert "takes the role of an editor" in page.text


@on_sqlite
def test_somebody_who_may_not_any_more_is_told_apart(desk: OpenDesk, database: Database, issue: Issue, ann: Account) -> None:
    """And is not taken away by saving another section."""
    desk.press(address(issue), **fields(issue, f"account:{ann.id}"))
    with database.write() as tx:
        accounts.set_roles(tx, LOCAL_OPERATOR, ann, Role.VIEWER, {})
    page = desk.page(address(issue))
    again = desk.press(address(issue), **fields(issue, f"account:{ann.id}", seen=f"account:{ann.id}|"))

    assert "somebody who may not edit this any more" in page
    assert again.headers["location"].endswith("said=unassigned")
