"""What is typed is an attack and comes back in the answer: refused forms, searches without a result, files that are none (W02).

What is kept and shown later is attacked in `test_payloads.py`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from urllib.parse import parse_qs, quote, urlencode, urljoin, urlsplit

import httpx2
import pytest
from playwright.sync_api import Browser, Dialog, Page, Route
from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsletter.web.visits import Page as Line
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.pages import ROUTES
from tests.newsletter.web.test_forgery import COOKIE, Desk, addresses, desk, spelled  # noqa: F401 -- a fixture
from tests.newsletter.web.test_parameters import ASKING_ELSEWHERE, names
from tests.newsletter.web.test_payloads import ACTING, EVIL
from tests.newsletter.web.test_returned import LEAVES, typed_in

# What the attack leaves in an answer, however it is made harmless.
TRACE = "alert(1)"
# A file that is no picture and no list of people, and is called like the attack.
FILE = (f"{EVIL}.svg", f"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>{EVIL}</svg>".encode())
# What somebody types into; whatever else a form holds goes as the page has it.
TYPED = "input[type=text], input[type=search], input[type=email], input[type=url], input:not([type]), textarea"
# Takes away what other forms are about, or who sends them: pressed behind all others.
ENDING = re.compile(r"remove|erase|cancel|revoke|withdraw|undo|delete|out|password|sessions|factor|/u/|/d/")

BROKEN = 500


@dataclass(frozen=True, slots=True)
class Sending:
    """A form as it is sent."""

    line: str
    to: str
    fields: Mapping[str, str]
    # The names of its files.
    files: Sequence[str] = field(default=())

    def send(self, client: httpx2.Client) -> httpx2.Response:
        """Send it."""
        if self.files:
            return client.post(self.to, data=dict(self.fields), files=dict.fromkeys(self.files, FILE))
        return client.post(self.to, data=dict(self.fields))


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of the house."""

    line: str
    way: str
    html: str


