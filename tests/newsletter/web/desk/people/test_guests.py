"""Guests who ask for their data, at the desk."""

import json
from datetime import timedelta

import pytest

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues.model import Issue, Newsletter
from newsletter.review import guests
from newsletter.review.guests import GuestPurpose
from newsletter.staff import audit
from newsletter.staff.permissions import Actor, Role
from newsletter.web.desk.people.guests import HERE
from subscribers.tokens import Keyring
from tests.harness.newsroom import a_newsletter
from tests.harness.people import join
from tests.newsletter.web.conftest import Hands, browser_of, csrf_of
from tests.newsletter.web.desk.conftest import OpenDesk

CHAIR = "Chair@example.org"


@pytest.fixture
def guest(database: Database, issue: Issue, clock: Hands) -> Issue:
    """Ask somebody on no list to look an issue over; gives the issue."""
    ends_at = clock() + timedelta(days=9)
    with database.write() as tx:
        facts = {"address": CHAIR, "name": "Ms <b>Chair</b>", "by": "ann"}
        guests.make(tx, issue.id, GuestPurpose.REVIEW, now=clock(), ends_at=ends_at, **facts)
    return issue


@pytest.fixture
def other(database: Database) -> Newsletter:
    """Give a newsletter that others look after."""
    with database.write() as tx:
        return a_newsletter(tx, "Other News")


def desk_of(application: Application, newsletter_id: int) -> OpenDesk:
    """Give the desk of somebody who looks after one newsletter."""
    client = browser_of(application, Actor("Bo", None, {newsletter_id: Role.PUBLISHER}))
    return OpenDesk(client, csrf_of(client))


def acts(database: Database) -> list[tuple[str, str]]:
    """Give what stands in the audit of data."""
    with database.read() as tx:
        return [(one.act, one.subject) for one in audit.recent(tx) if one.act in {"privacy.export", "subscriber.erase"}]


def test_guest_gets_their_data_and_is_forgotten(desk: OpenDesk, guest: Issue, database: Database) -> None:
    """The whole way from the page of requests: found by any spelling of the address, handed out, forgotten."""
    found = desk.page(f"{HERE}?guest=chair@EXAMPLE.org")
    assert "Ms &lt;b&gt;Chair" in found
    assert guest.title in found
    file = desk.press(f"{HERE}/guest/data", address=CHAIR)
    assert file.headers["content-disposition"].startswith("attachment")
    assert [CHAIR] == [one["address"] for one in json.loads(file.text)["as_guest"]]

    erased = desk.press(f"{HERE}/guest/erase", address=CHAIR)
    assert "The guest is forgotten." in desk.page(erased.headers["location"])
    assert "Nobody of this address was asked for anything." in desk.page(f"{HERE}?guest={CHAIR}")
    again = desk.press(f"{HERE}/guest/data", address=CHAIR)
    assert "Nobody of this address" in desk.page(again.headers["location"])
    assert [("subscriber.erase", "guest"), ("privacy.export", "guest")] == acts(database)


def test_guest_who_is_a_subscriber_is_found_among_the_people(
    desk: OpenDesk, guest: Issue, newsletter: Newsletter, database: Database, keyring: Keyring, clock: Hands
) -> None:
    """Where all of it is; half of a person is neither handed out nor forgotten."""
    with database.write() as tx:
        chair = join(tx, keyring, newsletter.list_id, CHAIR, clock()).subscriber
    answer = desk.press(f"{HERE}/guest/erase", address=CHAIR)

    assert f'href="/desk/people/{chair.id}#more"' in desk.page(answer.headers["location"])
    assert CHAIR in desk.page(f"/desk/people/{chair.id}")
    assert [] == acts(database)


def test_guest_of_others_is_not_told(application: Application, guest: Issue, other: Newsletter, database: Database) -> None:
    """Somebody who looks after another newsletter learns nothing, and gets nothing."""
    stranger = desk_of(application, other.id)

    assert "Nobody of this address was asked for anything." in stranger.page(f"{HERE}?guest={CHAIR}")
    assert 303 == stranger.press(f"{HERE}/guest/data", address=CHAIR).status_code
    assert 303 == stranger.press(f"{HERE}/guest/erase", address=CHAIR).status_code
    assert [] == acts(database)


def test_part_of_a_guest_is_not_handed_out(
    application: Application, guest: Issue, other: Newsletter, database: Database, keyring: Keyring, clock: Hands
) -> None:
    """Who reads what others look after is theirs to answer, too."""
    with database.write() as tx:
        join(tx, keyring, other.list_id, CHAIR, clock())
    desk = desk_of(application, guest.newsletter_id)

    assert "An administrator can hand it out" in desk.page(f"{HERE}?guest={CHAIR}")
    assert 403 == desk.press(f"{HERE}/guest/data", address=CHAIR).status_code
    assert 403 == desk.press(f"{HERE}/guest/erase", address=CHAIR).status_code
    assert [] == acts(database)


def test_no_address_is_said_at_its_place(desk: OpenDesk) -> None:
    """And the requests stay in sight."""
    page = desk.page(f"{HERE}?guest=zoe%20x@example.org")

    assert "It has a space in it." in page
    assert "Nobody waits for an answer" in page
