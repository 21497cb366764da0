"""Two editors at one letter: whoever saves second is shown both texts, and neither is lost; each sees where the other is."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from newsletter.issues import draft, editing
from newsletter.issues.model import Issue, Newsletter
from newsletter.staff import accounts, passwords
from newsletter.staff.permissions import Role
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.hand import CROSSED, Hand, Way
from tests.harness.house import House, house_of_copy
from tests.harness.newsroom import a_newsletter

PASSWORD = "a few words in a row"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[House]:
    """Give the product, open, with two editors."""
    with house_of_copy(tmp_path_factory.mktemp("editors"), sqlite_template, "newsletter") as opened:
        kept = passwords.hashed(PASSWORD)
        with opened.application.database.write() as tx:
            for name in ("Ann", "Bo"):
                made = accounts.add(tx, name, Role.EDITOR, opened.application.clock(), f"{name}@example.org")
                accounts.set_password(tx, made.id, kept)
        yield opened


@pytest.fixture(scope="module")
def news(house: House) -> Newsletter:
    """Give a newsletter."""
    with house.application.database.write() as tx:
        return a_newsletter(tx)


@pytest.fixture
def issue(house: House, news: Newsletter) -> Issue:
    """Give an issue with a letter in it."""
    now = house.application.clock()
    with house.application.database.write() as tx:
        made = draft.draft_empty(tx, news, "Spring", now)
        return editing.write_letter(tx, made.id, "Welcome", "<p>Dear colleagues,</p>", "Ann Berg", now)


@contextmanager
def both(browser: Browser, house: House, way: Way, address: str) -> Iterator[tuple[Hand, Hand]]:  # noqa: F811 -- the fixture
    """Give the hands of both, who have signed in on their way to an address."""
    with way.open(browser) as ann, way.open(browser) as bo:
        for hand, name in ((ann, "Ann"), (bo, "Bo")):
            hand.page.goto(f"{house.url}{address}")
            hand.fill({"Address": f"{name}@example.org", "Password": PASSWORD})
            hand.press(hand.page.get_by_role("button", name="Sign in", exact=True))
            hand.page.wait_for_url(f"{house.url}{address}")
        yield ann, bo


def write(hand: Hand, words: str) -> None:
    """Write at the end of the text, and save."""
    hand.add(hand.page.get_by_role("textbox", name="Text"), words)
    hand.page.keyboard.press("Control+s")


def is_well_set(hand: Hand) -> bool:
    """Tell whether axe-core finds nothing."""
    found: list[object] = Axe().run(hand.page).response["violations"]
    return not found


@pytest.mark.parametrize("way", CROSSED, ids=str)
def test_whoever_saves_second_is_shown_both(browser: Browser, house: House, issue: Issue, way: Way) -> None:  # noqa: F811
    """One sees that the other is there, saves all the same, compares, and lets their own words stand; both are versions."""
    with both(browser, house, way, f"/desk/issues/{issue.id}/articles/{issue.articles[0].id}") as (ann, bo):
        expect(bo.page.locator("#others")).to_contain_text("Ann has this text open, too")
        write(bo, " from Bo")
        expect(bo.page.locator("#saved")).to_contain_text("Saved at")
        write(ann, " from Ann")
        expect(ann.page.locator("#saved")).to_contain_text("Yours is kept as version")
        # The focus is on the way to both.
        ann.page.keyboard.press("Enter")
        ann.page.wait_for_url("**/beside/*")
        expect(ann.page.locator(".beside del")).to_have_text("Bo")
        expect(ann.page.locator(".beside ins")).to_have_text("Ann")
        assert is_well_set(ann)

        ann.press("in its place")
        expect(ann.page.get_by_role("textbox", name="Text")).to_have_text("Dear colleagues, from Ann")
        ann.press("All versions of the issue")
        expect(ann.page.locator(".version")).to_have_count(5)
        assert is_well_set(ann)


@pytest.mark.parametrize("way", CROSSED, ids=str)
def test_each_sees_what_the_other_has_open_in_the_composer(
    browser: Browser,  # noqa: F811 -- the fixture
    house: House,
    issue: Issue,
    way: Way,
) -> None:
    """Above the cards who is there, at the card what they edit; when they go, nothing of it stays."""
    (article,) = issue.articles
    with both(browser, house, way, f"/desk/issues/{issue.id}/compose") as (ann, bo):
        expect(bo.page.locator("#others")).to_have_text("Ann has this issue open, too.")

        ann.press(ann.page.locator(f"#edit{article.id}"))
        expect(ann.page.locator(f"#form-a{article.id}")).to_be_visible()
        # Who moves tells where they are, and hears of the others.
        expect(ann.page.locator("#others")).to_have_text("Bo has this issue open, too.")
        bo.press(bo.page.locator(f"#sedit{article.section_id}"))
        expect(bo.page.locator(f"#a{article.id} [data-writers]")).to_have_text("Ann is writing here")
        assert is_well_set(bo)

        ann.press("Desk")
        ann.page.wait_for_url(f"{house.url}/desk")
        bo.press(bo.page.locator("#add-section"))
        expect(bo.page.locator("#others")).to_be_hidden()
        expect(bo.page.locator("[data-writers]")).to_have_count(0)
