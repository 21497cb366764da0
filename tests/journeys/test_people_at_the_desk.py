"""A file of people is taken in and undone, and who asks of their data is answered, by somebody behind two factors."""

import json
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FilePayload, expect

from newsletter.staff import accounts, passwords, secondfactor
from newsletter.staff.permissions import Role
from newsletter.strongbox import Strongbox
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.hand import PATIENCE, WAYS, Hand, Way
from tests.harness.house import House, house_of_copy
from tests.harness.newsroom import a_newsletter
from tests.harness.people import join

PASSWORD, SECRET = "a few words in a row", pyotp.random_base32()
ROWS = "Adresse,Wie\neva-{0}@example.org,Eva\nno address,Nobody\nben-{0}@example.org,Ben\n"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[House]:
    """Give a house with a list, somebody on it and an administrator for each way, and one reader who stays."""
    with house_of_copy(tmp_path_factory.mktemp("people"), sqlite_template, "people") as opened:
        app, kept = opened.application, passwords.hashed(PASSWORD)
        with app.database.write() as tx:
            news = a_newsletter(tx)
            for way in (*WAYS, "stays"):
                join(tx, app.keyring, news.list_id, f"ann-{way}@example.org", app.clock(), f"Ann {way}")
                made = accounts.add(tx, f"Bea {way}", Role.ADMIN, app.clock(), f"bea-{way}@example.org")
                accounts.set_password(tx, made.id, kept)
                secondfactor.take(tx, Strongbox.of(app.keyring), made.id, SECRET, 0)
        yield opened


@pytest.fixture(scope="module", params=WAYS, ids=str)
def way(request: pytest.FixtureRequest) -> Way:
    """Give a way to go a journey."""
    chosen: Way = request.param
    return chosen


@pytest.fixture(scope="module")
def signed_in(browser: Browser, house: House, way: Way) -> Iterator[Hand]:  # noqa: F811 -- the fixture
    """Give a hand at the desk, behind both factors."""
    with way.open(browser) as opened:
        opened.page.goto(f"{house.url}/desk")
        opened.fill({"Address": f"bea-{way}@example.org", "Password": PASSWORD})
        opened.press(opened.page.get_by_role("button", name="Sign in", exact=True))
        # The field of the code has the focus already.
        expect(opened.page.get_by_label("Code", exact=True)).to_be_focused()
        opened.page.keyboard.type(pyotp.TOTP(SECRET).now())
        opened.page.keyboard.press("Enter")
        opened.page.wait_for_url(f"{house.url}/desk")
        yield opened


@pytest.fixture
def hand(signed_in: Hand, house: House) -> Hand:
    """Give the hand, on the page of people."""
    signed_in.page.goto(f"{house.url}/desk")
    signed_in.press("People")
    return signed_in


def part(hand: Hand, name: str) -> None:
    """Go to a part of people."""
    hand.press(hand.page.get_by_role("navigation", name="Parts of people").get_by_role("link", name=name, exact=True))


def find(hand: Hand, address: str) -> None:
    """Type the beginning of an address, and open the page of whose it is."""
    hand.write(hand.page.get_by_role("searchbox"), address.partition("@")[0])
    expect(hand.page.get_by_text("ann-stays@example.org")).to_have_count(0)
    hand.press(hand.page.get_by_role("link", name=address))


def is_well_set(hand: Hand) -> bool:
    """Tell whether axe-core finds nothing."""
    found: list[object] = Axe().run(hand.page).response["violations"]
    return not found


def test_a_file_is_tried_taken_in_and_undone(hand: Hand, way: Way) -> None:
    """What would become of it is said before anything is changed; afterwards one button takes all of it back."""
    page = hand.page
    part(hand, "Import")
    hand.bring("File", FilePayload(name=f"{way}.csv", mimeType="text/csv", buffer=ROWS.format(way).encode()))
    hand.press("Bring this file")
    hand.choose("Adresse", "the address")
    hand.choose("Wie", "the whole name")
    hand.tick("Yes, all of them")
    hand.write("Why we may write to them", "Signed up at the congress in Athens")
    assert is_well_set(hand)
    hand.press("Try it, and change nothing")
    expect(page.get_by_text("Nothing was changed yet.")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("row", name="Left out: no address")).to_contain_text("1")
    assert is_well_set(hand)

    hand.press("Take in 2 people")
    expect(page.get_by_role("heading", name="It is taken in")).to_be_visible(timeout=PATIENCE)
    hand.press("The import, and how to undo it")
    expect(page.get_by_text("Undo this import")).to_be_visible()
    assert is_well_set(hand)
    hand.press("Show these people")
    expect(page.get_by_text(f"eva-{way}@example.org")).to_be_visible()
    page.go_back()
    hand.press("Undo this import")
    hand.press("Undo the import of 2 people")
    expect(page.get_by_text("2 people taken off the list")).to_be_visible(timeout=PATIENCE)
    # The rest of the page follows, without being asked for anew.
    expect(page.locator("dl.facts")).to_contain_text("undone")
    expect(page.get_by_role("link", name="Show these people")).to_have_count(0)
    hand.press(page.get_by_role("navigation", name="Where you are").get_by_role("link", name="People"))
    expect(page.get_by_text(f"ann-{way}@example.org")).to_be_visible()
    expect(page.get_by_text(f"eva-{way}@example.org")).to_have_count(0)


def test_somebody_asks_for_their_data_and_to_be_forgotten(hand: Hand, way: Way) -> None:
    """Noted when it comes, answered by a file with everything in it, and at last nothing is left but a hash."""
    page, address = hand.page, f"ann-{way}@example.org"
    find(hand, address)
    hand.press("A request to be answered later")
    hand.write("How it came", "By letter of 3 February")
    hand.press("Note the request")
    hand.press(page.get_by_role("link", name="People", exact=True).first)
    part(hand, "Data requests")
    waiting = page.get_by_role("row", name=address)
    expect(waiting).to_contain_text("By letter of 3 February")
    assert is_well_set(hand)

    hand.press(waiting.get_by_role("link", name=address))
    hand.press(page.get_by_text("Their data", exact=True))
    with page.expect_download() as taken:
        hand.press("Take the file")
    held = json.loads(taken.value.path().read_bytes())
    assert address in json.dumps(held)
    hand.press("It is answered")
    expect(page.get_by_text("Nobody waits for an answer")).to_be_visible()
    part(hand, "People")
    find(hand, address)
    hand.press(page.get_by_text("To be forgotten", exact=True))
    hand.press("Forget this person")
    hand.press("Forget this person for good")

    expect(page.get_by_role("status").first).to_be_visible()
    hand.write(page.get_by_role("searchbox"), address.partition("@")[0])
    expect(page.get_by_role("link", name=address)).to_have_count(0)
