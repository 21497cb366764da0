"""From a draft to a mailing that is watched, by keyboard, in a real browser, with a real mail server behind it."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from newsletter.clock import MovableClock
from newsletter.issues import draft, editing, newsletters, store
from newsletter.issues.model import Issue
from newsletter.mail import dispatch, relaybook
from newsletter.mail.limits import parse_rate
from newsletter.strongbox import Strongbox
from newsletter.worker import steps
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.house import DESK_TOKEN, House, house_of_copy
from tests.harness.keyboard import Keys
from tests.harness.newsroom import a_newsletter
from tests.harness.people import join

READERS = 40
# Four weeks before the clocks of Amsterdam are set forward.
START = datetime(2020, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> MovableClock:
    """Give the clock of the house."""
    return MovableClock(START)


@pytest.fixture
def house(tmp_path: Path, sqlite_template: Path, clock: MovableClock) -> Iterator[House]:
    """Give a house whose mail server takes a few mails a second."""
    with house_of_copy(tmp_path, sqlite_template, "sending", clock=clock) as opened:
        app = opened.application
        with app.database.write() as tx:
            (entry,) = relaybook.entries(tx, app.relay)
            limits = replace(entry.relay.limits, rate=parse_rate("5/s"))
            relaybook.change(tx, replace(entry.relay, limits=limits), Strongbox.of(app.keyring), clock())
        yield opened


@pytest.fixture
def issue(house: House, clock: MovableClock) -> Issue:
    """Give a draft that could be approved, with its readers."""
    app = house.application
    with app.database.write() as tx:
        news = a_newsletter(tx, "Section News")
        for number in range(READERS):
            join(tx, app.keyring, news.list_id, f"r{number}@example.org", clock())
        made = draft.draft_empty(tx, newsletters.by_id(tx, news.id), "March 2020", clock())
        editing.write_letter(tx, made.id, "A word", "<p>Dear all.</p>", "Ann", clock())
        return store.load(tx, made.id)


@pytest.fixture(params=[1280, 390])
def page(browser: Browser, house: House, request: pytest.FixtureRequest) -> Iterator[Page]:  # noqa: F811 -- the fixture
    """Give a tab with a session at the desk, wide and narrow."""
    context = browser.new_context(viewport={"width": request.param, "height": 844}, reduced_motion="reduce")
    opened = context.new_page()
    opened.goto(f"{house.url}/desk/enter/{DESK_TOKEN}")
    opened.get_by_role("button").press("Enter")
    opened.wait_for_url(f"{house.url}/desk")
    yield opened
    context.close()


def press(page: Page, name: str) -> None:
    """Press a button or follow a link with the keyboard alone."""
    page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).first.press("Enter")


def approve(page: Page) -> None:
    """Go by what the page says is next."""
    press(page, "Review and approve")
    press(page, "Approve for sending")
    expect(page.get_by_text("Approved. What the preview shows is frozen")).to_be_visible()


def depart(house: House) -> None:
    """Let the worker send what is due, in a thread of its own: the browser's has a loop that runs."""
    with ThreadPoolExecutor(1) as worker:
        worker.submit(asyncio.run, steps.send_due(house.application)).result()


def test_approved_edited_scheduled_over_a_change_of_clocks_and_taken_back(
    page: Page, house: House, issue: Issue, clock: MovableClock
) -> None:
    """Each page says what is next; an edit ends the approval; an hour that is not there is warned of; undo leaves no trace."""
    page.goto(f"{house.url}/desk/issues/{issue.id}")
    approve(page)
    with house.application.database.write() as tx:
        editing.edit_issue(tx, issue.id, clock(), subject="Another subject")
    press(page, "Review")
    expect(page.get_by_text("does not hold any more")).to_be_visible()
    expect(page.get_by_text("subject changed").first).to_be_visible()
    press(page, "Approve for sending")

    expect(page.get_by_text(f"{READERS} people")).to_be_visible()
    page.get_by_label("At a time").press("Space")
    page.get_by_label("Date and time in Amsterdam").fill("2020-03-29T02:30")
    expect(page.get_by_text("There is no 02:30 in Amsterdam on 29 March 2020")).to_be_visible()
    page.get_by_text("What time is that for my readers?").press("Enter")
    expect(page.get_by_role("row", name="Amsterdam")).to_contain_text("Sun 03:30")
    press(page, "Look once more")
    expect(page.locator(".lead")).to_contain_text(f"goes to {READERS} people on Readers of Section News Sun 29 Mar 2020, 03:30")
    press(page, f"Schedule for {READERS} people")
    expect(page.get_by_text("The time is set.")).to_be_visible()
    press(page, "Undo")
    expect(page.get_by_text("Taken back.")).to_be_visible()

    with house.application.database.read() as tx:
        known = store.load(tx, issue.id)
    assert ("approved", None) == (known.state.value, known.send_at)


