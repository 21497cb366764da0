"""How often links were followed at the desk, and by whom of those who allow it."""

import csv
from dataclasses import replace

import pytest

from newsletter.bootstrap import Application
from newsletter.issues.model import Newsletter
from newsletter.mail.clicking import Click
from newsletter.people import clicking
from newsletter.staff import audit
from newsletter.staff.permissions import Actor, Role
from newsletter.web.desk.figures import clicks
from newsletter.web.desk.figures.clicks import Place
from subscribers import register
from tests.harness.counted import ALLOWED, Counted, a_counted_issue, allow
from tests.newsletter.web.conftest import Hands, Reader, browser_of, csrf_of
from tests.newsletter.web.desk.conftest import OpenDesk
from tests.newsletter.web.desk.figures.test_figures import file_of, rows


@pytest.fixture
def issue(application: Application, newsletter: Newsletter, reader: Reader, clock: Hands) -> Counted:
    """Give an issue whose links were followed: the first twice by its reader, the second by a program."""
    made = a_counted_issue(application, newsletter)
    allow(application, reader.subscription.id)
    first = Click(clock(), clock(), made.links[0].id, made.letter_id, b"", False, reader.subscription.id)
    with application.database.write() as tx:
        clicking.keep(tx, [first, first, replace(first, link_id=made.links[1].id)], [False, False, True])
    return made


def test_each_link_has_its_figures(desk: OpenDesk, issue: Counted) -> None:
    """People and programs apart, in the page and in its file."""
    here = f"/desk/issues/{issue.issue_id}/figures"
    found = rows(desk.page(here), "clicks")

    assert [["2", "0", "1"], ["0", "1", "0"], ["0", "0", "0"], ["0", "0", "0"], ["2", "1", ""]] == list(found.values())
    assert "People followed its links 2 times" in desk.page(here)
    line = file_of(desk, f"{here}/clicks.csv")[0]
    assert (issue.links[0].url, "2", "0", "1") == tuple(line.values())


def test_who_followed_what_is_seen_by_those_who_look_after_people(
    desk: OpenDesk, application: Application, issue: Counted, reader: Reader, newsletter: Newsletter
) -> None:
    """On a page of its own and on the person's; an editor sees numbers. With the yes both are gone."""
    here = f"/desk/issues/{issue.issue_id}/figures"
    editor = browser_of(application, Actor("Ed", None, {newsletter.id: Role.EDITOR}))
    assert f'href="{here}/clicks"' in desk.page(here)
    assert "ann@example.org" in desk.page(f"{here}/clicks")
    with application.database.read() as tx:
        assert ("clicks.people", f"issue {issue.issue_id}") in [(one.act, one.subject) for one in audit.recent(tx, 5)]
    assert issue.links[0].url.replace("&", "&amp;") in desk.page(f"/desk/people/{reader.subscriber.id}")
    assert "Nobody" not in desk.page(f"{here}/clicks").partition("<table")[0]
    assert (200, 403) == (editor.get(here).status_code, editor.get(f"{here}/clicks").status_code)
    assert f'href="{here}/clicks"' not in editor.get(here).text
    with application.database.write() as tx:
        clicking.refuse(tx, application.keyring, reader.subscription.id, application.clock(), ALLOWED)

    assert "Nobody is here" in desk.page(f"{here}/clicks")
    assert "Links they followed" not in desk.page(f"/desk/people/{reader.subscriber.id}")
    assert ["2", "0", "0"] == next(iter(rows(desk.page(here), "clicks").values()))


def test_an_issue_without_counted_links_says_nothing_of_them(
    desk: OpenDesk, application: Application, newsletter: Newsletter, reader: Reader
) -> None:
    """As most newsletters are."""
    made = a_counted_issue(application, newsletter, counts=False)
    del reader

    assert "clicks-table" not in desk.page(f"/desk/issues/{made.issue_id}/figures")
    assert () == made.links


@pytest.mark.parametrize("text", ["", "x", "1", "-", "1-x", "9" * 400 + "-1", "١-٢", "1-2-3", "-1--1"])
def test_a_place_is_read_whatever_stands_there(text: str) -> None:
    """It begins at the beginning, or at a number a database can hold."""
    place = Place.read(text)

    assert 0 <= place.link_id < 2**40
    assert 0 <= place.subscription_id < 2**40


def test_who_followed_what_is_taken_as_a_file(
    desk: OpenDesk, application: Application, issue: Counted, newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it, in pieces, written into the audit; by those who look after people alone."""
    monkeypatch.setattr(clicks, "PIECE", 1)
    where = f"/desk/issues/{issue.issue_id}/figures/clicks"
    editor = browser_of(application, Actor("Ed", None, {newsletter.id: Role.EDITOR}))
    answer = desk.press(where)
    (line,) = csv.DictReader(answer.text.splitlines())

    assert answer.headers["content-disposition"].startswith("attachment")
    assert ("ann@example.org", issue.links[0].url, "2") == (line["address"], line["link"], line["clicks"])
    with application.database.read() as tx:
        assert ("clicks.people", {"file": True}) == next((one.act, one.detail) for one in audit.recent(tx, 1))
    assert 403 == editor.post(where, data={"csrf": csrf_of(editor)}).status_code


def test_file_of_who_followed_what_runs_nothing(
    desk: OpenDesk, application: Application, issue: Counted, reader: Reader
) -> None:
    """A name is what somebody typed (A31)."""
    with application.database.write() as tx:
        register.edit(tx, reader.subscriber.id, name="=1+1")
    (line,) = csv.DictReader(desk.press(f"/desk/issues/{issue.issue_id}/figures/clicks").text.splitlines())

    assert "'=1+1" == line["name"]
