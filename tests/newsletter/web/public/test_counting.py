"""The question whether it may be kept which links somebody follows: never answered for them, and as easily taken back."""

import json
import re
from datetime import datetime

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues import newsletters
from newsletter.issues.model import Newsletter
from newsletter.mail.clicking import Click
from newsletter.people import clicking, personfile
from newsletter.tables.clicks import person_click
from newsletter.tables.issues import newsletter as paper
from newsletter.tables.mail import delivery
from newsletter.web.public import stamps
from subscribers import acts, register
from subscribers.address import parse
from subscribers.consent import Act
from subscribers.model import MailingList, Subscription
from subscribers.tables.lists import confirmation
from subscribers.tokens import Keyring, Purpose
from tests.harness.counted import Counted, a_counted_issue, allow
from tests.harness.people import ONE_CLICK, a_list, take_in_file
from tests.newsletter.web.conftest import Hands, Reader

ASKED = "It may be kept which links I follow in what comes to me by the list “Readers of Section News”."


@pytest.fixture
def issue(application: Application, newsletter: Newsletter, reader: Reader) -> Counted:
    """Give an issue of a newsletter that counts."""
    del reader
    return a_counted_issue(application, newsletter)


@pytest.fixture
def data_link(client: TestClient, database: Database, keyring: Keyring, reader: Reader) -> str:
    """Give the link that the reader had mailed to themselves."""
    assert "is on its way" in client.post(f"{reader.preferences}/data").text
    with database.read() as tx:
        found = select(delivery.c.confirmation_id).where(delivery.c.confirmation_id != 0)
        return f"/d/{keyring.seal(Purpose.DATA, tx.execute(found).scalar_one())}"


def save(client: TestClient, reader: Reader, *ticked: str) -> str:
    """Open the page, keep what comes, tick these boxes besides, and press the button; gives the page."""
    page = client.get(reader.preferences).text
    hidden = dict.fromkeys(re.findall(r'name="((?:was|clicks-asked)-[0-9]+)"', page), "1")
    boxes = {f"list-{reader.subscription.list_id}": "on", **dict.fromkeys(ticked, "on")}
    answer = client.post(reader.preferences, data={"act": "save", "name": "Ann Lee", "language": ""} | boxes | hidden)
    assert 200 == answer.status_code
    return answer.text


def standing(database: Database, subscription: Subscription) -> Subscription:
    """Give a subscription as it is now."""
    with database.read() as tx:
        found = register.subscription_by_id(tx, subscription.id)
    assert found is not None
    return found


def said(database: Database, reader: Reader) -> list[tuple[Act, str]]:
    """Give what a person said about clicks, and in which words."""
    with database.read() as tx:
        return [
            (one.act, one.evidence.wording)
            for one in acts.of_person(tx, reader.subscriber.id)
            if one.act in {Act.CLICKS_ALLOWED, Act.CLICKS_REFUSED}
        ]


def test_nobody_is_asked_where_nothing_is_counted(client: TestClient, reader: Reader, list_: MailingList) -> None:
    """And nobody allows anything by a field that no page showed."""
    assert ASKED not in client.get(reader.preferences).text
    assert ASKED not in client.get(f"/subscribe/{list_.slug}").text
    assert "boxes" not in client.get(f"/subscribe/{list_.slug}/json").json()


def test_a_yes_and_its_end_are_a_tick(
    client: TestClient, database: Database, issue: Counted, reader: Reader, clock: Hands, data_link: str
) -> None:
    """Both stand in the evidence in the words that were shown; what was kept is gone with the tick."""
    field = f"clicks-{reader.subscription.list_id}"
    assert f'name="{field}" value="on">' in client.get(data_link).text
    shown = client.post(f"{data_link}/links", data={field: "on", f"clicks-asked-{reader.subscription.list_id}": "1"}).text
    assert standing(database, reader.subscription).clicks_allowed_at == clock()
    assert f'name="{field}" value="on" checked>' in shown
    assert f'name="{field}" value="on" checked>' in client.get(reader.preferences).text
    with database.write() as tx:
        clicking.keep(
            tx, [Click(clock(), clock(), issue.links[0].id, issue.letter_id, b"", False, reader.subscription.id)], [False]
        )
    with database.read() as tx:
        [kept] = json.loads(personfile.gather(tx, reader.subscriber.id).to_json())["clicks"]
    save(client, reader)

    assert {"issue": "January 2020", "url": issue.links[0].url, "first_at": clock().isoformat(), "clicks": 1} == kept
    assert standing(database, reader.subscription).clicks_allowed_at is None
    with database.read() as tx:
        assert [] == tx.execute(select(person_click)).all()
    [(first, yes), (second, no)] = said(database, reader)
    assert (Act.CLICKS_ALLOWED, Act.CLICKS_REFUSED) == (first, second)
    assert yes.startswith(ASKED)
    assert (True, True) == (yes.endswith("deleted at once.: Yes"), no.endswith("deleted at once.: No"))


