"""From the link of the console to a first issue in an inbox: a newcomer, who goes by nothing but what is on the screen."""

import asyncio
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from newsletter.clock import MovableClock
from newsletter.worker import steps
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.chaosfeed import ChaosFeed
from tests.harness.house import DESK_TOKEN, House, house_of_copy
from tests.harness.wordpress import Blog, BlogPost

NOW = datetime(2020, 1, 20, 10, 0, tzinfo=UTC)
DESKTOP, PHONE = 1280, 390
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


@pytest.fixture(params=[DESKTOP, PHONE])
def page(browser: Browser, house: House, request: pytest.FixtureRequest) -> Iterator[Page]:  # noqa: F811 -- the fixture
    """Give the newcomer's browser, on the page that the console's link opens: at a desk, and on a phone."""
    context = browser.new_context(viewport={"width": request.param, "height": 844}, reduced_motion="reduce")
    opened = context.new_page()
    opened.goto(f"{house.url}/desk/enter/{DESK_TOKEN}")
    yield opened
    context.close()


def use(page: Page, what: Locator, key: str = "Enter") -> None:
    """Press it: with a thumb where the window is as wide as a phone, else with the keyboard alone."""
    assert page.viewport_size is not None
    if page.viewport_size["width"] == PHONE:
        what.click()
    else:
        what.press(key)


def press(page: Page, words: str) -> None:
    """Press the button, or follow the link, of these words."""
    use(page, page.get_by_role("button", name=words).or_(page.get_by_role("link", name=words)).first)


def fill(page: Page, fields: Mapping[str, str]) -> None:
    """Fill fields in by their labels."""
    for label, text in fields.items():
        page.get_by_label(label, exact=True).fill(text)


def act(page: Page, step: str) -> None:
    """Take a step of the way that the desk's first page shows."""
    press(page, "Desk")
    press(page, step)


def test_from_the_consoles_link_to_a_mail_in_an_inbox(page: Page, house: House, blog: str, clock: MovableClock) -> None:
    """An account, a second factor, a newsletter, its feed, its people, its mail server; an issue written and sent."""
    make_account(page)
    take_second_factor(page)
    make_newsletter(page)
    add_feed(page, blog)
    add_reader(page)
    add_mail_server(page, house.postbox.port)
    write_issue(page)
    send(page)
    clock.set(clock() + timedelta(minutes=2))
    with ThreadPoolExecutor(1) as worker:
        worker.submit(asyncio.run, steps.send_due(house.application)).result()
    (mail,) = house.postbox.wait_for("ann@example.org")
    page.reload()

    assert "Section News: January 2020" == mail.subject
    assert "Dear Ann, welcome." in mail.text, mail.text
    assert "Mentoring in Norway" in mail.text
    expect(page.get_by_text("1 accepted of 1").first).to_be_visible()


def make_account(page: Page) -> None:
    """Become the administrator."""
    fill(page, {"Your name": "Ada", "Your address": "ada@example.org", "A password": PASSWORD})
    press(page, "Make the account and open the desk")
    expect(page.get_by_role("heading", name="No newsletter yet")).to_be_visible()


def take_second_factor(page: Page) -> None:
    """Take a second factor, as somebody whose app cannot read the picture."""
    use(page, page.get_by_role("banner").locator("summary", has_text="Ada"))
    press(page, "Your account")
    press(page, "Set up a second factor")
    use(page, page.get_by_text("The app cannot read it"))
    code = pyotp.TOTP(page.get_by_role("code").inner_text().replace(" ", "")).now()
    fill(page, {"The six digits that the app shows now": code, "Your password": PASSWORD})
    press(page, "Switch it on")
    expect(page.get_by_role("code")).to_have_count(10)
    press(page, "I have kept them")


def make_newsletter(page: Page) -> None:
    """Make a newsletter with a list of its own."""
    act(page, "Make a newsletter")
    fill(page, {"Name": "Section News", "Sender’s address": "news@example.org", "Postal address": "1 Library Road, Utrecht"})
    press(page, "Make the newsletter")
    expect(page.get_by_role("heading", name="Section News")).to_be_visible()


def add_feed(page: Page, blog: str) -> None:
    """Add the blog that its posts come from, after a look at it."""
    act(page, "Add the feed it is made of")
    fill(page, {"Address of the blog or of its feed": blog})
    press(page, "Look at it first")
    expect(page.get_by_text("Learning for free")).to_be_visible()
    press(page, "Add this feed")
    expect(page.get_by_text("The feed is added.")).to_be_visible()


def add_reader(page: Page) -> None:
    """Put somebody on the list who has signed for it."""
    act(page, "Bring its people")
    use(page, page.get_by_role("navigation", name="Parts of people").get_by_role("link", name="People"))
    press(page, "Add a person")
    fill(page, {"Address": "ann@example.org", "Name": "Ann"})
    use(page, page.get_by_label("They have consented already"), "Space")
    fill(page, {"How they consented": "Signed the sheet at the congress in Athens"})
    press(page, "Add this person")
    expect(page.get_by_text("The person is on the list.")).to_be_visible()


def add_mail_server(page: Page, port: int) -> None:
    """Connect a mail server, and try it."""
    act(page, "Connect a mail server")
    press(page, "Add a relay")
    fill(page, {"Name": "main", "Host": "127.0.0.1", "Port": str(port)})
    page.get_by_label("Encryption").select_option("none")
    press(page, "Add the relay")
    press(page, "Try it")
    expect(page.get_by_text("It works: the connection")).to_be_visible()


def write_issue(page: Page) -> None:
    """Begin the issue of the month, and write the letter that stands in its way."""
    act(page, "Begin the first issue")
    press(page, "Begin the issue")
    press(page, "Waits to be written")
    # The editor takes the place of the plain field once its script is there.
    expect(page.get_by_role("toolbar")).to_be_visible()
    fill(page, {"By": "Ada"})
    text = page.get_by_role("textbox", name="Text")
    text.focus()
    page.keyboard.type("Dear ")
    press(page, "Slot for what a reader answered")
    press(page, "Put it in")
    expect(text.locator("[data-slot]")).to_be_visible()
    expect(text).to_be_focused()
    page.keyboard.type(", welcome.")
    expect(text).to_contain_text(", welcome.")
    use(page, page.get_by_role("button", name="Save", exact=True))
    expect(page.get_by_text("Saved at")).to_be_visible()
    press(page, "January 2020")


def send(page: Page) -> None:
    """Go by the one button that each page has."""
    press(page, "Review and approve")
    press(page, "Approve for sending")
    press(page, "Look once more, then send")
    expect(page.get_by_text("goes to 1 person")).to_be_visible()
    press(page, "Send to 1 person")
    expect(page.get_by_text("You can take that back for")).to_be_visible()
