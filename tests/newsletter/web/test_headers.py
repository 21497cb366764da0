"""What every public page says to browsers and caches: all routes of the table, so that a new one cannot be forgotten."""

import re
from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from newsletter.archive import prints, shelving
from newsletter.bootstrap import Application
from newsletter.clock import system_clock
from newsletter.issues import draft, editing, sections, store, texts
from newsletter.issues.contents import Text
from newsletter.issues.model import Event, Newsletter, SectionKind, Show
from newsletter.letters import eventlinks
from newsletter.mail import dispatch
from newsletter.people import contributors
from newsletter.review import guests
from newsletter.review.approval import approve, look_over
from newsletter.review.guests import GuestPurpose
from newsletter.staff import accounts, doorlinks
from newsletter.staff.permissions import LOCAL_OPERATOR
from newsletter.tables.letters import letter
from newsletter.tables.mail import delivery
from newsletter.web.guard import ARTICLE_POLICY, CONTENT_POLICY, FILE_POLICY, LETTER_POLICY, PREVIEW_POLICY
from newsletter.web.visits import Page
from subscribers.model import MailingList
from subscribers.tokens import Purpose
from tests.harness.newsroom import an_image
from tests.harness.pages import ROUTES
from tests.harness.people import ask
from tests.harness.staff import ADMINISTRATOR
from tests.newsletter.web.conftest import DESK_TOKEN, PUBLIC_URL, Hands, Reader

# What a page says does not depend on the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

# What is asked for behind a password or a button only, and what leads to another site or is not there.
STEPS = {
    "/desk/sign-in/second",
    "/desk/sign-in/passkey",
    "/desk/sign-in/provider",
    "/desk/sign-in/provider/back",
    "/desk/link/{token}/provider",
    "/l/{token}",
    "/l/{token}/{person}",
}
PAGES = [page for page in ROUTES if page.permission is None and "GET" in page.methods and page.path not in STEPS]

POLICIES = {
    "/archive/{slug}/{number:int}": LETTER_POLICY,
    "/read/{token}": LETTER_POLICY,
    "/archive/{slug}/{number:int}/{article}": ARTICLE_POLICY,
    "/images/{name}": "default-src 'none'; sandbox",
    "/r/{token}/letter": PREVIEW_POLICY,
    "/w/{token}/letter": PREVIEW_POLICY,
}
# Whoever follows a link from these is told to the other side by its host alone, or not at all.
REFERRERS = {"same-origin", "no-referrer", "strict-origin-when-cross-origin"}
NAMED = {
    "/archive/{slug}/{number:int}.pdf": 'inline; filename="section-news-1.pdf"',
    "/archive/{slug}/{number:int}.epub": 'attachment; filename="section-news-1.epub"',
    "/events/{token}.ics": 'inline; filename="event.ics"',
    "/calendar/{token}.ics": 'inline; filename="dates.ics"',
    "/d/{token}/everything.json": 'attachment; filename="everything.json"',
    "/images/{name}": "inline",
}
# What a cache of others, or another edition of this house, might let through.
ODD = {
    "X-Preview": "1",
    "X-Ghost-Preview": "1",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "http",
    "X-Original-URL": "/desk",
    "X-Rewrite-URL": "/desk",
    "Forwarded": "host=evil.example",
    "Cookie": "session=x",
    "Referer": "https://evil.example/",
}


