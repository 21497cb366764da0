"""In which zone the pages of people tell days and times."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from newsletter.database import Database
from newsletter.issues.model import Newsletter
from subscribers.tables.people import subscriber
from tests.newsletter.web.conftest import Reader
from tests.newsletter.web.desk.conftest import OpenDesk

# Already the third in Amsterdam.
LATE = datetime(2020, 2, 2, 23, 30, tzinfo=UTC)

PAGES = ("", "/{id}", "/imports", "/segments", "/requests", "/suppression")


@pytest.fixture
def person(reader: Reader, database: Database, newsletter: Newsletter) -> int:
    """Give somebody who is known since late in the evening, as UTC has it."""
    assert "Europe/Amsterdam" == newsletter.zone
    with database.write() as tx:
        tx.execute(update(subscriber).where(subscriber.c.id == reader.subscriber.id).values(created_at=LATE))
    return reader.subscriber.id


@pytest.mark.parametrize("page", PAGES)
def test_zone_of_the_house_is_named(desk: OpenDesk, person: int, page: str) -> None:
    """And no page of people speaks of UTC where a newsletter has a zone."""
    shown = desk.page(f"/desk/people{page.format(id=person)}")

    assert "Days and times are those of Amsterdam" in shown
    assert "UTC" not in re.sub(r"<[^>]+>", "", shown)


def test_day_is_the_one_it_is_where_the_newsletter_is(desk: OpenDesk, person: int) -> None:
    """In the list of people and on the person's page."""
    assert "3 February 2020" in desk.page("/desk/people")
    assert "known since 3 February 2020" in desk.page(f"/desk/people/{person}")


def test_people_are_found_by_the_day_that_is_shown(desk: OpenDesk, person: int) -> None:
    """Whoever is known since the third is found since the third, and not since the fourth."""
    link = f'href="/desk/people/{person}"'

    assert link in desk.page("/desk/people?since=2020-02-03")
    assert link not in desk.page("/desk/people?since=2020-02-04")
