"""What programs do with lists, what is set up, and what waits for a person."""

from starlette.testclient import TestClient

from newsletter.database import Database
from newsletter.issues import alerts
from newsletter.issues.model import Newsletter
from newsletter.webhooks import hookbook
from tests.harness.drawn import drawing
from tests.newsletter.web.conftest import Hands, Reader


def ok(program: TestClient, method: str, path: str, body: object = None) -> object:
    """Ask for what must go well; gives the answer."""
    answer = program.request(method, path, json=body)
    assert answer.status_code < 300, answer.text
    return answer.json() if answer.content else None


def status(program: TestClient, method: str, path: str, body: object = None) -> int:
    """Give the status of an answer."""
    return program.request(method, path, json=body).status_code


def test_lists_topics_and_questions(program: TestClient, newsletter: Newsletter) -> None:
    """Made, changed, asked about, ended and taken up again."""
    ok(program, "POST", "/attributes", {"key": "library", "kind": "choice", "choices": ["Public", "School"]})
    made = program.post("/lists", json={"name": "Friends", "is_public": False})
    here = f"/lists/{made.json()['id']}"
    topic = program.post(f"{here}/topics", json={"name": "Events"}).json()
    ok(program, "PATCH", f"{here}/topics/{topic['id']}", {"description": "When and where"})
    ok(program, "PUT", f"{here}/questions/library", {"is_required": True})
    ok(program, "PATCH", "/attributes/library", {"adds": ["Academic"]})
    ok(program, "PATCH", here, {"language": "de"})
    denied = {"domains": ["@Example.org", "spam.example"], "verdict": "deny"}
    ruled = program.put(f"{here}/domains", json=denied).json()["items"]
    left = program.put(f"{here}/domains", json={"domains": ["spam.example"], "verdict": None}).json()
    asked = [program.get(f"{here}{rest}").json() for rest in ("", "/topics", "/questions", "/people", "/departures")]
    ended = [program.post(f"{here}/{act}").json()["archived_at"] is None for act in ("archive", "reopen")]
    gone = [status(program, "DELETE", path) for path in (f"{here}/topics/{topic['id']}", f"{here}/questions/library")]

    assert 201 == made.status_code
    assert ("de", "When and where", True) == (
        asked[0]["language"],
        asked[1]["items"][0]["description"],
        asked[2][0]["is_required"],
    )
    assert [{"people": 0}, {"people": 0, "reasons": {}}] == asked[3:]
    assert [{"domain": "example.org", "verdict": "deny"}, {"domain": "spam.example", "verdict": "deny"}] == ruled
    assert left == program.get(f"{here}/domains").json()
    assert [{"domain": "example.org", "verdict": "deny"}] == left["items"]
    assert [False, True] == ended
    assert [204, 204] == gone
    assert 404 == status(program, "DELETE", f"/lists/{newsletter.list_id}/topics/{topic['id']}")
    assert 409 == status(program, "POST", "/attributes", {"key": "library"})
    assert ["library"] == [one["key"] for one in program.get("/attributes").json()["items"]]
    assert 204 == status(program, "DELETE", "/attributes/library")


def test_addresses_are_kept_out_and_let_in(program: TestClient, reader: Reader) -> None:
    """No address stands in an answer that is kept; what a person said themselves is not lifted."""
    email = reader.subscriber.address.text
    kept = program.post("/suppressions", json={"email": email, "reason": "bounced"})
    [listed] = program.get("/suppressions").json()["items"]
    looked = program.post("/suppressions/look", json={"email": email}).json()
    lifted = ok(program, "POST", "/suppressions/lift", {"email": email, "why": "They mended it."})

    assert ({"is_news": True}, True) == (kept.json(), email not in kept.text)
    assert ("bounced", email, ["bounced"], {"lifted": "bounced"}) == (listed["reason"], listed["email"], looked, lifted)
    assert 422 == status(program, "POST", "/suppressions", {"email": email, "reason": "erased"})
    assert 400 <= status(program, "POST", "/suppressions/lift", {"email": email, "why": "again"}) < 500


