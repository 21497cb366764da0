"""Files of addresses that are kept out, at the desk."""

import pytest

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues.model import Newsletter
from newsletter.people.carrying import Carrier
from newsletter.staff import audit
from newsletter.staff.permissions import Actor, Role
from newsletter.web.desk.people.suppressions import HERE
from newsletter.web.porter import Porter
from subscribers import register, suppression
from subscribers.model import EVERY_LIST, Reason
from subscribers.tokens import Keyring
from tests.newsletter.web.conftest import Reader, browser_of, csrf_of
from tests.newsletter.web.desk.conftest import OpenDesk
from tests.newsletter.web.desk.people.test_imports import kept

WHERE = f"{HERE}/files"
PEOPLE = "email,status\nzoe@example.org,\nANN@example.org,unsubscribed\nno address,\nzoe@example.org,\n"


@pytest.fixture
def carrier(application: Application) -> Carrier:
    """Give who carries files on; nobody else does in a test."""
    return Porter(application).carrier


def bring(desk: OpenDesk, data: str, scope: int = EVERY_LIST) -> str:
    """Bring a file; gives the address of its page."""
    form = {"csrf": desk.csrf, "list": str(scope), "reason": "bounced"}
    answer = desk.client.post(WHERE, data=form, files={"file": ("block.csv", data.encode())})
    assert 303 == answer.status_code, answer.text
    return answer.headers["location"]


def reasons(database: Database, keyring: Keyring) -> list[Reason | None]:
    """Give why Zoe and Ann are kept out of every list."""
    with database.read() as tx:
        hashes = [keyring.hash_address(f"{name}@example.org") for name in ("zoe", "ann")]
        return [suppression.reason_of(tx, one, EVERY_LIST) for one in hashes]


def test_file_is_tried_and_kept_out(
    desk: OpenDesk, reader: Reader, carrier: Carrier, database: Database, keyring: Keyring, application: Application
) -> None:
    """The whole way: nothing is changed by the trial, a row that says why is believed, and the file is gone at the end."""
    page = bring(desk, PEOPLE)
    assert "It is being tried" in desk.page(page)
    carrier.carry()
    trial = desk.page(page)
    assert "Keep 2 addresses out" in trial
    assert "no address" in desk.client.get(f"{page}/left-out.csv").text
    assert [None, None] == reasons(database, keyring)

    desk.press(f"{page}/run")
    carrier.carry()
    assert "It is done" in desk.page(page)
    assert [Reason.BOUNCED, Reason.UNSUBSCRIBED] == reasons(database, keyring)
    assert 0 == kept(application)
    assert "is kept out" in desk.page(HERE)
    with database.read() as tx:
        [standing] = register.subscriptions_of(tx, reader.subscriber.id)
        done = audit.recent(tx)[0]
    assert "withdrawn" == standing.state.value
    assert ("suppressions.import", "every list") == (done.act, done.subject)
    assert {"rows": 4, "news": 2, "known": 0, "refused": 1} == done.detail


def test_column_is_chosen_where_it_is_unclear(desk: OpenDesk, newsletter: Newsletter, carrier: Carrier) -> None:
    """Before anything is tried; the list is one of the actor's."""
    page = bring(desk, "Adresse,Wie\nzoe@example.org,Zoe\nno address,Bo\n", newsletter.list_id)
    assert "Choose it below" in desk.page(page)
    assert 409 == desk.press(f"{page}/run").status_code
    assert 422 == desk.press(f"{page}/try", **{"column-0": "name"}).status_code

    desk.press(f"{page}/try", **{"column-0": "email"})
    assert 409 == desk.press(f"{page}/drop").status_code
    carrier.carry()
    assert "Keep 1 address out" in desk.page(page)
    assert f"{HERE}?said=dropped" == desk.press(f"{page}/drop").headers["location"]
    assert 404 == desk.client.get(page).status_code


