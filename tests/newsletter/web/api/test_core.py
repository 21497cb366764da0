"""What stands before everything that programs do."""

import subprocess
import sys

from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.issues.model import Newsletter
from newsletter.staff import audit


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