def test_a_page_without_the_box_says_nothing_about_it(
    client: TestClient, database: Database, issue: Counted, reader: Reader
) -> None:
    """An old form that lay open takes nothing back, and gives nothing."""
    allow(issue.application, reader.subscription.id)
    data = {"act": "save", "name": "Ann", "language": "", f"list-{reader.subscription.list_id}": "on"}
    client.post(reader.preferences, data=data)

    assert standing(database, reader.subscription).clicks_allowed_at is not None
    assert 1 == len(said(database, reader))


@pytest.mark.parametrize("how", ["switched off", "moved to another list"])
def test_a_yes_can_be_taken_back_when_nothing_is_counted_any_more(
    client: TestClient, database: Database, issue: Counted, reader: Reader, newsletter: Newsletter, now: datetime, how: str
) -> None:
    """The box stays for whoever ticked it, also where no newsletter is sent to the list."""
    allow(issue.application, reader.subscription.id)
    with database.write() as tx:
        if how == "switched off":
            newsletters.edit(tx, newsletter.id, counts_clicks=False)
        else:
            tx.execute(update(paper).where(paper.c.id == newsletter.id).values(list_id=a_list(tx, now).id))
    save(client, reader)

    assert standing(database, reader.subscription).clicks_allowed_at is None
    assert ASKED not in client.get(reader.preferences).text


@pytest.mark.parametrize(("value", "is_yes"), [("on", True), ("true", True), ("", False), ("off", False), ("no", False)])
def test_only_the_owner_of_the_address_says_yes(
    client: TestClient,
    database: Database,
    keyring: Keyring,
    issue: Counted,
    list_: MailingList,
    clock: Hands,
    value: str,
    is_yes: bool,  # noqa: FBT001 -- a parameter
) -> None:
    """Anybody may have filled in the form, and whatever they sent along: the box is without a tick where the yes is given."""
    del issue
    form = f"/subscribe/{list_.slug}"
    assert "clicks" not in client.get(form).text
    assert "clicks" not in client.get(f"{form}/json").text
    stamp = stamps.stamp(keyring, clock())
    clock.forward(seconds=30)
    client.post(form, data={"email": "bo@example.net", "name": "Bo", stamps.FIELD: stamp, "clicks": "on"})
    with database.read() as tx:
        number = tx.execute(select(confirmation.c.id).order_by(confirmation.c.id.desc()).limit(1)).scalar_one()
    button = f"/c/{keyring.seal(Purpose.CONFIRM, number)}"
    page = client.get(button).text
    assert (True, False) == ('name="clicks" value="on">' in page, "checked" in page)
    # What is to be read and answered is not pressed by itself.
    assert "data-press" not in page.replace("data-press-note", "")
    client.post(button, data={"clicks": value})

    with database.read() as tx:
        bo = register.find(tx, parse("bo@example.net"))
        [subscription] = register.subscriptions_of(tx, bo.id)
    assert subscription.is_confirmed
    assert is_yes == (subscription.clicks_allowed_at is not None)


def test_a_forwarded_issue_says_yes_for_nobody(client: TestClient, database: Database, issue: Counted, reader: Reader) -> None:
    """Its link shows no box before the owner of the address said yes, and takes no answer for one."""
    del issue
    box = f"clicks-{reader.subscription.list_id}"
    assert ASKED not in client.get(reader.preferences).text
    page = save(client, reader, box, box.replace("-", "-asked-"))

    assert standing(database, reader.subscription).clicks_allowed_at is None
    assert "Behind the same link you can allow that" in page
    assert [] == said(database, reader)


def test_an_import_says_yes_for_nobody(
    database: Database, keyring: Keyring, issue: Counted, list_: MailingList, reader: Reader, now: datetime
) -> None:
    """Whatever its columns are called; and it takes back nobody's yes."""
    allow(issue.application, reader.subscription.id)
    lines = (b"email,clicks,clicks_allowed_at\n", b"ann@example.org,no,\n", b"cy@example.org,yes,2020-01-01T00:00:00Z\n")
    take_in_file(database.write, keyring, list_.id, lines, now)

    assert standing(database, reader.subscription).clicks_allowed_at is not None
    with database.read() as tx:
        [cy] = register.subscriptions_of(tx, register.find(tx, parse("cy@example.org")).id)
    assert (True, None) == (cy.is_confirmed, cy.clicks_allowed_at)


def test_a_word_about_clicks_is_none_about_mail(
    database: Database, keyring: Keyring, issue: Counted, list_: MailingList, now: datetime
) -> None:
    """Whom a file put on the list is taken off by one that knows of their no, whatever they said of their clicks (M4)."""
    take_in_file(database.write, keyring, list_.id, (b"email\n", b"cy@example.org\n"), now)
    with database.read() as tx:
        [cy] = register.subscriptions_of(tx, register.find(tx, parse("cy@example.org")).id)
    allow(issue.application, cy.id)
    with database.write() as tx:
        assert clicking.refuse(tx, keyring, cy.id, now, ONE_CLICK)
    take_in_file(database.write, keyring, list_.id, (b"email,status\n", b"cy@example.org,unsubscribed\n"), now)

    assert not standing(database, cy).is_confirmed