@pytest.fixture(scope="module", autouse=True)
def without_waiting() -> Iterator[None]:
    """Let answers leave at once."""
    hurried = tuple(replace(page, answers_after=0.0) for page in ROUTES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("newsletter.web.app.ROUTES", hurried)
        yield


@pytest.fixture(scope="module")
def shown(desk: Desk) -> Sequence[Shown]:  # noqa: F811 -- the fixture
    """Give some pages of each line."""
    found = [(line, way, desk.client.get(way)) for line, ways in addresses(desk, desk.starts).items() for way in ways]
    return [Shown(line, way, one.text) for line, way, one in found if "text/html" in one.headers.get("content-type", "")]


@pytest.fixture
def page(browser: Browser, desk: Desk) -> Iterator[Page]:  # noqa: F811 -- the fixtures
    """Give a tab in which the administrator is signed in, and which fails the test that runs anything."""
    context = browser.new_context()
    context.add_cookies([{"name": COOKIE, "value": desk.client.cookies[COOKIE], "url": desk.house.url}])
    opened = context.new_page()
    dialogs: list[str] = []
    asked: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    opened.on("dialog", dismiss)
    opened.on("request", lambda request: asked.append(request.url))
    yield opened
    context.close()

    assert [] == dialogs
    assert [] == [url for url in asked if not url.startswith((desk.house.url, "data:", "blob:"))]


def forms_of(html: str, path: str) -> Iterator[Sending]:
    """Give each form of a page with the attack in every field that is typed into, once for each of its buttons."""
    for form in LexborHTMLParser(html).css("form[method=post]"):
        to = form.attributes.get("action") or path
        line = line_of(to)
        if line is None or to == LEAVES or line.path in ASKING_ELSEWHERE:
            continue
        kept = {name: value for one in form.css("input, textarea, select") for name, value in typed_in(one)}
        evil = {one.attributes["name"] or "": EVIL for one in form.css(TYPED) if "name" in one.attributes}
        files = tuple(one.attributes.get("name") or "" for one in form.css("input[type=file]"))
        for pressed in buttons(form):
            yield Sending(line.path, to, {**kept, **pressed, **evil}, files)


def buttons(form: LexborNode) -> list[dict[str, str]]:
    """Give what each button of a form says."""
    named = [{one.attributes["name"] or "": one.attributes.get("value") or ""} for one in form.css("button[name]")]
    return named or [{}]


def line_of(address: str) -> Line | None:
    """Give the line of the route table that takes a form sent there."""
    path = urlsplit(address).path
    return next((line for line in ROUTES if "POST" in line.methods and re.fullmatch(pattern(line), path)), None)


def pattern(line: Line) -> str:
    """Give what an address of a line looks like."""
    return spelled(line.path)


def whole(line: Line, csrf: str) -> Sending:
    """Give a form with the attack in every field that a line takes, those that nobody sees as well."""
    fields = [one.replace("*", "1") for one in line.fields or ("email", "name", "text", "list", "why")]
    files = tuple(one for one in fields if "file" in one) if line.takes_uploads else ()
    evil = {name: EVIL for name in fields if name not in files}
    return Sending(line.path, re.sub(r"\{\w+(:int)?\}", "1", line.path), {**evil, "csrf": csrf}, files)


def show(page: Page, answer: httpx2.Response) -> None:
    """Open an answer in the browser, as it came and with what it says of itself."""

    def fulfil(route: Route) -> None:
        headers = {name: value for name, value in answer.headers.items() if name not in {"content-length", "content-encoding"}}
        route.fulfill(status=answer.status_code, headers=headers, body=answer.content)

    address = str(answer.url)
    # Not by the address itself: what stands in it is a pattern there.
    page.route(lambda asked: asked == address, fulfil, times=1)
    page.goto(address, wait_until="load")

    assert [] == page.eval_on_selector_all(ACTING, "all => all.map(one => one.outerHTML)"), address


def tells_it(answer: httpx2.Response) -> bool:
    """Whether an answer is a page that holds what was typed."""
    return "text/html" in answer.headers.get("content-type", "") and TRACE in answer.text


def test_no_search_and_no_address_runs_what_stands_in_it(
    page: Page,
    desk: Desk,  # noqa: F811 -- the fixture
    shown: Sequence[Shown],
) -> None:
    """Each page with the attack in each of its parameters, in all there are, and as an address that is not there."""
    known = parameters(shown)
    told = set()
    for path, line in {urlsplit(one.way).path: one.line for one in shown}.items():
        alone = [{name: EVIL} for name in sorted(known.get(path, ()))]
        queries = [f"{path}?{urlencode(one)}" for one in (*alone, dict.fromkeys(names(), EVIL))]
        for way in (*queries, f"{path}/{quote(EVIL, safe='')}"):
            answer = desk.client.get(way)
            assert answer.status_code < BROKEN, way
            if tells_it(answer):
                told.add(f"{line} {answer.status_code}")
                show(page, answer)

    assert len(told) > 15


def test_no_form_runs_what_was_typed_into_it(
    page: Page,
    desk: Desk,  # noqa: F811 -- the fixture
    shown: Sequence[Shown],
) -> None:
    """Each form of each page as it stands there, by each of its buttons, and again with the attack in all of its fields."""
    found = chain.from_iterable(forms_of(one.html, one.way) for one in shown)
    # A form that many pages have is sent once.
    sendings = {(one.line, *sorted(one.fields)): one for one in found}.values()
    lines = [line for line in ROUTES if "POST" in line.methods and line.path not in {LEAVES, *ASKING_ELSEWHERE}]
    told = set()
    for one in (*sorted(sendings, key=lambda one: bool(ENDING.search(one.to))), *(whole(line, desk.csrf) for line in lines)):
        answer = one.send(desk.client)
        assert answer.status_code < BROKEN, one.line
        if tells_it(answer):
            told.add(f"{one.line} {answer.status_code}")
            show(page, answer)

    assert 200 == desk.client.get("/desk/account").status_code
    assert len(told) > 30


def parameters(shown: Sequence[Shown]) -> dict[str, set[str]]:
    """Give, by its path, what each page is asked with: by the fields of forms, and by links."""
    known: dict[str, set[str]] = {}
    for one in shown:
        html = LexborHTMLParser(one.html)
        for form in html.css("form:not([method=post])"):
            to = urlsplit(form.attributes.get("action") or one.way).path
            known.setdefault(to, set()).update(field.attributes["name"] or "" for field in form.css("[name]"))
        for link in html.css("a[href*='?']"):
            asked = urlsplit(urljoin(one.way, link.attributes.get("href") or ""))
            known.setdefault(asked.path, set()).update(parse_qs(asked.query))
    return known
