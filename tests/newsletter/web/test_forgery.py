"""What a foreign page has a signed-in browser do: every line of the table of routes, by HTTP and in Chromium (A11, W03)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
import pytest
from playwright.sync_api import Browser, Response
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select, update

from newsletter.staff import accounts
from newsletter.staff.permissions import Role
from newsletter.tables.issues import issue
from newsletter.tables.mail import delivery
from subscribers.tables.kinds import metadata
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.chaosfeed import ChaosFeed
from tests.harness.chaosfeed import Page as Answer
from tests.harness.house import House, house_of_copy
from tests.harness.pages import ROUTES
from tests.harness.staff import ADMINISTRATOR, a_session
from tests.newsletter.web import test_payloads
from tests.newsletter.web.laden import load
from tests.newsletter.web.test_looks import furnish

COOKIE = "newsletter-desk"
REFUSED = 403

# As many addresses of one line as are tried: the pages of two issues may differ.
MOST_OF_A_LINE = 2

# How a browser asks for what somebody else's page names: a picture, a link, something it may need soon, a script.
MANNERS: tuple[Mapping[str, str], ...] = (
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
    {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Sec-Purpose": "prefetch"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Origin": "https://evil.example", "HX-Request": "true"},
)

# Lines that no page of the house leads to, for whoever is signed in.
APART = {
    "/desk/enter/{token}",
    "/desk/link/{token}",
    "/desk/link/{token}/provider",
    "/desk/sign-in/second",
    "/desk/sign-in/passkey",
    # Asks the provider, and counts that it did; its own tests say what of that is a change.
    "/desk/sign-in/provider",
    "/desk/sign-in/provider/back",
    "/desk/account/second-factor",
    "/desk/account/passkeys/new",
    # Asks the address that it is given.
    "/desk/settings/feeds/try",
    # Ends with the mailing.
    "/desk/issues/{issue_id:int}/stream",
}

# Asked for all the same: what nobody who is in is led to.
UNNAMED = ("/desk/sign-in", "/desk/sign-in/forgotten", "/desk/sign-in/forgotten/sent", "/desk/settings/staff/2/remove")

# Whose page it is, as browsers say it; the last but one says what a browser never would.
STRANGERS: tuple[Mapping[str, str], ...] = (
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "same-site"},
)


KINDS = ("urlencoded", "multipart", "plain", "json", "empty")


@dataclass(frozen=True, slots=True)
class Desk:
    """A house with one of everything, and a browser in which its administrator is signed in."""

    house: House
    client: httpx2.Client
    csrf: str
    # Where its pages begin.
    starts: Sequence[str]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Desk]:
    """Give the product, open, with a row of everything and nothing under way."""
    with house_of_copy(tmp_path_factory.mktemp("forgery"), sqlite_template, "newsletter") as house:
        application = house.application
        with application.database.write() as tx:
            places = furnish(tx, application, application.clock())
            load(tx, application, application.clock())
            accounts.add(tx, "Bo", Role.VIEWER, application.clock(), "bo@example.org")
            # Nothing is mailed meanwhile: whatever is another row afterwards, a page did it.
            tx.execute(update(delivery).where(delivery.c.state == "pending").values(state="cancelled"))
            tx.execute(update(issue).where(issue.c.send_at.is_not(None)).values(send_at=None))
        test_payloads.bring(house)
        with application.database.write() as tx:
            secret = a_session(tx, accounts.find(tx, ADMINISTRATOR), application.clock())
        with httpx2.Client(base_url=house.url, cookies={COOKIE: secret}, timeout=60) as client:
            found = re.search(r'name="csrf" value="([^"]+)"', client.get("/desk/account").text)
            assert found is not None
            yield Desk(house, client, found[1], (*places.values(), *test_payloads.BEHIND, test_payloads.SECOND, *UNNAMED))


def rows(house: House) -> dict[str, list[Any]]:
    """Give every row of every table, but what says that somebody was here, and who looked at whose clicks."""
    with house.application.database.read() as tx:
        kept = {table.name: [dict(row) for row in tx.execute(select(table)).mappings()] for table in metadata.sorted_tables}
    # A mailer says that it is alive.
    del kept["worker"]
    kept["audit"] = [row for row in kept["audit"] if row["act"] != "clicks.people"]
    kept["account_session"] = [{**row, "seen_at": None} for row in kept["account_session"]]
    return {name: [tuple(row.values()) for row in found] for name, found in kept.items()}


def addresses(desk: Desk, starts: Sequence[str]) -> dict[str, list[str]]:
    """Follow every link, frame and piece that is asked for later; gives some addresses of each line of the table of routes."""
    patterns = {line.path: re.compile(spelled(line.path)) for line in ROUTES if "GET" in line.methods and not line.is_stream}
    found: dict[str, list[str]] = {}
    waiting = list(starts)
    while waiting:
        address = waiting.pop(0)
        line = next((path for path, pattern in patterns.items() if pattern.fullmatch(urlsplit(address).path)), None)
        known = found.setdefault(line or "", [])
        if line is None or line in APART or address in known or len(known) == MOST_OF_A_LINE:
            continue
        known.append(address)
        answer = desk.client.get(address)
        if "text/html" in answer.headers.get("content-type", ""):
            waiting += links(answer.text, desk.house.url)
    found.pop("", None)
    return found


def links(html: str, home: str) -> list[str]:
    """Give what a page names of this house."""
    page = LexborHTMLParser(html)
    told = [
        one.attributes.get(name) or ""
        for name in ("href", "src", "hx-get", "data-poll", "data-pictures")
        for one in page.css(f"[{name}]")
    ]
    return [one.removeprefix(home) for one in told if one.removeprefix(home).startswith("/") and not one.startswith("//")]


def spelled(path: str) -> str:
    """Give the pattern of a line."""
    return re.sub(r"\\{\w+\\}", "[^/]+", re.sub(r"\\{\w+:int\\}", r"\\d+", re.escape(path)))


def test_looking_changes_nothing(desk: Desk) -> None:
    """No address does anything by being asked for, whatever asks for it: a link, a picture, a browser that reads ahead."""
    found = addresses(desk, desk.starts)
    before, changed, broken = rows(desk.house), [], []
    for line, ways in found.items():
        for way in ways:
            for manner in MANNERS:
                answer = desk.client.request("HEAD" if "Sec-Purpose" in manner else "GET", way, headers=manner)
                if answer.status_code >= 500:
                    broken.append(f"{way}: {answer.status_code}")
        after = rows(desk.house)
        changed += [f"{line}: {name}" for name in before if before[name] != after[name]]
        before = after

    assert [] == broken
    assert [] == changed
    at_desk = {line.path for line in ROUTES if "GET" in line.methods and line.path.startswith("/desk") and not line.is_stream}
    assert set() == at_desk - found.keys() - APART


def test_no_page_of_the_desk_takes_a_foreign_form(desk: Desk) -> None:
    """Of whatever kind the body is, by whatever address it came from, though it carries the session and its token."""
    lines = [line for line in ROUTES if "POST" in line.methods and line.path.startswith("/desk")]
    before, taken = rows(desk.house), []
    for number, line in enumerate(lines):
        address = re.sub(r"\{\w+(:int)?\}", "1", line.path)
        # A page whose address is a secret needs no other; this one is nobody's.
        wanted = {404, 422} if "{token}" in line.path else {REFUSED, 404}
        for turn, stranger in enumerate(STRANGERS):
            # Each line gets each kind, and in five lines each kind comes from each stranger.
            said, content = body(KINDS[(number + turn) % len(KINDS)], desk.csrf)
            answer = desk.client.post(address, headers={**stranger, **said}, content=content)
            if answer.status_code not in wanted:
                taken.append(f"{address} {stranger} {said}: {answer.status_code}")

    assert [] == taken
    assert before == rows(desk.house)
    assert len(lines) > 100


def body(kind: str, csrf: str) -> tuple[Mapping[str, str], bytes]:
    """Give a form as a foreign page can send it."""
    fields = {"csrf": csrf, "version": "1", "address": "eve@example.org", "password": "a few words in a row"}
    parts = "".join(f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in fields.items())
    plain = "\r\n".join(f"{name}={text}" for name, text in fields.items())
    kinds = {
        "urlencoded": ("application/x-www-form-urlencoded", urlencode(fields)),
        "multipart": ("multipart/form-data; boundary=b", f"{parts}--b--\r\n"),
        "plain": ("text/plain", plain),
        "json": ("application/json", f'{{"csrf": "{csrf}"}}'),
        "empty": ("application/x-www-form-urlencoded", ""),
    }
    said, content = kinds[kind]
    return {"Content-Type": said}, content.encode()


# What a script of a foreign page can send without asking first, and what it can only ask whether it may.
SENT = """
async ([address, fields]) => {
  const form = new URLSearchParams(fields);
  const parts = new FormData();
  for (const [name, text] of Object.entries(fields)) parts.append(name, text);
  const common = {method: "POST", credentials: "include"};
  const told = [];
  for (const [mode, body, headers] of [
    ["cors", form, {}], ["no-cors", form, {}], ["cors", parts, {}], ["no-cors", parts, {}],
    ["no-cors", form.toString(), {"Content-Type": "text/plain"}],
    ["cors", JSON.stringify(fields), {"Content-Type": "application/json"}],
    ["cors", form, {"HX-Request": "true"}],
  ]) {
    try {
      const answer = await fetch(address, {...common, mode, body, headers});
      told.push(answer.type + (await answer.text()));
    } catch (error) {
      told.push(error.name);
    }
  }
  navigator.sendBeacon(address, form);
  for (const kind of ["img", "iframe", "script", "embed"]) {
    const one = document.createElement(kind);
    one.src = address;
    document.body.append(one);
  }
  return told;
}
"""


def forms_to(address: str, fields: Mapping[str, str]) -> str:
    """Write a foreign page with a form of each kind that a browser knows."""
    typed = "".join(f'<input name="{name}" value="{text}">' for name, text in fields.items())
    kinds = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
    return "".join(
        f'<form method="post" enctype="{kind}" action="{address}">{typed}<button>{kind}</button></form>' for kind in kinds
    )


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_no_foreign_page_presses_a_button(browser: Browser, desk: Desk, name: str) -> None:  # noqa: F811 -- the fixture
    """By a form of any kind, by a script, a beacon or a picture; at the same name the session is sent along even."""
    context = browser.new_context()
    secret = desk.client.cookies[COOKIE]
    context.add_cookies([{"name": COOKIE, "value": secret, "url": desk.house.url, "sameSite": "Lax", "httpOnly": True}])
    page, statuses = context.new_page(), []

    def note(answer: Response) -> None:
        if answer.request.method == "POST" and answer.url.startswith(desk.house.url):
            statuses.append(answer.status)

    before = rows(desk.house)
    with ChaosFeed() as foreign:
        for path in ("/desk/issues/1/resume", "/desk/account/name", "/desk/settings/staff/new"):
            address = desk.house.url + path
            fields = {"csrf": desk.csrf, "version": "1", "name": "Eve", "address": "eve@example.org", "role": "admin"}
            home = foreign.put("/", Answer(forms_to(address, fields).encode(), "text/html")).replace("127.0.0.1", name)
            page.on("response", note)
            for number in range(3):
                page.goto(home)
                page.get_by_role("button").nth(number).click()
                page.wait_for_url(address)
                # From another site the browser does not even say who it is.
                assert page.locator("h1").inner_text() in {"This form was not accepted", "You are signed out"}
            page.goto(home)
            told = page.evaluate(SENT, [address, fields])
            page.remove_listener("response", note)
            # Nothing of an answer can be read: refused by the browser, or opaque.
            assert {"TypeError", "opaque"} == set(told)
    context.close()

    assert {REFUSED} == set(statuses)
    assert before == rows(desk.house)
