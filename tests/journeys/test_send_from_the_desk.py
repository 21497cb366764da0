"""From a draft to a mailing that is watched, in a real browser, with a real mail server behind it."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from newsletter.clock import MovableClock
from newsletter.issues import draft, editing, newsletters, store
from newsletter.issues.model import Issue
from newsletter.mail import dispatch, relaybook
from newsletter.mail.limits import parse_rate
from newsletter.strongbox import Strongbox
from newsletter.worker import steps
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.hand import CROSSED, Hand
from tests.harness.house import DESK_TOKEN, House, house_of_copy
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
    """Give a house that mails so slowly that whoever watches is done long before, on a busy machine too."""
    with house_of_copy(tmp_path, sqlite_template, "sending", clock=clock) as opened:
        app = opened.application
        with app.database.write() as tx:
            (entry,) = relaybook.entries(tx, app.relay)
            limits = replace(entry.relay.limits, rate=parse_rate("1/s"))
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


@pytest.fixture(params=CROSSED, ids=str)
def hand(browser: Browser, house: House, issue: Issue, request: pytest.FixtureRequest) -> Iterator[Hand]:  # noqa: F811
    """Give a hand at the desk, where the issue stands."""
    assert issue.id
    with request.param.open(browser) as opened:
        opened.page.goto(f"{house.url}/desk/enter/{DESK_TOKEN}")
        opened.press("Open the desk")
        opened.page.wait_for_url(f"{house.url}/desk")
        yield opened


def approve(hand: Hand) -> None:
    """Approve what is shown."""
    hand.press("Approve for sending")
    expect(hand.page.get_by_text("Approved. What the preview shows is frozen")).to_be_visible()


def depart(house: House) -> None:
    """Let the worker send what is due, in a thread of its own: the browser's has a loop that runs."""
    with ThreadPoolExecutor(1) as worker:
        worker.submit(asyncio.run, steps.send_due(house.application)).result()


def test_approved_edited_scheduled_over_a_change_of_clocks_and_taken_back(hand: Hand, house: House, issue: Issue) -> None:
    """Each page says what is next; an edit ends the approval; an hour that is not there is warned of; undo leaves no trace."""
    hand.press(hand.page.get_by_role("link", name="March 2020").first)
    hand.press("Review and approve")
    approve(hand)
    change_the_subject(hand)
    expect(hand.page.get_by_text("does not hold any more")).to_be_visible()
    expect(hand.page.get_by_text("subject changed").first).to_be_visible()
    approve(hand)
    choose_an_hour_that_is_not_there(hand)
    hand.press("What time is that for my readers?")
    expect(hand.page.get_by_role("row", name="Amsterdam")).to_contain_text("Sun 03:30")
    hand.press("Look once more")
    lead = f"goes to {READERS} people on Readers of Section News, Sun 29 Mar 2020, 03:30"
    expect(hand.page.locator(".lead")).to_contain_text(lead)
    hand.press(f"Schedule for {READERS} people")
    expect(hand.page.get_by_text("The time is set.")).to_be_visible()
    hand.press("Undo")
    expect(hand.page.get_by_text("Taken back.")).to_be_visible()

    with house.application.database.read() as tx:
        known = store.load(tx, issue.id)
    assert ("approved", None) == (known.state.value, known.send_at)


def change_the_subject(hand: Hand) -> None:
    """Go from the page that sends back to the composer, and then to what it ended."""
    hand.press(hand.page.get_by_role("link", name="Compose", exact=True).first)
    hand.press("Edit title and subject")
    hand.write("Subject", "Another subject")
    hand.page.keyboard.press("Enter")
    expect(hand.page.locator("#told")).to_have_text("Saved.")
    hand.press(hand.page.get_by_role("link", name="Review", exact=True).first)


def choose_an_hour_that_is_not_there(hand: Hand) -> None:
    """Think of half past two in the night in which the clocks are set forward."""
    expect(hand.page.get_by_text(f"{READERS} people").first).to_be_visible()
    hand.tick("At a time")
    hand.date("Date and time in Amsterdam", "2020-03-29T02:30")
    expect(hand.page.get_by_text("There is no 02:30 in Amsterdam on 29 March 2020")).to_be_visible()
    expect(hand.page.get_by_label("Date and time in Amsterdam")).to_be_focused()


def test_composed_sent_paused_and_cancelled(hand: Hand, house: House, issue: Issue, clock: MovableClock) -> None:
    """From the board on: no swap takes the focus away, progress is told, and who was not mailed yet is not mailed any more."""
    hand.press(hand.page.get_by_role("link", name="March 2020").first)
    give_the_letter_a_title(hand, issue)
    hand.press(hand.page.get_by_role("link", name="Review", exact=True).first)
    approve(hand)
    choose_an_hour_that_is_not_there(hand)
    hand.tick("As soon as possible")
    hand.press("Look once more")
    expect(hand.page.locator(".lead")).to_be_visible()
    hand.press(f"Send to {READERS} people")
    expect(hand.page.get_by_text("You can take that back for")).to_be_visible()
    clock.set(clock() + timedelta(minutes=2))
    depart(house)
    hand.page.reload()
    watch(hand)
    hand.press("Pause")
    expect(hand.page.get_by_text("Nobody else gets it until you resume.")).to_be_visible()
    hand.press("Resume")
    expect(hand.page.get_by_text("It goes on.")).to_be_visible()
    hand.press("Cancel the rest …")
    hand.press("Cancel it for")
    expect(hand.page.get_by_text("Cancelled.")).to_be_visible()
    with house.application.database.read() as tx:
        report = dispatch.report(tx, issue.id)

    assert report.audience == READERS
    assert 0 < report.accepted < READERS
    assert 0 < report.cancelled
    assert len(house.postbox.taken) >= report.accepted


def give_the_letter_a_title(hand: Hand, issue: Issue) -> None:
    """Edit the letter's card, which closes behind it."""
    hand.press(hand.page.get_by_role("link", name="Compose", exact=True).first)
    edit = hand.page.locator(f"#edit{issue.articles[0].id}")
    hand.press(edit)
    hand.write("Title", "A word from the chair")
    hand.page.keyboard.press("Enter")
    expect(hand.page.locator("#told")).to_have_text("“A word from the chair” is saved.")
    expect(edit).to_be_focused()


def watch(hand: Hand) -> None:
    """See it move without a reload, and hear of it, with the focus where it was."""
    hand.page.evaluate("window.stillHere = true")
    cancel = hand.page.get_by_role("link", name="Cancel the rest …")
    hand.rest_on(cancel)
    place = cancel.bounding_box()
    bar = hand.page.locator("[data-live-piece=bar]")
    expect(bar).to_contain_text(" accepted of 40", timeout=20_000)
    before = bar.inner_text()
    hand.page.wait_for_function("before => document.querySelector('[data-live-piece=bar]').innerText !== before", arg=before)
    expect(hand.page.locator("[role=status].unseen")).to_contain_text("March 2020: mailed to")
    assert hand.is_on(cancel)
    assert place == cancel.bounding_box()
    assert hand.page.evaluate("window.stillHere")
