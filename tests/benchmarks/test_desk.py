"""How the cost of pages is told."""

from benchmarks.desk import FLOOR, _Answer, _compared
from benchmarks.deskhouse import House
from benchmarks.deskpages import COUNTS, FILES, LEFT_OUT, QUESTIONS, addresses, is_count
from newsletter.web.desk.routes import ROUTES
from subscribers.exchange.model import ImportOrder

HOUSE = House(
    {"issue_id": 1, "list_id": 1, "segment_id": 1, "soon": "2030-01-01T09:00"},
    {"sent": {"issue_id": 2}},
    {"/desk/people/imports/files": {"work_id": 7}},
    ImportOrder(1, "", is_confirmed=False),
)
PAGES = [page for page in ROUTES if page.permission is not None and page.methods == ("GET",)]


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
