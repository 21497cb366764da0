"""How long the letter beside a page takes to show what was changed: in a real Chromium, from the key or the button on.

    python -m benchmarks.preview --json

An issue of thirty articles and one of two hundred and one are opened in the composer and a text of theirs in the editor, on
the product's own pages over loopback. Timed is from the last key of a word, or from the press of Save, of Down or of Leave out
on a card, to the frame in which that stands drawn; the bound is 300 ms. The yardstick is the letter alone, composed again with
one article changed, in a process that does nothing else.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from statistics import median

from playwright.sync_api import Page

from benchmarks import instance
from benchmarks.composing import LINKS, SEED, a_feed, parsed_feed
from newsletter.bootstrap import Application
from newsletter.confined import Child
from newsletter.feeds.model import Entry
from newsletter.issues import draft, editing, newsletters, store
from newsletter.issues.model import Issue, Month
from newsletter.letters.compose import compose_issue
from newsletter.letters.templates import Templates, packaged_templates
from subscribers.transaction import Transaction
from tests.harness.browser import open_browser
from tests.harness.house import DESK_TOKEN, House
from tests.harness.newsroom import a_newsletter, an_entry, january, publish

SIZES = (30, 201)
# A usual window, with room for the letter beside the cards.
WINDOW = {"width": 1440, "height": 900}
# In milliseconds; what is not there by then fails the benchmark.
PATIENCE = 30_000


@dataclass(frozen=True, slots=True)
class Shown:
    """Medians for one size of issue, in milliseconds, and the longest of all."""

    articles: int
    letter_kilobytes: int
    # A key in the title on a card, before it is saved.
    typed_ms: float
    # Save on the card.
    saved_ms: float
    # Down on a card, and Leave out.
    moved_ms: float
    removed_ms: float
    # A key in the text in the editor, before it is saved.
    written_ms: float
    longest_ms: float
    # The letter alone.
    letter_ms: float


@dataclass(frozen=True, slots=True)
class Result:
    """Both sizes."""

    runs: int
    sizes: tuple[Shown, ...]
    # The longest of the medians.
    slowest_ms: float


# Keeps when a key or a button was pressed, and when the frame has a word, or an article anywhere else, and that is drawn.
_WATCH = """
window.pressed = 0;
for (const kind of ['keydown', 'pointerdown']) {
  addEventListener(kind, () => { window.pressed = performance.now(); }, true);
}
window.letter = () => document.getElementById('preview-frame')?.contentDocument?.body;
window.before = id => [...letter().querySelectorAll('[id]')].findIndex(one => one.id === id);
window.until = (test, what, patience) => new Promise((done, failed) => {
  const look = () => {
    if (test()) requestAnimationFrame(() => done(performance.now() - window.pressed));
    else if (performance.now() - window.pressed > patience) failed(new Error(`never shown: ${what}`));
    else requestAnimationFrame(look);
  };
  look();
});
window.shown = (word, patience) => until(() => letter()?.textContent.includes(word), word, patience);
window.away = (id, place, patience) => until(() => before(id) !== place, id, patience);
"""


def measure(runs: int) -> Result:
    """Open the composer and the editor of each issue, and change something again and again."""
    sizes = tuple(_shown(articles, runs) for articles in SIZES)
    slowest = max(max(one.typed_ms, one.saved_ms, one.moved_ms, one.removed_ms, one.written_ms) for one in sizes)
    return Result(runs, sizes, slowest)


def _shown(articles: int, runs: int) -> Shown:
    with _opened(articles) as (house, issue, page):
        composer = f"{house.url}/desk/issues/{issue.id}/compose"
        typed, saved = _on_a_card(page, composer, _article(issue), runs)
        moved, removed = _of_cards(page, composer, issue, runs)
        written = _in_the_editor(page, f"{house.url}/desk/issues/{issue.id}/articles/{_article(issue)}", runs)
        letter, kilobytes = _alone(house.application, issue.id, runs)
    return Shown(
        articles=articles,
        letter_kilobytes=kilobytes,
        typed_ms=_middle(typed),
        saved_ms=_middle(saved),
        moved_ms=_middle(moved),
        removed_ms=_middle(removed),
        written_ms=_middle(written),
        longest_ms=round(max(*typed, *saved, *moved, *removed, *written), 1),
        letter_ms=_middle(letter),
    )


@contextmanager
def _opened(articles: int) -> Iterator[tuple[House, Issue, Page]]:
    """Give a house with an issue of so many articles, and a tab with a session at its desk."""
    with instance.folder() as folder:
        instance.emptied(None, folder).close()
        with House(instance.sqlite_in(folder), Path(folder)) as house, open_browser() as browser:
            with house.application.database.write() as tx:
                issue = _issue(tx, house.application, articles)
            context = browser.new_context(viewport=WINDOW)  # type: ignore[arg-type]  # a mapping of the right shape
            context.add_init_script(_WATCH)
            context.set_default_timeout(PATIENCE)
            page = context.new_page()
            page.goto(f"{house.url}/desk/enter/{DESK_TOKEN}")
            page.get_by_role("button").click()
            page.wait_for_url(f"{house.url}/desk")
            yield house, issue, page
            context.close()


def _issue(tx: Transaction, application: Application, articles: int) -> Issue:
    """Draft a month of posts as a blog writes them, and a letter that leads it."""
    news, now = a_newsletter(tx), application.clock()
    publish(tx, news, *_entries(articles - 1))
    made = draft.draft_month(tx, news, Month(2020, 1), now)
    return editing.write_letter(tx, made.id, "Division Chair letter", "<p>Dear colleagues.</p>", "Ann Other", now)


def _entries(count: int) -> Iterator[Entry]:
    with Child() as child:
        found = parsed_feed(child, a_feed()).entries
    for number in range(count):
        one = found[number % len(found)]
        made = an_entry(f"{one.title} {number}", january(2) + timedelta(hours=number), "Feature articles")
        yield replace(made, content=one.content)


def _article(issue: Issue) -> int:
    """Give an article in the middle."""
    return issue.articles[len(issue.articles) // 2].id


def _on_a_card(page: Page, composer: str, article: int, runs: int) -> tuple[list[float], list[float]]:
    """Type a word into a title and save it; gives what both took until the letter had it."""
    typed, saved = [], []
    for turn in range(runs + 1):
        page.goto(f"{composer}?open=a{article}")
        _wait_for_letter(page)
        title = page.locator("#title")
        # In its place: one that grows with every turn is shortened in the letter.
        title.select_text()
        typed.append(_timed(page, f"typed{turn}x", page.keyboard.type))
        # Its own word, so that the letter has not got it by a key already.
        page.evaluate("word => { document.getElementById('title').value = word; }", f"saved{turn}x")
        button = page.locator(f"#form-a{article} .button--first")
        saved.append(_timed(page, f"saved{turn}x", lambda _word, button=button: button.click()))  # type: ignore[misc]
    # The first ones find nothing prepared.
    return typed[1:], saved[1:]


def _of_cards(page: Page, composer: str, issue: Issue, runs: int) -> tuple[list[float], list[float]]:
    """Move a card down and up again, then leave it out and take it back; gives what moves and removals took."""
    moved, removed = [], []
    page.goto(composer)
    _wait_for_letter(page)
    article = _article(issue)
    for turn in range(runs + 1):
        moved.append(_pressed(page, f"#{'up' if turn % 2 else 'down'}{article}", article))
        removed.append(_pressed(page, f"#a{article} [value='drop {article}']", article))
        _pressed(page, "#undo", article)
    return moved[1:], removed[1:]


def _pressed(page: Page, button: str, article: int) -> float:
    """Press a button that brings an article to another place of the letter, or out of it; gives how long that took."""
    place = page.evaluate("id => window.before(id)", f"a{article}")
    version = page.locator("#composer").get_attribute("data-version")
    # Out from under the head of the page.
    page.locator(button).evaluate("one => one.scrollIntoView({ block: 'center' })")
    page.locator(button).click()
    took: float = page.evaluate(f"place => window.away('a{article}', place, {PATIENCE})", place)
    # The cards come behind the letter.
    page.wait_for_function("version => document.getElementById('composer').dataset.version !== version", arg=version)
    return took


def _in_the_editor(page: Page, address: str, runs: int) -> list[float]:
    page.goto(address)
    _wait_for_letter(page)
    page.get_by_role("textbox", name="Text").press("Control+Home")
    return [_timed(page, f"written{turn}x", page.keyboard.type) for turn in range(runs + 1)][1:]


def _wait_for_letter(page: Page) -> None:
    page.frame_locator("#preview-frame").locator("h1").first.wait_for()


def _timed(page: Page, word: str, act: Callable[[str], object]) -> float:
    """Let a change be made that puts *word* into the letter; gives how long after the last key or press it stood there."""
    act(word)
    took: float = page.evaluate("([word, patience]) => window.shown(word, patience)", [word, PATIENCE])
    return took


def _alone(application: Application, issue_id: int, runs: int) -> tuple[list[float], int]:
    """Compose the letter again and again with one article changed."""
    with application.database.read() as tx:
        issue = store.load(tx, issue_id)
        newsletter = newsletters.by_id(tx, issue.newsletter_id)
    taken = []
    with Child() as child:
        templates = Templates(packaged_templates(), child)
        for turn in range(runs + 1):
            section = next(one for one in issue.sections if one.articles)
            first = replace(section.articles[0], title=f"Changed {turn} times")
            changed = replace(section, articles=(first, *section.articles[1:]))
            issue = replace(issue, sections=tuple(changed if one.id == section.id else one for one in issue.sections))
            begun = time.perf_counter()
            letter = compose_issue(templates, newsletter, issue, LINKS, SEED)
            taken.append((time.perf_counter() - begun) * 1000)
    return taken[1:], len(letter.draft.html) // 1000


def _middle(taken: list[float]) -> float:
    return round(median(taken), 1)


def told(result: Result) -> str:
    """Say it in words."""
    return "\n".join(
        f"{one.articles} articles, a letter of {one.letter_kilobytes} KB: typed {one.typed_ms} ms, saved {one.saved_ms} ms, "
        f"moved {one.moved_ms} ms, removed {one.removed_ms} ms, written {one.written_ms} ms, at most {one.longest_ms} ms; "
        f"the letter alone {one.letter_ms} ms"
        for one in result.sizes
    )


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15, help="how often; the medians count")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    asked = parser.parse_args()
    result = measure(asked.runs)
    print(json.dumps(asdict(result)) if asked.json else told(result))


if __name__ == "__main__":
    main()
