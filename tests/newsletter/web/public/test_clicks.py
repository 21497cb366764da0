"""Counted links: they lead on whatever happens, and of whoever said nothing no trace is left but a number."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues import newsletters
from newsletter.issues.model import Newsletter
from newsletter.people import clicking, erase, withdraw
from newsletter.tables.clicks import click_day, person_click
from newsletter.web import clicks
from newsletter.web.app import create_app
from newsletter.web.clicks import Clicks
from subscribers.consent import Door, Evidence
from subscribers.tables.kinds import metadata
from subscribers.tokens import Keyring, Purpose
from tests.conftest import SECRET
from tests.harness.counted import ALLOWED, LINKS, Counted, a_counted_issue, allow
from tests.harness.people import ONE_CLICK, join
from tests.newsletter.web.conftest import DESK_TOKEN, PUBLIC_URL, Hands, Reader

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def issue(application: Application, newsletter: Newsletter, reader: Reader) -> Counted:
    """Give an issue that the reader gets."""
    del reader
    return a_counted_issue(application, newsletter)


@pytest.fixture
def counter(database: Database, clock: Hands) -> Clicks:
    """Give what counts, by the clock of the test."""
    return Clicks(database, clock)


@pytest.fixture
def browser(application: Application, counter: Clicks, clock: Hands) -> Iterator[TestClient]:
    """Give a reader's browser."""
    app = create_app(application, health=lambda: True, desk_token=DESK_TOKEN, wall=clock, clicks=counter)
    with TestClient(app, PUBLIC_URL, follow_redirects=False, headers={"User-Agent": FIREFOX}) as opened:
        yield opened


def settle(counter: Clicks, clock: Hands) -> None:
    """Let all be written down."""
    clock.forward(minutes=1)
    counter.settle()