def test_newsletters_are_set_up(program: TestClient, newsletter: Newsletter) -> None:
    """With feeds, authors, snippets, rules and themes."""
    here = f"/newsletters/{newsletter.id}"
    made = {"name": "Other", "list_id": newsletter.list_id, "sender_address": "o@example.org", "postal_address": "1 Road"}
    other = program.post("/newsletters", json=made)
    changed = program.patch(here, json={"reply_to": "editor@example.org"}).json()
    moved = program.post(f"{here}/zone", json={"zone": "Europe/Paris"}).json()
    feed = program.post(f"{here}/feeds", json={"url": "https://blog.example.org/feed/", "is_unseen": True}).json()
    ann = program.post(f"{here}/authors", json={"name": "Ann Lee"}).json()
    anna = program.post(f"{here}/authors", json={"name": "Anna Lee"}).json()
    merged = program.post(f"{here}/authors/{ann['id']}/merge", json={"other_id": anna["id"]}).json()
    snippet = program.post(f"{here}/snippets", json={"name": "Call", "content": "<p>Write for us.</p>"}).json()
    said = program.patch(f"{here}/snippets/{snippet['id']}", json={"content": "<p>Do.</p>"}).json()
    rules = program.put(
        f"{here}/return-rules", json={"full_points": 4, "soft_points": 6, "forget_days": 120, "is_probing": False}
    ).json()
    gone = [
        status(program, "DELETE", path)
        for path in (f"/feeds/{feed['id']}", f"{here}/authors/{ann['id']}", f"{here}/snippets/{snippet['id']}")
    ]

    assert (201, "editor@example.org", "Europe/Paris") == (other.status_code, changed["reply_to"], moved["zone"])
    assert "https://blog.example.org/feed/" == feed["url"]
    assert ["Anna Lee"] == merged["aliases"]
    assert ("Call", "<p>Do.</p>", 4) == (said["title"], said["content"], rules["full_points"])
    assert [204, 204, 204] == gone
    assert 422 == status(program, "POST", f"{here}/zone", {"zone": "Europe/Nowhere"})
    assert program.get("/themes").json()
    assert [] == program.get("/returns").json()["items"]


def test_a_picture_is_taken_into_the_library(program: TestClient) -> None:
    """As the body, with what is to be seen on it; what is no picture leaves nothing."""
    nothing = program.post("/files/images", content=b"%PDF-1.7")
    added = program.post("/files/images", params={"name": "chair.png", "alt": "A chair", "focus": "0.5,0.3"}, content=drawing())

    assert (422, 201, "A chair", "0.5,0.3") == (
        nothing.status_code,
        added.status_code,
        added.json()["alt"],
        added.json()["focus"],
    )
    assert [added.json()] == program.get("/images").json()["items"]


def test_relays_show_no_password(program: TestClient) -> None:
    """Added, changed, switched and forgotten."""
    new = {"name": "main", "url": "smtp://news@mail.example.org:587?tls=starttls", "password": "pa55", "rate": "300/min"}
    made = program.post("/relays", json=new)
    acts = [program.patch("/relays/main", json={"weight": 3}), program.post("/relays/main/disable")]
    acts += [program.get("/relays/main"), program.get("/relays")]
    rated = program.put("/rates/Example.org", json={"rate": "300/min"})

    assert (201, True) == (made.status_code, made.json()["has_password"])
    assert (False, 3) == (acts[2].json()["is_enabled"], acts[2].json()["settings"]["weight"])
    assert not [one for one in (made, *acts) if "pa55" in one.text]
    assert [rated.json()] == program.get("/rates").json()["items"] == [{"domain": "example.org", "rate": "300/min"}]
    assert [204, 404] == [status(program, "DELETE", "/rates/example.org") for _ in range(2)]
    assert [204, 404] == [status(program, "DELETE", "/relays/main") for _ in range(2)]


def test_webhooks_show_no_secret(program: TestClient, database: Database) -> None:
    """Added, changed, tried, told again and forgotten; an address inside is refused."""
    inside = status(program, "POST", "/webhooks", {"name": "x", "url": "https://10.0.0.1/"})
    made = program.post("/webhooks", json={"name": "crm", "url": "https://crm.invalid/in", "kinds": ["issue.sent"]})
    here = f"/webhooks/{made.json()['id']}"
    answers = [program.patch(here, json={"shows_addresses": True}), program.post(f"{here}/rotate")]
    answers += [program.post(f"{here}/disable"), program.post(f"{here}/test"), program.get(f"{here}/messages")]
    answers += [program.post(f"{here}/replay", json={"messages": [answers[-1].json()["items"][0]["id"], "msg_none"]})]

    assert (422, 201, False) == (inside, made.status_code, answers[3].json()["is_taken"])
    assert {"messages": 1} == answers[-1].json()
    assert not [one for one in (made, *answers) if "whsec" in one.text or one.status_code >= 300]
    with database.read() as tx:
        [known] = hookbook.all_hooks(tx)
    assert (("issue.sent",), True, False) == (known.kinds, known.shows_addresses, known.is_enabled)
    assert 204 == status(program, "DELETE", here)


