"""Every frame on a page of ours: nothing in it runs, whatever the letter that it shows holds (A02, decision 36)."""

import re
from collections.abc import Mapping
from datetime import timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.issues import draft, editing, store
from newsletter.issues.model import Newsletter
from newsletter.people import contributors
from newsletter.review import guests
from newsletter.review.guests import GuestPurpose
from newsletter.web.desk.composer.view import Shown
from subscribers.tokens import Purpose
from tests.newsletter.web.conftest import ROOT, Hands, at_desk

# What a page says does not depend on the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PAGES = ROOT / "templates" / "pages"

# All that a frame may be given back of what a sandbox takes: a link in a letter opens a window, which is no sandbox.
OPENS_LINKS = {"allow-popups", "allow-popups-to-escape-sandbox"}
# With it the page around may look into the frame, as it follows what is typed.
SHARES_ORIGIN = "allow-same-origin"


@pytest.fixture
def framing(client: TestClient, application: Application, newsletter: Newsletter, clock: Hands) -> Mapping[str, str]:
    """Give where each template with a frame is seen."""
    now, seal = clock(), application.keyring.seal
    who = {"address": "chair@example.org", "name": "Chair", "by": "ann"}
    week = now + timedelta(days=7)
    with application.database.write() as tx:
        made = draft.draft_empty(tx, newsletter, "January 2020", now)
        editing.write_letter(tx, made.id, "A word", "<p>Dear all.</p>", "Ann", now)
        issue = store.load(tx, made.id)
        reviewer = guests.make(tx, issue.id, GuestPurpose.REVIEW, **who, now=now, ends_at=week).id
        section = issue.sections[0].title
        guest = contributors.invite(tx, issue.id, section=section, words=400, due_at=week, now=now, **who).link_id
    at_desk(client)
    return {
        "public/review.html": f"/r/{seal(Purpose.REVIEW, reviewer)}",
        "public/contribute.html": f"/w/{seal(Purpose.CONTRIBUTE, guest)}",
        "desk/composer/_preview.html": f"/desk/issues/{issue.id}/compose",
        "desk/settings/look.html": f"/desk/settings/newsletters/{newsletter.id}/look",
        "desk/issue/overview.html": f"/desk/issues/{issue.id}",
        "desk/writing/article.html": f"/desk/issues/{issue.id}/articles/{issue.articles[0].id}",
    }


def words_of(policy: str, directive: str) -> list[str]:
    """Give what stands behind the name of a directive; there must be one."""
    found = [one.split() for one in policy.split(";") if one.split()[:1] == [directive]]
    assert 1 == len(found), f"{directive} in {policy}"
    return found[0][1:]


def test_no_frame_runs_anything(client: TestClient, framing: Mapping[str, str]) -> None:
    """By its sandbox, by that of the answer and by its policy; our origin it has where all three are there (A02)."""
    sharing = set()
    for template, path in framing.items():
        frames = LexborHTMLParser(client.get(path).text).css("iframe")
        assert frames, f"no frame on {path}"
        for frame in frames:
            allowed, source = set((frame.attributes.get("sandbox") or "").split()), frame.attributes["src"] or ""
            answer = client.get(source)
            policies = answer.headers.get_list("content-security-policy")

            assert 200 == answer.status_code, source
            assert "sandbox" in frame.attributes, path
            assert set() == allowed - OPENS_LINKS - {SHARES_ORIGIN}, path
            assert "srcdoc" not in frame.attributes, path
            assert source.startswith("/"), path
            assert 1 == len(policies), source
            assert ["'none'"] == words_of(policies[0], "script-src"), source
            assert ["'none'"] == words_of(policies[0], "default-src"), source
            assert ["'none'"] == words_of(policies[0], "form-action"), source
            assert set() == set(words_of(policies[0], "sandbox")) - OPENS_LINKS - {SHARES_ORIGIN}, source
            assert "<script" not in answer.text, source
            if SHARES_ORIGIN in allowed:
                sharing.add(template)

    # Where a letter is followed while it is written, and nowhere else.
    assert {"desk/composer/_preview.html", "desk/writing/article.html"} == sharing


def test_a_letter_beside_what_is_written_runs_nothing_however_it_is_shown(
    client: TestClient, framing: Mapping[str, str]
) -> None:
    """On each width, in the dark, without pictures, and as text."""
    page = framing["desk/composer/_preview.html"].replace("/compose", "/preview")
    for shown in Shown:
        policy = client.get(page, params={"shown": shown}).headers["content-security-policy"]

        assert ["'none'"] == words_of(policy, "script-src"), shown
        assert OPENS_LINKS >= set(words_of(policy, "sandbox")) - {SHARES_ORIGIN}, shown


def test_no_template_frames_anything_that_is_not_read_here(framing: Mapping[str, str]) -> None:
    """A new frame is to be shown to these tests."""
    with_frames = {
        str(file.relative_to(PAGES))
        for file in PAGES.rglob("*.html")
        if re.search(r"<(iframe|frame|object|embed)\b", file.read_text())
    }

    assert with_frames == framing.keys()
