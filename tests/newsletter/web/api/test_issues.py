"""An issue by the API alone, from nothing to its report."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.issues.model import Newsletter
from newsletter.staff import audit


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
