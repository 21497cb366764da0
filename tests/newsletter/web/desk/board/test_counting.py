"""The board counts down to the next issue, in a real browser whose clock is wrong."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from newsletter.issues import draft, store
from newsletter.web.countdown import countdown
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.house import House, house_of_copy
from tests.harness.newsroom import a_newsletter
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.test_looks import enter

AMSTERDAM = "Europe/Amsterdam"
# Monday at nine; the night before, clocks are set forward.
SEND_AT = datetime(2020, 3, 30, 7, 0, tzinfo=UTC)
# Saturday at ten.
NOW = datetime(2020, 3, 28, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def clock() -> Hands:
    """Give the clock of the house, which stands."""
    return Hands(NOW)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, clock: Hands) -> Iterator[House]:
    """Give a house with an issue that goes out over a change of clocks."""
    with house_of_copy(tmp_path_factory.mktemp("counting"), sqlite_template, "counting", clock=clock) as opened:
        with opened.application.database.write() as tx:
            store.set_send_at(tx, draft.draft_empty(tx, a_newsletter(tx), "March 2020", NOW).id, SEND_AT)
        yield opened


@pytest.fixture(scope="module")
def page(browser: Browser, house: House) -> Iterator[Page]:  # noqa: F811 -- the fixture
    """Give the board in a browser that thinks it is another year."""
    context = browser.new_context(reduced_motion="reduce")
    opened = context.new_page()
    enter(opened, house)
    opened.clock.install(time=datetime(2031, 5, 1, tzinfo=UTC))
    # From here on it goes on when a test says so.
    opened.clock.pause_at(datetime(2031, 5, 1, 1, tzinfo=UTC))
    yield opened
    context.close()


def test_it_goes_on_as_the_server_counts(page: Page, house: House) -> None:
    """Over the change of clocks, by minutes within the last day, and never announced."""
    page.goto(f"{house.url}/desk")
    left, passed = page.locator("[data-until]"), timedelta()
    expect(left).to_have_text("1 day, 22 hours to go")
    for step in (timedelta(hours=1), timedelta(hours=21), timedelta(hours=1), timedelta(hours=22), timedelta(minutes=30)):
        page.clock.run_for(int(step.total_seconds() * 1000))
        passed += step
        expect(left).to_have_text(countdown(SEND_AT, NOW + passed, AMSTERDAM).words)

    assert 0 == page.locator("[aria-live] [data-until], [role=status] [data-until]").count()


def test_within_the_last_hour_seconds_are_counted(page: Page, house: House, clock: Hands) -> None:
    """For whoever does not mind; and when the time has come, nothing more."""
    clock.moment = SEND_AT - timedelta(minutes=2)
    page.emulate_media(reduced_motion="no-preference")
    page.goto(f"{house.url}/desk")
    left = page.locator("[data-until]")
    page.clock.run_for(31_000)
    expect(left).to_have_text("1 minute, 29 seconds to go")
    page.clock.run_for(90_000)

    expect(left).to_have_text("now")
