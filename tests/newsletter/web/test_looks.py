"""Every page in a real browser: what a machine can see of its looks, in light and dark, wide and narrow, full and empty."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select, update

from newsletter.archive import shelving
from newsletter.bootstrap import Application
from newsletter.feeds import store as feeds
from newsletter.issues import alerts, draft, editing, store
from newsletter.issues.model import Issue, Month, Newsletter
from newsletter.mail import dispatch, figures, furtherbook
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.furtherbook import Further, Whom
from newsletter.people import contributors, segments
from newsletter.review import charges, comments, contributions, guests
from newsletter.review.approval import approve, look_over
from newsletter.review.charge import Charge
from newsletter.review.contribution import Typed
from newsletter.review.guests import GuestPurpose
from newsletter.staff.permissions import LOCAL_OPERATOR
from newsletter.tables.mail import delivery
from subscribers import register, topicbook
from subscribers.tokens import Purpose
from subscribers.transaction import Transaction
from tests.harness import forms
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.house import DESK_TOKEN, House, house_of_copy
from tests.harness.looks import DESKTOP, PHONE, inspect
from tests.harness.newsroom import a_month, a_newsletter, an_entry, article_called, january, publish
from tests.harness.people import ask, join

LONG_NAME = "Continuing Professional Development and Workplace Learning of Librarians, Archivists and Everybody Between Them"
LONG_WORD = "Bibliotheksweiterbildungsveranstaltungsankündigung"

# In the full house; those of the desk are seen with a session.
PLACES = (
    "home",
    "subscribe",
    "confirm",
    "confirmed already",
    "expired",
    "leave",
    "preferences",
    "archive",
    "shelf",
    "letter",
    "article",
    "search",
    "review",
    "contribute",
    "agree",
    "not found",
    "board",
    "all issues",
    "draft",
    "owners",
    "composer",
    "composer, an article open",
    "composer, the pool",
    "composer, the checks",
    "writing",
    "reading",
    "side by side",
    "changed in its blog",
    "versions",
    "version",
    "guests",
    "approved",
    "sending",
    "reviewing",
    "send",
    "last look",
    "watching",
    "rest",
    "cancel",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a place for two databases."""
    return tmp_path_factory.mktemp("looks")


@pytest.fixture(scope="module")
def empty(folder: Path, sqlite_template: Path) -> Iterator[House]:
    """Give a house in which nothing was ever made."""
    with house_of_copy(folder, sqlite_template, "empty") as house:
        yield house


@pytest.fixture(scope="module")
def full(folder: Path, sqlite_template: Path) -> Iterator[House]:
    """Give a house with more of everything than there should be."""
    with house_of_copy(folder, sqlite_template, "full") as house:
        yield house


@pytest.fixture(scope="module")
def places(full: House) -> Mapping[str, str]:
    """Give the path of every place in the full house."""
    with full.application.database.write() as tx:
        found = furnish(tx, full.application, full.application.clock())
    fill_archive(full.application)
    return found


def fill_archive(application: Application) -> None:
    """Take what was published into the archive, as the worker does."""
    shelving.take_in(application.database, application.links, application.clock)


