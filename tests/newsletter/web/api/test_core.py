"""What stands before everything that programs do."""

import subprocess
import sys

from httpx2 import Response
from sqlalchemy import update
from starlette.testclient import TestClient

from newsletter import tracing
from newsletter.bootstrap import Application
from newsletter.issues.model import Newsletter
from newsletter.staff import apikeys, audit, repeats
from newsletter.staff.apikeys import Terms
from newsletter.tables.apikeys import api_request
from tests.newsletter.test_tracing import collector
from tests.newsletter.web.api.conftest import ANN, EVERYTHING, Programs


def test_nothing_of_it_is_loaded_before_somebody_asks() -> None:
    """A service without programs carries neither FastAPI nor Pydantic."""
    code = "import sys, newsletter.web.app; sys.exit(any(one in sys.modules for one in ('fastapi', 'pydantic')))"

    assert 0 == subprocess.run([sys.executable, "-c", code], check=False).returncode


def test_a_program_sees_newsletters(program: TestClient, newsletter: Newsletter) -> None:
    """Those that its key reaches, and how often it may ask."""
    answer = program.get("/newsletters")

    assert 200 == answer.status_code, answer.text
    assert [newsletter.id] == [one["id"] for one in answer.json()["items"]]
    assert answer.headers["RateLimit"].startswith('"key";r=')


def test_a_request_that_comes_twice_is_done_once(program: TestClient, application: Application, newsletter: Newsletter) -> None:
    """The second is told the first one's answer; another body under the same word is refused."""
    body = {"email": "bea@example.org", "list_id": newsletter.list_id, "basis": "On paper, 3 May"}
    first, second = (program.post("/subscribers", json=body, headers={"Idempotency-Key": "one"}) for _ in range(2))
    other = program.post("/subscribers", json={**body, "name": "Bea"}, headers={"Idempotency-Key": "one"})
    without = program.post("/subscribers", json=body)

    assert (200, "added") == (first.status_code, first.json()["outcome"]), first.text
    assert (first.json(), "true") == (second.json(), second.headers["Idempotent-Replayed"])
    assert (422, "idempotency-key-used") == (other.status_code, other.json()["type"].rpartition("problem-")[2])
    assert "there" == without.json()["outcome"]
    with application.database.read() as tx:
        done = audit.recent(tx)
    assert ["a program"] * 2 == [one.detail["key"] for one in done if one.act == "subscriber.add"]


def test_what_was_refused_may_be_asked_again(program: TestClient, newsletter: Newsletter) -> None:
    """A word is used up by what was done, and by nothing else."""
    program.headers["Idempotency-Key"] = "one"
    wrong = program.post("/subscribers", json={"email": "no address", "list_id": newsletter.list_id})
    right = program.post("/subscribers", json={"email": "bea@example.org", "list_id": newsletter.list_id})

    assert (422, "application/problem+json") == (wrong.status_code, wrong.headers["Content-Type"])
    assert "asked" == right.json()["outcome"]


def test_the_same_request_twice_at_once_is_done_once(programs: Programs, application: Application) -> None:
    """The second is told to wait for the answer of the first, and only when nobody keeps one any more that it was lost."""
    program = programs()
    program.headers["Idempotency-Key"] = "one"
    with application.database.read() as tx:
        [key] = apikeys.all_keys(tx)
    made = program.post("/lists", json={"name": "Readers"})
    done_at = application.clock()
    with application.database.write() as tx:
        # As it stands between the act and its answer.
        tx.execute(update(api_request).where(api_request.c.key_id == key.id).values(status=None, done_at=done_at))
    meanwhile = program.post("/lists", json={"name": "Readers"})
    with application.database.write() as tx:
        tx.execute(update(api_request).values(done_at=done_at - repeats.ANSWERING))
    lost = program.post("/lists", json={"name": "Readers"})

    assert 201 == made.status_code
    assert ["request-under-way", "answer-lost"] == [problem(meanwhile), problem(lost)]


def test_a_request_is_named_in_traces(program: TestClient) -> None:
    """As a page is: by its line of the table, and never by what was asked."""
    with collector() as (address, told):
        tracing.start(address)
        program.get("/issues/987654", params={"q": "somebody@example.org"})
        tracing.stop()

    everything = b"".join(told)
    assert b"GET /api/v1/issues/{issue_id:int}" in everything
    assert b"somebody" not in everything


def test_a_key_for_one_newsletter_is_told_that_it_is(programs: Programs, newsletter: Newsletter) -> None:
    """And not that its account, which is an admin's, may not."""
    narrow = programs(ANN, Terms(EVERYTHING, newsletters=frozenset({newsletter.id})))

    assert "key-too-narrow" == problem(narrow.get("/relays"))
    assert (
        "There is no mailing list 987."
        == narrow.post("/subscribers", json={"email": "a@b.org", "list_id": 987}).json()["detail"]
    )


def problem(answer: Response) -> str:
    """Give the name of what went wrong."""
    return str(answer.json()["type"]).rpartition("problem-")[2]
