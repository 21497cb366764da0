"""Every address of the desk that names two things, with one of one's own before one of another newsletter (A09, W01)."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.issues import alerts, authorbook, editing, newsletters, snippets, store
from newsletter.issues.model import SectionKind
from newsletter.issues.snippets import Said
from newsletter.people import contributors
from newsletter.review import comments, guests
from newsletter.review.guests import GuestPurpose
from newsletter.staff import accounts, passkeys, sessions
from newsletter.staff.ceremonies import Made
from newsletter.staff.permissions import Actor, Role
from newsletter.web.porter import Porter
from newsletter.web.visits import Of, Page
from subscribers import topicbook
from subscribers.exchange.model import ImportOrder
from subscribers.model import Reason
from tests.harness.newsroom import an_entry, january, posts_of, publish
from tests.harness.staff import a_session
from tests.newsletter.web.conftest import browser_of, csrf_of
from tests.newsletter.web.test_access import NAMES, PAGES, furnished
from tests.newsletter.web.test_crawl import everything

Ids = Mapping[str, int | str]

# Of these nothing stands before the thing in the address that says whose it is.
UNOWNED = {Of.ANY_NEWSLETTER, Of.ACCOUNT}
# Names a table of figures, which is nobody's.
NO_OBJECTS = {"key"}
# Files of addresses are numbered with files of people, and have pages of their own.
BLOCKLIST = "/desk/people/suppression/files/{work_id:int}"

FORBIDDEN, MISSING, CONFLICT, UNPROCESSABLE, BROKEN = 403, 404, 409, 422, 500
# Not conflicts: whatever somebody else did meanwhile is no reason here.
REFUSED = {MISSING, UNPROCESSABLE}
# How addresses end where a thing is taken away or settled.
ENDINGS = ("/settle", "/remove", "/revoke", "/withdraw", "/drop", "/end", "/topics/{topic_id:int}", "/merge")
# What is not there is answered so, but where a form is kept for whoever typed it.
ANSWERS = {
    "/desk/newsletters/{newsletter_id:int}/authors/{author_id:int}": {"POST": CONFLICT},
    "/desk/newsletters/{newsletter_id:int}/snippets/{snippet_id:int}": {"POST": CONFLICT},
    "/desk/settings/lists/{list_id:int}/topics/{topic_id:int}": {"POST": UNPROCESSABLE},
}

# What is typed into a field of this name, whosever form it is.
TYPED: Mapping[str, str] = MappingProxyType(
    {
        "version": "1",
        "title": "Another title",
        "name": "Own words",
        "text": "<p>Another text.</p>",
        "document": "",
        "comment": "Another word.",
        "answer": "Done.",
        "note": "Please.",
        "html": "<p>Pasted.</p>",
        "kind": "letter",
        "label": "1",
        "into": "",
        "act": "remove",
        "basis": "asked on paper",
        "consent": "confirmed",
    }
)

# What a form of one's own says of another newsletter, where a page of ours would name a thing of this one.
NAMED: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("/desk/issues/{issue_id}/comments", {"article": "{article_id}", "text": "A word."}),
    ("/desk/issues/{issue_id}/compose/take", {"version": "", "section": "{section_id}", "take": "{own_post_id}"}),
    ("/desk/issues/{issue_id}/compose/take", {"version": "", "section": "{own_section_id}", "take": "{post_id}"}),
    ("/desk/issues/{issue_id}/compose/sections/{section_id}/remove", {"version": "", "into": "{section_id}"}),
    ("/desk/issues/{issue_id}/compose/sections/{section_id}/snippet", {"version": "", "name": "Foreign words"}),
    ("/desk/issues/{issue_id}/articles/{article_id}/take", {"version": "", "label": "{label}"}),
    ("/desk/newsletters/{newsletter_id}/authors/{author_id}/merge", {"into": "Foreign author"}),
    ("/desk/settings/newsletters/{newsletter_id}/list", {"list_id": "{list_id}"}),
    ("/desk/settings/feeds", {"newsletter": "{newsletter_id}", "url": "https://blog.example.org/other/"}),
    ("/desk/people/add", {"address": "eva@example.org", "how": "ask", "list": "{list_id}"}),
    ("/desk/people/export", {"list": "{list_id}"}),
    ("/desk/people/imports", {"list": "{list_id}"}),
    ("/desk/people/suppression", {"address": "eva@example.org", "reason": "manual", "list": "{list_id}"}),
    ("/desk/people/suppression/lift", {"address": "eva@example.org", "why": "asked", "list": "{list_id}"}),
    ("/desk/people/{subscriber_id}/unsubscribe", {"list": "{list_id}", "why": "asked"}),
    ("/desk/people/{subscriber_id}/keep-out", {"reason": "manual", "list": "{list_id}"}),
    ("/desk/people/{subscriber_id}/lift", {"list": "{list_id}", "why": "asked"}),
    ("/desk/people/{subscriber_id}/terms", {"list": "{list_id}", "cadence": "every-issue", "all-topics": "1"}),
)


@dataclass(frozen=True, slots=True)
class Try:
    """One address, of which everything is one's own but one thing."""

    method: str
    page: Page
    foreign: str


