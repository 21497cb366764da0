"""Segments made at the desk."""

import re

import pytest

from newsletter.database import Database
from newsletter.issues.model import Newsletter
from newsletter.people import segments as verbs
from newsletter.web.desk.people import segments
from subscribers.segments import store, writing
from tests.newsletter.web.conftest import Hands, Reader
from tests.newsletter.web.desk.conftest import OpenDesk

WHERE = "/desk/people/segments"
ROW = {"g0-r0-what": "address", "g0-r0-by": "starts with", "g0-r0-value": "ann"}


def kept(database: Database) -> dict[str, str]:
    """Give the rules there are, by their names."""
    with database.read() as tx:
        return {one.name: writing.text(one.rule) for one in store.all_segments(tx)}


def test_segment_is_made_of_rows_counted_and_kept(desk: OpenDesk, reader: Reader, database: Database) -> None:
    """The whole way as plain forms: a row, another, a number, a name."""
    assert "There are no segments yet" in desk.page(WHERE)
    second = desk.press(f"{WHERE}/new", act="add-0", **ROW)
    assert 200 == second.status_code
    assert 'name="g0-r1-what"' in second.text
    assert 'value="ann"' in second.text

    rows = ROW | {"g0-r1-what": "joined", "g0-r1-by": ">", "g0-r1-value": "2019-01-01", "g0-join": "all"}
    counted = desk.press(f"{WHERE}/new", act="count", **rows)
    assert "1 person" in counted.text
    assert "ann@example.org" in counted.text
    assert {} == kept(database)

    done = desk.press(f"{WHERE}/new", act="save", name="Anns", **rows)
    assert 303 == done.status_code
    assert {"Anns": "address starts with ann and joined after 2019-01-01"} == kept(database)
    assert "Anns" in desk.page(done.headers["location"])


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"g0-r0-what": ""}, "Choose what it is about."),
        ({"g0-r0-what": "joined", "g0-r0-by": "=", "g0-r0-value": "soon"}, "soon"),
        ({"g0-r0-what": "answer-none", "g0-r0-by": "=", "g0-r0-value": "x"}, "There is no attribute “none”"),
        ({"g0-r0-what": "language", "g0-r0-by": "=", "g0-r0-value": ""}, "is expected"),
        ({"g0-r0-what": "got", "g0-r0-by": "each", "g0-r0-value": "some"}, "How many issues, from 1 to 100"),
        ({"g0-r0-what": "topic-7", "g0-r0-by": "="}, "There is no topic"),
        ({"g0-r0-what": "language", "g0-r0-by": "in", "g0-r0-value": " , "}, "is expected"),
        ({"g0-r0-what": "everybody) or (everybody", "g0-r0-by": "="}, "is expected"),
        ({"g0-r0-what": "language", "g0-r0-by": "= fr or email_hash =", "g0-r0-value": "x"}, "email_hash"),
        ({"g0-r0-what": "list-<script>", "g0-r0-by": "confirmed"}, "&lt;script&gt;"),
    ],
)
def test_what_is_wrong_is_said_at_its_row(desk: OpenDesk, database: Database, row: dict[str, str], said: str) -> None:
    """In the words of the reader of rules; nothing is kept (A06)."""
    answer = desk.press(f"{WHERE}/new", act="save", name="Wrong", **row)

    assert 422 == answer.status_code
    found = re.search(r'id="g0-r0-wrong">([^<]+)<', answer.text)
    assert found is not None
    assert said in found[1]
    assert {} == kept(database)


def test_segment_is_changed_as_text_and_removed(desk: OpenDesk, database: Database, clock: Hands) -> None:
    """A rule that goes into no rows is shown as text."""
    with database.write() as tx:
        known = verbs.create(tx, "Deep", "not (language = fr or language = de)", "ann", clock())
    assert "<textarea" in desk.page(f"{WHERE}/{known.id}")
    wrong = desk.press(f"{WHERE}/{known.id}", act="save", rule="language = fr and")
    assert 422 == wrong.status_code
    assert "at character" in wrong.text

    desk.press(f"{WHERE}/{known.id}", act="save", rule="language = fr")
    assert {"Deep": "language = fr"} == kept(database)
    assert "<textarea" not in desk.page(f"{WHERE}/{known.id}")
    desk.press(f"{WHERE}/{known.id}/remove")
    assert {} == kept(database)
    assert 404 == desk.client.get(f"{WHERE}/{known.id}").status_code


def test_name_that_is_taken_is_said_at_its_place(desk: OpenDesk, database: Database, clock: Hands) -> None:
    """And the rows stay as they are."""
    with database.write() as tx:
        verbs.create(tx, "Anns", "everybody", "ann", clock())
    for name in ("Anns", " "):
        answer = desk.press(f"{WHERE}/new", act="save", name=name, **ROW)

        assert 422 == answer.status_code
        assert 'id="name-error"' in answer.text
        assert 'value="ann"' in answer.text


def test_nobody_waits_longer_for_a_number(
    desk: OpenDesk, reader: Reader, newsletter: Newsletter, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said that they are too many."""
    if database.is_sqlite:
        monkeypatch.setattr("newsletter.database.STEPS_BETWEEN_LOOKS", 1)
        monkeypatch.setattr(segments, "LONGEST_COUNT", -1.0)
        answer = desk.press(f"{WHERE}/new", act="count", list=str(newsletter.list_id), **ROW)

        assert "Too many to be counted while you wait" in answer.text


def test_two_people_at_one_rule_are_shown_both(desk: OpenDesk, database: Database, clock: Hands) -> None:
    """Also where people were counted in between; once more, and the second rule is kept."""
    with database.write() as tx:
        known = verbs.create(tx, "Readers", "language = fr", "Ada", clock())
    path = f"{WHERE}/{known.id}"
    [shown] = re.findall(r'name="seen" value="([^"]+)"', desk.page(path))
    desk.press(path, seen=shown, act="save", rule="language = nl")
    counted = desk.press(path, seen=shown, act="count", rule="language = de").text
    [kept] = re.findall(r'name="seen" value="([^"]+)"', counted)
    answer = desk.press(path, seen=kept, act="save", rule="language = de")

    assert 409 == answer.status_code
    assert "<del>nl</del>" in answer.text
    assert "<ins>de</ins>" in answer.text
    [now] = re.findall(r'name="seen" value="([^"]+)"', answer.text)
    assert 303 == desk.press(path, seen=now, act="save", rule="language = de").status_code
