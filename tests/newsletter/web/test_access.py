"""Every page of the desk × every role × an object of one's own, a foreign one, and one that is not there (A09, W01)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import pytest
from sqlalchemy import select
from starlette.responses import Response

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.feeds import store as feeds
from newsletter.issues import draft, store
from newsletter.issues.model import Month, Newsletter
from newsletter.staff.permissions import Actor, Permission, Role
from newsletter.tables.mail import delivery
from newsletter.web.desk.routes import ROUTES
from newsletter.web.visits import GET, Of, Page, Site, Visit
from subscribers.exchange import imports
from subscribers.exchange.model import ImportOrder
from subscribers.tokens import Keyring
from tests.harness import mailroom, returned
from tests.harness.newsroom import a_month, a_newsletter
from tests.harness.people import join
from tests.newsletter.web.conftest import browser_of

P = Permission

ADMIN = Actor("the admin", Role.ADMIN)

PAGES = tuple(page for page in ROUTES if page.permission is not None)

# The least role for each permission, and whether it must be one on the whole instance.
LEAST: Mapping[Permission, tuple[Role, bool]] = {
    P.VIEW: (Role.VIEWER, False),
    P.EDIT: (Role.EDITOR, False),
    P.APPROVE: (Role.PUBLISHER, False),
    P.SEND: (Role.PUBLISHER, False),
    P.MANAGE_PEOPLE: (Role.PUBLISHER, False),
    P.MANAGE_NEWSLETTERS: (Role.ADMIN, False),
    P.MANAGE_RELAYS: (Role.ADMIN, True),
    P.MANAGE_STAFF: (Role.ADMIN, True),
    P.LIFT_COMPLAINTS: (Role.ADMIN, True),
    P.MANAGE_INSTANCE: (Role.ADMIN, True),
}

# Which names in braces an address has, by what its page is of; others may stand behind them.
NAMES: Mapping[Of, tuple[str, ...]] = {
    Of.NEWSLETTER: ("newsletter_id",),
    Of.ISSUE: ("issue_id",),
    Of.ARTICLE: ("issue_id", "article_id"),
    Of.SECTION: ("issue_id", "section_id"),
    Of.FEED: ("feed_id",),
    Of.LIST: ("list_id",),
    Of.IMPORT: ("import_id",),
    Of.SUBSCRIBER: ("subscriber_id",),
    Of.RETURN: ("return_id",),
}
OWNED = frozenset(name for names in NAMES.values() for name in names)

THROUGH, REFUSED, MISSING = 204, 403, 404
NOWHERE = dict.fromkeys(OWNED, 987_654)

# A page that tells the token of the forms, whatever its visitor may do.
TELLING = Page("/desk/telling", GET, lambda _site, visit: Response(visit.csrf), P.VIEW, Of.ACCOUNT)


@dataclass(frozen=True, slots=True)
class House:
    """Two newsletters, each with one of everything that a page can be of."""

    own: Mapping[str, int]
    foreign: Mapping[str, int]


def furnished(database: Database, keyring: Keyring, name: str, now: datetime) -> Mapping[str, int]:
    """Make a newsletter with one of everything; gives their ids by the names that addresses have for them."""
    with database.write() as tx:
        known: Newsletter = a_newsletter(tx, name)
        a_month(tx, known)
        issue = store.load(tx, draft.draft_month(tx, known, Month(2020, 1), now).id)
        order = ImportOrder(list_id=known.list_id, basis="asked on paper", is_confirmed=True)
        section = next(one for one in issue.sections if one.articles)
        joined = join(tx, keyring, known.list_id, f"{name}@example.org", now)
        letter_id = mailroom.plan(tx, known.id, known.list_id, now)
        mailed = tx.execute(select(delivery.c.id).where(delivery.c.letter_id == letter_id)).scalar_one()
        return {
            "newsletter_id": known.id,
            "issue_id": issue.id,
            "section_id": section.id,
            "article_id": section.articles[0].id,
            "feed_id": feeds.feeds_of(tx, known.id)[0].id,
            "list_id": known.list_id,
            "import_id": imports.begin(tx, order, name, "csv", now).id,
            "subscriber_id": joined.subscriber.id,
            "return_id": returned.a_return(tx, mailed, now),
        }


@pytest.fixture
def house(database: Database, keyring: Keyring, now: datetime) -> House:
    """Give two newsletters."""
    return House(furnished(database, keyring, "Own", now), furnished(database, keyring, "Foreign", now))


def through(_site: Site, _visit: Visit) -> Response:
    """Stand for every page: whoever comes here was let in."""
    return Response(status_code=THROUGH)


@pytest.fixture(autouse=True)
def _only_doors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the rooms away behind the doors."""
    # What tells as it happens is asked once here, and has the same door.
    doors = [page if page.permission is None else replace(page, endpoint=through, is_stream=False) for page in ROUTES]
    monkeypatch.setattr("newsletter.web.app.ROUTES", (*doors, TELLING))


def actors(house: House) -> Iterator[Actor]:
    """Give somebody with each role on the whole instance, in one newsletter, and with none."""
    yield Actor("nobody", None)
    for role in Role:
        yield Actor(f"{role} of all", role)
        yield Actor(f"{role} of one", None, {house.own["newsletter_id"]: role})
    yield Actor("viewer of all, editor of one", Role.VIEWER, {house.own["newsletter_id"]: Role.EDITOR})