@pytest.fixture
def places(
    client: TestClient, application: Application, newsletter: Newsletter, list_: MailingList, reader: Reader, clock: Hands
) -> Mapping[str, str]:
    """Give for each public page an address where there is something to be seen."""
    seal = application.keyring.seal
    with application.database.write() as tx:
        made = draft.draft_empty(tx, newsletter, "January 2020", clock())
        editing.write_letter(tx, made.id, "A word", "<p>Dear all.</p>", "Ann", clock())
        sections.add_section(tx, made.id, "Dates", SectionKind.EVENTS, clock())
        event = Event("2020-02-27T16:00", "2020-02-27T17:00", place="Room 5")
        texts.add_event(tx, made.id, Text("Reading circle", "", Show.FULL, link="https://example.org/", event=event), clock())
        seed = application.keyring.derive("slots")
        looked = look_over(tx, application.templates, made.id, links=application.links, seed=seed)
        issue = approve(tx, looked, LOCAL_OPERATOR, clock(), override_reason="a test").issue
        dispatch.send_issue(tx, issue.id, clock())
        prints.keep(tx, issue.id, "x", b"%PDF-1.7", "", clock())
        event_id = next(one.id for one in issue.articles if one.event is not None)
        drafted = draft.draft_empty(tx, newsletter, "February 2020", clock())
        editing.write_letter(tx, drafted.id, "A word", "<p>Dear all.</p>", "Ann", clock())
        drafted = store.load(tx, drafted.id)
        who = {"address": "chair@example.org", "name": "Chair", "by": "ann"}
        now, week = clock(), clock() + timedelta(days=7)
        reviewed = guests.make(tx, drafted.id, GuestPurpose.REVIEW, **who, now=now, ends_at=week).id
        section = drafted.sections[0].title
        asked = contributors.invite(tx, drafted.id, section=section, words=400, due_at=week, now=now, **who).link_id
        due = ask(tx, application.keyring, list_.id, "new@example.org", clock()).confirmation_id
        picture = an_image(tx)
        chosen = doorlinks.make(tx, accounts.find(tx, ADMINISTRATOR), system_clock(), doorlinks.INVITED).id
    shelving.take_in(application.database, application.links, clock)
    client.post(f"{reader.preferences}/data")
    client.post(f"{reader.preferences}/address", data={"email": "ann.new@example.org"})
    move = f"/m/{seal(Purpose.MOVE, mailed(application)['move'])}"
    client.post(move)
    numbers = mailed(application)
    archive = f"/archive/{newsletter.slug}"
    data = f"/d/{seal(Purpose.DATA, numbers['data'])}"
    token = {
        "/archive/{slug}": archive,
        "/archive/{slug}/{number:int}": f"{archive}/1",
        "/archive/{slug}/{number:int}/{article}": f"{archive}/1/a-word",
        "/images/{name}": f"/images/{picture}.jpg",
        "/events/{token}.ics": eventlinks.address(application.links, seed, event_id).removeprefix(PUBLIC_URL),
        "/static/{name}": "/static/style.css",
        "/samples/{name}": "/samples/logo.png",
        "/c/{token}": f"/c/{seal(Purpose.CONFIRM, due)}",
        "/u/{token}": reader.unsubscribe,
        "/p/{token}": reader.preferences,
        "/m/{token}": move,
        "/b/{token}": f"/b/{seal(Purpose.MOVE_BACK, numbers['moved'])}",
        "/read/{token}": f"/read/{seal(Purpose.READ, issue.id)}",
        "/calendar/{token}.ics": f"/calendar/{seal(Purpose.CALENDAR, newsletter.id)}.ics",
        "/d/{token}": data,
        "/r/{token}": f"/r/{seal(Purpose.REVIEW, reviewed)}",
        "/w/{token}": f"/w/{seal(Purpose.CONTRIBUTE, asked)}",
        "/desk/enter/{token}": f"/desk/enter/{DESK_TOKEN}",
        "/desk/link/{token}": f"/desk/link/{doorlinks.token(application.keyring, chosen)}",
    }
    return {page.path: _address(page, token, list_.slug) for page in PAGES}


def _address(page: Page, known: Mapping[str, str], list_slug: str) -> str:
    """Give an address of a page; of one that is below another, below its address."""
    longest = max((path for path in known if page.path.startswith(path)), key=len, default="")
    address = known.get(longest, "") + page.path.removeprefix(longest)
    address = address.replace("{list_slug}", list_slug)
    assert "{" not in address, f"say in `places` where something is to be seen at {page.path}"
    return address


