"""Somebody signs in with a second factor, takes a file in and undoes it, and answers a person, by the keys alone."""

import json
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from newsletter.staff import accounts, passwords, secondfactor
from newsletter.staff.permissions import Role
from newsletter.strongbox import Strongbox
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.house import House, house_of_copy
from tests.harness.keyboard import Keys
from tests.harness.newsroom import a_newsletter
from tests.harness.people import join

ADDRESS, PASSWORD = "bea@example.org", "a few words in a row"
READER = "ann@example.org"
ROWS = b"Adresse,Wie\neva@example.org,Eva\nno address,Nobody\nben@example.org,Ben\n"
SECRET = pyotp.random_base32()
# The page asks every two seconds how far it is; a machine may be busy. In milliseconds.
PATIENCE = 30_000


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[House]:
    """Give a house with a reader, and an administrator who has a second factor."""
    with house_of_copy(tmp_path_factory.mktemp("keys"), sqlite_template, "keys") as opened:
        app = opened.application
        kept = passwords.hashed(PASSWORD)
        with app.database.write() as tx:
            join(tx, app.keyring, a_newsletter(tx).list_id, READER, app.clock(), "Ann")
            made = accounts.add(tx, "Bea", Role.ADMIN, app.clock(), ADDRESS)
            accounts.set_password(tx, made.id, kept)
            secondfactor.take(tx, Strongbox.of(app.keyring), made.id, SECRET, 0)
        yield opened


@pytest.fixture(scope="module")
def keys(browser: Browser, house: House) -> Iterator[Keys]:  # noqa: F811 -- the fixture
    """Give a keyboard at the desk, behind both factors."""
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{house.url}/desk/people")
    made = Keys(page)
    made.to(page.get_by_label("Address"))
    made.type(ADDRESS)
    made.to(page.get_by_label("Password"))
    made.type(PASSWORD)
    made.press("Enter")
    # The field of the code has the focus already.
    expect(page.get_by_label("Code", exact=True)).to_be_focused()
    made.sees()
    page.keyboard.type(pyotp.TOTP(SECRET).now())
    made.press("Enter")
    page.wait_for_url(f"{house.url}/desk/people")
    yield made
    context.close()


def go(keys: Keys, house: House, name: str) -> Page:
    """Go to a part of people by its link."""
    keys.page.goto(f"{house.url}/desk/people")
    parts = keys.page.get_by_role("navigation", name="Parts of people")
    keys.follow(parts.get_by_role("link", name=name, exact=True))
    return keys.page


def choose(keys: Keys, label: str, words: str) -> None:
    """Choose in a list of options by the words of one."""
    keys.to(keys.page.get_by_label(label, exact=True))
    keys.page.keyboard.type(words)


def test_a_file_is_tried_taken_in_and_undone(keys: Keys, house: House) -> None:
    """The way that begins with a file and ends with nobody new on the list; the focus is seen at every stop."""
    page = go(keys, house, "Import")
    chosen = page.get_by_label("File", exact=True)
    keys.to(chosen)
    # The window in which a file is chosen is the system's.
    chosen.set_input_files({"name": "people.csv", "mimeType": "text/csv", "buffer": ROWS})
    keys.follow(page.get_by_role("button", name="Bring this file"))
    page.get_by_label("Adresse", exact=True).wait_for()
    choose(keys, "Adresse", "the address")
    choose(keys, "Wie", "the whole name")
    keys.to(page.get_by_label("No, or nobody can tell"))
    keys.press("ArrowDown")
    expect(page.get_by_label("Yes, all of them")).to_be_checked()
    keys.to(page.get_by_label("Why we may write to them"))
    keys.type("Signed up at the congress in Athens")
    keys.follow(page.get_by_role("button", name="Try it, and change nothing"))
    expect(page.get_by_text("Nothing was changed yet.")).to_be_visible(timeout=PATIENCE)

    keys.follow(page.get_by_role("button", name="Take in 2 people"))
    expect(page.get_by_role("heading", name="It is taken in")).to_be_visible(timeout=PATIENCE)
    keys.follow(page.get_by_role("link", name="The import, and how to undo it"))
    keys.follow(page.get_by_text("Undo this import"))
    keys.follow(page.get_by_role("button", name="Undo the import of 2 people"))
    expect(page.get_by_text("2 people taken off the list")).to_be_visible(timeout=PATIENCE)


def test_somebody_asks_for_their_data_and_to_be_forgotten(keys: Keys, house: House) -> None:
    """Noted, answered by a file, and forgotten, from the search to the last button."""
    page = keys.page
    page.goto(f"{house.url}/desk/people")
    keys.follow(page.get_by_role("link", name=READER))
    keys.follow(page.get_by_text("A request to be answered later"))
    keys.to(page.get_by_label("How it came"))
    keys.type("By letter")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        keys.follow(page.get_by_role("button", name="Note the request"))
    go(keys, house, "Data requests")
    keys.follow(page.get_by_role("row", name=READER).get_by_role("link", name=READER))
    keys.follow(page.get_by_text("Their data", exact=True))
    with page.expect_download() as taken:
        keys.follow(page.get_by_role("button", name="Take the file"))
    assert READER in json.dumps(json.loads(taken.value.path().read_bytes()))
    keys.follow(page.get_by_role("button", name="It is answered"), back=True)
    expect(page.get_by_text("Nobody waits for an answer")).to_be_visible()
    page.goto(f"{house.url}/desk/people")
    keys.follow(page.get_by_role("link", name=READER))
    keys.follow(page.get_by_text("To be forgotten", exact=True))
    keys.follow(page.get_by_role("link", name="Forget this person"))
    keys.follow(page.get_by_role("button", name="Forget this person for good"))

    expect(page.get_by_role("status").first).to_be_visible()
    expect(page.get_by_role("link", name=READER)).to_have_count(0)