def test_a_link_leads_on_and_is_counted(browser: TestClient, issue: Counted, counter: Clicks, clock: Hands) -> None:
    """To the address that was approved; nothing of it is kept by anybody on the way."""
    answer = browser.get(issue.address(1))
    settle(counter, clock)

    assert (302, LINKS[0]) == (answer.status_code, answer.headers["Location"])
    assert ("no-store", "no-referrer") == (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"])
    assert [1, 0, 0, 0] == issue.people()
    assert [0, 0, 0, 0] == issue.machines()


def test_what_is_kept_of_a_stranger_is_a_number(
    browser: TestClient, issue: Counted, counter: Clicks, clock: Hands, database: Database
) -> None:
    """A link and a day; no time, no network, no browser, nobody's name, in any table."""
    browser.get(issue.address(2), headers={"User-Agent": f"{FIREFOX} Xylophone"})
    settle(counter, clock)

    with database.read() as tx:
        assert [(issue.links[1].id, "2020-02-01", False, 1)] == [tuple(row) for row in tx.execute(select(click_day))]
        assert [] == tx.execute(select(person_click)).all()
        everything = [str(tuple(row)) for table in metadata.sorted_tables for row in tx.execute(select(table))]
    assert not [row for row in everything if "Xylophone" in row or "testclient" in row]


def test_what_is_loaded_beforehand_is_not_counted(browser: TestClient, issue: Counted, counter: Clicks, clock: Hands) -> None:
    """Nobody has followed it yet; nor has whoever asks by HEAD what there is."""
    for name, said in (
        ("Sec-Purpose", "prefetch;prerender"),
        ("Purpose", "prefetch"),
        ("X-Moz", "prefetch"),
        ("X-Purpose", "preview"),
    ):
        assert 302 == browser.get(issue.address(1), headers={name: said}).status_code
    assert LINKS[0] == browser.head(issue.address(1)).headers["Location"]
    settle(counter, clock)

    assert [0, 0, 0, 0] == issue.people()
    assert [0, 0, 0, 0] == issue.machines()


def test_programs_are_counted_apart(browser: TestClient, issue: Counted, counter: Clicks, clock: Hands, reader: Reader) -> None:
    """Those that say so, and those that follow what is one person's all at once."""
    browser.get(issue.address(1), headers={"User-Agent": "Barracuda Sentinel (EE)"})
    for place in (1, 2, 3):
        browser.get(issue.address(place, reader.subscription.id))
    clock.forward(minutes=1)
    browser.get(issue.address(4))
    settle(counter, clock)

    assert [0, 0, 0, 1] == issue.people()
    assert [2, 1, 1, 0] == issue.machines()


def test_a_house_behind_one_address_is_no_program(browser: TestClient, issue: Counted, counter: Clicks, clock: Hands) -> None:
    """Several who read at once with the same browser: each link of their own apart, and the common ones too."""
    for whose in (None, None, 1, 2, 3):
        for place in (1, 2):
            browser.get(issue.address(place, whose))
    for place in (3, 4):
        browser.get(issue.address(place))
    settle(counter, clock)

    assert [5, 5, 1, 1] == issue.people()


def test_a_burst_that_is_cut_by_the_writing_is_one(
    browser: TestClient, issue: Counted, counter: Clicks, clock: Hands, reader: Reader
) -> None:
    """A click waits until everything that could belong to it is there."""
    mine = reader.subscription.id
    browser.get(issue.address(1, mine))
    clock.forward(seconds=1)
    counter.settle()
    browser.get(issue.address(2, mine))
    clock.forward(seconds=0.5)
    counter.settle()
    browser.get(issue.address(3, mine))
    settle(counter, clock)

    assert [1, 1, 1, 0] == issue.machines()


# Unknown, forged, truncated, endless, in another alphabet, with a path, with an address.
NOT_OURS = (
    "/l/",
    "/l/a",
    f"/l/{'a' * 26}",
    f"/l/{'a' * 25}",
    f"/l/{'a' * 10_000}",
    "/l/%E2%84%AA" + "a" * 25,
    "/l/../../etc/passwd",
    "/l/%2e%2e%2fdesk",
    "/l/%00",
    "/l/https://evil.example/",
    "/l/?url=https://evil.example/",
    f"/l/{'a' * 26}?url=https://evil.example/",
    "/l//evil.example",
    "/l/%0d%0aLocation:%20https://evil.example",
)


def test_what_was_not_made_by_us_leads_nowhere(browser: TestClient, issue: Counted, keyring: Keyring, reader: Reader) -> None:
    """There is no such page; nor does a token of another purpose lead anywhere, or that of a click open anything."""
    assert issue.links
    for address in (*NOT_OURS, *(f"/l/{keyring.seal(purpose, reader.subscription.id)}" for purpose in Purpose)):
        answer = browser.get(address)
        assert (404, False) == (answer.status_code, "evil" in str(answer.headers)), address
    mine = keyring.seal(Purpose.CLICK, reader.subscription.id)
    for path in ("/u", "/p", "/d", "/c", "/read"):
        assert 404 == browser.get(f"{path}/{mine}").status_code


def test_where_a_link_leads_stands_with_us_alone(browser: TestClient, issue: Counted) -> None:
    """A query changes nothing, nor do capital letters, which some mail servers make; signs beyond ASCII are spelled out."""
    head, token = issue.address(1).rsplit("/", 1)
    for address in (f"{head}/{token}?url=https://evil.example/&next=//evil.example", f"{head}/{token.upper()}"):
        assert LINKS[0] == browser.get(address).headers["Location"]

    assert "http://%C3%A4.example/%C3%B6?q=%C3%BC" == browser.get(issue.address(3)).headers["Location"]


def test_who_allowed_it_is_known_by_name(
    browser: TestClient, issue: Counted, counter: Clicks, clock: Hands, reader: Reader, database: Database
) -> None:
    """The first time and how often; programs that go through their mail are not they."""
    allow(issue.application, reader.subscription.id)
    mine = [issue.address(place, reader.subscription.id) for place in (1, 2, 3, 4)]
    first = clock()
    browser.get(mine[0])
    clock.forward(hours=2)
    browser.get(mine[0])
    browser.get(mine[1], headers={"User-Agent": "Barracuda Sentinel (EE)"})
    settle(counter, clock)

    with database.read() as tx:
        kept = tx.execute(select(person_click)).all()
    assert [(reader.subscription.id, issue.links[0].id, first, 2)] == [tuple(row) for row in kept]
    assert [2, 0, 0, 0] == issue.people()
    assert [1, 0, 0, 0] == [one.named for one in issue.figures()]


@pytest.mark.parametrize("how", ["never allowed", "refused", "left", "erased", "forged", "damaged"])
def test_who_does_not_allow_it_is_a_number_again(
    browser: TestClient, issue: Counted, counter: Clicks, clock: Hands, reader: Reader, keyring: Keyring, how: str
) -> None:
    """The link in an old mail leads on, and says nothing of them any more (G06)."""
    database, mine = issue.application.database, issue.address(1, reader.subscription.id)
    if how in {"refused", "left", "erased"}:
        allow(issue.application, reader.subscription.id)
        browser.get(mine)
        settle(counter, clock)
    # One click is under way while they say no.
    browser.get(mine)
    with database.write() as tx:
        if how == "refused":
            assert clicking.refuse(tx, keyring, reader.subscription.id, clock(), ALLOWED)
        if how == "left":
            withdraw.withdraw(tx, keyring, reader.subscription.id, clock(), ONE_CLICK)
        if how == "erased":
            erase.erase(tx, keyring, reader.subscriber.id, clock())
    token = {"forged": "a" * 26, "damaged": mine.rsplit("/", 1)[1][:-3]}.get(how, mine.rsplit("/", 1)[1])
    answer = browser.get(f"{issue.address(1)}/{token}")
    settle(counter, clock)

    assert LINKS[0] == answer.headers["Location"]
    assert issue.people()[0] >= 2
    with database.read() as tx:
        assert [] == tx.execute(select(person_click)).all()


def test_a_hundred_at_once_are_a_hundred(issue: Counted, browser: TestClient, counter: Clicks, clock: Hands) -> None:
    """None is lost, and none waits for another, whoever is writing to the database meanwhile."""
    database = issue.application.database
    with database.write() as tx, ThreadPoolExecutor(10) as pool:
        tx.execute(text("UPDATE newsletter SET name = name"))
        answers = list(pool.map(lambda _: browser.get(issue.address(1)).status_code, range(100)))
    settle(counter, clock)

    assert [302] * 100 == answers
    assert [100, 0, 0, 0] == issue.people()


def test_what_cannot_be_written_waits(
    browser: TestClient, issue: Counted, counter: Clicks, clock: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that is away takes no click with it."""
    browser.get(issue.address(1))
    clock.forward(minutes=1)
    with monkeypatch.context() as away:
        away.setattr(counter, "_database", Database("postgresql://nobody@127.0.0.1:1/nothing"))
        assert 0 == counter.settle()
    assert 1 == counter.settle()

    assert [1, 0, 0, 0] == issue.people()


def test_a_flood_is_led_on_and_not_counted(
    browser: TestClient, issue: Counted, counter: Clicks, clock: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory is bounded, whoever comes."""
    monkeypatch.setattr(clicks, "MOST_WAITING", 5)
    answers = [browser.get(issue.address(1)).status_code for _ in range(8)]
    settle(counter, clock)
    browser.get(issue.address(1))
    settle(counter, clock)

    assert [302] * 8 == answers
    assert [6, 0, 0, 0] == issue.people()


def test_links_lead_on_when_nothing_is_counted_any_more(
    browser: TestClient,
    issue: Counted,
    application: Application,
    newsletter: Newsletter,
    reader: Reader,
    counter: Clicks,
    clock: Hands,
) -> None:
    """For as long as there is the letter; mail lies in inboxes for years. Nothing is written of it, nor of what waits."""
    allow(application, reader.subscription.id)
    browser.get(issue.address(1, reader.subscription.id))
    with application.database.write() as tx:
        newsletters.edit(tx, newsletter.id, counts_clicks=False)
    clock.forward(days=3_000)
    assert LINKS[1] == browser.get(issue.address(2)).headers["Location"]
    settle(counter, clock)

    assert [0, 0, 0, 0] == issue.people()
    with application.database.read() as tx:
        assert [] == tx.execute(select(person_click)).all()


def test_links_lead_on_behind_a_change_of_keys(
    application: Application, issue: Counted, reader: Reader, counter: Clicks, clock: Hands
) -> None:
    """Also when the former key is not given any more; then only the name behind the address is nobody's."""
    allow(application, reader.subscription.id)
    mine = issue.address(1, reader.subscription.id)
    for former, named in (([SECRET], 1), ([], 0)):
        changed = Keyring("another secret of the tests, long enough to be one", former)
        renewed = type(application)(
            **{name: getattr(application, name) for name in application.__slots__ if name != "keyring"}, keyring=changed
        )
        app = create_app(renewed, health=lambda: True, desk_token=None, wall=clock, clicks=counter)
        with TestClient(app, PUBLIC_URL, follow_redirects=False, headers={"User-Agent": FIREFOX}) as opened:
            assert LINKS[0] == opened.get(mine).headers["Location"]
        settle(counter, clock)
        with application.database.write() as tx:
            rows = tx.execute(select(person_click)).all()
            tx.execute(text("DELETE FROM person_click"))
        assert named == len(rows)


def test_another_day_is_another_number(
    browser: TestClient, issue: Counted, counter: Clicks, clock: Hands, database: Database
) -> None:
    """In UTC, whatever the newsletter's zone is."""
    clock.moment = clock.moment.replace(hour=23, minute=30)
    browser.get(issue.address(1))
    clock.forward(hours=1)
    browser.get(issue.address(1))
    settle(counter, clock)

    with database.read() as tx:
        days = tx.execute(select(click_day.c.day, click_day.c.clicks).order_by(click_day.c.day)).all()
    assert [("2020-02-01", 1), ("2020-02-02", 1)] == [tuple(row) for row in days]


def test_the_end_of_the_process_writes_all_down(browser: TestClient, issue: Counted, counter: Clicks) -> None:
    """Also what came in this very second."""
    browser.get(issue.address(1))
    counter.stop()
    counter.run()

    assert [1, 0, 0, 0] == issue.people()


def test_nobody_is_counted_by_name_who_is_not_on_the_list(
    application: Application, newsletter: Newsletter, keyring: Keyring, clock: Hands
) -> None:
    """A yes belongs to a subscription that stands, is said once, and is over with it."""
    with application.database.write() as tx:
        joined = join(tx, keyring, newsletter.list_id, "bo@example.org", clock() - timedelta(days=1))
        said = Evidence(Door.LINK, "Keep which links I follow")
        assert clicking.allow(tx, keyring, joined.subscription.id, clock(), said)
        assert not clicking.allow(tx, keyring, joined.subscription.id, clock(), said)
        withdraw.withdraw(tx, keyring, joined.subscription.id, clock(), ONE_CLICK)
        assert not clicking.allow(tx, keyring, joined.subscription.id, clock(), said)
        assert not clicking.refuse(tx, keyring, joined.subscription.id, clock(), said)
        assert not clicking.allow(tx, keyring, 999, clock(), said)
