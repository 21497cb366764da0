"""A file of people is taken in and undone, and somebody who asks of their data is answered; at a desk and on a phone."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.house import DESK_TOKEN, House, house_of_copy
from tests.harness.newsroom import a_newsletter
from tests.harness.people import join

DESKTOP, PHONE = 1280, 390
# The page asks every two seconds how far it is; a machine may be busy. In milliseconds.
PATIENCE = 20_000
ROWS = "Adresse,Wie\neva{0}@example.org,Eva\nno address,Nobody\nben{0}@example.org,Ben\n"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[House]:
    """Give a house with a list, and somebody on it for each test, and one who stays."""
    with house_of_copy(tmp_path_factory.mktemp("people"), sqlite_template, "people") as opened:
        app = opened.application
        with app.database.write() as tx:
            news = a_newsletter(tx)
            for width in (DESKTOP, PHONE, "stays"):
                join(tx, app.keyring, news.list_id, f"ann{width}@example.org", app.clock(), f"Ann {width}")
        yield opened


@pytest.fixture(scope="module")
def desk(browser: Browser, house: House) -> Iterator[Page]:  # noqa: F811 -- the fixture
    """Give a tab with a session."""
    context = browser.new_context(reduced_motion="reduce")
    opened = context.new_page()
    opened.goto(f"{house.url}/desk/enter/{DESK_TOKEN}")
    opened.get_by_role("button").click()
    yield opened
    context.close()


@pytest.fixture(params=[DESKTOP, PHONE])
def width(request: pytest.FixtureRequest, desk: Page, house: House) -> int:
    """Give how wide the window is, on the page of people."""
    desk.set_viewport_size({"width": request.param, "height": 844})
    desk.goto(f"{house.url}/desk")
    desk.get_by_role("link", name="People", exact=True).click()
    return int(request.param)


def part(page: Page, name: str) -> None:
    """Go to a part of people."""
    page.get_by_role("navigation", name="Parts of people").get_by_role("link", name=name, exact=True).click()


def find(page: Page, address: str) -> None:
    """Type the beginning of an address, and open the page of whose it is."""
    page.get_by_role("searchbox").fill(address.partition("@")[0])
    page.get_by_role("link", name=address).click()


def is_well_set(page: Page) -> bool:
    """Tell whether axe-core finds nothing."""
    found: list[object] = Axe().run(page).response["violations"]
    return not found


def test_a_file_is_tried_taken_in_and_undone(desk: Page, width: int) -> None:
    """What would become of it is said before anything is changed; afterwards one button takes all of it back."""
    part(desk, "Import")
    rows = ROWS.format(width).encode()
    desk.get_by_label("File", exact=True).set_input_files({"name": f"{width}.csv", "mimeType": "text/csv", "buffer": rows})
    desk.get_by_role("button", name="Bring this file").click()
    desk.get_by_label("Adresse").select_option("email")
    desk.get_by_label("Wie").select_option("name")
    desk.get_by_label("Yes, all of them").check()
    desk.get_by_label("Why we may write to them").fill("Signed up at the congress in Athens")
    assert is_well_set(desk)
    desk.get_by_role("button", name="Try it, and change nothing").click()
    expect(desk.get_by_text("Nothing was changed yet.")).to_be_visible(timeout=PATIENCE)
    expect(desk.get_by_role("row", name="Left out: no address")).to_contain_text("1")
    assert is_well_set(desk)

    desk.get_by_role("button", name="Take in 2 people").click()
    expect(desk.get_by_role("heading", name="It is taken in")).to_be_visible(timeout=PATIENCE)
    desk.get_by_role("link", name="The import, and how to undo it").click()
    assert is_well_set(desk)
    desk.get_by_role("link", name="Show these people").click()
    expect(desk.get_by_text(f"eva{width}@example.org")).to_be_visible()
    desk.go_back()
    desk.get_by_text("Undo this import").click()
    desk.get_by_role("button", name="Undo the import of 2 people").click()
    expect(desk.get_by_text("2 people taken off the list")).to_be_visible(timeout=PATIENCE)
    desk.get_by_role("navigation", name="Where you are").get_by_role("link", name="People").click()
    expect(desk.get_by_text(f"ann{width}@example.org")).to_be_visible()
    expect(desk.get_by_text(f"eva{width}@example.org")).to_have_count(0)


def test_somebody_asks_for_their_data_and_to_be_forgotten(desk: Page, width: int) -> None:
    """Noted when it comes, answered by a file with everything in it, and at last nothing is left but a hash."""
    address = f"ann{width}@example.org"
    find(desk, address)
    desk.get_by_text("A request to be answered later").click()
    desk.get_by_label("How it came").fill("By letter of 3 February")
    desk.get_by_role("button", name="Note the request").click()
    desk.get_by_role("link", name="People", exact=True).first.click()
    part(desk, "Data requests")
    waiting = desk.get_by_role("row", name=address)
    expect(waiting).to_contain_text("By letter of 3 February")
    assert is_well_set(desk)

    waiting.get_by_role("link", name=address).click()
    desk.get_by_text("Their data", exact=True).click()
    with desk.expect_download() as taken:
        desk.get_by_role("button", name="Take the file").click()
    held = json.loads(taken.value.path().read_bytes())
    assert address in json.dumps(held)
    desk.get_by_role("button", name="It is answered").click()
    expect(desk.get_by_text("Nobody waits for an answer")).to_be_visible()
    part(desk, "People")
    find(desk, address)
    desk.get_by_text("To be forgotten", exact=True).click()
    desk.get_by_role("link", name="Forget this person").click()
    desk.get_by_role("button", name="Forget this person for good").click()

    expect(desk.get_by_role("status").first).to_be_visible()
    desk.get_by_role("searchbox").fill(f"ann{width}")
    expect(desk.get_by_role("link", name=address)).to_have_count(0)
