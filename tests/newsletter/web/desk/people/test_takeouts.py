"""Who was looked for, or is in a segment, as a file."""

import csv
import re
from html import unescape

import pytest

from newsletter.database import Database
from newsletter.issues.model import Newsletter
from newsletter.people import segments as verbs
from newsletter.staff import audit
from subscribers import attributebook, register
from subscribers.attributes import AttributeKind
from subscribers.tokens import Keyring
from tests.harness.people import ask, join
from tests.newsletter.web.conftest import Hands, Reader
from tests.newsletter.web.desk.conftest import OpenDesk

WHERE = "/desk/people/export/found"
FORMULA = "=cmd|' /C calc'!A0"


def people_in(text: str) -> list[str]:
    """Give the addresses in a file."""
    return [row["email"] for row in csv.DictReader(text.splitlines())]


@pytest.fixture
def crowd(database: Database, keyring: Keyring, newsletter: Newsletter, reader: Reader, clock: Hands) -> int:
    """Let some more be known; gives how many there are."""
    with database.write() as tx:
        for name in ("anna", "ben", "eva"):
            joined = join(tx, keyring, newsletter.list_id, f"{name}@example.org", clock())
        register.edit(tx, joined.subscription.subscriber_id, language="de")
        ask(tx, keyring, newsletter.list_id, "ida@example.org", clock())
    return 5


@pytest.mark.parametrize("query", ["", "?q=ann", "?state=requested", "?language=de", "?q=nobody", "?kept=out", "?list=1"])
def test_file_has_exactly_who_is_found(desk: OpenDesk, crowd: int, query: str) -> None:
    """And the number beforehand is how many lines there are."""
    shown = re.findall(r'<a href="/desk/people/\d+">([^<]+)</a>', desk.page(f"/desk/people{query}"))
    before = desk.page(f"{WHERE}{query}{'&' if query else '?'}count=1")
    taken = people_in(desk.press(f"{WHERE}{query}").text)

    assert sorted(shown) == sorted(taken)
    said = {0: "Nobody", 1: "1 person"}.get(len(taken), f"{len(taken)} people")
    assert f'role="status">{said}<' in before


def test_number_fills_in_later(desk: OpenDesk, crowd: int, database: Database, clock: Hands) -> None:
    """Nobody waits for a million people to be counted before they see the page; where no script runs, a link waits for it."""
    with database.write() as tx:
        made = verbs.create(tx, "Anns", "address starts with ann", "ed", clock())
    for where in (f"{WHERE}?q=ann", f"/desk/people/segments/{made.id}/export?list=1"):
        page = desk.page(where)
        (later,) = re.findall(r'<a href="([^"]+count=1)">Wait for the number</a>', page)

        assert not re.search(r'role="status">\d', page)
        assert f'hx-get="{later}"' in page
        assert re.search(r'id="counted" role="status">\d+ p', desk.page(unescape(later)))


def test_page_of_people_leads_to_their_file(desk: OpenDesk, crowd: int) -> None:
    """With what is asked for, and the file's page says it in words and leads back."""
    page = desk.page("/desk/people?q=ann&sort=oldest")
    assert f'href="{WHERE}?q=ann"' in page
    form = desk.page(f"{WHERE}?q=ann")

    assert "begins with “ann”" in form
    assert 'href="/desk/people?q=ann"' in form


def test_filter_that_is_none_is_refused_in_words(desk: OpenDesk, crowd: int) -> None:
    """Before anything is written into the audit."""
    assert 422 == desk.client.get(f"{WHERE}?shoe=43").status_code
    assert 422 == desk.press(f"{WHERE}?state=tired").status_code
    assert 422 == desk.press(f"{WHERE}?topic=99").status_code


