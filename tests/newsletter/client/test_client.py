"""The client against the API itself."""

from dataclasses import fields

import httpx2
import pytest
from starlette.testclient import TestClient

from newsletter.client import answers
from newsletter.client.client import Client
from newsletter.client.problems import Problem
from newsletter.issues.model import Newsletter
from newsletter.web.api import assembly
from tests.newsletter.web.api.conftest import program, programs  # noqa: F401 -- fixtures
from tests.newsletter.web.conftest import (  # noqa: F401 -- fixtures
    PUBLIC_URL,
    application,
    child,
    clock,
    newsletter,
)


class Moody(httpx2.BaseTransport):
    """Loses the first answer on the way, has no time for the second request, and hands on the others."""

    def __init__(self, inner: TestClient) -> None:
        self._inner = inner
        self.asked = 0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer."""
        self.asked += 1
        if self.asked == 2:
            return httpx2.Response(503, headers={"Retry-After": "7"})
        answer = self._inner.request(request.method, str(request.url), content=request.read(), headers=request.headers)
        if self.asked == 1:
            raise httpx2.ReadError("the line broke")
        return httpx2.Response(answer.status_code, headers=answer.headers, content=answer.content)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_cut_off_is_done_once(program: TestClient, newsletter: Newsletter) -> None:  # noqa: F811 -- fixtures
    """The line breaks behind the act, the service is away: it is asked again, as the same request."""
    waits: list[float] = []
    moody = Moody(program)
    key = program.headers["Authorization"].removeprefix("Bearer ")
    client = Client(PUBLIC_URL, key, http=httpx2.Client(transport=moody), sleep=waits.append)
    joined = client.add_subscriber("bea@example.org", newsletter.list_id, basis="On paper")
    again = client.add_subscriber("bea@example.org", newsletter.list_id, basis="On paper")

    assert ("added", "there") == (joined.outcome, again.outcome)
    assert [0.5, 7.0] == waits
    assert [("bea@example.org", newsletter.list_id)] == [
        (one.email, one.standings[0]["list_id"]) for one in client.subscribers(list_id=newsletter.list_id)
    ]
    assert [newsletter.id] == [one.id for one in client.newsletters()]
    assert ["bea@example.org"] == [one["email"] for one in client.people_of(newsletter.list_id)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_refused_is_an_error_with_its_name(program: TestClient, newsletter: Newsletter) -> None:  # noqa: F811 -- fixtures
    """And is not asked again."""
    client = Client(PUBLIC_URL, program.headers["Authorization"].removeprefix("Bearer "), http=program)
    issue = client.draft(newsletter.id, title="One-off")

    with pytest.raises(Problem, match="409") as refused:
        client.send(issue.id)
    assert "wrong-state" == refused.value.name
    assert ("draft", 0) == (client.issue(issue.id).state, client.report(issue.id).audience)


def test_answers_are_what_the_description_promises() -> None:
    """Each field of the client's values stands in the answer it is read from."""
    document = assembly.described("")
    asked = {
        answers.Newsletter: ("/newsletters/{newsletter_id}", "get"),
        answers.Joined: ("/subscribers", "post"),
        answers.Issue: ("/issues/{issue_id}", "get"),
        answers.Standing: ("/issues/{issue_id}/send", "post"),
        answers.Report: ("/issues/{issue_id}/report", "get"),
    }
    for kind, (path, method) in asked.items():
        told = next(iter(document["paths"][path][method]["responses"].values()))
        name = told["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]

        assert {one.name for one in fields(kind)} <= set(document["components"]["schemas"][name]["properties"]), kind
