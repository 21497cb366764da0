"""How the cost of pages is told."""

from benchmarks import desk
from benchmarks.desk import FLOOR, _addresses, _Answer, _compared, _House
from newsletter.web.desk.routes import ROUTES


def test_what_no_clock_tells_apart_is_no_difference() -> None:
    """A page of half a millisecond that takes two is not four times as slow."""
    told = _compared("/desk", "sqlite", _Answer(0.5, 10), _Answer(2.0, 10))

    assert 1.0 == told.ratio
    assert 3.0 == _compared("/desk", "sqlite", _Answer(FLOOR, 10), _Answer(3 * FLOOR, 10)).ratio


def test_every_page_has_an_address_or_a_reason() -> None:
    """A page that is new tomorrow is measured tomorrow."""
    house = _House({"issue_id": 1, "sent_id": 2, "approved_id": 3, "list_id": 1})
    pages = [page for page in ROUTES if page.permission is not None and page.methods == ("GET",)]
    addresses = [address for page in pages for _, address in _addresses(page, house)]

    assert len(addresses) > len(pages) > len(desk.LEFT_OUT)
    assert not [address for address in addresses if "{" in address]