def mailed(application: Application) -> dict[str, int]:
    """Give what the mails that were asked for are about, by their kinds."""
    query = select(letter.c.kind, delivery.c.confirmation_id).join(letter, letter.c.id == delivery.c.letter_id)
    with application.database.read() as tx:
        return {row.kind: row.confirmation_id for row in tx.execute(query) if row.confirmation_id is not None}


@pytest.mark.filterwarnings("error")
def test_every_public_page_says_what_it_may_do(client: TestClient, places: Mapping[str, str]) -> None:
    """Its policy, that its kind is no guess, and how much other sites are told (A04, A33)."""
    for path, address in places.items():
        answer = client.get(address)
        headers = answer.headers
        is_page = headers.get("content-type", "").startswith("text/html")

        # Metrics are there for whoever has the token that a setting names.
        assert answer.status_code in ({404} if path == "/metrics" else {200, 308}), path
        policy = POLICIES.get(path, CONTENT_POLICY if is_page else FILE_POLICY).format(pictures="'self'")
        assert policy == headers["content-security-policy"], path
        assert "nosniff" == headers["x-content-type-options"], path
        assert headers["referrer-policy"] in REFERRERS, path
        assert headers.get("content-disposition", "") == NAMED.get(path, ""), path
        assert "set-cookie" not in headers, path
        assert "unsafe-eval" not in headers["content-security-policy"]
        assert "frame-ancestors" in headers["content-security-policy"] or path == "/images/{name}", path
        if "{token}" in path:
            assert "noindex" == headers["x-robots-tag"], path


def test_what_a_cache_may_keep_is_the_same_for_everybody(client: TestClient, places: Mapping[str, str]) -> None:
    """Whatever headers and questions somebody makes up (A05); what speaks the browser's language says so."""
    kept = []
    for path, address in places.items():
        plain = client.get(address)
        if "public" not in plain.headers.get("cache-control", ""):
            continue
        kept.append(path)
        odd = client.get(address, params={"preview": "1", "utm_source": "x", "callback": "x"}, headers=ODD)
        other = client.get(address, headers={"Accept-Language": "de", "Accept": "application/json"})

        assert (plain.status_code, plain.content) == (odd.status_code, odd.content), path
        assert b"evil.example" not in plain.content
        if plain.content != other.content:
            assert "Accept-Language" in plain.headers["vary"], path
    assert {"/archive/{slug}/{number:int}", "/archive/{slug}/atom.xml", "/images/{name}", "/sitemap.xml"} <= set(kept)


def test_pages_of_one_person_are_kept_by_nobody(client: TestClient, places: Mapping[str, str]) -> None:
    """Nor is their address told to anybody."""
    for path, address in places.items():
        if "{token}" in path and path != "/events/{token}.ics":
            headers = client.get(address).headers

            assert "no-store" == headers["cache-control"], path
            assert headers["referrer-policy"] == "no-referrer" or path == "/read/{token}", path


@pytest.mark.parametrize(
    "hostile",
    [
        "..",
        "../..",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e%2f",
        "%00",
        "x%00.css",
        "/etc/passwd",
        "%2Fetc%2Fpasswd",
        "..\\..",
        "C:%5Cx",
    ],
)
def test_no_address_leads_to_a_file(client: TestClient, hostile: str) -> None:
    """Whatever part of whichever address it stands in (A34)."""
    for page in ROUTES:
        if "{" not in page.path or "GET" not in page.methods or page.permission is not None:
            continue
        for part in re.findall(r"\{[^}]*\}", page.path):
            others = re.sub(r"\{\w+:int\}", "1", page.path.replace(part, hostile))
            answer = client.get(re.sub(r"\{\w+\}", "x", others))

            assert answer.status_code in {200, 303, 308, 403, 404, 405, 410}, (page.path, part)
            if answer.status_code == 200:
                # The path was made shorter on its way, and is one of a page that there is.
                assert "text/html" in answer.headers["content-type"], (page.path, part)
            assert "root:" not in answer.text
