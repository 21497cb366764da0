"""An editor composes an issue in a real browser: with the keyboard alone, with a mouse, on a phone, and without a script."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from newsletter.issues import draft, newsletters, store
from newsletter.issues.model import Article, Issue, Month
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.hand import Keys
from tests.harness.house import DESK_TOKEN, House, house_of_copy
from tests.harness.looks import DESKTOP, PHONE
from tests.harness.newsroom import (
    BLOG,
    a_month,
    a_newsletter,
    an_entry,
    article_called,
    contents_of,
    january,
    publish,
    section_called,
)

FEATURES, TITLE = "Feature articles", "Staying relevant"

# Keeps what the line above the preview says, however short it stands there.
SAID = """() => {
  window.said = [];
  const line = document.querySelector("#unsaved");
  new MutationObserver(() => said.push(line.textContent)).observe(line, { childList: true });
}"""

# Whether an article stands in the letter behind all others of its section on the page.
IN_LETTER = """id => {
  const letter = document.querySelector("#preview-frame").contentDocument;
  const others = [...document.getElementById(id).parentElement.children].filter((one) => one.id !== id);
  const at = letter.getElementById(id);
  return others.every((one) => letter.getElementById(one.id).compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING);
}"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[House]:
    """Give a house with January drafted, and a post that came too late for it."""
    with house_of_copy(tmp_path_factory.mktemp("composing"), sqlite_template, "composing") as house:
        with house.application.database.write() as tx:
            news = a_newsletter(tx)
            a_month(tx, news)
            draft.draft_month(tx, news, Month(2020, 1), house.application.clock())
            publish(tx, news, an_entry("Came late", january(20)))
        yield house


@pytest.fixture(scope="module")
def page(browser: Browser, house: House) -> Iterator[Page]:  # noqa: F811 -- the fixture
    """Give a tab on the composer, with a session."""
    context = browser.new_context(viewport={"width": 1280, "height": 1400}, reduced_motion="reduce")
    opened = context.new_page()
    opened.goto(f"{house.url}/desk/enter/{DESK_TOKEN}")
    opened.get_by_role("button").click()
    opened.wait_for_url(f"{house.url}/desk")
    yield opened
    context.close()


def issue(house: House) -> Issue:
    """Give the issue as it is now."""
    with house.application.database.read() as tx:
        return store.load(tx, 1)


def compose(page: Page, house: House) -> str:
    """Open the composer; gives the id of the article that is worked on."""
    page.goto(f"{house.url}/desk/issues/1/compose")
    return str(article_called(issue(house), TITLE).id)


def test_with_the_keyboard_alone(page: Page, house: House) -> None:
    """Moved by a button and by Alt and an arrow, edited, undone: the focus stays, what was done is said, the letter follows."""
    number = compose(page, house)
    told, voice = page.locator("#told"), page.locator("[role=status].unseen")

    page.locator(f"#down{number}").press("Enter")
    expect(told).to_have_text(f"“{TITLE}” is now 2 of 2 in {FEATURES}.")
    expect(voice).to_have_text(f"“{TITLE}” is now 2 of 2 in {FEATURES}.")
    expect(page.locator(f"#down{number}")).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(told).to_have_text(f"“{TITLE}” is now 1 of 2 in {FEATURES}.")

    page.locator(f"#edit{number}").press("Enter")
    page.get_by_label("Title", exact=True).fill("Staying awake")
    # What is typed outlives what else is done.
    page.locator(f"#down{number}").press("Enter")
    expect(told).to_have_text(f"“{TITLE}” is now 2 of 2 in {FEATURES}.")
    page.get_by_label("Title", exact=True).press("Enter")
    expect(told).to_have_text("“Staying awake” is saved.")
    expect(page.locator(f"#edit{number}")).to_be_focused()
    expect(page.frame_locator("#preview-frame").get_by_role("heading", name="Staying awake")).to_be_visible()

    page.locator("#undo").press("Enter")
    expect(page.locator(f"#t{number}")).to_have_text(TITLE)
    expect(page.frame_locator("#preview-frame").get_by_role("heading", name=TITLE)).to_be_visible()


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_nothing_lies_over_what_has_the_focus(page: Page, house: House, width: int) -> None:
    """From the foot of a long page to its head by Shift+Tab: the lines that stay in sight cover no stop."""
    before = page.viewport_size
    page.set_viewport_size({"width": width, "height": 700})
    compose(page, house)
    stops = Keys(page).walk_back()
    assert before is not None
    page.set_viewport_size(before)

    assert 60 < stops


