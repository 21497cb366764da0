"""Every page of the desk in a real browser, in light and dark, wide and narrow: empty, full, and overfull."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page

from newsletter.bootstrap import Application
from newsletter.issues import draft, newsletters, schedulebook, timetable
from newsletter.issues.model import Month
from newsletter.issues.recurrence import parse_recurrence, parse_wall_time
from newsletter.issues.schedule import WhenEmpty
from newsletter.mail import relaybook
from newsletter.mail.relays import Relay, Tls
from newsletter.people import datarequests
from newsletter.people.datarequests import Kind
from newsletter.staff import accounts, doorlinks
from newsletter.staff.permissions import Role
from newsletter.strongbox import Strongbox
from subscribers import attributebook, recognition, suppression
from subscribers.attributes import AttributeKind
from subscribers.model import Reason
from subscribers.transaction import Transaction
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.house import DESK_TOKEN, House, house_of_copy
from tests.harness.newsroom import an_entry, january, publish
from tests.newsletter.web.test_looks import LONG_NAME, LONG_WORD, enter, furnish, inspect

ARABIC = "النشرة الإخبارية لشهر يناير: أخبار المكتبات وورش العمل"
PASSWORD = "a few words in a row"


# With something on each; the composer, the letter and the mailing are looked at where all pages are.
FULL = (
    "/desk/account",
    "/desk/newsletters/1/begin",
    "/desk/people",
    "/desk/people?q=nobody-of-this-name",
    "/desk/people/1",
    "/desk/people/1/erase",
    "/desk/people/add",
    "/desk/people/segments",
    "/desk/people/segments/1",
    "/desk/people/suppression",
    "/desk/people/requests",
    "/desk/people/export",
    "/desk/figures",
    "/desk/issues/1/figures",
    "/desk/issues/1/uncertain",
    "/desk/settings",
    "/desk/settings/newsletters",
    "/desk/settings/newsletters/1",
    "/desk/settings/newsletters/1/zone",
    "/desk/settings/newsletters/1/list",
    "/desk/settings/newsletters/1/sections",
    "/desk/settings/newsletters/1/sections/1",
    "/desk/settings/newsletters/1/calendar",
    "/desk/settings/newsletters/1/look",
    "/desk/settings/feeds",
    "/desk/settings/feeds/1/remove",
    "/desk/settings/lists",
    "/desk/settings/lists/1",
    "/desk/settings/lists/1/archive",
    "/desk/settings/lists/1/form",
    "/desk/settings/lists/1/topics",
    "/desk/settings/lists/1/notices",
    "/desk/settings/questions",
    "/desk/settings/questions/library/remove",
    "/desk/settings/relays",
    "/desk/settings/relays/main",
    "/desk/settings/relays/main/remove",
    "/desk/settings/domains",
    "/desk/settings/languages",
    "/desk/settings/retention",
    "/desk/settings/audit",
    "/desk/settings/system",
    "/desk/settings/staff",
    "/desk/settings/staff/2",
    "/desk/settings/staff/2/remove",
    "/desk/settings/staff/provider",
    "/desk/issues/987654",
    "/desk/issues/{crowded}",
    "/desk/issues/{crowded}/review",
)

# Where nothing was ever made.
EMPTY = (
    "/desk/people",
    "/desk/people/segments",
    "/desk/people/segments/new",
    "/desk/people/imports",
    "/desk/people/suppression",
    "/desk/people/requests",
    "/desk/people/export",
    "/desk/figures",
    "/desk/settings",
    "/desk/settings/newsletters",
    "/desk/settings/newsletters/new",
    "/desk/settings/feeds",
    "/desk/settings/lists",
    "/desk/settings/lists/new",
    "/desk/settings/questions",
    "/desk/settings/relays/new",
    "/desk/settings/domains",
    "/desk/settings/staff/new",
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[House]:
    """Give a house with more of everything than there should be."""
    with house_of_copy(tmp_path_factory.mktemp("desk"), sqlite_template, "full") as opened:
        yield opened


@pytest.fixture(scope="module")
def names(house: House) -> Mapping[str, int]:
    """Fill the house; gives what addresses name."""
    now = house.application.clock()
    with house.application.database.write() as tx:
        furnish(tx, house.application, now)
        fill(tx, house.application, now)
        return {"crowded": crowded(tx, now)}


@pytest.fixture(scope="module")
def page(browser: Browser, house: House, names: Mapping[str, int]) -> Iterator[Page]:  # noqa: F811 -- the fixture
    """Give a tab with a session at the desk."""
    context = browser.new_context()
    opened = context.new_page()
    enter(opened, house)
    yield opened
    context.close()


@pytest.fixture
def fresh(tmp_path: Path, sqlite_template: Path) -> Iterator[House]:
    """Give a house in which nobody has an account."""
    with house_of_copy(tmp_path, sqlite_template, "fresh", is_staffed=False) as opened:
        yield opened


@pytest.fixture
def stranger(browser: Browser) -> Iterator[Page]:  # noqa: F811 -- the fixture
    """Give a tab without a past."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def fill(tx: Transaction, application: Application, now: datetime) -> None:
    """Add what pages of settings and people show besides, each with a long name."""
    attributebook.define(tx, "library", AttributeKind.CHOICE, now, label=LONG_NAME[:100], choices=["Public", LONG_WORD, ARABIC])
    relay = Relay("mail.example.org", 587, Tls.STARTTLS, username=f"{LONG_WORD}@example.org", password="x", name="main")
    relaybook.add(tx, relay, Strongbox.of(application.keyring), now)
    first = newsletters.by_id(tx, 1)
    rule, at = parse_recurrence("first monday"), parse_wall_time("09:00")
    schedulebook.set_schedule(
        tx, timetable.propose(first.id, rule, at, first.zone, timedelta(days=7), None, WhenEmpty.SKIP, now)
    )
    accounts.add(tx, LONG_NAME[:100], Role.VIEWER, now, f"{LONG_WORD.lower().encode('idna').decode()}@example.org")
    for kind in Kind:
        datarequests.note(tx, 1, kind, LONG_NAME, "Ada", now)
    for number, reason in enumerate((Reason.BOUNCED, Reason.COMPLAINED, Reason.UNSUBSCRIBED)):
        email_hash = recognition.hash_of(tx, application.keyring, f"gone{number}@example.org")
        suppression.suppress(tx, email_hash, reason, now)


