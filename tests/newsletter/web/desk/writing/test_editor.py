"""The editor in a real browser: by the keyboard alone, and without a connection."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from re import Pattern

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from newsletter.issues import draft, editing, store
from newsletter.issues.model import Issue
from subscribers import attributebook
from subscribers.attributes import AttributeKind
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.house import DESK_TOKEN, House, house_of_copy
from tests.harness.newsroom import a_newsletter

# The script, whatever its version.
EDITOR = re.compile(r"/editor\.js")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[House]:
    """Give the product, open."""
    with house_of_copy(tmp_path_factory.mktemp("editor"), sqlite_template, "newsletter") as opened:
        with opened.application.database.write() as tx:
            attributebook.define(tx, "library", AttributeKind.TEXT, opened.application.clock(), label="Library")
        yield opened


@pytest.fixture(scope="module")
def session(browser: Browser, house: House) -> Iterator[BrowserContext]:  # noqa: F811 -- the fixture
    """Give a browser with a session at the desk."""
    context = browser.new_context()
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(f"{house.url}/desk/enter/{DESK_TOKEN}")
    page.get_by_role("button").click()
    page.wait_for_url(f"{house.url}/desk")
    yield context
    context.close()


@pytest.fixture
def issue(house: House) -> Issue:
    """Give an issue with a letter of one line."""
    now = house.application.clock()
    with house.application.database.write() as tx:
        made = draft.draft_empty(tx, a_newsletter(tx, f"News of {now.timestamp()}"), "Spring", now)
        return editing.write_letter(tx, made.id, "Welcome", "<p>Dear all,</p>", "Ann", now)


@pytest.fixture
def page(session: BrowserContext, house: House, issue: Issue) -> Iterator[Page]:
    """Give the letter in a window, the cursor at its end."""
    opened = session.new_page()
    opened.on("dialog", lambda dialog: dialog.accept())
    opened.goto(address(house, issue))
    text = opened.get_by_role("textbox", name="Text")
    # Faster than fingers: for 20 ms after the focus ProseMirror puts the cursor back to where it was.
    text.evaluate("element => element.editor.commands.focus('end')")
    expect(text).to_be_focused()
    yield opened
    opened.close()


def address(house: House, issue: Issue) -> str:
    """Give where the letter is written."""
    return f"{house.url}/desk/issues/{issue.id}/articles/{issue.articles[0].id}"


def content(house: House, issue: Issue) -> str:
    """Give the letter as the issue has it."""
    with house.application.database.read() as tx:
        return store.load(tx, issue.id).articles[0].content


def keys(page: Page, *pressed: str) -> None:
    """Press one key after the other."""
    for key in pressed:
        page.keyboard.press(key)


def test_the_keyboard_alone_sets_a_text(page: Page, house: House, issue: Issue) -> None:
    """A heading by the toolbar, a link by its keys, Escape leads back; the letter beside it follows the save."""
    keys(page, "Enter", "Alt+F10", "End", "Home", "Escape")
    expect(page.get_by_role("textbox", name="Text")).to_be_focused()
    keys(page, "Alt+F10", "Enter")
    expect(page.get_by_role("textbox", name="Text")).to_be_focused()
    page.keyboard.type("News")
    keys(page, "Enter", "Control+k")
    page.keyboard.type("ifla.org")
    keys(page, "Enter")
    # The window closes before what was asked in it is done.
    expect(page.get_by_role("textbox", name="Text")).to_contain_text("ifla.org")
    expect(page.get_by_role("textbox", name="Text")).to_be_focused()
    keys(page, "Control+s")
    expect(page.locator("#saved")).to_contain_text("Saved at")
    expect(page.frame_locator("#preview-frame").get_by_role("heading", name="News", exact=True)).to_be_visible()

    assert '<p>Dear all,</p><h2>News</h2><p><a href="https://ifla.org">ifla.org</a></p>' == content(house, issue)


def test_a_lost_connection_loses_no_word(page: Page, house: House, issue: Issue) -> None:
    """The page says that nothing was saved; the window has the text when it is opened again, and saves it."""
    page.route("**/articles/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.keyboard.type(" and everybody else")
    keys(page, "Control+s")
    expect(page.locator("#saved")).to_contain_text("no connection")
    page.goto(f"{house.url}/desk")
    before = content(house, issue)
    page.unroute("**/articles/*")
    page.goto(address(house, issue))
    expect(page.locator("#saved")).to_contain_text("Saved at")

    assert "<p>Dear all,</p>" == before
    assert "<p>Dear all, and everybody else</p>" == content(house, issue)


def holding(page: Page, where: str | Pattern[str]) -> list[Route]:
    """Keep the first request that the page makes there on its way, as a slow line does."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route(where, hold)
    return held


@contextmanager
def standing_still(browser: Browser, session: BrowserContext, letter: str) -> Iterator[Page]:  # noqa: F811 -- no fixture
    """Give a letter in a window whose clock goes on when a test says so, the cursor at its end."""
    context = browser.new_context(storage_state=session.storage_state())
    page = context.new_page()
    page.clock.install()
    page.goto(letter)
    page.get_by_role("textbox", name="Text").evaluate("element => element.editor.commands.focus('end')")
    expect(page.get_by_role("textbox", name="Text")).to_be_focused()
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    yield page
    context.close()