def test_no_spreadsheet_runs_what_is_in_it(desk: OpenDesk, reader: Reader, database: Database, clock: Hands) -> None:
    """Neither a name nor an answer; a program gets them as they are (A31)."""
    with database.write() as tx:
        register.edit(tx, reader.subscriber.id, name=FORMULA)
        attributebook.define(tx, "library", AttributeKind.TEXT, clock())
    desk.press(f"/desk/people/{reader.subscriber.id}/edit", name=FORMULA, **{"answer-library": "+1"})
    (guarded,) = csv.DictReader(desk.press(WHERE).text.splitlines())
    (raw,) = csv.DictReader(desk.press(WHERE, raw="1").text.splitlines())

    assert [f"'{FORMULA}", "'+1"] == [guarded["name"], guarded["library"]]
    assert [FORMULA, "+1"] == [raw["name"], raw["library"]]


def test_audit_knows_the_filters_and_not_whom_was_looked_for(desk: OpenDesk, crowd: int, database: Database) -> None:
    """An address that was typed would stand there for ever."""
    desk.press(f"{WHERE}?q=ann%40example.org&state=confirmed")
    with database.read() as tx:
        (entry,) = audit.recent(tx, limit=1)

    assert ("subscribers.export", "people") == (entry.act, entry.subject)
    assert {"filters": {"q": "…", "state": "confirmed"}, "raw": False} == entry.detail


def test_how_they_stand_and_why_they_are_kept_out_is_in_it(desk: OpenDesk, reader: Reader, newsletter: Newsletter) -> None:
    """By the slugs of lists; the star is every list."""
    desk.press(f"/desk/people/{reader.subscriber.id}/keep-out", list="0", reason="manual")
    (row,) = csv.DictReader(desk.press(WHERE).text.splitlines())

    assert re.fullmatch(r"[a-z-]+: confirmed", row["lists"])
    assert "*: manual" == row["kept_out"]


def test_segment_is_taken_among_all_and_on_a_list(
    desk: OpenDesk, crowd: int, database: Database, newsletter: Newsletter, clock: Hands
) -> None:
    """Ida has not said yes: she is known, and is not on the list."""
    with database.write() as tx:
        made = verbs.create(tx, "Not =Ann", "address starts with i or language = de", "ed", clock())
    where = f"/desk/people/segments/{made.id}/export"
    on_list = str(newsletter.list_id)

    assert "2 people" in desk.page(f"{where}?count=1")
    assert "1 person" in desk.page(f"{where}?list={on_list}&count=1")
    assert where in desk.page(f"/desk/people/segments/{made.id}")
    assert ["eva@example.org", "ida@example.org"] == people_in(desk.press(where).text)
    assert ["eva@example.org"] == people_in(desk.press(where, list=on_list).text)
    with database.read() as tx:
        assert ["subscribers.export"] * 2 == [one.act for one in audit.recent(tx, limit=2)]


def test_rule_that_cannot_be_used_any_more_is_told(desk: OpenDesk, crowd: int, database: Database, clock: Hands) -> None:
    """With the way to change it, and no file."""
    with database.write() as tx:
        attributebook.define(tx, "library", AttributeKind.TEXT, clock())
        made = verbs.create(tx, "Public", "library = Public", "ed", clock())
        attributebook.remove(tx, "library")
    page = desk.page(f"/desk/people/segments/{made.id}/export")

    assert "Nobody can be taken until the rule is changed" in page
    assert "Take the file" not in page
    assert 409 == desk.press(f"/desk/people/segments/{made.id}/export").status_code


def test_segment_that_is_gone_is_no_file(desk: OpenDesk, crowd: int, database: Database, clock: Hands) -> None:
    """Nor a list that is not there."""
    with database.write() as tx:
        made = verbs.create(tx, "Anns", "address starts with ann", "ed", clock())
    where = f"/desk/people/segments/{made.id}/export"

    assert 404 == desk.client.get(f"{where}?list=99").status_code
    assert 404 == desk.press(where, list="99").status_code
    assert 422 == desk.press(where, list="9" * 30).status_code
    with database.write() as tx:
        verbs.remove(tx, "Anns", clock())
    assert 404 == desk.client.get(where).status_code
    assert 404 == desk.press(where).status_code