def seconds(page: Page) -> list[str]:
    """Give the names in the address of a page that nothing else in the table of routes asks about."""
    names = re.findall(r"\{(\w+)", page.path)
    return [name for name in names[0 if page.of in UNOWNED else 1 :] if name not in NO_OBJECTS]


TRIES = tuple(
    Try(method, page, name)
    for page in PAGES
    if page.of in UNOWNED or page.of in NAMES
    for name in seconds(page)
    for method in page.methods
)


def filled(page: Page, ids: Ids) -> str:
    """Give the address of a page; a name that nobody made a thing for is an error."""
    known = {**ids, "work_id": ids["blocklist_id"]} if page.path.startswith(BLOCKLIST) else ids
    return re.sub(r"\{(\w+)(?::int)?\}", lambda found: str(known[found[1]]), page.path)


def mixed(one: Try, own: Ids, foreign: Ids) -> Ids:
    """Give what is one's own, with the other house's in one place."""
    names = ("work_id", "blocklist_id") if one.foreign == "work_id" else (one.foreign,)
    return {**own, **{name: foreign[name] for name in names}}


def ask(client: TestClient, one: Try, address: str, csrf: str) -> Response:
    """Ask for a page, or press its button with everything in its form that it has to have."""
    if one.method == "GET":
        return client.get(address)
    fields = {name: TYPED[name] for name in one.page.fields or () if name in TYPED}
    if "seen" in (one.page.fields or ()):
        shown = re.search(r'name="seen" value="([^"]*)"', client.get(address).text)
        fields["seen"] = html.unescape(shown[1]) if shown is not None else ""
    return client.post(address, data={"csrf": csrf} | fields)


def stocked(application: Application, name: str, more: int) -> Ids:
    """Make a newsletter with all that stands second in an address; *more* than another where places or versions are counted."""
    now, keyring = application.clock(), application.keyring
    ids = furnished(application.database, keyring, name, now)
    newsletter_id, list_id, issue_id = ids["newsletter_id"], ids["list_id"], ids["issue_id"]
    who = {"address": f"{name}.guest@example.org", "name": "A guest", "by": "ann"}
    week = now + timedelta(days=7)
    carrier, order = Porter(application).carrier, ImportOrder(list_id, "", is_confirmed=False, source="people.csv")
    people, blocked = b"email\nida@example.org\n", b"email\nuwe@example.org\n"
    files = {
        "work_id": carrier.keep(order, name, people).id,
        "blocklist_id": carrier.keep(order, name, blocked, reason=Reason.MANUAL).id,
    }
    with application.database.write() as tx:
        issue = store.load(tx, issue_id)
        letter = next(one.title for one in issue.sections if one.kind is SectionKind.LETTER)
        for number in range(1 + more):
            editing.edit_issue(tx, issue_id, now, subject=f"Subject {number}")
        plan = newsletters.by_id(tx, newsletter_id).plan
        newsletters.set_plan(tx, newsletter_id, (*plan, *plan[-1:] * more))
        alerts.raise_alert(tx, f"flood:{list_id}", f"{name} is asked for much.", now, newsletter_id=newsletter_id)
        publish(tx, newsletters.by_id(tx, newsletter_id), an_entry("Left over", january(30)))
        return {
            **ids,
            **files,
            "alert_id": next(one.id for one in alerts.open_alerts(tx) if one.newsletter_id == newsletter_id),
            "comment_id": comments.say(tx, issue, "Bo", "Is it so?", now, article_id=ids["article_id"]).id,
            "link_id": guests.make(tx, issue_id, GuestPurpose.REVIEW, **who, now=now, ends_at=week).id,
            "number": contributors.invite(tx, issue_id, section=letter, words=400, due_at=week, now=now, **who).id,
            "label": str(store.load(tx, issue_id).version),
            "snippet_id": snippets.add(tx, newsletter_id, f"{name} words", Said("Write", "<p>Do.</p>"), now).id,
            "author_id": authorbook.add(tx, newsletter_id, f"{name} author", now).id,
            "topic_id": topicbook.add(tx, list_id, f"{name} jobs").id,
            "place": len(plan) + more,
            "post_id": posts_of(tx, newsletters.by_id(tx, newsletter_id))[-1].id,
        }


