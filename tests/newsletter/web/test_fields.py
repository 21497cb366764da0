"""Which fields the pages of the desk take, and that they take no other (A39)."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

import pytest
from httpx2 import Response
from selectolax.lexbor import LexborHTMLParser, LexborNode
from starlette.routing import compile_path
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.staff.permissions import Actor, Role
from newsletter.web.desk.routes import ROUTES
from newsletter.web.visits import Page
from subscribers.tokens import Keyring
from tests.newsletter.web.conftest import Hands, browser_of
from tests.newsletter.web.test_access import address, furnished

POSTS = [page for page in ROUTES if "POST" in page.methods]
OF_STAFF = [page for page in POSTS if page.permission is not None]
UPLOADS = [page for page in OF_STAFF if page.takes_uploads]

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def own(database: Database, keyring: Keyring, clock: Hands) -> Mapping[str, int]:
    """Give a newsletter with one of everything."""
    return furnished(database, keyring, "Own", clock())


@pytest.fixture
def client(application: Application) -> TestClient:
    """Give the browser of an administrator."""
    return browser_of(application, Actor("Ann", Role.ADMIN))


def test_every_line_names_its_fields() -> None:
    """None of the desk takes whatever comes."""
    assert [] == [page.path for page in POSTS if page.fields is None]


@on_sqlite
def test_no_page_takes_a_field_that_no_form_has(client: TestClient, own: Mapping[str, int]) -> None:
    """Each answers 422, before it does anything."""
    given = {"csrf": csrf(client), "rôle": "admin"}

    answers = {page.path: client.post(address(page, own), data=given) for page in OF_STAFF}

    assert [] == [path for path, answer in answers.items() if not is_refused(answer)]


@on_sqlite
def test_no_page_takes_a_file_that_no_form_has(client: TestClient, own: Mapping[str, int]) -> None:
    """A file has a name as well, also an empty one."""
    given = {"csrf": csrf(client)}

    assert UPLOADS
    for page in UPLOADS:
        for data in (b"address\nann@example.org\n", b""):
            assert is_refused(client.post(address(page, own), data=given, files={"other": ("a.csv", data)})), page.path


@on_sqlite
def test_every_form_of_the_desk_sends_what_its_page_takes(client: TestClient, own: Mapping[str, int]) -> None:
    """And nothing else, whatever stands open on the page."""
    seen = set()
    for path in (*pages(own), *opened(own)):
        for action, names in forms(client, path):
            page = taker(action)
            seen.add(page.path)
            strange = [name for name in names if not any(fnmatchcase(name, one) for one in page.fields or ())]
            assert [] == strange, (path, action)

    assert len(seen) > 50, sorted(seen)


def is_refused(answer: Response) -> bool:
    """Whether it says that there is a field too many, which is not what any other trouble says."""
    return answer.status_code == 422 and "This form has a field too many" in answer.text


def csrf(client: TestClient) -> str:
    """Give what a form of the desk must carry."""
    field = LexborHTMLParser(client.get("/desk/account").text).css_first("input[name=csrf]")
    assert field is not None
    return field.attributes["value"] or ""


def pages(own: Mapping[str, int]) -> Iterator[str]:
    """Give the address of each page that is shown."""
    for page in ROUTES:
        if "GET" in page.methods and page.permission is not None and not page.is_stream:
            yield address(page, own)


def opened(own: Mapping[str, int]) -> Iterator[str]:
    """Give the address of the composer with each of its forms open."""
    article, section = own["article_id"], own["section_id"]
    for one in ("head", "sections", f"a{article}", f"c{article}", f"s{section}", f"n{section}"):
        yield f"/desk/issues/{own['issue_id']}/compose?open={one}"
    yield f"/desk/issues/{own['issue_id']}/compose?side=posts"


def forms(client: TestClient, path: str) -> Iterator[tuple[str, set[str]]]:
    """Give where each form of a page goes, and the names of the fields in it and of those that belong to it from outside."""
    answer = client.get(path)
    if answer.status_code != 200 or "text/html" not in answer.headers["content-type"]:
        return
    tree = LexborHTMLParser(answer.text)
    for form in tree.css("form[method=post]"):
        own_id = form.attributes.get("id")
        outside: list[LexborNode] = tree.css(f'[form="{own_id}"][name]') if own_id else []
        inside = [one for one in form.css("[name]") if one.attributes.get("form") in {None, own_id}]
        names = {one.attributes["name"] or "" for one in (*inside, *outside)} - {"csrf"}
        yield (form.attributes.get("action") or path).partition("?")[0], names


def taker(action: str) -> Page:
    """Give the page that a form goes to: the first that fits, as the router has it."""
    return next(page for page in POSTS if compile_path(page.path)[0].match(action))
