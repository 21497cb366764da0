"""What programs look at: letters as they would arrive, issues as they were, figures, and how the house is."""

import pytest
from starlette.testclient import TestClient

from newsletter.database import Database
from newsletter.issues.model import Newsletter
from newsletter.staff.permissions import Actor, Role
from tests.newsletter.web.api.conftest import Programs
from tests.newsletter.web.api.test_house import ok, status
from tests.newsletter.web.conftest import Hands, Reader

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_an_issue_is_looked_at_as_it_was_and_would_arrive(
    program: TestClient, programs: Programs, newsletter: Newsletter, reader: Reader
) -> None:
    """By whoever sees it; one text is taken back to what it said, and the others stay."""
    begun = program.post(f"/newsletters/{newsletter.id}/issues", json={"title": "News of May"}).json()["issue"]
    here = f"/issues/{begun['id']}"
    ok(program, "POST", f"{here}/sections", {"title": "News"})
    made = program.post(
        f"{here}/articles", json={"section": "News", "title": "First", "content": "<p>One <b>&amp;</b> all"}
    ).json()
    article = next(one for section in made["sections"] for one in section["articles"] if one["title"] == "First")
    changed = program.patch(f"{here}/articles/{article['id']}", json={"title": "Second", "content": "<p>Two"}).json()
    viewer = programs(Actor("vi", None, {newsletter.id: Role.VIEWER}))
    seen = viewer.get(f"{here}/preview").json()
    before = viewer.get(f"{here}/versions/{made['version']}").json()
    back = program.post(f"{here}/articles/{article['id']}/take-version", json={"to": str(made["version"])}).json()
    titles = [one["title"] for section in back["sections"] for one in section["articles"]]

    assert (changed["version"], False) == (seen["version"], seen["is_frozen"])
    assert "Second" in seen["html"]
    assert "Second" in seen["text"]
    assert "First" in [one["title"] for section in before["sections"] for one in section["articles"]]
    assert "First" in titles
    assert "Second" not in titles
    assert {"people": 1, "before": None} == viewer.get(f"{here}/readers/count").json()
    assert [404, 422, 404] == [
        viewer.get(f"{here}/versions/{label}").status_code for label in ("987", "first", "999999999.999999999")
    ]
    assert [403, 404] == [
        status(viewer, "POST", f"{here}/articles/{article['id']}/take-version", {"to": "1"}),
        status(program, "POST", f"{here}/articles/{article['id']}/take-version", {"to": "987"}),
    ]


def test_a_list_is_told_month_by_month(program: TestClient, newsletter: Newsletter, reader: Reader) -> None:
    """This month last, with who stood on it and what was said; they came the month before."""
    here = f"/newsletters/{newsletter.id}/figures"
    found = program.get(here).json()

    assert (13, True) == (len(found["months"]), found["is_complete"])
    assert (1, 0) == (found["months"][-1]["people"], found["months"][0]["people"])
    assert ({}, 1) == (found["months"][-1]["acts"], found["months"][-2]["acts"]["confirmed"])
    assert [1, 120] == [len(program.get(here, params={"months": many}).json()["months"]) for many in (1, 120)]
    assert 422 == program.get(here, params={"months": 121}).status_code


def test_the_house_is_looked_over(program: TestClient, newsletter: Newsletter, database: Database, clock: Hands) -> None:
    """As the doctor does, with what to do."""
    found = {one["what"]: one["standing"] for one in program.get("/checks").json()}

    assert {"pages", "database", "key"} <= set(found)
    assert {"right", "wrong", "advice", "unknown"} >= set(found.values())


def test_a_feed_is_looked_at_before_it_is_read(program: TestClient, newsletter: Newsletter) -> None:
    """Nothing of it is kept; an address inside the house is not asked."""
    here = f"/newsletters/{newsletter.id}/feeds"
    looked = program.post(f"{here}/try", json={"url": "http://127.0.0.1:9/feed/"}).json()

    assert ("", []) == (looked["kind"], looked["entries"])
    assert looked["trouble"]
    assert [] == program.get("/feeds").json()["items"]
    assert 422 == status(program, "POST", f"{here}/try", {"url": "file:///etc/passwd"})