def test_a_pause_saves(
    browser: Browser,  # noqa: F811 -- the fixture
    session: BrowserContext,
    house: House,
    issue: Issue,
) -> None:
    """Without a key or a button, as a version of the issue; and not while somebody goes on writing."""
    with standing_still(browser, session, address(house, issue)) as page:
        saved = page.locator("#saved")
        page.keyboard.type(" and")
        page.clock.run_for(2_000)
        page.keyboard.type(" everybody")
        page.clock.run_for(2_000)
        expect(saved).to_have_text("Not saved yet")
        page.clock.run_for(1_000)
        expect(saved).to_contain_text("Saved at")
        page.goto(f"{house.url}/desk/issues/{issue.id}/versions/{issue.version + 1}")
        expect(page.locator("ins")).to_have_text("and everybody")

    assert "<p>Dear all, and everybody</p>" == content(house, issue)


def test_what_was_typed_is_taken_back(page: Page, house: House, issue: Issue) -> None:
    """By its keys and by the toolbar, and done again; nothing is left to take back then, and what is saved follows."""
    text, back = page.get_by_role("textbox", name="Text"), page.get_by_role("button", name="Take back")
    expect(back).to_have_attribute("aria-disabled", "true")
    keys(page, "!", "Control+s")
    expect(page.locator("#saved")).to_contain_text("Saved at")
    keys(page, "Control+z")
    expect(text).to_have_text("Dear all,")
    expect(back).to_have_attribute("aria-disabled", "true")
    page.get_by_role("button", name="Do again").click()
    expect(text).to_have_text("Dear all,!")
    back.click()
    expect(text).to_have_text("Dear all,")
    expect(text).to_be_focused()
    keys(page, "Control+s")
    expect(page.locator("#saved")).to_contain_text("Saved at")

    assert "<p>Dear all,</p>" == content(house, issue)


def test_a_slot_has_words_for_whoever_has_not_answered(page: Page, house: House, issue: Issue) -> None:
    """Without them it is not put in, and the window stays and says why."""
    text, otherwise = page.get_by_role("textbox", name="Text"), page.get_by_label("For whoever has not answered")
    page.keyboard.type(" from ")
    page.get_by_role("button", name="Slot for what a reader answered").click()
    page.get_by_label("Stands for").select_option("Library")
    for words in ("", "  ", "{name}"):
        otherwise.fill(words)
        page.get_by_role("button", name="Put it in").click()
        expect(otherwise).to_be_focused()
        assert otherwise.evaluate("field => field.validationMessage")
        assert 0 == text.locator(".slot").count()
    otherwise.fill("your library")
    keys(page, "Enter")
    expect(text.locator(".slot")).to_have_text("Library, else “your library”")
    expect(text).to_be_focused()
    keys(page, "Control+s")
    expect(page.locator("#saved")).to_contain_text("Saved at")

    assert "<p>Dear all, from {{ library | your library }}</p>" == content(house, issue)


def test_save_pressed_during_a_save_saves_what_came_after(
    browser: Browser,  # noqa: F811 -- the fixture
    session: BrowserContext,
    house: House,
    issue: Issue,
) -> None:
    """It goes right behind the one that is on its way, without the pause of whoever goes on writing."""
    with standing_still(browser, session, address(house, issue)) as page:
        held = holding(page, address(house, issue))
        page.keyboard.type(" one")
        with page.expect_request(address(house, issue)):
            keys(page, "Control+s")
        page.keyboard.type(" two")
        keys(page, "Control+s")
        with page.expect_response(address(house, issue)):
            held[0].continue_()
        expect(page.locator("#saved")).to_have_text("Not saved yet")
        with page.expect_response(address(house, issue)):
            page.clock.run_for(100)

    assert "<p>Dear all, one two</p>" == content(house, issue)


def opened_without_its_script(page: Page, house: House, issue: Issue) -> Route:
    """Open the letter over a slow line: the page is there, its editor on its way."""
    held = holding(page, EDITOR)
    with page.expect_request(EDITOR):
        page.goto(address(house, issue), wait_until="commit")
    expect(page.locator("textarea[name=text]")).to_be_visible()
    return held[0]


def test_words_written_before_the_editor_came_stay(page: Page, house: House, issue: Issue) -> None:
    """Whoever began in the plain field goes on in it."""
    script = opened_without_its_script(page, house, issue)
    plain = page.locator("textarea[name=text]")
    plain.fill("Dear everybody,")
    script.continue_()
    page.wait_for_load_state()
    expect(plain).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("textbox", name="Text")).to_have_text("Dear everybody,")

    assert "<p>Dear everybody,</p>" == content(house, issue)


def test_the_focus_follows_from_the_plain_field_into_the_editor(page: Page, house: House, issue: Issue) -> None:
    """Keys pressed next do not fall beside the page."""
    script = opened_without_its_script(page, house, issue)
    page.locator("textarea[name=text]").focus()
    script.continue_()

    expect(page.locator("#editor [role=textbox]")).to_be_focused()


def test_the_letter_beside_it_has_each_word_at_once(page: Page, house: House, issue: Issue) -> None:
    """Before it is saved, which is said beside it; the page around the letter stays where it is."""
    letter = page.frame_locator("#preview-frame")
    expect(letter.get_by_text("Dear all,")).to_be_visible()
    page.keyboard.type(" and everybody")

    expect(letter.get_by_text("Dear all, and everybody")).to_be_visible()
    assert "<p>Dear all,</p>" == content(house, issue)
    expect(page.locator("#unsaved")).to_have_text("Not saved yet")
    assert 0 == page.evaluate("scrollY")
    keys(page, "Control+s")
    expect(page.locator("#unsaved")).to_have_text("")
    assert "<p>Dear all, and everybody</p>" == content(house, issue)
