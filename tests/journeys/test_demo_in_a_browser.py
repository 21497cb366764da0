"""What a newcomer does after `make demo`: opens the one address and looks around, in a real browser."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FrameLocator, Page, expect

from newsletter.demo import acts
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.hand import Mouse, Way
from tests.harness.looks import PHONE

NEWCOMER, PASSWORD = "pia@cpdwl.example", "a few words in a row"
# The mail server of the demonstration is slow, so that a mailing can be watched.
MOST_LOOKS = 300
NEWSLETTER = Path(sys.executable).with_name("newsletter")

# A letter in a frame is a page of its own, looked at where letters are tried.
WITHOUT_FRAMES = {"iframes": False}


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    """Give the start page of `newsletter demo`, from the address it prints; afterwards it ends cleanly on Ctrl-C."""
    with subprocess.Popen([NEWSLETTER, "demo"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip().removesuffix("/desk")
        process.send_signal(signal.SIGINT)
        assert 0 == process.wait(60)


@pytest.fixture
def page(browser: Browser, demo: str) -> Iterator[Page]:  # noqa: F811 -- the fixture
    """Give a tab on the start page."""
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(demo)
    yield opened
    context.close()


def mail_of(page: Page, name: str) -> FrameLocator:
    """Open the older of the two mails that somebody got, which is the issue; gives its letter."""
    page.get_by_role("link", name="Look into the inbox").click()
    page.get_by_label("Find a person").fill(name)
    page.get_by_role("button", name="Find").click()
    page.locator(".mails a").last.click()
    return page.frame_locator("iframe.letter")


def test_start_page_tells_what_happened(page: Page) -> None:
    """One sentence above, the figures below."""
    expect(page.locator("h1")).to_have_text("January 2020 is in 200 inboxes")
    for words, figure in (("Accepted by the relay", "200"), ("Got an issue twice", "0"), ("Second issue", "199")):
        expect(page.get_by_role("row", name=words).locator(".number")).to_have_text(figure)


def test_public_page_shows_the_letter_of_nobody(page: Page) -> None:
    """What anybody sees: every section, no reader's name, no link of one person."""
    page.get_by_role("link", name="Read its public page").click()

    expect(page.locator("h1").first).to_contain_text("CPDWL Newsletter")
    for section in ("Division Chair letter", "Feature articles", "Communication initiatives", "… and more"):
        expect(page.get_by_text(section).first).to_be_visible()
    assert "members.example" not in page.content()
    assert [] == [link for link in page.eval_on_selector_all("a", "links => links.map(link => link.href)") if "/u/" in link]


def test_a_mail_shows_its_letter_text_and_source(page: Page) -> None:
    """To one person, by name, in their script; the letter has the height it needs."""
    letter = mail_of(page, "Ольга")

    expect(page.locator("h1")).to_have_text("January 2020: two boats, one fjord, eleven first steps")
    expect(letter.get_by_role("heading", name="Mentoring for library managers in Norway")).to_be_visible()
    expect(letter.get_by_text("Ольга").first).to_be_visible()
    # It grows when everything in it is loaded, which may be after its heading is seen.
    page.wait_for_function("() => document.querySelector('iframe.letter').clientHeight > 2000")
    page.get_by_role("link", name="Plain text").click()
    expect(page.locator("pre")).to_contain_text("Mentoring for library managers in Norway")
    page.get_by_role("link", name="Source").click()
    expect(page.locator("pre")).to_contain_text("List-Unsubscribe-Post: List-Unsubscribe=One-Click")


def test_letters_show_their_pictures(page: Page) -> None:
    """They come from the blog, and one of them was lazy there."""
    letter = mail_of(page, "Zoé")

    pictures = letter.locator("img")
    expect(pictures.first).to_be_visible()
    assert 5 <= pictures.count()
    # A picture that cannot be shown is no less an error than one that is still on its way.
    assert pictures.evaluate_all("all => Promise.all(all.map(one => one.decode())).then(() => true)")
    assert pictures.evaluate_all("all => all.every(one => one.naturalWidth > 0 && one.alt !== '')")


def test_unsubscribing_by_the_page(page: Page) -> None:
    """The link in the mail asks, its button acts, and asking again says that it is done."""
    letter = mail_of(page, "Ingrid")
    with page.context.expect_page() as opened:
        letter.get_by_role("link", name="Unsubscribe").first.click()
    question = opened.value
    expect(question.locator("h1")).to_have_text("Leave CPDWL Newsletter?")
    address = question.url

    question.get_by_role("button", name="Unsubscribe").click()

    expect(question.locator("h1")).not_to_have_text("Leave CPDWL Newsletter?")
    question.goto(address)
    expect(question.get_by_role("button", name="Unsubscribe")).to_have_count(0)


def test_unsubscribing_as_a_mail_program_does(page: Page) -> None:
    """The button beside the sender posts what RFC 8058 asks for."""
    mail_of(page, "Kwame")

    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Unsubscribe").click()

    expect(opened.value.locator("body")).to_have_text("Unsubscribed.")


