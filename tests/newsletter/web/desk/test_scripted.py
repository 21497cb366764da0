"""What scripts add to pages of the desk that stand without them: charts above their tables, and pieces that follow a form."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select, update

from newsletter.bootstrap import Application
from newsletter.issues import draft, editing
from newsletter.issues.model import Newsletter
from newsletter.mail import dispatch, figures, mailings
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.figures import Change
from newsletter.people import segments
from newsletter.review.approval import approve, look_over
from newsletter.staff.permissions import LOCAL_OPERATOR
from newsletter.tables.mail import delivery
from subscribers.transaction import Transaction
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.house import House, house_of_copy
from tests.harness.newsroom import a_newsletter
from tests.harness.people import join
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.test_looks import enter

JANUARY, FEBRUARY, MARCH = (datetime(2020, month, 9, 9, tzinfo=UTC) for month in (1, 2, 3))

# Keeps beside each canvas what is drawn on it: the dots of its lines, and its words, with their places.
WATCH = """
const { arc } = Path2D.prototype;
Path2D.prototype.arc = function (x, y, ...rest) {
  (this.dots ??= []).push({ x, y });
  return arc.call(this, x, y, ...rest);
};
const { clearRect, fill, fillText } = CanvasRenderingContext2D.prototype;
Object.assign(CanvasRenderingContext2D.prototype, {
  clearRect(...all) {
    this.canvas.drawn = { lines: [], words: [] };
    return clearRect.apply(this, all);
  },
  fill(...all) {
    if (all[0]?.dots) this.canvas.drawn.lines.push(all[0].dots);
    return fill.apply(this, all);
  },
  fillText(text, x, y, ...rest) {
    this.canvas.drawn.words.push({ text, x, y });
    return fillText.call(this, text, x, y, ...rest);
  },
});
"""


@dataclass(frozen=True, slots=True)
class Told:
    """Columns of figures: the name of each line, the earliest first, and the numbers of each column."""

    names: tuple[str, ...]
    columns: tuple[tuple[int, ...], ...]


SIZES = Told(("January 2020", "February 2020", "March 2020"), ((2, 3, 5),))
ISSUES = Told(("Winter", "Spring"), ((2, 3), (1, 3)))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[House]:
    """Give a house with two issues that were mailed and one that is written, while its list grew."""
    clock = Hands(MARCH + timedelta(minutes=1))
    with house_of_copy(tmp_path_factory.mktemp("scripted"), sqlite_template, "scripted", clock=clock) as opened:
        with opened.application.database.write() as tx:
            furnish(tx, opened.application)
        yield opened


def furnish(tx: Transaction, application: Application) -> None:
    """Let people join and issues be mailed, month by month."""
    news = a_newsletter(tx)
    for at, names in ((JANUARY, ("ann", "ben")), (FEBRUARY, ("ida",)), (MARCH, ("eva", "uli"))):
        if at > JANUARY:
            mail(tx, application, news, {FEBRUARY: "Winter", MARCH: "Spring"}[at], at)
        for name in names:
            join(tx, application.keyring, news.list_id, f"{name}@example.org", at)
    segments.create(tx, "Only Ann", "address starts with ann", "Ada", MARCH)
    written(tx, news, "Summer", MARCH)


def written(tx: Transaction, news: Newsletter, title: str, now: datetime) -> int:
    """Make an issue of one letter; gives its id."""
    made = draft.draft_empty(tx, news, title, now)
    return editing.write_letter(tx, made.id, "A word", "<p>Dear all.</p>", "Ada", now).id


def mail(tx: Transaction, application: Application, news: Newsletter, title: str, now: datetime) -> None:
    """Mail an issue, which is taken for everybody; but Winter for Ben."""
    number = written(tx, news, title, now)
    seed = application.keyring.derive("slots")
    looked = look_over(tx, application.templates, number, links=application.links, seed=seed)
    approve(tx, looked, LOCAL_OPERATOR, now, override_reason="a test")
    dispatch.send_issue(tx, number, now)
    letter = mailings.letter_of_issue(tx, number)
    assert letter is not None
    for one in tx.execute(select(delivery).where(delivery.c.letter_id == letter)).all():
        state = DeliveryState.REFUSED if (title, one.email) == ("Winter", "ben@example.org") else DeliveryState.ACCEPTED
        tx.execute(update(delivery).where(delivery.c.id == one.id).values(state=state, settled_at=now))
        figures.add(tx, Counter([Change(letter, state)]))


@pytest.fixture(scope="module")
def page(browser: Browser, house: House) -> Iterator[Page]:  # noqa: F811 -- the fixture
    """Give a tab with a session, in which nobody presses anything."""
    context = browser.new_context(reduced_motion="reduce")
    context.add_init_script(WATCH)
    opened = context.new_page()
    enter(opened, house)
    yield opened
    context.close()


def tabled(table: Locator, columns: int) -> Told:
    """Give what stands in the first columns of a table, as whoever sees no chart is told it."""
    rows = list(reversed(table.locator("tbody").get_by_role("row").all()))
    names = (row.get_by_role("rowheader").inner_text().splitlines()[0] for row in rows)
    cells = [row.get_by_role("cell").all_inner_texts() for row in rows]
    numbers = (tuple(int(row[nth].split()[0]) for row in cells) for nth in range(columns))
    return Told(tuple(name.split(": ")[-1] for name in names), tuple(numbers))


def drawn(canvas: Locator) -> Told:
    """Give what a chart of lines says: where its dots are, by the words along its sides."""
    seen = canvas.evaluate("canvas => canvas.drawn")
    high = {int(word["text"]): word["y"] for word in seen["words"] if word["text"].isdigit()}
    per_one = (high[0] - high[max(high)]) / max(high)
    names = sorted((word["x"], word["text"]) for word in seen["words"] if word["text"] and not word["text"].isdigit())
    numbers = (tuple(round((high[0] - dot["y"]) / per_one) for dot in line) for line in seen["lines"])
    return Told(tuple(name for _, name in names), tuple(numbers))


@pytest.mark.parametrize(("key", "title", "told"), [("issues", "Issues", ISSUES), ("size", "How large the list was", SIZES)])
def test_a_chart_says_what_its_table_says(page: Page, house: House, key: str, title: str, told: Told) -> None:
    """To the eye alone: whoever hears the page is read the table, also where it came in later."""
    page.goto(f"{house.url}/desk/figures")
    chart = page.locator(f"[data-table={key}-table]")
    expect(chart.locator("canvas")).to_be_visible()

    assert told == drawn(chart.locator("canvas"))
    assert told == tabled(page.get_by_role("table", name=title, exact=True), len(told.columns))
    expect(chart).to_have_attribute("aria-hidden", "true")


def test_without_a_script_there_is_the_table_alone(
    browser: Browser,  # noqa: F811 -- the fixture
    page: Page,
    house: House,
) -> None:
    """And nothing empty where the chart would be."""
    context = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    plain = context.new_page()
    plain.goto(f"{house.url}/desk/figures/size")
    told = tabled(plain.get_by_role("table", name="How large the list was"), 1)
    charts = plain.locator(".chart:visible, canvas").count()
    context.close()

    assert SIZES == told
    assert 0 == charts


def test_a_look_is_shown_as_it_is_chosen(page: Page, house: House) -> None:
    """Another theme, and a colour that cannot be read, before anything is kept."""
    page.goto(f"{house.url}/desk/settings/newsletters/1/look")
    looks = page.locator("#looks")
    page.get_by_label(re.compile("^Magazine")).check()
    expect(looks).to_contain_text("Not kept yet")
    expect(looks.locator("iframe")).to_have_attribute("src", re.compile("theme=magazine"))
    expect(page.frame_locator("#looks iframe").locator("h1").first).to_be_visible()

    page.locator("[name='token.ink']").fill("#eeeeee")
    page.keyboard.press("Tab")
    expect(looks).to_contain_text("cannot be read on each other")
    assert f"{house.url}/desk/settings/newsletters/1/look" == page.url


def test_people_of_a_segment_are_counted_as_its_rule_changes(page: Page, house: House) -> None:
    """Also after another condition came in."""
    page.goto(f"{house.url}/desk/people/segments/1")
    counted = page.locator("#counted")
    page.get_by_label("With what").fill("ben")
    page.keyboard.press("Tab")
    expect(counted).to_contain_text("1 person")
    expect(counted).to_contain_text("ben@example.org")
    page.get_by_role("button", name="Add a condition").click()
    page.get_by_label("What condition 1.2 is about").select_option("address")
    page.get_by_label("How it is compared").nth(1).select_option("starts with")
    page.get_by_label("With what").nth(1).fill("ida")
    page.get_by_label("How the conditions are joined").select_option("any")

    expect(counted).to_contain_text("2 people")
    expect(counted).to_contain_text("ida@example.org")


def test_readers_of_an_issue_are_counted_as_they_are_chosen(page: Page, house: House) -> None:
    """Before they are set."""
    page.goto(f"{house.url}/desk/issues/3/send")
    count = page.locator("#count")
    expect(count).to_have_text("5 people")
    page.get_by_label("Leaves out").select_option("Only Ann")
    expect(count).to_have_text("4 people, 1 person left out by this choice")
    page.get_by_label("Leaves out").select_option("Nobody")
    page.get_by_label("Goes to").select_option("Only Ann")

    expect(count).to_have_text("1 person, 4 people left out by this choice")