def of_account(application: Application, name: str) -> Ids:
    """Let somebody be signed in at another browser, too, and have a passkey; gives the numbers of the two."""
    now = application.clock()
    with application.database.write() as tx:
        account = accounts.find(tx, name)
        found = sessions.find(tx, a_session(tx, account, now), now)
        assert found is not None
        passkeys.add(tx, account.id, "a phone", f"handle of {name}", Made(f"credential of {name}", "key", 0), now)
        return {"session_id": found.id, "passkey_id": passkeys.of_account(tx, account.id)[0].id}


@dataclass(frozen=True, slots=True)
class Houses:
    """Two newsletters, and somebody at the desk of the first."""

    own: Ids
    foreign: Ids
    client: TestClient
    csrf: str
    # Of the whole instance: may do everything to the other newsletter, too, under its own address.
    overseer: TestClient
    overseers: str


@pytest.fixture
def houses(application: Application) -> Houses:
    """Give two newsletters with one of everything each."""
    own, foreign = stocked(application, "Own", 0), stocked(application, "Foreign", 2)
    client = browser_of(application, Actor("Ann", None, {int(own["newsletter_id"]): Role.ADMIN}))
    overseer = browser_of(application, Actor("Bo", Role.ADMIN))
    own, foreign = {**own, **of_account(application, "Ann")}, {**foreign, **of_account(application, "Bo")}
    return Houses(own, foreign, client, csrf_of(client), overseer, csrf_of(overseer))


def test_nothing_of_another_newsletter_is_reached_through_ones_own(application: Application, houses: Houses) -> None:
    """Neither looked at nor changed, by whoever has a role in one newsletter or in all: the address is none (A09, W01)."""
    before, reached = everything(application.database), []
    for one in TRIES:
        address = filled(one.page, mixed(one, houses.own, houses.foreign))
        who = [(houses.client, houses.csrf)]
        if one.page.of not in UNOWNED:
            who.append((houses.overseer, houses.overseers))
        wanted = ANSWERS.get(one.page.path, {}).get(one.method, MISSING)
        for client, csrf in who:
            answer = ask(client, one, address, csrf)
            if answer.status_code != wanted or "Foreign" in answer.text:
                reached.append(f"{one.method} {address}: {answer.status_code}, not {wanted}")

    assert [] == reached
    assert before == everything(application.database)


def test_ones_own_is_reached_by_the_same_forms(application: Application, houses: Houses) -> None:
    """So that what is refused above is refused for whose it is, and for nothing else."""
    before, missed = everything(application.database), []
    # What takes a thing away comes behind all that only changes it.
    for one in sorted(TRIES, key=lambda one: (one.method, one.page.path.endswith(ENDINGS))):
        got = ask(houses.client, one, filled(one.page, houses.own), houses.csrf).status_code
        refused = ANSWERS.get(one.page.path, {}).get(one.method, MISSING)
        if got in {FORBIDDEN, MISSING, refused} or got >= BROKEN:
            missed.append(f"{one.method} {one.page.path}: {got}")

    assert [] == missed
    assert before != everything(application.database)


def test_no_form_of_ones_own_takes_what_is_anothers(application: Application, houses: Houses) -> None:
    """Neither by its number nor by its name (A09, A39)."""
    before, taken = everything(application.database), []
    values = {**houses.foreign, "own_section_id": houses.own["section_id"], "own_post_id": houses.own["post_id"]}
    for path, fields in NAMED:
        said = {name: text.format(**values) for name, text in fields.items()} | {"csrf": houses.csrf}
        if "version" in said:
            said["version"] = str(houses.own["label"])
        files = {"file": b"email\neva@example.org\n"} if path == "/desk/people/imports" else None
        answer = houses.client.post(path.format(**houses.own), data=said, files=files)
        if answer.status_code not in REFUSED:
            taken.append(f"{path}: {answer.status_code}")

    assert [] == taken
    assert before == everything(application.database)


def test_there_is_another_one_of_everything(houses: Houses) -> None:
    """A page with a name that nothing was made for here would be asked about nothing."""
    named = {one.foreign for one in TRIES}

    assert set() == named - houses.own.keys()
    assert set() == {name for name in named if houses.own[name] == houses.foreign[name]}
    assert len(TRIES) >= 50
