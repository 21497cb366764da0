"""Every page of the desk as it comes to a browser: what is transferred for it, and whether anything moves while it fills in."""

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.house import DESK_TOKEN, House, house_of_copy
from tests.harness.looks import DESKTOP, PHONE
from tests.newsletter.web.desk.test_looks import EMPTY, FULL, house, make_account, names, steps_of_a_file  # noqa: F401 -- fixtures
from tests.newsletter.web.test_looks import PLACES, enter

CROWDED = ("/desk/issues/{crowded}/compose", "/desk/issues/{crowded}/compose?side=posts", "/desk/issues/{crowded}/figures")
# Those places of the full house that stand at the desk.
AT_THE_DESK = PLACES[PLACES.index("board") :]
# Before somebody is in.
DOOR = ("/desk/sign-in", "/desk/sign-in/forgotten", "/desk/sign-in/forgotten/sent", f"/desk/enter/{DESK_TOKEN}")

# 60 KB, gzipped, with the pieces that come behind the page. The editor comes on top where there is one.
HEAVIEST = 60 * 1024
EDITOR = frozenset({"editor.js", "editor.css"})

# Of what moves, as browsers count it: a full stop behind a number that comes in is less.
MOST_MOVED = 0.001

# Before anything of the page: keeps what moves, what is fetched besides, and whether anything is still on its way.
# A stream never ends, so nobody waits for it.
_WATCH = """
window.moved = [];
window.pieces = [];
window.underway = 0;
new PerformanceObserver(list => list.getEntries().filter(one => !one.hadRecentInput).forEach(one => moved.push({
  value: one.value,
  sources: one.sources.map(source => (source.node?.outerHTML ?? source.node?.textContent ?? "").slice(0, 200)),
}))).observe({type: 'layout-shift', buffered: true});
const real = window.fetch;
window.fetch = async (...asked) => {
  const isStream = String(asked[0]?.url ?? asked[0]).endsWith('/stream');
  if (isStream) return real(...asked);
  underway += 1;
  try {
    const answer = await real(...asked);
    answer.clone().text().then(text => pieces.push(text));
    return answer;
  } finally {
    setTimeout(() => { underway -= 1; });
  }
};
"""

_SETTLED = """
async () => {
  const drawn = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  do { await drawn(); } while (underway);
  await drawn();
  const files = performance.getEntriesByType('resource').filter(one => ['link', 'script'].includes(one.initiatorType));
  return {
    moved: moved.filter(one => one.value >= 0.0001),
    pieces,
    files: files.map(one => [new URL(one.name).pathname.split('/').pop(), one.encodedBodySize]),
  };
}
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """A page when nothing of it is on its way any more."""

    # In bytes: what a page says, its pieces as well, packed; and the files it loads, as they are served.
    packed: int
    files: int
    # What moved, by how much, as a browser counts it.
    moved: Mapping[str, float]
    # What scripts threw and nobody caught.
    faults: tuple[str, ...]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[House]:
    """Give a house in which nobody has an account."""
    with house_of_copy(tmp_path_factory.mktemp("fresh"), sqlite_template, "fresh", is_staffed=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def walk(
    browser: Browser,  # noqa: F811 -- the fixture
    house: House,  # noqa: F811 -- the fixture
    names: Mapping[str, str],  # noqa: F811 -- the fixture
    fresh: House,
) -> Mapping[int, dict[str, Seen]]:
    """Go to every page at both widths; gives what was seen there: at the door, with nothing, with too much of everything."""
    addresses = [path.format(**names) for path in (*FULL, *CROWDED)] + [names[place] for place in AT_THE_DESK]
    context = browser.new_context(reduced_motion="reduce")
    context.add_init_script(_WATCH)
    page = context.new_page()
    found: dict[int, dict[str, Seen]] = {DESKTOP: {}, PHONE: {}}

    def see(urls: Mapping[str, str], *widths: int) -> None:
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            found[width].update({named: looked_at(page, url) for named, url in urls.items()})

    # What has next to nothing on it is looked at where there is least room.
    see({f"door {path}": fresh.url + path for path in DOOR}, PHONE)
    make_account(page)
    see({f"empty {path}": fresh.url + path for path in ("/desk", *EMPTY)}, PHONE)
    context.clear_cookies()
    enter(page, house)
    see({address: house.url + address for address in addresses}, DESKTOP, PHONE)
    for number, _ in enumerate(steps_of_a_file(page, house)):
        see({f"step {number} of a file": page.url}, DESKTOP, PHONE)
    context.close()
    return found


def looked_at(page: Page, url: str) -> Seen:
    """Open a page and wait until it is whole."""
    answer = page.goto(url)
    assert answer is not None
    told = page.evaluate(_SETTLED)
    faults = tuple(str(one) for one in page.page_errors(filter="since-navigation"))
    texts = [answer.body(), *(text.encode() for text in told["pieces"])]
    return Seen(
        packed=sum(len(gzip.compress(text, 6)) for text in texts),
        files=sum(size for name, size in told["files"] if name not in EDITOR),
        faults=faults,
        moved={" / ".join(one["sources"]): one["value"] for one in told["moved"]},
    )


def test_every_page_is_light(walk: Mapping[int, dict[str, Seen]]) -> None:
    """Packed, with two hundred articles, too."""
    weights = {address: seen.packed + seen.files for address, seen in (walk[PHONE] | walk[DESKTOP]).items()}

    assert {} == {address: weight for address, weight in weights.items() if weight > HEAVIEST}
    # What a page loads was weighed, too.
    assert min(seen.files for seen in walk[PHONE].values()) > 0


def test_no_script_of_a_page_fails(walk: Mapping[int, Mapping[str, Seen]]) -> None:
    """Also where a form has a field that is called as something of theirs."""
    assert {} == {address: seen.faults for of_width in walk.values() for address, seen in of_width.items() if seen.faults}


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_nothing_moves_while_a_page_fills_in(walk: Mapping[int, Mapping[str, Seen]], width: int) -> None:
    """Numbers, charts, and what scripts add, come where their place was kept."""
    moved = {address: seen.moved for address, seen in walk[width].items() if sum(seen.moved.values()) > MOST_MOVED}

    assert {} == moved