def test_nothing_lies_over_a_post_of_a_long_list(page: Page, house: House) -> None:
    """The line that takes them stays in sight while one goes back through them, beside it and not above them."""
    with house.application.database.write() as tx:
        other = a_newsletter(tx, "Other News")
        publish(tx, other, *[an_entry(f"Post {number}", january(20)) for number in range(20)], feed=f"{BLOG}/other/feed/")
        empty = draft.draft_empty(tx, other, "Spring", house.application.clock())
    page.goto(f"{house.url}/desk/issues/{empty.id}/compose?side=posts")
    page.set_viewport_size({"width": DESKTOP, "height": 700})
    expect(page.locator(".pool__post")).to_have_count(20)
    stops = Keys(page).walk_back()
    page.set_viewport_size({"width": DESKTOP, "height": 1400})

    assert 60 < stops


def test_the_letter_follows_what_is_typed(page: Page, house: House) -> None:
    """Before anything is saved, where one looks at it and without being loaded anew; given up, it is as it is kept."""
    number = compose(page, house)
    before, letter = issue(house), page.frame_locator("#preview-frame")
    page.locator(f"#edit{number}").click()
    expect(letter.get_by_role("heading", name=TITLE)).to_be_visible()
    page.locator("#preview-frame").evaluate("frame => { window.loads = 0; frame.addEventListener('load', () => loads += 1); }")

    page.get_by_label("Title", exact=True).press("End")
    page.keyboard.type(" for long")
    expect(letter.get_by_role("heading", name=f"{TITLE} for long")).to_be_in_viewport()
    expect(page.locator("#unsaved")).to_have_text("Not saved yet")
    page.locator("#preview-frame").evaluate("frame => frame.contentWindow.scrollBy(0, -40)")
    scrolled = page.locator("#preview-frame").evaluate("frame => frame.contentWindow.scrollY")
    page.get_by_label("By", exact=True).fill("Ann Typing")
    expect(letter.get_by_text("by Ann Typing")).to_be_visible()
    assert [scrolled, 0] == page.evaluate("[document.querySelector('#preview-frame').contentWindow.scrollY, loads]")
    # Nobody hears each key.
    assert not page.locator("#envelope :is([role], [aria-live])").count()

    page.get_by_label("Title", exact=True).fill("")
    expect(page.locator("#unsaved")).to_contain_text("Not shown: title")
    page.get_by_role("link", name="Cancel").click()
    expect(letter.get_by_role("heading", name=TITLE, exact=True)).to_be_visible()
    expect(page.locator("#unsaved")).to_have_text("")
    assert before == issue(house)

    page.locator("#edit-head").click()
    page.get_by_label("Subject", exact=True).fill("A subject on its way")
    expect(page.locator("#envelope")).to_contain_text("A subject on its way")
    page.get_by_role("link", name="Cancel").click()


def first_of_features(house: House) -> Article:
    """Give the article that stands first among the features, wherever other tests left them."""
    return section_called(issue(house), FEATURES).articles[0]


def test_the_letter_is_there_before_the_page(page: Page, house: House) -> None:
    """What is moved is seen in the letter while the cards are still on their way, and the frame is not loaded anew."""
    compose(page, house)
    first = first_of_features(house)
    held: list[Route] = []
    asked: list[str] = []
    expect(page.frame_locator("#preview-frame").get_by_role("heading", name=TITLE)).to_be_visible()
    page.on("request", lambda request: asked.append(request.url))
    page.route("**/compose?did=*", lambda route: route.continue_() if held else held.append(route))

    with page.expect_request("**/compose?did=*"):
        page.locator(f"#down{first.id}").click()
    page.wait_for_function(IN_LETTER, arg=f"a{first.id}")
    expect(page.locator("#told")).to_have_text("")
    held[0].continue_()
    expect(page.locator("#told")).to_have_text(f"“{first.title}” is now 2 of 2 in {FEATURES}.")
    page.locator(f"#up{first.id}").click()
    expect(page.locator("#told")).to_have_text(f"“{first.title}” is now 1 of 2 in {FEATURES}.")
    page.unroute("**/compose?did=*")
    assert not [one for one in asked if "/preview" in one]