def furnish(tx: Transaction, application: Application, now: datetime) -> Mapping[str, str]:
    """Fill the house; gives the path of every place in it."""
    seal = application.keyring.seal
    news, long = a_newsletter(tx, "Section News"), a_newsletter(tx, LONG_NAME)
    people = [join(tx, application.keyring, news.list_id, f"r{n}@example.org", now, LONG_WORD) for n in range(12)]
    due = ask(tx, application.keyring, news.list_id, "new@example.org", now)
    old = ask(tx, application.keyring, news.list_id, "old@example.org", now - timedelta(days=30))
    for name in (LONG_NAME[:100], LONG_WORD, "Board"):
        segments.create(tx, name, "not address starts with r1", "ann", now)
        topicbook.add(tx, news.list_id, name)
    sending, approved, drafted = issues(tx, application, news, now)
    soon = now + timedelta(hours=1)
    furtherbook.keep(tx, Further(sending.id, Whom.REST, also_new=False, people=3, given_by=LONG_NAME, given_at=now, until=soon))
    draft.draft_empty(tx, long, f"{LONG_WORD}: {LONG_NAME}", now)
    charges.keep(tx, drafted.id, drafted.sections[0].id, Charge(due_at=now - timedelta(days=1)), LONG_NAME, now)
    for number in range(7):
        alerts.raise_alert(
            tx, f"feed:{number}", f"The feed at https://blog.example.org/{LONG_WORD}/{number}/ answered 503.", now
        )
    alerts.raise_alert(tx, "held", "It was held.", now - timedelta(days=3), issue_id=drafted.id)
    feed = feeds.add(tx, news.id, f"https://blog.example.org/{LONG_WORD}/{LONG_WORD}/feed/", now)
    feeds.record_trouble(tx, feed.id, trouble="It answered 503 at 08:12.", failures=1, not_before=now)
    subscribe = f"/subscribe/{register.list_by_id(tx, news.list_id).slug}"
    return {
        "home": "/",
        "subscribe": subscribe,
        "confirm": f"/c/{seal(Purpose.CONFIRM, due.confirmation_id)}",
        "confirmed already": f"/c/{seal(Purpose.CONFIRM, 1)}",
        "expired": f"/c/{seal(Purpose.CONFIRM, old.confirmation_id)}",
        "leave": f"/u/{seal(Purpose.UNSUBSCRIBE, people[0].subscription.id)}",
        "preferences": f"/p/{seal(Purpose.PREFERENCES, people[0].subscriber.id)}",
        "archive": "/archive/",
        "shelf": f"/archive/{news.slug}/",
        "letter": f"/archive/{news.slug}/{sending.number}",
        "article": f"/archive/{news.slug}/{sending.number}/mentoring-in-norway",
        "search": "/archive/search?q=all+about",
        "review": f"/r/{seal(Purpose.REVIEW, reviewed(tx, drafted, now))}",
        "contribute": f"/w/{seal(Purpose.CONTRIBUTE, asked(tx, drafted, now))}",
        "agree": f"/w/{seal(Purpose.CONTRIBUTE, edited(tx, drafted, now))}",
        "not found": "/nothing",
        "board": "/desk",
        "all issues": f"/desk/newsletters/{news.id}/issues",
        "draft": f"/desk/issues/{drafted.id}",
        "owners": f"/desk/issues/{drafted.id}/owners",
        "composer": f"/desk/issues/{drafted.id}/compose?open=head",
        "composer, an article open": f"/desk/issues/{drafted.id}/compose?open=a{drafted.articles[-1].id}",
        "composer, the pool": f"/desk/issues/{drafted.id}/compose?side=posts&state=all",
        "composer, the checks": f"/desk/issues/{drafted.id}/compose?side=checks&open=n{drafted.sections[0].id}",
        "writing": f"/desk/issues/{drafted.id}/articles/{drafted.articles[-1].id}",
        "reading": f"/desk/issues/{approved.id}/articles/{store.load(tx, approved.id).articles[0].id}",
        "side by side": f"/desk/issues/{drafted.id}/articles/{drafted.articles[0].id}/beside/{drafted.version}",
        "changed in its blog": f"/desk/issues/{drafted.id}/articles/{article_called(drafted, 'News of February').id}/post",
        "versions": f"/desk/issues/{drafted.id}/versions",
        "version": f"/desk/issues/{drafted.id}/versions/{drafted.version}?with=now",
        "guests": f"/desk/issues/{drafted.id}/contributions",
        "approved": f"/desk/issues/{approved.id}",
        "sending": f"/desk/issues/{sending.id}",
        "reviewing": f"/desk/issues/{drafted.id}/review",
        "send": f"/desk/issues/{drafted.id}/send?when=at&at=2030-03-31T02:30",
        "last look": f"/desk/issues/{approved.id}/send/look",
        "watching": f"/desk/issues/{sending.id}/send",
        "rest": f"/desk/issues/{sending.id}/rest",
        "cancel": f"/desk/issues/{sending.id}/cancel",
    }


