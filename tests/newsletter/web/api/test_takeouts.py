"""People as files, files of addresses that are kept out, who followed what, and guests who ask for their data."""

import json
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues import draft
from newsletter.issues.model import Issue, Newsletter
from newsletter.mail.clicking import Click
from newsletter.people import clicking
from newsletter.people.carrying import Carrier
from newsletter.review import guests
from newsletter.review.guests import GuestPurpose
from newsletter.staff import audit
from newsletter.staff.permissions import Actor, Role
from newsletter.web.porter import Porter
from subscribers.tokens import Keyring
from tests.harness.counted import a_counted_issue, allow
from tests.harness.newsroom import a_newsletter
from tests.harness.people import join
from tests.newsletter.web.api.conftest import Programs
from tests.newsletter.web.api.test_house import status
from tests.newsletter.web.conftest import Hands, Reader

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

CHAIR = "Chair@example.org"


@pytest.fixture
def issue(database: Database, newsletter: Newsletter, clock: Hands) -> Issue:
    """Give an issue that is begun."""
    with database.write() as tx:
        return draft.draft_empty(tx, newsletter, "News of May", clock())


@pytest.fixture
def carrier(application: Application) -> Carrier:
    """Give who carries files on; nobody else does in a test."""
    return Porter(application).carrier


def addresses(program: TestClient, path: str) -> list[str]:
    """Give whose addresses stand in a file of objects."""
    answer = program.get(path)
    assert 200 == answer.status_code, answer.text
    return [json.loads(line)["email"] for line in answer.text.splitlines()]


def test_people_are_taken_out_by_what_is_true_of_them(
    program: TestClient,
    programs: Programs,
    reader: Reader,
    newsletter: Newsletter,
    database: Database,
    keyring: Keyring,
    clock: Hands,
) -> None:
    """Those that are looked for, and those of a segment; who has one newsletter gets its people alone."""
    with database.write() as tx:
        other = a_newsletter(tx, "Other News")
        join(tx, keyring, other.list_id, "zoe@example.org", clock())
    own = programs(Actor("bo", None, {newsletter.id: Role.PUBLISHER}))
    made = program.post("/segments", json={"name": "All", "rule": "joined after 2000-01-01"}).json()
    here = f"/segments/{made['id']}/people"

    assert ["ann@example.org", "zoe@example.org"] == addresses(program, "/subscribers.ndjson")
    assert ["zoe@example.org"] == addresses(program, "/subscribers.ndjson?q=zoe&kept=not")
    assert (
        ["ann@example.org"]
        == addresses(own, "/subscribers.ndjson")
        == addresses(program, f"{here}.ndjson?list_id={newsletter.list_id}")
    )
    assert ["ann@example.org", "zoe@example.org"] == addresses(program, f"{here}.ndjson")
    assert 3 == len(program.get(f"{here}.csv").text.splitlines()) == len(program.get("/subscribers.csv").text.splitlines())
    assert [403, 404, 404, 422] == [
        own.get(f"{here}.csv").status_code,
        program.get("/segments/987/people.csv").status_code,
        program.get(f"{here}.csv?list_id=987").status_code,
        program.get("/subscribers.csv?topic_id=987").status_code,
    ]
    with database.read() as tx:
        told = [one.detail for one in audit.recent(tx, 20) if one.act == "subscribers.export"]
    assert {"filters": {"q": "…", "kept": "not"}, "raw": True, "key": "a program"} in told


def test_a_file_of_addresses_is_kept_out_and_taken_back(
    program: TestClient, programs: Programs, reader: Reader, carrier: Carrier, newsletter: Newsletter
) -> None:
    """Tried first; whoever has one newsletter brings none for every list, and no answer to a POST has an address."""
    own = programs(Actor("bo", None, {newsletter.id: Role.PUBLISHER}))
    data = "email,status\nzoe@example.org,\nann@example.org,\nno address,\n"
    brought = program.post("/files/suppressions", params={"list_id": 0, "reason": "bounced"}, content=data)
    here = f"/suppressions/files/{brought.json()['id']}"
    acts = []
    for act, body in (("try", {}), ("run", None), ("undo", None)):
        acts.append(program.post(f"{here}/{act}", json=body))
        carrier.carry()
        acts.append(program.get(here))

    assert ("mapping", "bounced", 0) == tuple(brought.json()[name] for name in ("state", "reason", "list_id"))
    assert ["trying", "tried", "running", "done", "undoing", "undone"] == [one.json()["state"] for one in acts]
    assert not [one for one in (brought, *acts[::2]) if "@example.org" in one.text]
    assert 1 == acts[1].json()["report"]["refused"]
    assert [409, 409] == [status(program, "POST", f"{here}/{act}") for act in ("run", "undo")]
    assert [404, 404] == [own.get(here).status_code, own.post("/files/suppressions?list_id=0", content=data).status_code]
    assert [] == own.get("/suppressions/files").json()["items"]
    assert [404, 404] == [program.get(f"/suppressions/files/{number}").status_code for number in (987, 10**30)]
    assert [422, 422, 422] == [
        program.post("/files/suppressions?list_id=0", content=b"").status_code,
        program.post("/files/suppressions?list_id=0&reason=erased", content=data).status_code,
        program.post(f"{here}/try", json={"columns": {"x": 1}}).status_code,
    ]
    mine = own.post("/files/suppressions", params={"list_id": newsletter.list_id}, content=data).json()
    assert [mine] == own.get("/suppressions/files").json()["items"]
    assert [204, 404] == [status(own, "DELETE", f"/suppressions/files/{mine['id']}") for _ in range(2)]