def test_the_page_stays_where_one_works(page: Page, house: House) -> None:
    """Far down in an issue, too; and what was refused is in sight."""
    compose(page, house)
    number = first_of_features(house).id
    page.set_viewport_size({"width": 1280, "height": 500})
    page.locator(f"#down{number}").evaluate("one => one.scrollIntoView({ block: 'center' })")
    before = page.evaluate("scrollY")
    page.locator(f"#down{number}").click()
    expect(page.locator("#told")).to_contain_text(" is now 2 of 2 ")
    assert 0 < before == page.evaluate("scrollY")

    page.locator(f"#up{number}").click()
    expect(page.locator("#told")).to_contain_text(" is now 1 of 2 ")
    page.locator(f"#edit{number}").click()
    page.get_by_label("Title", exact=True).evaluate("one => { one.required = false; }")
    page.get_by_label("Title", exact=True).fill(" ")
    page.locator(f"#form-a{number} .button--first").click()
    expect(page.locator("#trouble")).to_be_in_viewport()
    page.get_by_role("link", name="Cancel").click()
    page.set_viewport_size({"width": 1280, "height": 1400})


def test_a_link_in_the_letter_is_followed(page: Page, house: House) -> None:
    """On a page of its own; and wherever the frame is led, it shows the next key."""
    number = compose(page, house)
    letter, title = page.frame_locator("#preview-frame"), page.get_by_label("Title", exact=True)
    page.locator(f"#edit{number}").click()
    expect(letter.get_by_role("heading", name=TITLE)).to_be_visible()
    # Nothing of it is loaded: that another page is asked for is enough.
    page.context.route("https://**", lambda route: route.fulfill(body="elsewhere"))
    with page.context.expect_page() as opened:
        letter.locator("a[href^='http']").first.click()
    opened.value.close()
    page.context.unroute("https://**")
    title.fill("Staying after a link")
    expect(letter.get_by_role("heading", name="Staying after a link")).to_be_visible()

    page.evaluate("document.querySelector('#preview-frame').contentWindow.location = 'http://127.0.0.2:9/'")
    page.wait_for_function("() => !document.querySelector('#preview-frame').contentDocument")
    title.fill("Staying at home")
    expect(letter.get_by_role("heading", name="Staying at home")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    expect(letter.get_by_role("heading", name=TITLE, exact=True)).to_be_visible()


def test_a_letter_that_takes_long(page: Page, house: House) -> None:
    """That is said as it is, and it is asked for once more without another key."""
    number = compose(page, house)
    held: list[Route] = []
    page.route("**/unsaved*", lambda route: route.continue_() if held else held.append(route))
    page.locator(f"#edit{number}").click()
    page.evaluate(SAID)
    page.get_by_label("Title", exact=True).fill("Staying patient")

    heading = page.frame_locator("#preview-frame").get_by_role("heading", name="Staying patient")
    expect(heading).to_be_visible(timeout=20_000)
    expect(page.locator("#unsaved")).to_have_text("Not saved yet")
    assert ["Not shown yet: it takes longer than usual", "Not saved yet"] == page.evaluate("said")
    page.unroute("**/unsaved*")
    page.get_by_role("link", name="Cancel").click()


def test_with_a_mouse(page: Page, house: House) -> None:
    """A card is dragged into another section, a post from the pool to its place, and a section over another."""
    number = compose(page, house)

    drag(page, f"#a{number} .entry__grip", f"#a{article_called(issue(house), 'Where to find us').id}")
    expect(page.locator("#told")).to_have_text(f"“{TITLE}” is now 1 of 2 in Communication initiatives.")
    page.get_by_role("link", name="Posts", exact=True).click()
    drag(page, ".pool__post .entry__grip", f"#a{number}")
    expect(page.locator("#told")).to_have_text("1 post taken into Communication initiatives.")

    assert ["Came late", TITLE, "Where to find us"] == contents_of(issue(house))["Communication initiatives"]

    first, second, *_ = [one.id for one in issue(house).sections]
    drag(page, f"#s{second} .section__grip", f"#s{first}", meanwhile="#order.is-ordering", lands=f"#s{second} ~ #s{first}")
    expect(page.locator("#told")).to_have_text(f"The section “{FEATURES}” is now 1 of 5.")
    assert [second, first] == [one.id for one in issue(house).sections[:2]]
    # Its articles, which were folded away meanwhile, are seen again.
    expect(page.locator(f"#s{second} .entry").first).to_be_visible()
    page.locator(f"#sedit{second}").press("Alt+ArrowDown")
    expect(page.locator("#told")).to_have_text(f"The section “{FEATURES}” is now 2 of 5.")


def test_signed_out_meanwhile(browser: Browser, page: Page, house: House) -> None:  # noqa: F811 -- the fixture
    """What was typed stands in the page still, and it is said that nothing was saved."""
    context = browser.new_context(storage_state=page.context.storage_state())
    other = context.new_page()
    number = compose(other, house)
    other.locator(f"#edit{number}").click()
    other.get_by_label("Title", exact=True).fill("Typed for long")
    context.clear_cookies()

    other.get_by_label("Title", exact=True).press("Enter")
    expect(other.get_by_role("alert")).to_contain_text("Not done")
    expect(other.get_by_label("Title", exact=True)).to_have_value("Typed for long")
    context.close()


def test_on_a_phone(browser: Browser, page: Page, house: House) -> None:  # noqa: F811 -- the fixture
    """A post is taken from the pool and given back, and an article commented on, with a finger, one thing at a time."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        has_touch=True,
        reduced_motion="reduce",
        storage_state=page.context.storage_state(),
    )
    phone = context.new_page()
    number = compose(phone, house)
    with house.application.database.write() as tx:
        publish(tx, newsletters.by_id(tx, issue(house).newsletter_id), an_entry("Came last", january(21)))

    phone.get_by_role("link", name="Posts", exact=True).tap()
    expect(phone.locator(".composer__issue")).to_be_hidden()
    post = phone.locator(".pool__post").filter(has_text="Came last")
    post.get_by_role("button", name="Take").tap()
    expect(phone.locator("#told")).to_contain_text("1 post taken into")
    assert "Came last" in {one.title for one in issue(house).articles}
    phone.locator("#undo").tap()
    expect(phone.locator("#told")).to_contain_text("Undone")
    assert "Came last" not in {one.title for one in issue(house).articles}
    expect(post).to_be_visible()
    phone.locator("#redo").tap()
    expect(phone.locator("#told")).to_contain_text("Done again")

    phone.get_by_role("link", name="Issue", exact=True).tap()
    phone.locator(f"#a{number} .act", has_text="Comment").tap()
    phone.get_by_label("Comment on this article").fill("Is the year right?")
    phone.get_by_role("button", name="Comment", exact=True).tap()
    expect(phone.locator(f"#a{number} .said")).to_contain_text("Is the year right?")
    expect(phone.get_by_label("Comment on this article")).to_have_count(0)
    # Nothing is wider than the phone.
    assert 390 >= phone.evaluate("document.documentElement.scrollWidth")

    phone.locator(f"#edit{number}").tap()
    phone.get_by_label("Title", exact=True).fill("Staying typed")
    phone.get_by_role("link", name="Preview", exact=True).tap()
    expect(phone.frame_locator("#preview-frame").get_by_role("heading", name="Staying typed")).to_be_visible()
    assert [] == [one for one in issue(house).articles if one.title == "Staying typed"]
    context.close()


def test_on_a_phone_without_a_script(browser: Browser, page: Page, house: House) -> None:  # noqa: F811 -- the fixture
    """One thing at a time, and every button does what it says."""
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 844}, storage_state=page.context.storage_state()
    )
    phone = context.new_page()
    number = compose(phone, house)

    expect(phone.locator(".composer__side")).to_be_hidden()
    phone.locator(f"#up{number}").click()
    expect(phone.locator("#told")).to_contain_text(f"“{TITLE}” is now")
    expect(phone.locator(f"#up{number}")).to_be_focused()
    phone.get_by_role("link", name="Preview", exact=True).click()
    expect(phone.locator(".composer__issue")).to_be_hidden()
    expect(phone.locator("#preview-frame")).to_be_visible()
    context.close()


def drag(page: Page, source: str, target: str, meanwhile: str = "", lands: str = "") -> None:
    """Take something by its handle, and drop it on the upper edge of something else.

    *meanwhile* is on the page while it is held; once *lands* is there, it stands where it is to be dropped.
    """
    handle = page.locator(source).first.bounding_box()
    assert handle is not None
    page.mouse.move(handle["x"] + 8, handle["y"] + 8)
    page.mouse.down()
    page.mouse.move(handle["x"] + 12, handle["y"] + 24, steps=4)
    if meanwhile:
        expect(page.locator(meanwhile)).to_be_visible()
    # On its way it makes room where it could be dropped, and moves what stands below.
    for turn in range(20):
        if turn >= 3 and (not lands or page.locator(lands).count()):
            break
        place = page.locator(target).bounding_box()
        assert place is not None
        page.mouse.move(place["x"] + 60 + turn % 2, place["y"] + 4, steps=6)
    page.mouse.up()