def compose(page: Page, keys: Keys, issue: Issue) -> None:
    """Give the letter another title, from the board on."""
    keys.follow(page.get_by_role("link", name="March 2020").first)
    keys.follow(page.get_by_role("link", name="Compose", exact=True).first)
    edit = page.locator(f"#edit{issue.articles[0].id}")
    keys.follow(edit)
    title = page.get_by_label("Title", exact=True)
    expect(title).to_be_visible()
    keys.sees()
    keys.to(title)
    keys.type("A word from the chair")
    keys.press("Enter")
    expect(page.locator("#told")).to_have_text("“A word from the chair” is saved.")
    expect(edit).to_be_focused()
    keys.sees()


def send(page: Page, keys: Keys) -> None:
    """Think of another time, and send it at once all the same."""
    keys.to(page.get_by_label("As soon as possible"))
    keys.press("ArrowDown")
    moment = page.get_by_label("Date and time in Amsterdam")
    keys.to(moment)
    # Month, day and year; then the hour.
    page.keyboard.type("03292020")
    keys.press("Tab")
    page.keyboard.type("0230AM")
    expect(page.get_by_text("There is no 02:30 in Amsterdam on 29 March 2020")).to_be_visible()
    expect(moment).to_be_focused()
    keys.to(page.get_by_label("At a time"), back=True)
    keys.press("ArrowUp")
    keys.follow(page.get_by_role("button", name="Look once more").first)
    expect(page.locator(".lead")).to_be_visible()
    keys.follow(page.get_by_role("button", name=f"Send to {READERS} people"))
    expect(page.get_by_text("You can take that back for")).to_be_visible()


def test_composed_sent_paused_and_cancelled_by_keys_alone(page: Page, house: House, issue: Issue, clock: MovableClock) -> None:
    """From the board on by Tab, arrows and Enter: the focus is seen at every stop, no swap takes it away, progress is told."""
    keys = Keys(page)
    page.goto(f"{house.url}/desk")
    compose(page, keys, issue)
    keys.follow(page.get_by_role("link", name="Review", exact=True).first, back=True)
    keys.follow(page.get_by_role("button", name="Approve for sending"))
    expect(page.get_by_text("Approved. What the preview shows is frozen")).to_be_visible()
    send(page, keys)
    clock.set(clock() + timedelta(minutes=2))
    depart(house)
    page.goto(f"{house.url}/desk/issues/{issue.id}/send")

    # Without a reload: the page is told, and tells it on to those who hear it.
    page.evaluate("window.stillHere = true")
    cancel = page.get_by_role("link", name="Cancel the rest …")
    keys.to(cancel)
    bar = page.locator("[data-live-piece=bar]")
    expect(bar).to_contain_text(" accepted of 40", timeout=20_000)
    before = bar.inner_text()
    page.wait_for_function("before => document.querySelector('[data-live-piece=bar]').innerText !== before", arg=before)
    expect(page.locator("[role=status].unseen")).to_contain_text("March 2020: mailed to")
    expect(cancel).to_be_focused()
    assert page.evaluate("window.stillHere")

    keys.follow(page.get_by_role("button", name="Pause"), back=True)
    expect(page.get_by_text("Nobody else gets it until you resume.")).to_be_visible()
    keys.follow(page.get_by_role("button", name="Resume"))
    expect(page.get_by_text("It goes on.")).to_be_visible()
    keys.follow(page.get_by_role("link", name="Cancel the rest …"))
    keys.follow(page.get_by_role("button", name="Cancel it for"))
    expect(page.get_by_text("Cancelled.")).to_be_visible()
    with house.application.database.read() as tx:
        report = dispatch.report(tx, issue.id)

    assert report.audience == READERS
    assert 0 < report.accepted < READERS
    assert 0 < report.cancelled
    assert len(house.postbox.taken) >= report.accepted
