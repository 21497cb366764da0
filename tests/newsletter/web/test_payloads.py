"""Every field of the database that somebody may fill in is an attack, and Chromium opens every page of the desk."""

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Dialog, Page
from sqlalchemy import Text, cast, literal, update

from newsletter.staff import accounts
from newsletter.staff.permissions import Role
from newsletter.web.desk.routes import ROUTES
from subscribers.tables.kinds import metadata
from subscribers.transaction import Transaction
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.house import House, house_of_copy
from tests.newsletter.web import test_attacks
from tests.newsletter.web.test_looks import enter, furnish

CANARY = "https://canary.example"
EVIL = (
    f"\"'></title></textarea></template><script>alert(1)</script><script src={CANARY}/s.js></script>"
    f"<img src={CANARY}/i onerror=alert(1)><svg onload=alert(1)><a href=javascript:alert(1)>x</a>{{{{7*7}}}}${{7*7}}"
)

# What editors, guests, readers, feeds, mail servers and strangers write, by table.
WRITTEN: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "account": ["name"],
        "alert": ["text"],
        "approval": ["approved_by", "override_reason"],
        "article": ["title", "byline", "affiliation", "picture_alt", "picture_credit", "portrait_alt"],
        "attempt": ["reply"],
        "attribute": ["label"],
        "audit": ["actor", "act", "subject"],
        "author": ["name", "affiliation"],
        "author_alias": ["alias"],
        "contribution": ["section", "title", "byline", "affiliation", "text", "picture_alt", "picture_credit"],
        "delivery": ["name", "reply", "note"],
        "delivery_answer": ["text"],
        "departure": ["reason"],
        "erratum": ["text", "published_by"],
        "feed": ["title", "trouble", "etag", "last_modified"],
        "guest_link": ["name", "invited_by"],
        "image": ["name", "alt", "credit", "source"],
        "import_run": ["source", "basis"],
        "import_work": ["owner", "source", "trouble"],
        "issue": ["title", "subject", "preheader"],
        "issue_version": ["written_by", "deed"],
        "link_check": ["reason"],
        "mailing_list": ["name", "description", "sender_name"],
        "newsletter": ["name", "sender_name", "postal_address"],
        "notice_words": ["subject", "heading", "text"],
        "post": ["guid", "title", "feed_title", "author", "byline", "summary", "content", "date_doubt"],
        "post_revision": ["title", "feed_title", "author", "byline", "summary", "content"],
        "relay": ["name", "username"],
        "review_comment": ["author", "text", "resolved_by", "answer"],
        "section": ["title", "planned"],
        "segment": ["name", "made_by"],
        "slot": ["note"],
        "snippet": ["name", "title", "content"],
        "subscriber": ["name"],
        "topic": ["name", "description"],
    },
)

GETS = tuple(line for line in ROUTES if "GET" in line.methods)

# Lines that no link of this house leads to.
UNLINKED: Mapping[str, str] = MappingProxyType(
    {
        "/desk/enter/{token}": "its token was used to come in",
        "/desk/link/{token}": "its token is in a mail",
        "/desk/sign-in": "whoever is in has no need of it",
        "/desk/sign-in/forgotten": "the same",
        "/desk/sign-in/forgotten/sent": "the same",
        "/desk/sign-in/second": "the same",
        "/desk/sign-in/passkey": "the same",
        "/desk/sign-in/provider": "there is none",
        "/desk/sign-in/provider/back": "the same",
        "/desk/link/{token}/provider": "the same",
        "/desk/account/second-factor": "no secret for one is being shown",
        "/desk/account/passkeys/new": "none is being made",
        "/desk/issues/{issue_id:int}/stream": "ends with the mailing; its frames are the page that is asked for instead",
        "/desk/issues/{issue_id:int}/articles/{article_id:int}/pictures": "answers a script in JSON",
        "/samples/{name}": "a picture of ours",
        "/desk/people/imports/files/{work_id:int}": "no file is being taken in",
        "/desk/people/imports/files/{work_id:int}/left-out.csv": "the same",
        "/desk/people/imports/{import_id:int}": "none was taken in",
        "/desk/people/suppression/files/{work_id:int}": "no file is being taken in",
        "/desk/people/suppression/files/{work_id:int}/left-out.csv": "the same",
        "/desk/settings/feeds/try": "asks the address that it is given",
        "/desk/settings/questions/{key}/people": "nothing is asked",
        "/desk/settings/questions/{key}/remove": "the same",
        "/desk/settings/relays/{name}/remove": "there is but the relay of the setting",
    },
)
# What pages ask for behind themselves, and what is known by its address alone.
BEHIND = (
    "/desk/issues/1/live",
    "/desk/issues/1/uncertain",
    "/desk/issues/1/figures/domains",
    "/desk/issues/1/figures/clicks",
    "/desk/issues/2/send/count",
    "/desk/settings/lists/1/people",
    # Somebody else's: of oneself there is less to be done.
    "/desk/settings/staff/2",
)

