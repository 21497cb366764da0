"""From the link of the console to a first issue in an inbox: a newcomer, who goes by nothing but what is on the screen."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, expect

from newsletter.clock import MovableClock
from newsletter.worker import steps
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.chaosfeed import ChaosFeed
from tests.harness.hand import BY_KEYS, Hand, Way
from tests.harness.house import DESK_TOKEN, House, house_of_copy
from tests.harness.looks import PHONE
from tests.harness.wordpress import Blog, BlogPost

NOW = datetime(2020, 1, 20, 10, 0, tzinfo=UTC)
PASSWORD = "a few words in a row"

POSTS = [
    BlogPost(1, "Mentoring in Norway by Almuth Gastinger", datetime(2020, 1, 8, 9, 0, tzinfo=UTC)),
    BlogPost(2, "Learning for free", datetime(2020, 1, 15, 9, 0, tzinfo=UTC)),
]


@pytest.fixture
def clock() -> MovableClock:
    """Give the clock of the house."""
    return MovableClock(NOW)


@pytest.fixture
def house(tmp_path: Path, sqlite_template: Path, clock: MovableClock) -> Iterator[House]:
    """Give a house in which nothing was ever made, and nobody has an account."""
    settings = {"NEWSLETTER_RELAY_URL": "", "NEWSLETTER_ALLOW_LOOPBACK": "1"}
    with house_of_copy(tmp_path, sqlite_template, "fresh", clock, more=settings, is_staffed=False) as opened:
        yield opened


@pytest.fixture
def blog() -> Iterator[str]:
    """Give the address of a blog's feed."""
    with ChaosFeed() as chaos:
        yield Blog(POSTS).mount(chaos)


@pytest.fixture(params=[Way("mouse", PHONE), *BY_KEYS], ids=str)
def hand(browser: Browser, house: House, request: pytest.FixtureRequest) -> Iterator[Hand]:  # noqa: F811 -- the fixture
    """Give the newcomer's hand, on the page that the console's link opens."""
    with request.param.open(browser) as opened:
        opened.page.goto(f"{house.url}/desk/enter/{DESK_TOKEN}")
        yield opened


def act(hand: Hand, step: str) -> None:
    """Take a step of the way that the desk's first page shows."""
    hand.press("Desk")
    hand.press(step)


def test_from_the_consoles_link_to_a_mail_in_an_inbox(hand: Hand, house: House, blog: str, clock: MovableClock) -> None:
    """An account, a second factor, a newsletter, its feed, its people, its mail server; an issue written and sent."""
    make_account(hand)
    take_second_factor(hand)
    make_newsletter(hand)
    add_feed(hand, blog)
    add_reader(hand)
    add_mail_server(hand, house.postbox.port)
    write_issue(hand)
    send(hand)
    clock.set(clock() + timedelta(minutes=2))
    with ThreadPoolExecutor(1) as worker:
        worker.submit(asyncio.run, steps.send_due(house.application)).result()
    (mail,) = house.postbox.wait_for("ann@example.org")
    hand.page.reload()

    assert "Section News: January 2020" == mail.subject
    assert "Dear Ann, welcome." in mail.text, mail.text
    assert "Mentoring in Norway" in mail.text
    expect(hand.page.get_by_text("1 accepted of 1").first).to_be_visible()


def make_account(hand: Hand) -> None:
    """Become the administrator."""
    hand.fill({"Your name": "Ada", "Your address": "ada@example.org", "A password": PASSWORD})
    hand.press("Make the account and open the desk")
    expect(hand.page.get_by_role("heading", name="No newsletter yet")).to_be_visible()


def take_second_factor(hand: Hand) -> None:
    """Take a second factor, as somebody whose app cannot read the picture."""
    hand.press("Ada")
    hand.press("Your account")
    hand.press("Set up a second factor")
    hand.press("The app cannot read it")
    code = pyotp.TOTP(hand.page.get_by_role("code").inner_text().replace(" ", "")).now()
    hand.fill({"The six digits that the app shows now": code, "Your password": PASSWORD})
    hand.press("Switch it on")
    expect(hand.page.get_by_role("code")).to_have_count(10)
    hand.press("I have kept them")


def make_newsletter(hand: Hand) -> None:
    """Make a newsletter with a list of its own."""
    act(hand, "Make a newsletter")
    hand.fill({"Name": "Section News", "Sender’s address": "news@example.org", "Postal address": "1 Library Road, Utrecht"})
    hand.press("Make the newsletter")
    expect(hand.page.get_by_role("heading", name="Section News")).to_be_visible()


def add_feed(hand: Hand, blog: str) -> None:
    """Add the blog that its posts come from, after a look at it."""
    act(hand, "Add the feed it is made of")
    hand.write("Address of the blog or of its feed", blog)
    hand.press("Look at it first")
    expect(hand.page.get_by_text("Learning for free")).to_be_visible()
    hand.press("Add this feed")
    expect(hand.page.get_by_text("The feed is added.")).to_be_visible()


def add_reader(hand: Hand) -> None:
    """Put somebody on the list who has signed for it."""
    act(hand, "Bring its people")
    hand.press(hand.page.get_by_role("navigation", name="Parts of people").get_by_role("link", name="People"))
    hand.press("Add a person")
    hand.fill({"Address": "ann@example.org", "Name": "Ann"})
    hand.tick("They have consented already")
    hand.write("How they consented", "Signed the sheet at the congress in Athens")
    hand.press("Add this person")
    expect(hand.page.get_by_text("The person is on the list.")).to_be_visible()


def add_mail_server(hand: Hand, port: int) -> None:
    """Connect a mail server, and try it."""
    act(hand, "Connect a mail server")
    hand.press("Add a relay")
    hand.fill({"Name": "main", "Host": "127.0.0.1", "Port": str(port)})
    hand.choose("Encryption", "None: for a relay on this machine")
    hand.press("Add the relay")
    hand.press("Try it")
    expect(hand.page.get_by_text("It works: the connection")).to_be_visible()


def write_issue(hand: Hand) -> None:
    """Begin the issue of the month, and write the letter that stands in its way."""
    act(hand, "Begin the first issue")
    hand.press("Begin the issue")
    hand.press("Waits to be written")
    # The editor takes the place of the plain field once its script is there.
    expect(hand.page.get_by_role("toolbar")).to_be_visible()
    hand.write("By", "Ada")
    text = hand.page.get_by_role("textbox", name="Text")
    hand.add(text, "Dear ")
    hand.press("Slot for what a reader answered")
    hand.press("Put it in")
    expect(text.locator("[data-slot]")).to_be_visible()
    expect(text).to_be_focused()
    hand.page.keyboard.type(", welcome.")
    expect(text).to_contain_text(", welcome.")
    hand.press(hand.page.get_by_role("button", name="Save", exact=True))
    expect(hand.page.get_by_text("Saved at")).to_be_visible()
    hand.press("January 2020")


def send(hand: Hand) -> None:
    """Go by the one button that each page has."""
    hand.press("Review and approve")
    hand.press("Approve for sending")
    hand.press("Look once more, then send")
    expect(hand.page.get_by_text("goes to 1 person")).to_be_visible()
    hand.press("Send to 1 person")
    expect(hand.page.get_by_text("You can take that back for")).to_be_visible()