def test_alerts_staff_and_the_audit_are_read(program: TestClient, database: Database, clock: Hands) -> None:
    """What waits is settled; what was done stands in the audit, with who did it."""
    with database.write() as tx:
        alerts.raise_alert(tx, "feed:1", "It is broken.", clock())
    [alert] = program.get("/alerts").json()["items"]
    settled = ok(program, "POST", f"/alerts/{alert['id']}/settle")
    [act] = program.get("/audit", params={"act": "alert.", "limit": 1}).json()["items"]

    assert (alert, []) == (settled, program.get("/alerts").json()["items"])
    assert ("alert.settle", "alert feed:1", "ann") == (act["act"], act["subject"], act["actor"])
    assert "ann" in [one["name"] for one in program.get("/staff").json()["items"]]


def test_a_newsletter_has_a_plan_and_a_calendar(program: TestClient, newsletter: Newsletter) -> None:
    """What is answered can be put back as it is; over a plan that somebody changed nobody puts theirs."""
    here = f"/newsletters/{newsletter.id}"
    plan = program.get(f"{here}/plan").json()
    same = program.put(f"{here}/plan", json=plan).json()
    shorter = [{"title": "News", "rule": [{"categories": ["News*"]}]}, {"title": "More", "kind": "headlines", "rest": True}]
    changed = program.put(f"{here}/plan", json={"sections": shorter, "stamp": plan["stamp"]})
    due = {"day": "first monday", "at": "09:00", "review": "3d", "approval": "1wd", "country": "NL"}
    nothing, kept = program.get(f"{here}/calendar").json(), program.put(f"{here}/calendar", json=due).json()
    again = program.put(f"{here}/calendar", json={name: value for name, value in kept["terms"].items() if value})

    assert plan == same
    assert ["News", "More"] == [one["title"] for one in changed.json()["sections"]]
    assert 422 == status(program, "PUT", f"{here}/plan", plan)
    assert {"terms": None, "coming": []} == nothing
    assert ("first monday", "Europe/Amsterdam", "3d", "1wd") == tuple(
        kept["terms"][name] for name in ("day", "zone", "review", "approval")
    )
    assert ["draft", "review", "approval", "sending"] == [one["stage"] for one in kept["coming"][0]["dates"]]
    assert kept == again.json()
    assert 422 == status(program, "PUT", f"{here}/calendar", due | {"approval": "40d"})


def test_a_list_speaks_in_its_own_words(program: TestClient, newsletter: Newsletter) -> None:
    """In one notice and one language, until it speaks as the templates do again."""
    here = f"/lists/{newsletter.list_id}/notices/welcome/en"
    usual = program.get(here).json()
    own = program.put(here, json={"subject": "Hello from {list}", "text": "Nice.\n\nWrite to us."}).json()
    wrong = [status(program, "PUT", here, {"text": "{password}"}), status(program, "GET", here.replace("/en", "/xx"))]
    wrong += [status(program, "GET", here.replace("welcome", "issue")), status(program, "PUT", here, {"subject": "x" * 151})]
    gone = [status(program, "DELETE", here) for _ in range(2)]

    assert ("", True) == (usual["subject"], bool(usual["sent_subject"]))
    assert ("Hello from {list}", "Nice.\n\nWrite to us.") == (own["subject"], own["text"])
    assert own["sent_subject"].startswith("Hello from")
    assert "Nice." in own["sent_text"]
    assert [422, 422, 422, 422] == wrong
    assert ([204, 204], usual) == (gone, program.get(here).json())


def test_a_newsletter_is_dressed(program: TestClient, newsletter: Newsletter) -> None:
    """What could not be read is refused, and nobody undoes what others did meanwhile."""
    here = f"/newsletters/{newsletter.id}/look"
    before = program.get(here).json()
    worn = ok(program, "PUT", here, {"theme": before["theme"], "tokens": {"accent": "#004400"}, "former": before["tokens"]})
    late = program.put(here, json={"theme": before["theme"], "former": {"accent": "#000000"}})
    wrong = [{"theme": "nowhere"}, {"theme": before["theme"], "tokens": {"ink": "#ffffff", "paper": "#ffffff"}}]
    wrong += [
        {"theme": before["theme"], "tokens": {"no-such": "1"}},
        {"theme": before["theme"], "tokens": {"logo.image": "nothing"}},
    ]

    assert worn == program.get(here).json()
    assert {"accent": "#004400"} == program.get(here).json()["tokens"]
    assert before["pairs"]
    assert (422, "body/former") == (late.status_code, late.json()["errors"][0]["at"])
    assert not [body for body in wrong if status(program, "PUT", here, body) not in {404, 422}]