FILES = {"csv", "json"}
# A button of ours may lead to another page of ours.
ACTING = test_attacks.ACTING.replace("[formaction]", "[formaction]:not([formaction^='/desk/'])")

# Every address on a page that a person can come to.
FOLLOW = "[...document.querySelectorAll('a[href], iframe[src]')].map(one => one.href || one.src)"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[tuple[House, tuple[str, ...]]]:
    """Give the product, open, and where to begin: with too much of everything, and all of it an attack."""
    with house_of_copy(tmp_path_factory.mktemp("payloads"), sqlite_template, "newsletter") as opened:
        with opened.application.database.write() as tx:
            places = furnish(tx, opened.application, opened.application.clock())
            accounts.add(tx, "Bo", Role.VIEWER, opened.application.clock(), "bo@example.org")
            poison(tx)
        yield opened, (*(path for path in places.values() if path.startswith("/desk")), *BEHIND)


def poison(tx: Transaction) -> None:
    """Write the attack into every field, with the number of its row where no two may be alike."""
    for name, columns in WRITTEN.items():
        table = metadata.tables[name]
        [key, *_] = table.primary_key.columns
        tx.execute(update(table).values({column: literal(EVIL) + cast(key, Text) for column in columns}))
    delivery = metadata.tables["delivery"]
    tx.execute(update(delivery).where(delivery.c.state == "accepted").values(state="uncertain", settled_at=None))


def follow(page: Page, house: House, starts: Sequence[str]) -> dict[str, str]:
    """Open every page of the desk that a link leads to, one of each line of the route table; gives its address by line."""
    patterns = {line.path: re.compile(_spelled(line.path)) for line in GETS}
    opened: dict[str, str] = {}
    waiting = deque(starts)
    while waiting:
        path = waiting.popleft()
        line = next((line for line, pattern in patterns.items() if pattern.fullmatch(urlsplit(path).path)), None)
        if line is None or line in opened:
            continue
        opened[line] = path
        look(page, house, path)
        waiting += [found.removeprefix(house.url) for found in page.evaluate(FOLLOW) if found.startswith(f"{house.url}/desk")]
    return opened


def _spelled(path: str) -> str:
    numbers = re.sub(r"\\{\w+:int\\}", r"\\d+", re.escape(path))
    return re.sub(r"\\{\w+\\}", "[^/]+", numbers)


def look(page: Page, house: House, path: str) -> None:
    """Open one page, with what is asked for later; a file is only asked for."""
    if (urlsplit(path).path.rpartition(".")[2]) in FILES:
        assert "attachment" in page.request.get(house.url + path).headers["content-disposition"], path
        return
    answer = page.goto(house.url + path, wait_until="networkidle")

    assert answer is not None
    assert 200 == answer.status, path
    assert [] == page.eval_on_selector_all(ACTING, "all => all.map(one => one.outerHTML)"), path


def test_no_field_becomes_a_script(browser: Browser, house: tuple[House, tuple[str, ...]]) -> None:  # noqa: F811 -- the fixture
    """Whatever it is and whoever wrote it, on every page a link of the desk leads to (A02, A03, W02)."""
    opened, starts = house
    page = browser.new_context().new_page()
    dialogs: list[str] = []
    asked: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.on("request", lambda request: asked.append(request.url))
    enter(page, opened)
    seen = follow(page, opened, starts)

    assert [] == dialogs
    assert [] == [url for url in asked if not url.startswith((opened.url, "data:"))]
    assert UNLINKED.keys() == {line.path for line in GETS} - seen.keys()
