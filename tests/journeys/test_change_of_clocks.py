"""An issue that is scheduled at the desk over a change of clocks arrives at the moment that was said, and not before."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from newsletter.clock import MovableClock
from newsletter.issues import draft, editing, newsletters
from newsletter.worker import steps
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.hand import CROSSED, Hand
from tests.harness.house import DESK_TOKEN, House, house_of_copy
from tests.harness.newsroom import a_newsletter
from tests.harness.people import join

READER = "ann@example.org"
MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Night:
    """One in which the clocks of Amsterdam are changed."""

    title: str
    # As somebody writes it into the form.
    asked: str
    warning: str
    # As the last look says it.
    told: str
    due: datetime


# Half past two is left out in March, and comes twice in October.
NIGHTS = (
    Night(
        "Spring",
        "2020-03-29T02:30",
        "There is no 02:30 in Amsterdam on 29 March 2020",
        "Sun 29 Mar 2020, 03:30",
        datetime(2020, 3, 29, 1, 30, tzinfo=UTC),
    ),
    Night(
        "Autumn",
        "2020-10-25T02:30",
        "02:30 comes twice in Amsterdam on 25 October 2020",
        "Sun 25 Oct 2020, 02:30",
        datetime(2020, 10, 25, 0, 30, tzinfo=UTC),
    ),
)


@pytest.fixture
def clock() -> MovableClock:
    """Give the clock of the house, four weeks before the first of the nights."""
    return MovableClock(datetime(2020, 3, 2, 10, 0, tzinfo=UTC))


@pytest.fixture
def house(tmp_path: Path, sqlite_template: Path, clock: MovableClock) -> Iterator[House]:
    """Give a house with a reader, and an issue for each of the nights."""
    with house_of_copy(tmp_path, sqlite_template, "clocks", clock=clock) as opened:
        with opened.application.database.write() as tx:
            news = a_newsletter(tx)
            join(tx, opened.application.keyring, news.list_id, READER, clock())
            for night in NIGHTS:
                made = draft.draft_empty(tx, newsletters.by_id(tx, news.id), night.title, clock())
                editing.write_letter(tx, made.id, "A word", f"<p>{night.title} is here.</p>", "Ann", clock())
        yield opened


@pytest.fixture(params=CROSSED, ids=str)
def hand(request: pytest.FixtureRequest, browser: Browser, house: House) -> Iterator[Hand]:  # noqa: F811 -- the fixture
    """Give a hand at the desk."""
    with request.param.open(browser) as opened:
        opened.page.goto(f"{house.url}/desk/enter/{DESK_TOKEN}")
        opened.press("Open the desk")
        opened.page.wait_for_url(f"{house.url}/desk")
        yield opened


def test_an_issue_scheduled_over_a_change_of_clocks_arrives_at_its_moment(
    hand: Hand, house: House, clock: MovableClock
) -> None:
    """Where its hour is left out, an hour later on the wall; where it comes twice, the first time; a second before, not yet."""
    for night in NIGHTS:
        schedule(hand, night)

    for number, night in enumerate(NIGHTS, 1):
        clock.set(night.due - MOMENT)
        depart(house)
        assert number - 1 == len(house.postbox.to(READER))
        clock.set(night.due)
        depart(house)
        arrived = house.postbox.wait_for(READER, number)[-1]
        assert f"{night.title} is here." in arrived.text
        assert night.due == arrived.message["Date"].datetime


def schedule(hand: Hand, night: Night) -> None:
    """Approve an issue, and set the time at which it goes out."""
    hand.press("Issues")
    hand.press(hand.page.get_by_role("link", name=night.title).first)
    hand.press("Review and approve")
    hand.press("Approve for sending")
    hand.tick("At a time")
    hand.date("Date and time in Amsterdam", night.asked)
    expect(hand.page.get_by_text(night.warning)).to_be_visible()
    hand.press("Look once more")
    expect(hand.page.locator(".lead")).to_contain_text(night.told)
    hand.press("Schedule for 1 person")
    expect(hand.page.get_by_text("The time is set.")).to_be_visible()


def depart(house: House) -> None:
    """Let the worker send what is due, in a thread of its own: the browser's has a loop that runs."""
    with ThreadPoolExecutor(1) as worker:
        worker.submit(asyncio.run, steps.send_due(house.application)).result()
