"""An issue by the API alone, from nothing to its report."""

from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues.draft import draft_month
from newsletter.issues.model import Month, Newsletter
from newsletter.mail.delivery import DeliveryState
from newsletter.staff import audit
from subscribers.tokens import Keyring
from tests.harness import mailroom
from tests.harness.mailed import being_mailed
from tests.harness.newsroom import an_entry, january, publish
from tests.newsletter.web.conftest import Hands


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_issue_is_written_approved_and_sent(program: TestClient, application: Application, newsletter: Newsletter) -> None:
    """Each step is the desk's, and stands in the audit; who saves over an old version is told what there is."""

    def do(path: str, body: object, method: str = "POST") -> Any:  # noqa: ANN401 -- any JSON
        answer = program.request(method, path, json=body)
        assert answer.status_code < 300, f"{path}: {answer.text}"
        return answer.json()

    made = do(f"/newsletters/{newsletter.id}/issues", {"title": "One-off"})["issue"]
    here = f"/issues/{made['id']}"
    do(f"{here}/sections", {"title": "News", "place": 1})
    issue = do(f"{here}/articles", {"section": "news", "title": "Two boats", "content": "<p>One fjord.</p>"})
    news = issue["sections"][0]
    article = news["articles"][0]
    do(f"{here}/articles/{article['id']}", {"byline": "Ann Other", "event": {"begins": "2020-03-01"}}, "PATCH")
    do(f"{here}/sections/{news['id']}", {"title": "Boats", "place": 2}, "PATCH")
    late = program.patch(here, json={"subject": "Late", "version": 1})
    do(here, {"subject": "Two boats", "preheader": "One fjord"}, "PATCH")
    found = {one["code"] for one in program.get(f"{here}/findings").json()}
    approved = do(f"{here}/approve", {})
    ordered = do(f"{here}/send", {})
    undone = do(f"{here}/undo", {})

    assert (409, "outdated") == (late.status_code, late.json()["type"].rpartition("problem-")[2])
    assert found
    assert "approved" == approved["standing"]["state"]
    assert ("scheduled", "approved") == (ordered["state"], undone["state"])
    assert 0 == program.get(f"{here}/report").json()["audience"]
    with application.database.read() as tx:
        acts = [one.act for one in reversed(audit.recent(tx)) if one.detail.get("key") == "a program"]
    assert ["issue.draft", "issue.section.add", "issue.text", "issue.article", "issue.section.edit", "issue.edit"] == acts[:6]
    assert ["issue.approve", "issue.order", "issue.undo"] == acts[6:]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_guests_and_reviewers_are_asked(
    program: TestClient, application: Application, newsletter: Newsletter, clock: Hands
) -> None:
    """By mail, by the desk's rules; no answer that is kept has an address, and none has a link."""
    made = program.post(f"/newsletters/{newsletter.id}/issues", json={"title": "One-off"}).json()["issue"]
    here = f"/issues/{made['id']}"
    section = program.post(f"{here}/sections", json={"title": "Letter", "kind": "letter"}).json()["sections"][-1]["id"]
    guest = {"section": "letter", "address": "chair@example.org", "name": "Ann Other", "by": "2020-02-20", "words": 400}
    kept = [program.post(f"{here}/contributions", json=guest) for _ in range(2)]
    one = f"{here}/contributions/{kept[0].json()['contribution']['number']}"
    too_soon, unwritten = program.post(f"{one}/remind"), program.post(f"{one}/ask", json={})
    clock.forward(days=1)
    kept += [program.post(f"{one}/remind"), program.post(f"{here}/reviewers", json={"address": "bob@example.org", "days": 3})]
    owner = f"{here}/sections/{section}/owner"
    due = {"due_at": "2020-02-10T12:00:00Z"}
    owned = [program.put(owner, json=who | due) for who in ({"account": "ANN"}, {"contribution": 1}, {"account": "nobody"})]
    kept += [program.post(f"{here}/comments", json={"text": "Shorter, please."})]
    kept += [program.post(f"{here}/comments/1/resolve", json={"answer": "Done."})]
    listed = [program.get(f"{here}{rest}").json()["items"] for rest in ("/contributions", "/reviewers", "/comments")]
    listed += [program.get(f"{here}/owners").json()]
    kept += [program.post(f"{here}/reviewers/{listed[1][0]['id']}/revoke"), program.post(f"{one}/withdraw")]

    assert [201, 201, 200, 201, 201, 200, 200, 200] == [one.status_code for one in kept]
    assert not [one.text for one in kept if "@" in one.text or "http" in one.text]
    assert ([], [1]) == (kept[0].json()["asked_already"], kept[1].json()["asked_already"])
    assert (422, 409) == (too_soon.status_code, unwritten.status_code)
    assert ["ann", "Ann Other", None] == [one.json().get("owner") for one in owned]
    assert [("chair@example.org", True)] * 2 == [(one["address"], one["is_open"]) for one in listed[0]]
    assert ("bob@example.org", "2020-02-05") == (listed[1][0]["address"], listed[1][0]["ends_at"][:10])
    assert ("ann", "Done.", []) == (
        listed[2][0]["author"],
        listed[2][0]["answer"],
        program.get(f"{here}/comments", params={"open_only": True}).json()["items"],
    )
    assert "Ann Other" == next(line["owner"] for line in listed[3] if line["section_id"] == section)
    assert (False, "withdrawn") == (kept[-2].json()["is_open"], kept[-1].json()["state"])
    assert 404 == program.post(f"{here}/contributions/{10**14}/withdraw").status_code
    with application.database.read() as tx:
        acts = [one.act for one in reversed(audit.recent(tx)) if one.detail.get("key") == "a program"]
    assert ["issue.invite", "issue.invite", "issue.remind", "issue.review", "issue.section.assign"] == acts[2:7]
    assert ["issue.comment", "issue.comment.resolve", "issue.review.revoke", "issue.uninvite"] == acts[8:]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_a_blog_changed_is_taken_or_not(
    program: TestClient, database: Database, newsletter: Newsletter, clock: Hands
) -> None:
    """Nobody takes what they have not seen; a snippet comes in as a copy."""
    athens, other = an_entry("Athens in August", january(7), "Activities"), an_entry("Oslo", january(8), "Activities")
    with database.write() as tx:
        publish(tx, newsletter, athens, other)
        issue = draft_month(tx, newsletter, Month(2020, 1), clock())
        publish(
            tx, newsletter, replace(athens, title="Athens", fingerprint="b"), replace(other, title="Bergen", fingerprint="b")
        )
    here = f"/issues/{issue.id}"
    one, two = program.get(f"{here}/revisions").json()
    taking = f"{here}/articles/{one['article_id']}/take-revision"
    unseen = program.post(taking, json={"at": "2020-01-01T00:00:00Z"})
    taken = program.post(taking, json={"at": one["at"], "version": issue.version})
    kept = program.post(f"{here}/articles/{two['article_id']}/keep-text", json={"at": two["at"]})
    program.post(f"/newsletters/{newsletter.id}/snippets", json={"name": "Call", "content": "<p>Write for us.</p>"})
    section = issue.sections[-1].title
    copied = program.post(f"{here}/articles", json={"section": section, "snippet": "call"})

    assert ("Athens in August", "Athens") == (one["parts"][0]["before"], one["parts"][0]["after"])
    assert (422, 200, 200, 201) == (unseen.status_code, taken.status_code, kept.status_code, copied.status_code)
    assert [] == program.get(f"{here}/revisions").json()
    assert [True, False, True] == [title in copied.text for title in ('"Athens"', '"Bergen"', "Write for us.")]
    assert 404 == program.post(f"{here}/articles", json={"section": section, "snippet": "none"}).status_code


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_uncertain_is_settled(program: TestClient, database: Database, keyring: Keyring, clock: Hands) -> None:
    """By a word, or by an order that is taken back within its minute; what is out can be announced."""
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, clock(), ("ann", "bob", "cem"))
    mailed = being_mailed(database, room, clock())
    mailed.mail({"bob": DeliveryState.UNCERTAIN, "cem": DeliveryState.UNCERTAIN})
    here = f"/issues/{mailed.issue_id}"
    bob, cem = (one["delivery_id"] for one in program.get(f"{here}/uncertain").json()["items"])
    sent = program.post(f"{here}/uncertain", json={"fate": "sent", "deliveries": [bob]})
    order = program.post(f"{here}/uncertain", json={"fate": "resend", "deliveries": [bob, cem]}).json()["order_id"]
    [waiting] = program.get(f"{here}/uncertain").json()["items"]
    undone = [program.post(f"{here}/orders/{order}/undo").status_code for _ in range(2)]
    told = program.get(f"{here}/announcement", params={"format": "text"})

    assert {"accepted": 1, "order_id": None} == sent.json()
    assert (cem, True, "cem@example.net") == (waiting["delivery_id"], waiting["is_ordered"], waiting["address"])
    assert [200, 409] == undone
    assert (["uncertain"], "text") == ([str(mailed.states["cem"])], told.json()["format"])
    assert "is out." in told.json()["text"]
    assert 422 == program.post(f"{here}/uncertain", json={"fate": "sent", "deliveries": [bob]}).status_code
