"""Two editors at one letter, by the keyboard alone: whoever saves second is shown both texts, and neither is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from newsletter.issues import draft, editing, newsletters
from newsletter.issues.model import Issue
from newsletter.staff import accounts, passwords
from newsletter.staff.permissions import Role
from subscribers import register
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.house import House, house_of_copy
from tests.harness.newsroom import MADE_AT

PASSWORD = "a few words in a row"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[House]:
    """Give the product, open."""
    with house_of_copy(tmp_path_factory.mktemp("editors"), sqlite_template, "newsletter") as opened:
        yield opened


@pytest.fixture(scope="module")
def issue(house: House) -> Issue:
    """Give an issue with a letter in it."""
    now = house.application.clock()
    with house.application.database.write() as tx:
        list_ = register.create_list(tx, "Members", MADE_AT)
        newsletter = newsletters.create(
            tx,
            name="CPDWL News",
            sender_name="CPDWL",
            sender_address="news@example.org",
            list_id=list_.id,
            postal_address="The Hague",
            now=MADE_AT,
        )
        made = draft.draft_empty(tx, newsletter, "Spring", now)
        return editing.write_letter(tx, made.id, "Welcome", "<p>Dear colleagues,</p>", "Ann Berg", now)


def signed_in(browser: Browser, house: House, name: str) -> Page:  # noqa: F811 -- the fixture
    """Make an account, and sign in with it in a browser of its own."""
    address, kept = f"{name}@example.org", passwords.hashed(PASSWORD)
    with house.application.database.write() as tx:
        made = accounts.add(tx, name, Role.EDITOR, house.application.clock(), address)
        accounts.set_password(tx, made.id, kept)
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(f"{house.url}/desk")
    page.get_by_label("Address").fill(address)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{house.url}/desk")
    return page


def window(page: Page, house: House, issue: Issue) -> Page:
    """Open the letter, the cursor at its end."""
    page.goto(f"{house.url}/desk/issues/{issue.id}/articles/{issue.articles[0].id}")
    text = page.get_by_role("textbox", name="Text")
    # Faster than fingers: for 20 ms after the focus ProseMirror puts the cursor back to where it was.
    text.evaluate("element => element.editor.commands.focus('end')")
    expect(text).to_be_focused()
    return page


def write(page: Page, words: str) -> None:
    """Type at the cursor, and save."""
    page.keyboard.type(words)
    page.keyboard.press("Control+s")


def test_whoever_saves_second_is_shown_both(browser: Browser, house: House, issue: Issue) -> None:  # noqa: F811 -- the fixture
    """One sees that the other is there, saves all the same, compares, and lets their own words stand; both are versions."""
    ann, bo = (window(signed_in(browser, house, name), house, issue) for name in ("Ann", "Bo"))
    expect(bo.locator("#others")).to_contain_text("Ann has this text open, too")

    write(bo, " from Bo")
    expect(bo.locator("#saved")).to_contain_text("Saved at")
    write(ann, " from Ann")
    expect(ann.locator("#saved")).to_contain_text("Yours is kept as version")
    # The focus is on the way to both.
    ann.keyboard.press("Enter")
    ann.wait_for_url("**/beside/*")

    expect(ann.locator(".beside del")).to_have_text("Bo")
    expect(ann.locator(".beside ins")).to_have_text("Ann")
    assert [] == Axe().run(ann).response["violations"]

    ann.get_by_role("button", name="in its place").press("Enter")
    expect(ann.get_by_role("textbox", name="Text")).to_have_text("Dear colleagues, from Ann")
    ann.get_by_role("link", name="All versions of the issue").press("Enter")
    expect(ann.locator(".version")).to_have_count(5)
    assert [] == Axe().run(ann).response["violations"]


def test_each_sees_what_the_other_has_open_in_the_composer(
    browser: Browser,  # noqa: F811 -- the fixture
    house: House,
    issue: Issue,
) -> None:
    """Above the cards who is there, at the card what they edit; when they go, nothing of it stays."""
    cid, dan = (signed_in(browser, house, name) for name in ("Cid", "Dan"))
    now = house.application.clock()
    with house.application.database.write() as tx:
        other = draft.draft_empty(tx, newsletters.by_id(tx, issue.newsletter_id), "Summer", now)
        (article,) = editing.write_letter(tx, other.id, "Welcome", "<p>Dear colleagues,</p>", "Ann Berg", now).articles
    for page in (cid, dan):
        page.goto(f"{house.url}/desk/issues/{other.id}/compose")
    expect(dan.locator("#others")).to_have_text("Cid has this issue open, too.")

    cid.locator(f"#edit{article.id}").press("Enter")
    expect(cid.locator(f"#form-a{article.id}")).to_be_visible()
    # Who moves tells where they are, and hears of the others.
    expect(cid.locator("#others")).to_have_text("Dan has this issue open, too.")
    dan.locator(f"#sedit{article.section_id}").press("Enter")
    expect(dan.locator(f"#a{article.id} [data-writers]")).to_have_text("Cid is writing here")
    assert [] == Axe().run(dan).response["violations"]

    cid.goto(f"{house.url}/desk")
    dan.locator("#add-section").press("Enter")
    expect(dan.locator("#others")).to_be_hidden()
    expect(dan.locator("[data-writers]")).to_have_count(0)