def reviewed(tx: Transaction, drafted: Issue, now: datetime) -> int:
    """Let an issue be commented on; gives the number of the link."""
    link = guests.make(
        tx,
        drafted.id,
        GuestPurpose.REVIEW,
        address="chair@example.org",
        name=LONG_NAME[:100],
        by="ann",
        now=now,
        ends_at=now + timedelta(days=7),
    )
    for text in (LONG_WORD, f"{LONG_NAME}\n" * 9):
        comments.say(tx, drafted, LONG_NAME, text, now, article_id=drafted.articles[-1].id, link_id=link.id)
    comments.resolve(tx, drafted.id, comments.say(tx, drafted, "Bo", "Well done.", now).id, "ann", now, LONG_NAME)
    return link.id


def asked(tx: Transaction, drafted: Issue, now: datetime) -> int:
    """Ask somebody for a text; gives the number of the link."""
    facts = {"section": drafted.sections[0].title, "address": "chair@example.org", "name": LONG_NAME[:100], "by": LONG_NAME}
    made = contributors.invite(tx, drafted.id, words=400, due_at=now + timedelta(days=9), now=now, **facts)
    contributors.keep(tx, made, Typed(text=f"{LONG_NAME}\n" * 30, byline=LONG_NAME), now)
    return made.link_id


def edited(tx: Transaction, drafted: Issue, now: datetime) -> int:
    """Let a text that was handed in be edited; gives the number of the link."""
    made = contributions.of_link(tx, asked(tx, drafted, now))
    handed_in = contributors.hand_in(tx, made, f"<p>{LONG_NAME}</p><p>{LONG_WORD} before</p>", now)
    assert handed_in.article_id is not None
    editing.edit_article(tx, drafted.id, handed_in.article_id, now, content=f"<p>{LONG_NAME}</p><p>{LONG_WORD} behind</p>")
    contributors.ask_again(tx, handed_in, now)
    return made.link_id


