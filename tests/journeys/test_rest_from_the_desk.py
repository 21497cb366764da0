"""Who did not get an issue gets it from the desk, in a real browser: taken back within the minute, and let go."""

import asyncio
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from newsletter.clock import MovableClock
from newsletter.database import Database
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.orders import UNDO
from newsletter.worker import steps
from subscribers.tokens import Keyring
from tests.conftest import SECRET
from tests.harness import mailroom
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.hand import BY_KEYS, Hand
from tests.harness.house import DESK_TOKEN, House
from tests.harness.mailed import Mailed, being_mailed

S = DeliveryState
START = datetime(2020, 2, 3, 10, 0, tzinfo=UTC)
NAMES = ("ann", "bob", "cem", "dot")


@pytest.fixture
def clock() -> MovableClock:
    """Give the clock of the house."""
    return MovableClock(START)


@pytest.fixture
def mailed(tmp_path: Path, sqlite_template: Path) -> Iterator[Mailed]:
    """Give an issue that was sent before the house is opened: Bob was refused, and nobody knows of Cem and Dot."""
    place = tmp_path / "rest.db"
    shutil.copy(sqlite_template, place)
    database = Database(f"sqlite:///{place}")
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, Keyring(SECRET), START, NAMES)
    mailed = being_mailed(database, room, START)
    mailed.mail({"ann": S.ACCEPTED, "bob": S.REFUSED, "cem": S.UNCERTAIN, "dot": S.UNCERTAIN})
    yield mailed
    database.close()


@pytest.fixture
def house(mailed: Mailed, tmp_path: Path, clock: MovableClock) -> Iterator[House]:
    """Give a house with a mail server that takes everything by now."""
    with House(str(mailed.database.url), tmp_path, clock=clock) as opened:
        yield opened


@pytest.fixture(params=BY_KEYS, ids=str)
def hand(browser: Browser, house: House, mailed: Mailed, request: pytest.FixtureRequest) -> Iterator[Hand]:  # noqa: F811
    """Give a hand at the desk, on the page of the mailing."""
    with request.param.open(browser) as opened:
        opened.page.goto(f"{house.url}/desk/enter/{DESK_TOKEN}")
        opened.press("Open the desk")
        opened.page.wait_for_url(f"{house.url}/desk")
        opened.page.goto(f"{house.url}/desk/issues/{mailed.issue_id}/send")
        yield opened


def begin(house: House, clock: MovableClock) -> None:
    """Let a minute pass and the worker look, in a thread of its own: the browser's has a loop that runs."""
    clock.set(clock() + UNDO + timedelta(seconds=5))
    with ThreadPoolExecutor(1) as worker:
        worker.submit(asyncio.run, steps.carry_out_orders(house.application)).result()


def arrived(house: House, *names: str) -> None:
    """Wait until nobody is on the way, and find the mail of these people and of nobody else, once each."""
    for name in names:
        house.postbox.wait_for(f"{name}@example.net")
    assert sorted(names) == sorted(one.recipient.partition("@")[0] for one in house.postbox.taken)


def order_the_rest(hand: Hand) -> None:
    """Go from the page of the mailing to the button."""
    page = hand.page
    hand.press("Send to those who did not get it")
    lead = page.locator(".lead")
    expect(lead).to_contain_text("goes in a minute to 1 person on Readers who has not got it, from Section News")
    hand.press("Send to 1 person")
    expect(page.get_by_text("They get it in a minute.")).to_be_visible()
    expect(page.locator(".undo")).to_contain_text("It goes to 1 person who did not get it, Mon 3 Feb 2020, 10:01")
    expect(page.locator(".undo")).to_contain_text("You can take that back for")


def order_the_uncertain(hand: Hand) -> None:
    """Have Cem mailed again, and leave Dot."""
    page = hand.page
    hand.press("Settle what is uncertain")
    hand.tick(page.get_by_label("cem@example.net"))
    hand.press("Mail them again")
    expect(page.locator(".lead")).to_contain_text("is mailed again in a minute to 1 person on Readers, from Section News")
    hand.press("Mail it again to 1 person")
    expect(page.get_by_text("They are mailed again in a minute.")).to_be_visible()


def test_taken_back_within_the_minute(hand: Hand, house: House, mailed: Mailed, clock: MovableClock) -> None:
    """Both orders wait side by side, each with its button; by keys alone, and nobody is mailed."""
    page = hand.page
    before = mailed.states
    order_the_rest(hand)
    order_the_uncertain(hand)
    expect(page.locator(".undo")).to_have_count(2)
    seconds = page.locator("[data-seconds]").first
    was = int(seconds.inner_text())
    page.wait_for_function("was => Number(document.querySelector('[data-seconds]').textContent) < was", arg=was)
    for left in (1, 0):
        hand.press("Undo")
        expect(page.get_by_text("Taken back. Nobody was mailed by it.")).to_be_visible()
        expect(page.locator(".undo")).to_have_count(left)
    begin(house, clock)

    assert before == mailed.states
    assert [] == house.postbox.taken


def test_let_go_it_is_mailed_once(hand: Hand, house: House, mailed: Mailed, clock: MovableClock) -> None:
    """The page that counted down shows by itself that it has begun, and then that everybody has it."""
    page = hand.page
    order_the_rest(hand)
    order_the_uncertain(hand)
    clock.set(clock() + UNDO)
    page.reload()
    expect(page.get_by_text("It begins in a moment; you can take it back until then.").first).to_be_visible()
    begin(house, clock)

    expect(page.locator(".undo")).to_have_count(0, timeout=20_000)
    arrived(house, "bob", "cem")
    begin(house, clock)
    arrived(house, "bob", "cem")
    assert S.UNCERTAIN is mailed.states["dot"]
