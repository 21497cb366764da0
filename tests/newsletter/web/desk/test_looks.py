"""Every page of the desk in a real browser, in light and dark, wide and narrow: empty, full, and overfull."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

import pyotp
import pytest
from playwright.sync_api import Browser, FilePayload, Page, Response, expect
from sqlalchemy import update

from newsletter.bootstrap import Application
from newsletter.issues import authorbook, draft, newsletters, schedulebook, snippets, timetable
from newsletter.issues.model import Issue, Month
from newsletter.issues.recurrence import parse_recurrence, parse_wall_time
from newsletter.issues.schedule import WhenEmpty
from newsletter.issues.snippets import Said
from newsletter.letters import redirects
from newsletter.mail import relaybook
from newsletter.mail.clicking import Click
from newsletter.mail.relays import Relay, Tls
from newsletter.people import clicking, datarequests
from newsletter.people.datarequests import Kind
from newsletter.staff import accounts, doorlinks
from newsletter.staff.permissions import Role
from newsletter.strongbox import Strongbox
from newsletter.tables.mail import delivery
from newsletter.web.desk.routes import ROUTES
from subscribers import attributebook
from subscribers.attributes import AttributeKind
from subscribers.transaction import Transaction
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.counted import ALLOWED
from tests.harness.hooked import told
from tests.harness.house import DESK_TOKEN, House, house_of_copy
from tests.harness.looks import inspect
from tests.harness.newsroom import an_entry, an_image, january, publish
from tests.harness.people import join
from tests.newsletter.web.desk import overfull
from tests.newsletter.web.desk.overfull import ARABIC
from tests.newsletter.web.test_looks import LONG_NAME, LONG_WORD, PLACES, enter, furnish

PASSWORD = "a few words in a row"


# With something on each; the composer, the letter and the mailing are looked at where all pages are.
FULL = (
    "/desk/account",
    "/desk/newsletters/1/begin",
    "/desk/newsletters/1/readers",
    "/desk/newsletters/1/snippets",
    "/desk/newsletters/1/snippets/new",
    "/desk/newsletters/1/snippets/1",
    "/desk/newsletters/2/snippets",
    "/desk/newsletters/1/authors",
    "/desk/newsletters/1/authors?q=nobody-of-this-name",
    "/desk/newsletters/1/authors/new",
    "/desk/newsletters/1/authors/1",
    "/desk/newsletters/2/authors",
    "/desk/people",
    "/desk/people?q=nobody-of-this-name",
    "/desk/people/1",
    "/desk/people/{huda}",
    "/desk/people/{known}",
    "/desk/people/1/erase",
    "/desk/people/add",
    "/desk/people/segments",
    "/desk/people/segments/1",
    "/desk/people/suppression",
    "/desk/people/requests",
    "/desk/returns",
    "/desk/returns?show=nobody",
    "/desk/returns?show=challenge&issue=1",
    "/desk/returns/1",
    "/desk/people/export",
    "/desk/people/export/found?q=a&state=confirmed&kept=not",
    "/desk/people/segments/1/export",
    "/desk/figures",
    "/desk/figures?newsletter={arabic}",
    "/desk/issues/1/figures",
    "/desk/issues/1/figures/domains",
    "/desk/figures/size",
    "/desk/issues/1/figures/clicks",
    "/desk/issues/1/uncertain",
    "/desk/issues/1/uncertain?act=resend&d1=1",
    "/desk/settings",
    "/desk/settings/newsletters",
    "/desk/settings/newsletters/1",
    "/desk/settings/newsletters/1/zone",
    "/desk/settings/newsletters/1/list",
    "/desk/settings/newsletters/1/sections",
    "/desk/settings/newsletters/1/sections/1",
    "/desk/settings/newsletters/1/sections/new",
    "/desk/settings/newsletters/1/calendar",
    "/desk/settings/newsletters/1/look",
    "/desk/settings/newsletters/1/returns",
    "/desk/settings/returns",
    "/desk/settings/feeds",
    "/desk/settings/feeds/1/test",
    "/desk/settings/feeds/1/remove",
    "/desk/settings/lists",
    "/desk/settings/lists/1",
    "/desk/settings/lists/1/people",
    "/desk/settings/lists/1/archive",
    "/desk/settings/lists/1/form",
    "/desk/settings/lists/1/topics",
    "/desk/settings/lists/1/notices",
    "/desk/settings/questions",
    "/desk/settings/questions/library/people",
    "/desk/settings/questions/library/remove",
    "/desk/settings/relays",
    "/desk/settings/relays/main",
    "/desk/settings/relays/main/remove",
    "/desk/settings/domains",
    "/desk/settings/domains/look",
    "/desk/settings/webhooks",
    "/desk/settings/webhooks/1",
    "/desk/settings/webhooks/1/edit",
    "/desk/settings/webhooks/1/messages/1",
    "/desk/settings/webhooks/1/remove",
    "/desk/settings/keys",
    "/desk/settings/images",
    "/desk/settings/languages",
    "/desk/settings/retention",
    "/desk/settings/retention/rehearsal",
    "/desk/settings/audit",
    "/desk/settings/system",
    "/desk/settings/staff",
    "/desk/settings/staff/2",
    "/desk/settings/staff/2/remove",
    "/desk/settings/staff/provider",
    "/desk/issues/987654",
    "/desk/issues/{crowded}",
    "/desk/issues/{crowded}/articles/{article}/versions",
    "/desk/issues/{crowded}/versions",
    "/desk/issues/{crowded}/review",
    "/desk/issues/{crowded}/send",
    "/desk/issues/{bare}/compose",
    "/desk/issues/{bare}/figures",
)

# Where nothing was ever made.
EMPTY = (
    "/desk/people",
    "/desk/people/segments",
    "/desk/people/segments/new",
    "/desk/people/imports",
    "/desk/people/suppression",
    "/desk/people/requests",
    "/desk/returns",
    "/desk/people/add",
    "/desk/people/export",
    "/desk/people/export/found",
    "/desk/figures",
    "/desk/settings",
    "/desk/settings/newsletters",
    "/desk/settings/newsletters/new",
    "/desk/settings/feeds",
    "/desk/settings/lists",
    "/desk/settings/lists/new",
    "/desk/settings/questions",
    "/desk/settings/relays",
    "/desk/settings/relays/new",
    "/desk/settings/domains",
    "/desk/settings/domains/look",
    "/desk/settings/webhooks",
    "/desk/settings/webhooks/new",
    "/desk/settings/keys",
    "/desk/settings/images",
    "/desk/settings/returns",
    "/desk/settings/audit",
    "/desk/settings/system",
    "/desk/settings/staff",
    "/desk/settings/staff/new",
    "/desk/account",
)

# Forms that are refused: the button, and what is typed, by the names of the fields.
REFUSED: Mapping[str, tuple[str, Mapping[str, str]]] = MappingProxyType(
    {
        "/desk/newsletters/1/begin": ("Begin the issue", {"of": "title"}),
        "/desk/people/add": ("Add this person", {"address": LONG_WORD, "how": "consented"}),
        "/desk/people/segments/new?as=text": ("Keep this segment", {"rule": f"{LONG_WORD} is"}),
        "/desk/settings/lists/new": ("Make the list", {"sender_address": LONG_WORD}),
        "/desk/settings/newsletters/new": ("Make the newsletter", {"zone": LONG_WORD}),
        "/desk/settings/newsletters/1/calendar": ("Set this calendar", {"zone": LONG_WORD}),
        "/desk/settings/newsletters/1/returns": ("Go by these rules", {"full_points": "1"}),
        "/desk/settings/relays/new": ("Add the relay", {"host": LONG_WORD}),
        "/desk/settings/webhooks/new": ("Add the webhook", {"url": LONG_WORD}),
        "/desk/settings/staff/new": ("Make the account", {"address": LONG_WORD}),
        "{composer}": ("Save", {"title": ""}),
    },
)

# Browsers ask for what is required before a form is sent; not every one does.
_TYPE = """
typed => [...document.forms].forEach(form => {
  form.noValidate = true;
  for (const [name, value] of Object.entries(typed)) if (form.elements[name]) form.elements[name].value = value;
})
"""

# What a test of its own goes to.
ON_THE_WAY = (
    "/desk/enter/{token}",
    "/desk/sign-in",
    "/desk/sign-in/second",
    "/desk/sign-in/forgotten",
    "/desk/sign-in/forgotten/sent",
    "/desk/link/{token}",
    "/desk/account/second-factor",
    "/desk/people/imports/{import_id:int}",
    "/desk/people/imports/files/{work_id:int}",
    "/desk/people/suppression/files/{work_id:int}",
)

# Lines of the route table that nobody needs to look at here, and why.
NOT_LOOKED_AT: Mapping[str, str] = MappingProxyType(
    {
        "/desk/sign-in/passkey": "looked at in tests/journeys/test_passkeys.py, with a device",
        "/desk/account/passkeys/new": "the same",
        "/desk/sign-in/provider": "leads on to the provider",
        "/desk/sign-in/provider/back": "leads on to the desk, or back to the door",
        "/desk/link/{token}/provider": "leads on to the provider",
        "/desk/issues/{issue_id:int}/send/count": "a number in the page of sending",
        "/desk/issues/{issue_id:int}/live": "a piece of the page of sending",
        "/desk/issues/{issue_id:int}/stream": "the same",
        "/desk/issues/{issue_id:int}/preview": "a letter: tests/newsletter/letters/test_looks.py",
        "/desk/settings/newsletters/{newsletter_id:int}/look/sample": "the same",
        "/desk/issues/{issue_id:int}/articles/{article_id:int}/pictures": "answers a script in JSON",
        "/samples/{name}": "a picture of ours",
        "/desk/settings/feeds/try": "shows what the page of a test shows, of an address elsewhere",
        "/desk/figures/{key}.csv": "a file",
        "/desk/issues/{issue_id:int}/figures/{key}.csv": "a file",
        "/desk/people/imports/files/{work_id:int}/left-out.csv": "a file",
        "/desk/returns/{return_id:int}.eml": "a file",
        "/desk/people/suppression/files/{work_id:int}/left-out.csv": "a file",
        "/desk/settings/audit.csv": "a file",
        "/desk/settings/audit.json": "a file",
    },
)

# The page asks every two seconds how far it is; a machine may be busy. In milliseconds.
PATIENCE = 20_000


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[House]:
    """Give a house with more of everything than there should be."""
    with house_of_copy(tmp_path_factory.mktemp("desk"), sqlite_template, "full") as opened:
        yield opened


@pytest.fixture(scope="module")
def names(house: House) -> Mapping[str, str]:
    """Fill the house; gives what addresses name, and the places that are looked at where all pages are."""
    application = house.application
    now = application.clock()
    with application.database.write() as tx:
        places = furnish(tx, application, now)
        fill(tx, application, now)
        huda = follow_links(tx, application, now)
        full = crowded(tx, now)
        bare = draft.draft_empty(tx, newsletters.by_id(tx, 2), ARABIC, now)
        # The one with the longest title.
        article = max(full.articles, key=lambda one: len(one.title))
        more = {"crowded": full.id, "bare": bare.id, "article": article.id, "huda": huda, **overfull.fill(tx, application, now)}
        return {**places, **{name: str(number) for name, number in more.items()}}


@pytest.fixture(scope="module")
def page(browser: Browser, house: House, names: Mapping[str, str]) -> Iterator[Page]:  # noqa: F811 -- the fixture
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
    authorbook.add(tx, 1, LONG_NAME[:100], now, affiliation=ARABIC)
    authorbook.edit(tx, 1, LONG_NAME[:100], aliases=[LONG_WORD, "ann"])
    snippets.add(tx, 1, LONG_NAME[:80], Said(ARABIC, f"<p>{LONG_NAME} {LONG_WORD}</p>" * 5, "https://example.org/"), now)
    relay = Relay("mail.example.org", 587, Tls.STARTTLS, username=f"{LONG_WORD}@example.org", password="x", name="main")
    relaybook.add(tx, relay, Strongbox.of(application.keyring), now)
    told(tx, application.keyring, now, f"https://crm.example.org/{quote(LONG_WORD)}/{quote(LONG_WORD)}")
    first = newsletters.by_id(tx, 1)
    rule, at = parse_recurrence("first monday"), parse_wall_time("09:00")
    schedulebook.set_schedule(
        tx, timetable.propose(first.id, rule, at, first.zone, timedelta(days=7), None, WhenEmpty.SKIP, now)
    )
    accounts.add(tx, LONG_NAME[:100], Role.VIEWER, now, f"{LONG_WORD.lower().encode('idna').decode()}@example.org")
    for kind in Kind:
        datarequests.note(tx, 1, kind, LONG_NAME, "Ada", now)
    an_image(tx, LONG_WORD, alt=ARABIC)


def follow_links(tx: Transaction, application: Application, now: datetime) -> int:
    """Keep a click of somebody of an Arabic name, and lose the answer to the mail of another; gives who clicked."""
    newsletters.edit(tx, 1, counts_clicks=True)
    allowing = join(tx, application.keyring, newsletters.by_id(tx, 1).list_id, "huda@example.org", now, ARABIC)
    assert clicking.allow(tx, application.keyring, allowing.subscription.id, now, ALLOWED)
    redirects.keep(tx, 1, [f"https://blog.example.org/{LONG_WORD}/{LONG_WORD}?q={LONG_WORD}"])
    link, *_ = redirects.of_letter(tx, 1)
    clicking.keep(tx, [Click(now, now, link.id, 1, b"", False, allowing.subscription.id)], [False])
    # Its connection was lost when everything had been said.
    tx.execute(
        update(delivery).where(delivery.c.id == 1).values(state="uncertain", settled_at=None, sending_at=now, note=LONG_NAME)
    )
    return allowing.subscriber.id


def crowded(tx: Transaction, now: datetime) -> Issue:
    """Draft an issue of two hundred articles."""
    posts = [an_entry(f"{ARABIC} {number}", january(2), "Feature articles", byline=ARABIC) for number in range(199)]
    publish(tx, newsletters.by_id(tx, 2), *posts, an_entry((LONG_NAME * 3)[:300], january(3)))
    return draft.draft_month(tx, newsletters.by_id(tx, 2), Month(2020, 1), now)


@pytest.mark.parametrize("path", FULL)
def test_pages_are_well_set(page: Page, house: House, names: Mapping[str, str], path: str) -> None:
    """Contrast, names, headings, one scale of type, targets for thumbs, no sideways scrolling, with too much of everything."""
    page.goto(house.url + path.format(**names))

    inspect(page)


def test_a_composer_of_two_hundred_articles_is_well_set(page: Page, house: House, names: Mapping[str, str]) -> None:
    """Also where one has a title of 300 characters, and the others are from right to left."""
    page.goto(f"{house.url}/desk/issues/{names['crowded']}/compose")

    inspect(page, is_huge=True)


@pytest.mark.parametrize("path", REFUSED)
def test_what_is_refused_is_well_set(page: Page, house: House, names: Mapping[str, str], path: str) -> None:
    """With what was typed, and what is wrong with it."""
    button, typed = REFUSED[path]
    page.goto(house.url + path.format(**names))
    page.evaluate(_TYPE, typed)
    with page.expect_response(is_of_a_press) as answered:
        page.get_by_role("button", name=button, exact=True).click()
    page.locator("main [role=alert], main .field__error").first.wait_for()

    assert 422 == answered.value.status
    inspect(page)


def is_of_a_press(answer: Response) -> bool:
    """Whether a button was answered, and not a script that says of itself who is here or what is being typed."""
    return answer.request.method == "POST" and not answer.url.endswith(("/here", "/unsaved"))


def test_every_page_of_the_desk_is_looked_at(names: Mapping[str, str]) -> None:
    """Here, where all pages are, or by a test of its own; what is not is named with its reason."""
    here = {path.format(**names).partition("?")[0] for path in (*FULL, *EMPTY, *(names[place] for place in PLACES))}
    unseen = {
        line.path
        for line in ROUTES
        if "GET" in line.methods and not any(re.fullmatch(spelled(line.path), path) for path in here)
    }

    assert unseen == {*ON_THE_WAY, *NOT_LOOKED_AT}


def test_a_file_of_people_is_well_set_at_each_step(page: Page, house: House) -> None:
    """Brought, tried, taken in, kept out: with long columns, with an Arabic name, with rows that are left out."""
    for _ in steps_of_a_file(page, house):
        inspect(page)


def steps_of_a_file(page: Page, house: House) -> Iterator[None]:
    """Bring a file and go on with it; stops at each step."""
    rows = f"Adresse,{LONG_WORD}\nhuda@example.net,{ARABIC}\n{LONG_WORD} {LONG_WORD},Nobody\n".encode()
    file = FilePayload(name=f"{LONG_WORD}.csv", mimeType="text/csv", buffer=rows)
    page.goto(f"{house.url}/desk/people/imports")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Bring this file").click()
    yield
    page.get_by_label("Adresse").select_option("email")
    page.get_by_label(LONG_WORD).select_option("name")
    page.get_by_label("Yes, all of them").check()
    page.get_by_label("Why we may write to them").fill(LONG_NAME)
    page.get_by_role("button", name="Try it, and change nothing").click()
    expect(page.get_by_text("Nothing was changed yet.")).to_be_visible(timeout=PATIENCE)
    yield
    page.get_by_role("button", name="Take in 1 person").click()
    expect(page.get_by_role("heading", name="It is taken in")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("link", name="The import, and how to undo it").click()
    yield
    page.goto(f"{house.url}/desk/people/suppression")
    page.get_by_text("Keep a whole file out").click()
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Bring this file").click()
    page.wait_for_url("**/suppression/files/*")
    yield


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


def test_the_door_is_well_set(stranger: Page, house: House, names: Mapping[str, str]) -> None:
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


def spelled(path: str) -> str:
    """Give the pattern of the addresses of a line of the route table."""
    return re.sub(r"\\{\w+\\}", "[^/]+", re.sub(r"\\{\w+:int\\}", r"\\d+", re.escape(path)))


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