def issues(tx: Transaction, application: Application, news: Newsletter, now: datetime) -> tuple[Issue, Issue, Issue]:
    """Make one that is being sent, one that is approved, and a draft."""
    a_month(tx, news)
    publish(tx, news, an_entry(f"{LONG_WORD} {LONG_NAME}", january(11), byline=LONG_NAME))
    sending = draft.draft_month(tx, news, Month(2020, 1), now)
    approved = draft.draft_empty(tx, news, "A one-off with a long title, as they sometimes are", now)
    editing.write_letter(tx, approved.id, "A word", "<p>Dear all.</p>", "Ann", now)
    editing.select_people(tx, approved.id, now, included=[LONG_WORD], excluded=[])
    for one in (sending, approved):
        seed = application.keyring.derive("slots")
        looked = look_over(tx, application.templates, one.id, links=application.links, seed=seed)
        approve(tx, looked, LOCAL_OPERATOR, now, override_reason="a test")
    report = dispatch.send_issue(tx, sending.id, now)
    dispatch.pause(tx, sending.id, now)
    some = tx.execute(select(delivery.c.id).order_by(delivery.c.id).limit(report.audience // 2)).scalars().all()
    tx.execute(update(delivery).where(delivery.c.id.in_(some)).values(state="accepted", settled_at=now))
    february = an_entry("News of February", january(31) + timedelta(days=9))
    publish(tx, news, february)
    drafted = draft.draft_month(tx, news, Month(2020, 2), now)
    # Its blog has changed it since.
    publish(tx, news, replace(february, title=f"{LONG_WORD}: {LONG_NAME}", content=f"<p>{LONG_NAME}</p>", fingerprint="later"))
    store.set_send_at(tx, drafted.id, now + timedelta(days=2))
    return sending, approved, drafted


@pytest.fixture(scope="module")
def page(browser: Browser, full: House, places: Mapping[str, str]) -> Iterator[Page]:  # noqa: F811 -- the fixture
    """Give a tab with a session at the desk of the full house."""
    context = browser.new_context()
    opened = context.new_page()
    enter(opened, full)
    yield opened
    context.close()


@pytest.fixture
def stranger(browser: Browser) -> Iterator[Page]:  # noqa: F811 -- the fixture
    """Give a tab without a past."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def enter(page: Page, house: House) -> None:
    """Open the desk in this tab."""
    page.goto(f"{house.url}/desk/enter/{DESK_TOKEN}")
    page.get_by_role("button").click()
    page.wait_for_url(f"{house.url}/desk")


@pytest.mark.parametrize("place", PLACES)
def test_pages_are_well_set(page: Page, full: House, places: Mapping[str, str], place: str) -> None:
    """Contrast, names, headings, landmarks, one scale of type, no sideways scrolling, also with too much of everything."""
    page.goto(full.url + places[place])

    inspect(page, is_letter=place == "letter")


@pytest.mark.parametrize(
    ("email", "heading"), [("late@example.org", "Look into your inbox"), ("ann@@", "Get Section News by mail")]
)
def test_answers_to_the_form_are_well_set(
    stranger: Page, full: House, places: Mapping[str, str], email: str, heading: str
) -> None:
    """The thanks, and the form with what is wrong in it."""
    stranger.goto(full.url + places["subscribe"])
    stranger.get_by_label("Your mail address").fill(email)
    stranger.get_by_role("button").click()
    forms.press_more(stranger, "One press more", heading)

    inspect(stranger)


def test_an_empty_house_is_well_set(stranger: Page, empty: House) -> None:
    """Before there is anything: for readers, before the door of the desk, and behind it."""
    for path in ("/", "/archive/", "/desk", f"/desk/enter/{DESK_TOKEN}"):
        stranger.goto(empty.url + path)
        inspect(stranger)
    enter(stranger, empty)
    inspect(stranger)


def test_nothing_of_a_page_is_refused_by_its_own_policy(page: Page, full: House, places: Mapping[str, str]) -> None:
    """No style, script or frame that the Content-Security-Policy stops."""
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security Policy" in message.text else None)
    for place in ("home", "subscribe", "board", "reviewing", "send", "watching", "writing", "draft"):
        page.goto(full.url + places[place])
    page.frame_locator("iframe").locator("h1").first.wait_for()

    assert [] == refused


def test_the_bar_of_a_mailing_keeps_itself_in_step(page: Page, full: House, places: Mapping[str, str]) -> None:
    """Figures change on the open page, without a reload."""
    page.goto(full.url + places["watching"])
    page.evaluate("window.stillHere = true")
    shown = page.locator("[data-live-piece=bar]")
    before = shown.inner_text()
    with full.application.database.write() as tx:
        one = tx.execute(select(delivery.c.id).where(delivery.c.state == "pending").limit(1)).scalar_one()
        tx.execute(update(delivery).where(delivery.c.id == one).values(state="refused", settled_at=full.application.clock()))
        letter_id = tx.execute(select(delivery.c.letter_id).where(delivery.c.id == one)).scalar_one()
        figures.add(tx, Counter([figures.Change(letter_id, DeliveryState.REFUSED)]))
    page.wait_for_function("before => document.querySelector('[data-live-piece=bar]').innerText !== before", arg=before)

    assert "1 refused" in shown.inner_text()
    assert "1" == page.locator(".figures tr", has_text="Refused").locator("td").inner_text()
    assert page.evaluate("window.stillHere")


def test_the_preview_shows_a_phone(page: Page, full: House, places: Mapping[str, str]) -> None:
    """By a choice beside it, without a script."""
    page.set_viewport_size({"width": DESKTOP, "height": 900})
    page.goto(full.url + places["draft"])
    frame = page.locator("iframe")
    wide = frame.bounding_box()
    page.get_by_label("Phone").check()
    narrow = frame.bounding_box()

    assert wide is not None
    assert narrow is not None
    assert PHONE == narrow["width"] < wide["width"]


def test_readers_of_an_issue_are_chosen_by_keyboard_without_a_script(
    browser: Browser,  # noqa: F811 -- the fixture
    page: Page,
    full: House,
    places: Mapping[str, str],
) -> None:
    """Down, on to the button, Enter; also on a small phone, where nothing is cut off."""
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 360, "height": 800}, storage_state=page.context.storage_state()
    )
    small = context.new_page()
    small.goto(full.url + places["send"])
    small.get_by_label("Goes to").focus()
    small.keyboard.press("ArrowDown")
    small.get_by_role("button", name="Set who gets it").press("Enter")
    small.get_by_text("Its readers are chosen.").wait_for()
    chosen = small.get_by_label("Goes to").locator("option:checked").inner_text()
    width = small.evaluate("document.documentElement.scrollWidth")
    context.close()

    assert LONG_NAME[:100] == chosen
    assert 360 == width