def address(page: Page, ids: Mapping[str, int]) -> str:
    """Give the address of a page for these objects; what else stands in braces is anything."""

    def fill(found: re.Match[str]) -> str:
        name, kind = found[1], found[2]
        return str(ids.get(name, 1)) if kind else "x"

    return re.sub(r"\{(\w+)(:int)?\}", fill, page.path)


def expected(page: Page, actor: Actor, newsletter_id: int | None, home: int) -> int:
    """Give what the door must answer; *newsletter_id* owns the object in the address, None: there is no such object."""
    least, must_be_everywhere = LEAST[page.permission or P.VIEW]
    ranks = list(Role)

    def suffices(role: Role | None) -> bool:
        return role is not None and ranks.index(role) >= ranks.index(least)

    everywhere = suffices(actor.role)
    here = not must_be_everywhere and suffices(actor.roles.get(home))
    if page.of in {Of.ACCOUNT, Of.INSTANCE, Of.ANY_NEWSLETTER}:
        passes = {Of.ACCOUNT: True, Of.INSTANCE: everywhere, Of.ANY_NEWSLETTER: everywhere or here}[page.of]
        return THROUGH if passes else REFUSED
    if newsletter_id is None:
        return MISSING
    is_home = newsletter_id == home
    if everywhere or (is_home and here):
        return THROUGH
    # Whoever has no role there is not told that it is there.
    return MISSING if actor.role is None and not (is_home and actor.roles) else REFUSED


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_page_by_every_role_for_every_object(application: Application, house: House) -> None:
    """A table of codes, made of the table of routes: no page is missing from it."""
    home = house.own["newsletter_id"]
    objects = ((house.own, home), (house.foreign, house.foreign["newsletter_id"]), (NOWHERE, None))
    wrong = []
    for actor in actors(house):
        # Open as long as it is used: each request of one that is not has a thread and an event loop of its own.
        with browser_of(application, actor) as client:
            csrf = client.get(TELLING.path).text
            for page in PAGES:
                for ids, newsletter_id in objects:
                    for method in page.methods:
                        form = {"csrf": csrf} if method == "POST" else None
                        got = client.request(method, address(page, ids), data=form).status_code
                        wanted = expected(page, actor, newsletter_id, home)
                        if got != wanted:
                            wrong.append(f"{actor.name}: {method} {address(page, ids)} answered {got}, not {wanted}")

    assert [] == wrong


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_forged_form_does_nothing(application: Application, house: House) -> None:
    """Without the session's token, with another's, or from a foreign page (A11, W03)."""
    client = browser_of(application, ADMIN)
    csrf = client.get(TELLING.path).text
    for page in PAGES:
        if "POST" not in page.methods:
            continue
        path = address(page, house.own)
        forged = [
            client.post(path),
            client.post(path, data={"csrf": "x" * len(csrf)}),
            client.post(path, data={"csrf": csrf}, headers={"Origin": "https://evil.example"}),
            client.post(path, data={"csrf": csrf}, headers={"Sec-Fetch-Site": "cross-site"}),
        ]

        assert [REFUSED] * 4 == [one.status_code for one in forged], page.path
        assert THROUGH == client.post(path, data={"csrf": csrf}).status_code


def test_what_belongs_to_another_issue_is_not_there(application: Application, house: House) -> None:
    """A number of one's own before a foreign one opens nothing, on either database."""
    mixed = [
        ("/desk/try/{issue_id:int}/{article_id:int}", Of.ARTICLE, {**house.own, "article_id": house.foreign["article_id"]}),
        ("/desk/try/{issue_id:int}/{section_id:int}", Of.SECTION, {**house.own, "section_id": house.foreign["section_id"]}),
    ]
    for path, of, ids in mixed:
        page = Page(path, GET, through, P.VIEW, of)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("newsletter.web.app.ROUTES", (page,))
            client = browser_of(application, replace(ADMIN, name=of.name))

            assert THROUGH == client.get(address(page, house.own)).status_code
            assert MISSING == client.get(address(page, ids)).status_code


def test_every_kind_of_object_is_found_by_its_number(application: Application, house: House) -> None:
    """One's own is there, a foreign one and an impossible one are not; on either database."""
    actor = Actor("Ann", None, {house.own["newsletter_id"]: Role.ADMIN})
    pages = [
        Page(f"/desk/{of.name}/" + "/".join(f"{{{one}:int}}" for one in NAMES[of]), GET, through, P.VIEW, of) for of in NAMES
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("newsletter.web.app.ROUTES", tuple(pages))
        client = browser_of(application, actor)
    too_large = dict.fromkeys(OWNED, 2**63)
    for page in pages:
        codes = [client.get(address(page, ids)).status_code for ids in (house.own, house.foreign, NOWHERE, too_large)]

        assert [THROUGH, MISSING, MISSING, MISSING] == codes, page.path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{'+'.join(page.methods)} {page.path}")
def test_a_page_says_what_it_is_of(page: Page) -> None:
    """What stands in the address says whose it is: nothing that has an owner is passed over."""
    named = {name for name, _kind in re.findall(r"\{(\w+)(:int)?\}", page.path)} & OWNED

    assert set(NAMES.get(page.of, ())) == named
