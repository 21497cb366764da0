"""What programs do for whoever runs the house: keys that sign, workers, relays tried, retention, rates, and ways in closed."""

from datetime import timedelta

import dns.resolver
import pytest
from starlette.testclient import TestClient

from newsletter import instance
from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues.model import Newsletter
from newsletter.mail import workers
from newsletter.people.spans import CHOICES
from newsletter.staff.apikeys import Terms
from newsletter.staff.permissions import Actor, Permission, Role
from newsletter.web.api.resources.retention import Kept
from tests.harness.aside import aside
from tests.harness.nameserver import name_server
from tests.harness.sink import Sink
from tests.newsletter.web.api.conftest import Programs
from tests.newsletter.web.api.test_house import ok, status
from tests.newsletter.web.conftest import Hands

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_key_that_signs_is_made_and_switched_to(program: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the DNS has its record, and not before; the secret half stands in no answer."""
    made = program.post("/dkim", json={"domain": "Example.org", "algorithm": "rsa"})
    here = f"/dkim/example.org/{made.json()['selector']}"
    with name_server() as server:

        def ask_it(resolver: dns.resolver.Resolver, _file: str) -> None:
            resolver.nameservers, resolver.port = ["127.0.0.1"], server.port

        # In place of the name server of this machine.
        monkeypatch.setattr(dns.resolver.Resolver, "read_resolv_conf", ask_it)
        early = status(program, "POST", f"{here}/activate")
        missing = program.get(f"{here}/published").json()["found"]
        record = made.json()["record"]
        server.texts[made.json()["record_name"]] = (tuple(record[at : at + 200] for at in range(0, len(record), 200)),)
        active = ok(program, "POST", f"{here}/activate")
    retired = program.post(f"{here}/retire").json()
    listed = program.get("/dkim")

    assert (201, "made", "missing", 422) == (made.status_code, made.json()["state"], missing, early)
    assert made.json() | {"state": "active"} == active
    assert "retired" == retired["state"]
    assert [retired] == listed.json()["items"]
    assert {"public"} & set(made.json()) == set() == {"sealed", "secret", "private"} & set(made.json())
    assert [404, 422] == [status(program, "POST", f"/dkim/{name}/activate") for name in ("example.org/x", "%00/%F0%9F%92%A9")]
    assert 422 == status(program, "POST", "/dkim", {"domain": "org"})


def test_workers_and_hosts_are_drained_and_resumed(program: TestClient, database: Database, clock: Hands) -> None:
    """One at a time, by the beginning of an id, or all of a host."""
    with database.write() as tx:
        workers.register(tx, "a" * 8, "a host, process 7", clock(), "0.7.0")
    told = [program.post(f"/workers/aaaaaaaa/{act}").json()["standing"] for act in ("drain", "resume")]
    hosts = [ok(program, "PUT", "/hosts/a host", {"is_drained": True}) for _ in range(2)]
    drained = program.get("/hosts").json()
    [worker] = program.get("/workers").json()
    resumed = [status(program, "PUT", "/hosts/a host", {"is_drained": False}) for _ in range(2)]

    assert ["drained", "mailing"] == told
    assert [{"name": "a host", "is_drained": True}] * 2 == hosts
    assert (["a host"], "drained") == ([one["name"] for one in drained], worker["standing"])
    assert ([200, 200], []) == (resumed, program.get("/hosts").json())
    assert 404 == status(program, "POST", "/workers/nobody/drain")
    assert [422, 422] == [status(program, "PUT", f"/hosts/{name}", {"is_drained": True}) for name in ("x" * 300, "%0a")]


def test_a_relay_is_tried(program: TestClient, application: Application) -> None:
    """As a mailer would; the answer, which is kept, does not repeat where the mail went. From a copy no mail goes."""
    with aside(sink := Sink()):
        ok(program, "POST", "/relays", {"name": "main", "url": f"smtp://127.0.0.1:{sink.port}?tls=none"})
        bare = ok(program, "POST", "/relays/main/test", {})
        mailed = program.post("/relays/main/test", json={"to": "Me@example.org"})
        nowhere = status(program, "POST", "/relays/main/test", {"to": "typed at home"})
        with application.database.write() as tx:
            instance.disown(tx)
        copied = [status(program, "POST", "/relays/main/test", given) for given in ({"to": "me@example.org"}, {})]
    away = program.post("/relays/main/test", json={}).json()

    assert isinstance(bare, dict)
    assert (True, "", True) == (bare["works"], bare["reply"], mailed.json()["works"])
    assert mailed.json()["reply"]
    assert "me@example.org" not in mailed.text.lower()
    assert (422, False) == (nowhere, away["works"])
    assert away["trouble"]
    assert ([409, 200], 1) == (copied, len(sink.taken))


def test_what_is_kept_is_chosen_and_had_back(program: TestClient, application: Application) -> None:
    """Until the night behind it; nothing is forgotten by a rehearsal."""
    assert set(Kept) == set(CHOICES)
    usual = {one["name"]: one for one in program.get("/retention").json()}
    shorter = min(usual["clicks"]["choices"])
    due = ok(program, "POST", "/retention/rehearsal", {"days": {"clicks": shorter}})
    chosen = program.put("/retention/clicks", json={"days": shorter}).json()
    back = [program.post("/retention/clicks/undo") for _ in range(2)]

    assert isinstance(due, list)
    assert [(shorter, 0)] == [(one["days"], one["count"]) for one in due if one["rule"] == "clicks"]
    assert (shorter, "ann", True) == (chosen["days"], chosen["chosen_by"], chosen["back_until"] is not None)
    assert ([200, 422], usual["clicks"]["days"]) == ([one.status_code for one in back], back[0].json()["days"])
    assert [422, 422, 422] == [
        status(program, "PUT", path, {"days": days})
        for path, days in (("/retention/clicks", 1), ("/retention/nothing", 30), ("/retention/clicks", 10**30))
    ]
    assert application.settings.keep.clicks is not None


def test_the_rate_of_a_relay_is_changed_from_an_issue(program: TestClient, newsletter: Newsletter) -> None:
    """While it is mailed, and for everything else that is."""
    begun = program.post(f"/newsletters/{newsletter.id}/issues", json={"title": "News of May"}).json()
    ok(program, "POST", "/relays", {"name": "main", "url": "smtp://mail.example.org:587?tls=starttls"})
    here = f"/issues/{begun['issue']['id']}/rate"

    assert {"relay": "main", "rate": "30/min"} == ok(program, "POST", here, {"relay": "main", "rate": "30/min"})
    assert [404, 422] == [
        status(program, "POST", here, body)
        for body in ({"relay": "none", "rate": "30/min"}, {"relay": "main", "rate": "as fast as it goes"})
    ]


def test_ways_in_are_closed_by_programs_and_opened_by_none(programs: Programs, clock: Hands) -> None:
    """Sessions ended, keys taken back, accounts removed; one's own account stays."""
    admin = programs()
    other = programs(Actor("bo", Role.EDITOR), Terms(frozenset({Permission.VIEW}), None, clock() + timedelta(days=9)))
    ids = {one["name"]: one["id"] for one in admin.get("/staff").json()["items"]}
    known = admin.get("/keys").json()["items"]
    before = other.get("/newsletters").status_code
    gone = ok(admin, "POST", f"/keys/{known[1]['id']}/revoke")

    assert [("a program", ids["ann"]), ("a program", ids["bo"])] == [(one["name"], one["account_id"]) for one in known]
    assert (200, 401) == (before, other.get("/newsletters").status_code)
    assert isinstance(gone, dict)
    assert gone["revoked_at"] is not None
    assert "nlk_" not in str(gone)
    assert [204, 404] == [status(admin, "POST", f"/staff/{number}/sign-out") for number in (ids["bo"], 10**14)]
    assert [204, 404] == [status(admin, "DELETE", f"/staff/{ids['bo']}") for _ in range(2)]
    assert 400 <= status(admin, "DELETE", f"/staff/{ids['ann']}") < 500
    assert 404 == status(admin, "POST", f"/keys/{10**14}/revoke")