def crowded(tx: Transaction, now: datetime) -> int:
    """Draft an issue of two hundred articles; gives its number."""
    posts = [an_entry(f"{ARABIC} {number}", january(2), "Feature articles", byline=ARABIC) for number in range(199)]
    publish(tx, newsletters.by_id(tx, 2), *posts, an_entry((LONG_NAME * 3)[:300], january(3)))
    return draft.draft_month(tx, newsletters.by_id(tx, 2), Month(2020, 1), now).id


@pytest.mark.parametrize("path", FULL)
def test_pages_are_well_set(page: Page, house: House, names: Mapping[str, int], path: str) -> None:
    """Contrast, names, headings, one scale of type, targets for thumbs, no sideways scrolling, with too much of everything."""
    page.goto(house.url + path.format(**names))

    inspect(page)


def test_an_empty_desk_is_well_set(stranger: Page, fresh: House) -> None:
    """From the first account on, each page says what to do next."""
    stranger.goto(f"{fresh.url}/desk/sign-in")
    inspect(stranger)
    stranger.goto(f"{fresh.url}/desk/enter/{DESK_TOKEN}")
    inspect(stranger)
    make_account(stranger)
    for path in ("/desk", *EMPTY):
        stranger.goto(fresh.url + path)
        inspect(stranger)


def test_the_door_is_well_set(stranger: Page, house: House, names: Mapping[str, int]) -> None:
    """With what is wrong, with a long name, by every way in; and the pages of one's own account."""
    application = house.application
    with application.database.write() as tx:
        made = accounts.add(tx, ARABIC, Role.EDITOR, application.clock(), "chair@example.org")
        link = doorlinks.token(application.keyring, doorlinks.make(tx, made, datetime.now(UTC), doorlinks.INVITED).id)
    stranger.goto(f"{house.url}/desk/sign-in/forgotten")
    inspect(stranger)
    stranger.get_by_label("Address").fill("nobody@example.org")
    stranger.get_by_role("button").click()
    inspect(stranger)
    for password in ("short", PASSWORD):
        stranger.goto(f"{house.url}/desk/link/{link}")
        stranger.get_by_label("New password").fill(password)
        stranger.get_by_role("button").click()
        inspect(stranger)
    sign_in(stranger, "something else")
    inspect(stranger)
    sign_in(stranger, PASSWORD)
    stranger.goto(f"{house.url}/desk/settings/staff")
    inspect(stranger)
    take_second_factor(stranger, house)
    stranger.goto(f"{house.url}/desk/account")
    inspect(stranger)
    stranger.context.clear_cookies()
    stranger.goto(f"{house.url}/desk/account")
    sign_in(stranger, PASSWORD)
    inspect(stranger)
    stranger.get_by_label("Code").fill("000000")
    stranger.get_by_role("button").click()
    inspect(stranger)


def make_account(page: Page) -> None:
    """Become the administrator of a fresh house."""
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("Your address").fill("ada@example.org")
    page.get_by_label("A password").fill(PASSWORD)
    page.get_by_role("button").click()
    page.get_by_role("heading", name="No newsletter yet").wait_for()


def sign_in(page: Page, password: str) -> None:
    """Type what opens the door, or does not."""
    page.get_by_label("Address").fill("chair@example.org")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def take_second_factor(page: Page, house: House) -> None:
    """Take a second factor, at first with a wrong code."""
    page.goto(f"{house.url}/desk/account")
    page.get_by_role("button", name="Set up a second factor").click()
    page.get_by_text("The app cannot read it").click()
    secret = page.get_by_role("code").inner_text().replace(" ", "")
    for code in ("000000", pyotp.TOTP(secret).now()):
        page.get_by_label("The six digits that the app shows now").fill(code)
        page.get_by_label("Your password").fill(PASSWORD)
        page.get_by_role("button", name="Switch it on").click()
        inspect(page)
