"""People by the API: added, changed, asked about, taken in and out of files, and joining without a key."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.issues.model import Newsletter
from newsletter.people.carrying import Carrier
from newsletter.web.api import gate
from subscribers import limits, register
from subscribers.address import parse
from tests.newsletter.web.conftest import PUBLIC_URL, Hands

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def got(program: TestClient, path: str, body: object = None, method: str = "POST") -> Any:  # noqa: ANN401 -- any JSON
    """Do something, and give the answer."""
    answer = program.get(path) if body is None and method == "POST" else program.request(method, path, json=body)
    assert answer.status_code < 300, f"{path}: {answer.text}"
    return answer.json() if answer.content else None


@on_sqlite
def test_a_person_is_added_changed_and_forgotten(program: TestClient, newsletter: Newsletter) -> None:
    """And what they said is told as the evidence has it."""
    joined = got(program, "/subscribers", {"email": "bea@example.org", "list_id": newsletter.list_id, "basis": "On paper"})
    here = f"/subscribers/{joined['subscriber_id']}"
    got(program, here, {"name": "Bea", "language": "fr"}, "PATCH")
    terms = got(program, f"{here}/subscriptions/{newsletter.list_id}", {"cadence": "quarterly"}, "PATCH")
    found = got(program, f"/subscribers?q=bea&list_id={newsletter.list_id}&state=confirmed")
    proof = got(program, f"{here}/consent")
    held = got(program, f"{here}/data", {})
    noted = got(program, f"{here}/requests", {"kind": "access", "note": "By letter"})
    waiting = [one["id"] for one in got(program, "/requests")["items"]]
    answered = [program.post(f"{here}/requests/{number}/answered").status_code for number in (noted["id"], 10**14)]
    left = got(program, f"{here}/unsubscribe", {"why": "too-often"})
    got(program, here, None, "DELETE")

    assert "quarterly" == terms["cadence"]
    assert [("bea@example.org", "Bea", None)] == [(one["email"], one["name"], found["next"]) for one in found["items"]]
    assert (True, ["added", "changed"]) == (proof["is_sound"], [one["act"] for one in proof["acts"]])
    assert "bea@example.org" in json.dumps(held)
    assert ([noted["id"]], [204, 404], []) == (waiting, answered, got(program, "/requests")["items"])
    assert 1 == left["lists"]
    assert 404 == program.get(here).status_code


@on_sqlite
def test_people_come_in_by_a_file_and_go_out_by_one(
    program: TestClient, application: Application, newsletter: Newsletter
) -> None:
    """Objects on lines are a file like any other; what is damaged is told, and nothing of it is kept."""
    lines = "\n".join(json.dumps({"email": f"p{number}@example.org", "name": "P, Q"}) for number in range(3))
    there, kind = f"/files/imports?list_id={newsletter.list_id}&name=people", {"Content-Type": "application/x-ndjson"}
    upload = program.post(there, content=lines, headers=kind).json()
    damaged = program.post(there, content=b'{"email": 1}', headers=kind)
    carrier = Carrier(application.database, application.keyring, application.settings.data_dir, application.clock)
    here = f"/imports/uploads/{upload['id']}"
    got(program, f"{here}/try", {"basis": "At the congress", "is_confirmed": True})
    carrier.carry()
    tried = got(program, here)
    got(program, f"{here}/run", {})
    carrier.carry()
    done = got(program, here)
    rows = [json.loads(line) for line in program.get(f"/lists/{newsletter.list_id}/people.ndjson").text.splitlines()]

    assert (400, "tried", 3) == (damaged.status_code, tried["state"], tried["report"]["added"])
    assert "finished" == got(program, f"/imports/{done['import_id']}")["state"]
    assert [("p0@example.org", "P, Q"), ("p1@example.org", "P, Q"), ("p2@example.org", "P, Q")] == sorted(
        (one["email"], one["name"]) for one in rows
    )
    assert 4 == len(program.get(f"/lists/{newsletter.list_id}/people.csv").text.splitlines())


@on_sqlite
def test_anybody_joins_under_the_limits_of_the_form(
    program: TestClient, application: Application, newsletter: Newsletter, clock: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a key; the answer is the same for every address, and a wish without a fresh stamp is none."""
    with application.database.read() as tx:
        slug = register.list_by_id(tx, newsletter.list_id).slug
    here = f"{PUBLIC_URL}/api/v1/public/lists/{slug}"
    del program.headers["Authorization"]
    stamp = got(program, here)["stamp"]
    early = program.post(f"{here}/wishes", json={"email": "bea@example.org", "stamp": stamp})
    clock.forward(seconds=3)
    asked = [got(program, f"{here}/wishes", {"email": "bea@example.org", "stamp": stamp}) for _ in range(2)]
    monkeypatch.setattr(gate, "EVEN_SECONDS", 0.0)
    many = [{"email": f"b{number}@example.org", "stamp": stamp} for number in range(limits.NETWORK.burst)]
    refused = [program.post(f"{here}/wishes", json=one).status_code for one in many][-1]
    form = {"email": "eve@example.org", "stamp": stamp}
    at_the_form = program.post(f"{PUBLIC_URL}/subscribe/{slug}", data=form, headers={"Origin": PUBLIC_URL})

    assert (422, "body/stamp") == (early.status_code, early.json()["errors"][0]["at"])
    assert asked[0] == asked[1]
    assert (429, 429) == (refused, at_the_form.status_code), at_the_form.text
    with application.database.read() as tx:
        assert register.find(tx, parse("bea@example.org")) is not None
