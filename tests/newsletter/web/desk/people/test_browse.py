"""Looking people up at the desk."""

import re
from datetime import timedelta

import pytest

from newsletter.database import Database
from newsletter.issues.model import Newsletter
from newsletter.web.desk.people import browse, counting
from subscribers import directory, register
from subscribers.address import parse
from subscribers.consent import Door, Evidence
from subscribers.tokens import Keyring
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.conftest import OpenDesk

BY_STAFF = Evidence(Door.COMMAND, "Told us on the telephone.")
HOSTILE = '"><script src=//evil.example></script>'


@pytest.fixture
def crowd(database: Database, keyring: Keyring, newsletter: Newsletter, clock: Hands) -> int:
    """Let 60 people be on the list; gives how many they are."""
    with database.write() as tx:
        for number in range(60):
            address = parse(f"p{number:02}@example.org")
            register.add(
                tx, keyring, newsletter.list_id, address, f"Person No {number:02}", clock(), BY_STAFF, is_confirmed=True
            )
    return 60


def addresses(page: str) -> list[str]:
    """Give the people of a page."""
    return re.findall(r'<a href="/desk/people/[0-9]+">([^<]+)<', page)


def test_pages_hold_fifty(desk: OpenDesk, crowd: int) -> None:
    """And lead on to the next, until everybody was shown."""
    first = desk.page("/desk/people")
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = desk.page(following[1].replace("&amp;", "&"))

    assert crowd == len({*addresses(first), *addresses(second)})
    assert 50 == len(addresses(first))
    assert 'rel="next"' not in second


def test_beginnings_find_people(desk: OpenDesk, crowd: int) -> None:
    """By address, and by name."""
    assert ["p07@example.org"] == addresses(desk.page("/desk/people?q=P07"))
    assert "1 person" in desk.page("/desk/people?q=P07")
    assert [f"p1{place}@example.org" for place in range(10)] == addresses(desk.page("/desk/people?q=person+no+1"))


def test_count_comes_with_a_request_of_its_own(desk: OpenDesk, crowd: int) -> None:
    """The page itself does not wait for it."""
    assert 'hx-get="/desk/people?count=1"' in desk.page("/desk/people")
    assert "60 people" in desk.page("/desk/people?count=1")


def test_many_are_counted_no_further_than_somebody_waits(
    desk: OpenDesk, crowd: int, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    """Then it is said that they are more."""
    monkeypatch.setattr(counting, "MOST_COUNTED", 55)
    if database.is_sqlite:
        monkeypatch.setattr("newsletter.database.STEPS_BETWEEN_LOOKS", 1)
        monkeypatch.setattr(counting, "LONGEST_EXACT", -1.0)
        assert "More than 55 people" in desk.page("/desk/people?count=1")


@pytest.mark.parametrize(
    "question",
    [
        "sort=email_hash",
        "sort=id;drop",
        "email_hash=1",
        "token=x",
        "state=none",
        "list=1%20or%201",
        "list=99999999999999999999",
        "topic=77",
        "since=yesterday",
        "after=hash-1",
        "after=newest",
        "kept=secret",
        "returned=yes",
    ],
)
def test_nothing_else_is_sorted_or_filtered_by(desk: OpenDesk, crowd: int, question: str) -> None:
    """What is kept and not shown is not found out by asking (A06, A07)."""
    assert 422 == desk.client.get(f"/desk/people?{question}").status_code


@pytest.mark.parametrize("text", ["' OR 1=1 --", "%", "_", HOSTILE, "a" * 5000, "\u0000", "\U0010ffff", "x\ud800"])
def test_hostile_texts_find_nobody(desk: OpenDesk, crowd: int, text: str) -> None:
    """They are beginnings of nothing, and shown as text."""
    answer = desk.client.get("/desk/people", params={"q": text.encode("utf-8", "surrogatepass")})

    assert 200 == answer.status_code
    assert "<script src=//evil" not in answer.text
    assert not addresses(answer.text) or not text.strip("\u0000")


def test_filters_work_together(desk: OpenDesk, crowd: int, newsletter: Newsletter, clock: Hands) -> None:
    """Whom all of them leave stays."""
    day = (clock() - timedelta(days=1)).date()
    question = f"list={newsletter.list_id}&state=confirmed&source=staff&since={day}&kept=not&sort=address&q="

    assert 50 == len(addresses(desk.page(f"/desk/people?{question}")))
    assert [] == addresses(desk.page(f"/desk/people?{question}&returned=1"))


def test_look_that_stops_says_so(desk: OpenDesk, crowd: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """And where it goes on."""
    monkeypatch.setattr(browse, "WINDOW", 10)
    page = desk.page("/desk/people?language=fr")

    assert "10 people were looked at" in page
    assert "Look further" in page
    assert directory.FAR_WINDOW > 10


def test_nobody_yet_is_told_what_to_do(desk: OpenDesk, newsletter: Newsletter) -> None:
    """An empty list is a beginning."""
    assert "Nobody is known yet" in desk.page("/desk/people")