def test_it_goes_on_after_a_restart(
    desk: OpenDesk, application: Application, database: Database, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was done before is done once."""
    monkeypatch.setattr("newsletter.people.keepout.BATCH", 1)
    page = bring(desk, PEOPLE)
    Porter(application).carrier.carry()
    desk.press(f"{page}/run")
    first = Porter(application)
    first.stop()
    first.carrier.carry()
    assert [Reason.BOUNCED, None] == reasons(database, keyring)

    Porter(application).carrier.carry()
    assert [Reason.BOUNCED, Reason.UNSUBSCRIBED] == reasons(database, keyring)
    assert "It is done" in desk.page(page)


def test_what_is_no_list_of_addresses_is_told_so(desk: OpenDesk, carrier: Carrier) -> None:
    """On its page; nothing is tried."""
    page = bring(desk, "%PDF-1.7 ...")
    carrier.carry()

    assert "It is a PDF." in desk.page(page)


def test_file_is_of_whoever_looks_after_its_list(
    desk: OpenDesk, application: Application, newsletter: Newsletter, database: Database
) -> None:
    """Every list is for those who look after all; a file of people and one of addresses are no doors to each other."""
    page = bring(desk, PEOPLE)
    client = browser_of(application, Actor("Bo", None, {newsletter.id: Role.PUBLISHER}))
    of_one = OpenDesk(client, csrf_of(client))
    own = bring(of_one, PEOPLE, newsletter.list_id)
    form = {"csrf": of_one.csrf, "list": "0", "reason": "manual"}

    assert [200, 404] == [client.get(path).status_code for path in (own, page)]
    assert 404 == of_one.press(f"{page}/run").status_code
    assert 404 == client.post(WHERE, data=form, files={"file": ("a", b"zoe@example.org")}).status_code
    assert 404 == desk.client.get(page.replace("suppression", "imports")).status_code
    assert 1 == of_one.page(HERE).count("block.csv</a>")


def test_nobody_is_erased_by_a_file(desk: OpenDesk) -> None:
    """That is more than being kept out, and an empty file is none."""
    form = {"csrf": desk.csrf, "list": "0"}
    erased = desk.client.post(WHERE, data=form | {"reason": "erased"}, files={"file": ("a", b"zoe@example.org")})
    empty = desk.client.post(WHERE, data=form | {"reason": "manual"}, files={"file": ("a", b"")})

    assert [422, 422] == [erased.status_code, empty.status_code]


def kept_out(desk: OpenDesk, carrier: Carrier, data: str = PEOPLE) -> str:
    """Keep the addresses of a file out; gives the address of its page."""
    page = bring(desk, data)
    carrier.carry()
    desk.press(f"{page}/run")
    carrier.carry()
    return page


def test_file_is_taken_back_as_one(
    desk: OpenDesk, reader: Reader, carrier: Carrier, database: Database, keyring: Keyring
) -> None:
    """What it said is lifted; a no of their own, which the file told of, stays a no."""
    page = kept_out(desk, carrier)
    assert "Let 1 address in again" in desk.page(page)
    assert page in desk.press(f"{page}/undo").headers["location"]
    assert "It is being taken back" in desk.page(page)
    assert 409 == desk.press(f"{page}/undo").status_code
    carrier.carry()

    assert "It is undone" in desk.page(page)
    assert [None, Reason.UNSUBSCRIBED] == reasons(database, keyring)
    with database.read() as tx:
        done = audit.recent(tx)[0]
    assert ("suppressions.undo-import", 1) == (done.act, done.detail["lifted"])
    assert 409 == desk.press(f"{page}/undo").status_code
    assert "Undo this file" not in desk.page(page)


def test_what_was_said_before_and_since_stays(
    desk: OpenDesk, carrier: Carrier, database: Database, keyring: Keyring, application: Application
) -> None:
    """A weaker reason from before stands again, a stronger one from since is not touched, and nobody is kept out twice."""
    zoe, bo = (keyring.hash_address(f"{name}@example.org") for name in ("zoe", "bo"))
    with database.write() as tx:
        suppression.suppress(tx, zoe, Reason.BOUNCED, application.clock())
    page = kept_out(desk, carrier, "email,status\nzoe@example.org,complained\nbo@example.org,bounced\n")
    with database.write() as tx:
        suppression.suppress(tx, bo, Reason.MANUAL, application.clock())
    desk.press(f"{page}/undo")
    carrier.carry()

    with database.read() as tx:
        found = [suppression.reason_of(tx, one, EVERY_LIST) for one in (zoe, bo)]
    assert [Reason.BOUNCED, Reason.MANUAL] == found
    assert "Something else was said of them since" in desk.page(page)


def test_undoing_goes_on_after_a_restart(
    desk: OpenDesk, carrier: Carrier, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And counts all that is let in, whoever did it."""
    monkeypatch.setattr("newsletter.people.keepout.BATCH", 1)
    page = kept_out(desk, carrier, "email\nzoe@example.org\nbo@example.org\neva@example.org\n")
    desk.press(f"{page}/undo")
    first = Porter(application)
    first.stop()
    first.carrier.carry()
    assert "It is being taken back" in desk.page(page)

    carrier.carry()
    assert "It is undone" in desk.page(page)
    assert "<td>3</td>" in desk.page(page)


def test_complaint_is_taken_back_by_those_alone_who_may(
    application: Application, desk: OpenDesk, carrier: Carrier, database: Database, keyring: Keyring, newsletter: Newsletter
) -> None:
    """As one by one."""
    page = kept_out(desk, carrier, "email,status\nzoe@example.org,complained\n")
    publisher = browser_of(application, Actor("Pia", Role.PUBLISHER))

    assert 403 == publisher.post(f"{page}/undo", data={"csrf": csrf_of(publisher)}).status_code
    assert [Reason.COMPLAINED, None] == reasons(database, keyring)
