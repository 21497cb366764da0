"""How the cost of pages is told."""

import re
from pathlib import Path

from benchmarks import deskhouse, instance
from benchmarks.desk import FAILED, FLOOR, NOTHING, _Answer, _compared, unanswered, visited
from benchmarks.deskhouse import House
from benchmarks.deskpages import COUNTS, FILES, LEFT_OUT, QUESTIONS, addresses, is_count
from newsletter.database import Database
from newsletter.web.desk.routes import ROUTES
from subscribers.exchange.model import ImportOrder

HOUSE = House(
    {"issue_id": 1, "list_id": 1, "segment_id": 1, "article_id": 1, "section_id": 1, "soon": "2030-01-01T09:00", "mailed": 1},
    {"sent": {"issue_id": 2, "article_id": 2, "section_id": 2}},
    {"/desk/people/imports/files": {"work_id": 7}},
    ImportOrder(1, "", is_confirmed=False),
)
PAGES = [page for page in ROUTES if page.methods == ("GET",)]


def test_what_no_clock_tells_apart_is_no_difference() -> None:
    """A page of half a millisecond that takes two is not four times as slow."""
    told = _compared("/desk", "sqlite", _Answer(0.5, 10), _Answer(2.0, 10))

    assert 1.0 == told.ratio
    assert 3.0 == _compared("/desk", "sqlite", _Answer(FLOOR, 10), _Answer(3 * FLOOR, 10)).ratio


def test_every_page_has_an_address_or_a_reason() -> None:
    """A page that is new tomorrow is measured tomorrow."""
    found = [address for page in PAGES for _, address in addresses(page, HOUSE)]

    assert len(found) > len(PAGES) > len(LEFT_OUT)
    assert not [address for address in found if "{" in address]


def test_what_is_asked_is_asked_of_pages_that_are_there() -> None:
    """A page that moved would be measured no more, or a number be taken for a page."""
    paths = {page.path for page in PAGES}
    shown = {name.partition(" (")[0] for page in PAGES for name, _ in addresses(page, HOUSE)}

    assert {*LEFT_OUT, *QUESTIONS, *FILES} <= paths
    assert shown >= COUNTS


def test_an_issue_is_visited_in_each_state() -> None:
    """Under its own name, which says the state behind the question."""
    [page] = [page for page in PAGES if page.path == "/desk/issues/{issue_id:int}/rest"]
    found = dict(addresses(page, HOUSE))

    assert "/desk/issues/1/rest" == found["/desk/issues/{issue_id:int}/rest"]
    assert "/desk/issues/2/rest?counted=1" == found["/desk/issues/{issue_id:int}/rest?counted=1 (sent)"]
    assert is_count("/desk/issues/{issue_id:int}/rest?counted=1 (sent)")
    assert not is_count("/desk/issues/{issue_id:int}/rest (sent)")


def test_every_page_of_the_house_answers(tmp_path: Path) -> None:
    """Of an issue in one state at least: what has nothing to show is measured by nobody."""
    address, left_out = instance.sqlite_in(str(tmp_path)), dict[str, str]()
    instance.emptied(None, str(tmp_path)).close()
    with deskhouse.in_bulk(address) as bulk:
        house = deskhouse.furnish(bulk, 200)
    database = Database(address)
    found = visited(database, house, tmp_path, left_out, "/desk", visits=1)
    database.close()

    assert () == unanswered(left_out, list(found))
    assert not [page.path for page in PAGES if page.path.startswith("/desk") and not is_told(page.path, {*found, *left_out})]


def is_told(path: str, told: set[str]) -> bool:
    """Whether a page was visited, in some form, or is named with the reason."""
    shown = re.escape(path).replace(re.escape("{key}"), ".+")
    return any(re.fullmatch(rf"{shown}(\?.*)?( \(.*\))?", one) for one in told)


def test_what_is_shown_of_an_issue_in_one_state_may_be_nothing_in_another() -> None:
    """But what is so in all of them, and what fails, is told."""
    left_out = {"/a": NOTHING, "/b (sent)": NOTHING, "/c?count=1": NOTHING, "/d": f"{FAILED} 503", "/e": "asks the DNS"}

    assert ("/b (sent)", "/c?count=1", "/d") == unanswered(left_out, ["/a (sent)", "/c", "/d"])
