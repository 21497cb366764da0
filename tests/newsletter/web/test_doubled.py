"""A field that comes twice, on every form of the product: refused before anything is done, and sent by none of ours (A39)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

import pytest
from httpx2 import Response
from selectolax.lexbor import LexborHTMLParser, LexborNode
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.staff.permissions import Actor, Role
from newsletter.web.visits import Page
from subscribers.tokens import Keyring
from tests.harness.pages import ROUTES
from tests.newsletter.web.conftest import Hands, browser_of, csrf_of
from tests.newsletter.web.test_access import address, furnished
from tests.newsletter.web.test_crawl import everything
from tests.newsletter.web.test_fields import opened, pages
from tests.newsletter.web.test_headers import places  # noqa: F401 -- a fixture

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

# A no does not fail on its form.
ANY_BODY = {"/u/{token}"}

POSTS = [page for page in ROUTES if "POST" in page.methods]
OF_STAFF = [page for page in POSTS if page.path.startswith("/desk/")]
# What providers send is no form: in their JSON nothing is named twice either (returns.hooks.documents).
OF_READERS = [page for page in POSTS if page not in OF_STAFF and page.path not in ANY_BODY and not page.takes_raw]

URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def own(database: Database, keyring: Keyring, clock: Hands) -> Mapping[str, int]:
    """Give a newsletter with one of everything."""
    return furnished(database, keyring, "Own", clock())


@pytest.fixture
def desk(application: Application) -> TestClient:
    """Give the browser of an administrator."""
    return browser_of(application, Actor("Ann", Role.ADMIN))


def test_no_page_of_the_desk_takes_a_field_twice(desk: TestClient, database: Database, own: Mapping[str, int]) -> None:
    """Whichever of its fields it is, and the one that proves a form to be ours as well."""
    csrf = csrf_of(desk)
    before = everything(database)

    answers = {
        (page.path, name): twice(desk, address(page, own), csrf, name)
        for page in OF_STAFF
        for name in ("csrf", *(one.replace("*", "1") for one in page.fields or ()))
    }

    assert [] == [tried for tried, answer in answers.items() if not is_refused(answer)]
    assert before == everything(database)
    assert len(answers) > 3 * len(OF_STAFF)


def test_no_file_comes_twice(desk: TestClient, own: Mapping[str, int]) -> None:
    """Nor as a file and as a text."""
    csrf = csrf_of(desk)
    a_file = ("a.csv", b"address\nann@example.org\n")
    uploads = [(page, next(one for one in page.fields or () if "file" in one)) for page in OF_STAFF if page.takes_uploads]

    assert uploads
    for page, name in uploads:
        to = address(page, own)
        assert is_refused(desk.post(to, data={"csrf": csrf}, files=[(name, a_file), (name, a_file)])), page.path
        assert is_refused(desk.post(to, data={"csrf": csrf, name: "a"}, files={name: a_file})), page.path


def test_no_page_of_readers_takes_a_field_twice(
    client: TestClient,
    database: Database,
    places: Mapping[str, str],  # noqa: F811 -- the fixture
) -> None:
    """It could have been read one way by what stands before us, and another way by us."""
    before = everything(database)

    for page in OF_READERS:
        to = below(places, page)
        for name in ("email", "list", "a"):
            body = urlencode([(name, "ann@example.org"), (name, "bo@example.org")])
            assert is_refused(client.post(to, content=body, headers=URLENCODED)), page.path
        if page.speaks_json:
            answer = client.post(to, content=b'{"email": "ann@example.org", "email": "bo@example.org"}', headers=JSON)
            assert (422, "This form says something twice") == (answer.status_code, answer.json()["error"].partition(".")[0])

    assert before == everything(database)


def test_a_no_is_heard_whatever_its_form_says(
    client: TestClient,
    places: Mapping[str, str],  # noqa: F811 -- the fixture
) -> None:
    """Whoever posts to the address with the token means it."""
    body = "List-Unsubscribe=One-Click&List-Unsubscribe=One-Click"

    assert 200 == client.post(places["/u/{token}"], content=body, headers=URLENCODED).status_code


def test_no_form_of_the_desk_has_a_name_twice(desk: TestClient, own: Mapping[str, int]) -> None:
    """As browsers send it: of buttons the pressed one, of a choice the chosen one."""
    seen = [found for path in (*pages(own), *opened(own)) for found in names(desk, path)]

    assert [] == [(where, name) for where, given in seen for name, times in given.items() if times > 1]
    assert len({where for where, _ in seen}) > 50


def test_no_form_of_readers_has_a_name_twice(
    client: TestClient,
    places: Mapping[str, str],  # noqa: F811 -- the fixture
) -> None:
    """The one for other sites neither."""
    seen = [found for path in places.values() for found in names(client, path)]

    assert [] == [(where, name) for where, given in seen for name, times in given.items() if times > 1]
    assert len({where for where, _ in seen}) > 8


def twice(client: TestClient, to: str, csrf: str, name: str) -> Response:
    """Send a form with one of its fields twice."""
    return client.post(to, content=urlencode([("csrf", csrf), (name, "a"), (name, "b")]), headers=URLENCODED)


def is_refused(answer: Response) -> bool:
    """Whether it says what is wrong, and no other trouble."""
    return answer.status_code == 422 and "This form says something twice" in answer.text


def below(places: Mapping[str, str], page: Page) -> str:  # noqa: F811 -- what the fixture gives
    """Give the address of a page that takes a form: that of the page that shows it, or one below."""
    longest = max((path for path in places if page.path.startswith(path)), key=len)
    return places[longest] + page.path.removeprefix(longest)


def names(client: TestClient, path: str) -> Iterator[tuple[str, Counter[str]]]:
    """Give where each form of a page goes, and how often a browser can send each of its names at once."""
    answer = client.get(path)
    if answer.status_code != 200 or "text/html" not in answer.headers["content-type"]:
        return
    tree = LexborHTMLParser(answer.text)
    for form in tree.css("form[method=post]"):
        own_id = form.attributes.get("id")
        outside: list[LexborNode] = tree.css(f'[form="{own_id}"][name]') if own_id else []
        inside = [one for one in form.css("[name]") if one.attributes.get("form") in {None, own_id}]
        sent = {one.mem_id: one for one in (*inside, *outside) if one.tag in {"input", "select", "textarea"}}.values()
        once = {one.attributes["name"] or "" for one in sent if one.attributes.get("type") == "radio"}
        others = Counter(one.attributes["name"] or "" for one in sent if one.attributes.get("type") != "radio")
        yield form.attributes.get("action") or path, others + Counter(once)