def test_who_followed_what_is_told_to_whoever_looks_after_people(
    program: TestClient, programs: Programs, application: Application, newsletter: Newsletter, reader: Reader, clock: Hands
) -> None:
    """And to nobody else; numbers are for everybody who sees the issue. That somebody looked stands in the audit."""
    made = a_counted_issue(application, newsletter)
    allow(application, reader.subscription.id)
    clicks = [Click(clock(), clock(), one.id, made.letter_id, b"", False, reader.subscription.id) for one in made.links[:2]]
    with application.database.write() as tx:
        clicking.keep(tx, clicks, [False, False])
    editor = programs(Actor("ed", None, {newsletter.id: Role.EDITOR}))
    here = f"/issues/{made.issue_id}/clicks"
    first = program.get(f"{here}/people?limit=1").json()
    rest = program.get(f"{here}/people", params={"cursor": first["next"]}).json()

    assert [1, 1, 0, 0] == [one["people"] for one in editor.get(here).json()["items"]]
    assert [one.url for one in made.links[:2]] == [one["url"] for one in (*first["items"], *rest["items"])]
    assert (["ann@example.org"] * 2, None) == (addresses(program, f"{here}/people.ndjson"), rest["next"])
    assert [403, 403] == [editor.get(f"{here}/people{kind}").status_code for kind in ("", ".ndjson")]
    assert 422 == program.get(f"{here}/people?cursor=IngtOSI").status_code
    with application.database.read() as tx:
        assert 3 == [one.act for one in audit.recent(tx, 20)].count("clicks.people")


def test_a_guest_gets_their_data_and_is_forgotten(
    program: TestClient, programs: Programs, issue: Issue, database: Database, clock: Hands
) -> None:
    """Also where the request comes twice, no copy of the file is kept; who looks after others learns nothing."""
    with database.write() as tx:
        ends_at, facts = clock() + timedelta(days=9), {"address": CHAIR, "name": "Ms Chair", "by": "ann"}
        guests.make(tx, issue.id, GuestPurpose.REVIEW, now=clock(), ends_at=ends_at, **facts)
        other = a_newsletter(tx, "Other News")
    stranger = programs(Actor("bo", None, {other.id: Role.PUBLISHER}))
    viewer = programs(Actor("vi", None, {issue.newsletter_id: Role.VIEWER}))
    foreign = [status(stranger, "POST", f"/guests/{act}", {"address": CHAIR}) for act in ("data", "erase")]
    named = {"Idempotency-Key": "once"}
    handed = [program.post("/guests/data", json={"address": CHAIR.upper()}, headers=named) for _ in range(2)]
    shown = [one.get(f"/issues/{issue.id}/reviewers").status_code for one in (program, viewer)]
    erased = [status(program, "POST", "/guests/erase", {"address": CHAIR}) for _ in range(2)]

    assert [404, 404] == foreign
    assert ([200, 409], CHAIR) == ([one.status_code for one in handed], handed[0].json()["as_guest"][0]["address"])
    assert ([200, 403], [204, 404]) == (shown, erased)
    assert 422 == status(program, "POST", "/guests/data", {"address": "nobody"})


def test_a_guest_who_is_a_subscriber_is_asked_about_there(
    program: TestClient, programs: Programs, issue: Issue, database: Database, keyring: Keyring, clock: Hands
) -> None:
    """Half of a person is neither handed out nor forgotten."""
    ends_at, facts = clock() + timedelta(days=9), {"address": CHAIR, "name": "Ms Chair", "by": "ann"}
    with database.write() as tx:
        guests.make(tx, issue.id, GuestPurpose.REVIEW, now=clock(), ends_at=ends_at, **facts)
        join(tx, keyring, a_newsletter(tx, "Other News").list_id, CHAIR, clock())
    own = programs(Actor("bo", None, {issue.newsletter_id: Role.PUBLISHER}))

    assert [422, 403] == [status(one, "POST", "/guests/erase", {"address": CHAIR}) for one in (program, own)]