def test_the_desk_has_a_month_behind_it_one_before_it_and_a_mailing_to_watch(page: Page) -> None:
    """Opened by the link that works once, then straight away; the bar moves by itself."""
    page.get_by_role("link", name="Open the desk").click()
    page.get_by_role("button", name="Open the desk").click()
    rows = page.get_by_role("table", name="Issues of CPDWL Newsletter")
    expect(rows.get_by_role("row", name="January 2020")).to_contain_text("200 accepted of 200")
    expect(page.get_by_text("“February 2020”")).to_be_visible()
    bar = page.locator("[data-live-piece=bar]")
    before = bar.inner_text()

    page.wait_for_function("before => document.querySelector('[data-live-piece=bar]').innerText !== before", arg=before)
    page.get_by_role("link", name="Webinar on Thursday", exact=True).first.click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.goto(page.url.partition("/desk")[0] + "/demo")
    page.get_by_role("link", name="Open the desk").click()
    expect(page.get_by_text("“February 2020”")).to_be_visible()


def test_a_file_of_people_is_tried_at_the_desk(page: Page) -> None:
    """As on an instance of one's own: what would become of each row is said, and nothing is changed."""
    page.goto(page.url.partition("/demo")[0] + "/desk/sign-in")
    page.get_by_label("Address").fill(acts.EDITOR_ADDRESS)
    page.get_by_label("Password").fill(acts.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="People", exact=True).click()
    page.get_by_role("link", name="Import", exact=True).click()
    rows = b"email,name\neva@example.org,Eva\nnot-an-address,Nobody\n"
    page.get_by_label("File", exact=True).set_input_files({"name": "people.csv", "mimeType": "text/csv", "buffer": rows})
    page.get_by_role("button", name="Bring this file").click()
    page.get_by_label("Why we may write to them").fill("Signed up at the congress in Athens")
    page.get_by_role("button", name="Try it, and change nothing").click()

    expect(page.get_by_text("Nothing was changed yet.")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("row", name="Left out: no address")).to_contain_text("1")


def test_a_newcomer_finds_the_way_to_a_scheduled_issue(browser: Browser, page: Page) -> None:  # noqa: F811 -- the fixture
    """From the mail that lets them in: what stands on a page leads to the next one, on a phone and by keys alone."""
    link = let_in(page)
    with Way("keys", PHONE).open(browser) as hand:
        hand.page.goto(link)
        hand.write("New password", PASSWORD)
        hand.press("Set this password")
        hand.fill({"Address": NEWCOMER, "Password": PASSWORD})
        hand.press("Sign in")
        hand.press("Division Chair letter is not written yet")
        expect(hand.page.get_by_role("toolbar")).to_be_visible()
        hand.add(hand.page.get_by_role("textbox", name="Text"), "Dear colleagues, February was short.")
        hand.press(hand.page.get_by_role("button", name="Save", exact=True))
        expect(hand.page.get_by_text("Saved at")).to_be_visible()
        hand.press("February 2020")
        hand.press("Review and approve")
        hand.press("Approve for sending")
        expect(hand.page.get_by_text("Approved. What the preview shows is frozen")).to_be_visible()
        hand.date("Date and time in Amsterdam", "2020-03-05T09:00")
        hand.press("Look once more")
        expect(hand.page.locator(".lead")).to_contain_text("Thu 5 Mar 2020, 09:00")
        hand.press("Schedule for")

        expect(hand.page.get_by_text("The time is set.")).to_be_visible()


def let_in(page: Page) -> str:
    """Invite the newcomer as whoever runs the demonstration; gives the link in the mail that they get."""
    inbox = page.url
    page.goto(inbox.replace("/demo", "/desk"))
    desk = Mouse(page)
    desk.fill({"Address": acts.EDITOR_ADDRESS, "Password": acts.PASSWORD})
    desk.press("Sign in")
    desk.press("Settings")
    desk.press("Staff")
    desk.press("Let somebody in")
    desk.fill({"Name": "Pia Publisher", "Address": NEWCOMER})
    desk.choose("In every newsletter, and on the whole", "Publisher: approves, sends and looks after people")
    desk.press("Make the account")
    expect(page.get_by_role("status").first).to_be_visible()
    page.goto(f"{inbox}/inbox/?q=pia")
    for _ in range(MOST_LOOKS):
        if page.locator(".mails a").count():
            break
        page.reload()
    page.locator(".mails a").first.click()
    address = page.frame_locator("iframe.letter").get_by_role("link").first.get_attribute("href")
    assert address is not None
    return address


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1100, 390])
@pytest.mark.parametrize(
    "place", ["", "/inbox/", "/inbox/?q=nobody-of-this-name", "/inbox/mails/1", "/inbox/mails/1?view=source"]
)
def test_the_demos_own_pages_can_be_used_by_everybody(
    browser: Browser,  # noqa: F811 -- the fixture
    demo: str,
    place: str,
    width: int,
    scheme: str,
) -> None:
    """Axe finds nothing, and nothing is wider than the window."""
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]  # a literal
    page = context.new_page()
    page.goto(f"{demo}{place}")

    violations = Axe().run(page, options=WITHOUT_FRAMES).response["violations"]
    overhang = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    context.close()

    assert [] == [f"{violation['id']}: {violation['nodes'][0]['html']}" for violation in violations]
    assert overhang <= 0
