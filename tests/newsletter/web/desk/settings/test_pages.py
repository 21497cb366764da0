"""Every page of the settings, with nothing, with something, and with too much."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

import pytest
from selectolax.lexbor import LexborHTMLParser

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.feeds import store as feeds
from newsletter.issues import newsletters, planning
from newsletter.issues.model import Newsletter, SectionKind, SectionPlan
from newsletter.mail import relaybook
from newsletter.mail.relays import Relay, Tls
from newsletter.staff import accounts
from newsletter.staff.permissions import Role
from newsletter.strongbox import Strongbox
from newsletter.web.desk.settings.routes import ROUTES
from newsletter.web.visits import GET, POST
from subscribers import attributebook, topicbook
from subscribers.attributes import AttributeKind
from subscribers.tokens import Keyring
from tests.harness.hooked import told
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.conftest import OpenDesk

PASSWORD = "s3cr3t-of-a-relay"
HOSTILE = "<script>alert(1)</script>“مرحبا”" + "a" * 60


@dataclass(frozen=True, slots=True)
class House:
    """What the addresses of pages name."""

    newsletter_id: int
    list_id: int
    feed_id: int
    topic_id: int
    account_id: int
    place: int = 1
    name: str = "main"
    key: str = "library"
    hook_id: int = 1
    telling_id: int = 1

    def address(self, path: str) -> str:
        """Give the address of a page for what is here."""
        for field in ("newsletter_id", "list_id", "feed_id", "topic_id", "account_id", "place", "hook_id", "telling_id"):
            path = path.replace(f"{{{field}:int}}", str(getattr(self, field)))
        return path.replace("{name}", self.name).replace("{key}", self.key)


@pytest.fixture
def house(application: Application, database: Database, keyring: Keyring, newsletter: Newsletter, clock: Hands) -> House:
    """Give an instance with one of everything, each named as an attacker would."""
    with database.write() as tx:
        feed = feeds.add(tx, newsletter.id, "https://blog.example.org/feed/", clock())
        feeds.record_trouble(tx, feed.id, trouble=f"answered 503 {HOSTILE}", failures=2, not_before=clock())
        attributebook.define(tx, "library", AttributeKind.CHOICE, clock(), label=HOSTILE, choices=["Public", HOSTILE])
        topic = topicbook.add(tx, newsletter.list_id, HOSTILE, description=HOSTILE)
        relay = Relay(host="mail.example.org", port=587, tls=Tls.STARTTLS, username="news", password=PASSWORD, name="main")
        relaybook.add(tx, relay, Strongbox.of(keyring), clock())
        told(tx, application.keyring, clock(), "https://crm.example.org/in?a=<script>alert(1)</script>")
        plan = [*newsletter.plan, SectionPlan(HOSTILE, SectionKind.ARTICLES)]
        newsletters.set_plan(tx, newsletter.id, plan)
        assert planning.stamp(plan)
        colleague = accounts.add(tx, HOSTILE, Role.VIEWER, clock(), "bo@example.org")
    return House(newsletter.id, newsletter.list_id, feed.id, topic.id, colleague.id)


PLAIN = [
    page.path
    for page in ROUTES
    if page.methods == GET and page.permission is not None and page.path != "/desk/settings/domains/look"
]


@pytest.mark.parametrize("path", PLAIN)
def test_a_page_shows_what_anybody_typed_as_text(desk: OpenDesk, house: House, path: str) -> None:
    """No name, trouble or label becomes an element of a page."""
    answer = desk.client.get(house.address(path))

    assert 200 == answer.status_code or "feeds/try" in path
    assert "<script>alert" not in answer.text
    assert PASSWORD not in answer.text


@pytest.mark.parametrize("path", [one for one in PLAIN if "{" not in one])
def test_a_page_of_an_empty_instance(desk: OpenDesk, path: str) -> None:
    """Is there, and says what to do next."""
    assert desk.client.get(path).status_code in {200, 422}


POSTS = {page.path: page for page in ROUTES if page.methods == POST}


def named(path: str) -> re.Pattern[str]:
    """Give the pattern of the addresses of a page."""
    return re.compile(re.sub(r"\\\{\w+(:int)?\\\}", "[^/]+", re.escape(path)))


@pytest.mark.parametrize("path", PLAIN)
def test_every_form_sends_what_its_page_takes(desk: OpenDesk, house: House, path: str) -> None:
    """And nothing else: a field that no form has is refused (A39)."""
    for form in LexborHTMLParser(desk.client.get(house.address(path)).text).css("main form[method=post]"):
        action = form.attributes["action"] or ""
        # Of two that fit, the one that is spelled out answers.
        taken = min(
            (one for known, one in POSTS.items() if named(known).fullmatch(action)), key=lambda one: one.path.count("{")
        )
        sent = {one.attributes["name"] or "" for one in form.css("[name]")} - {"csrf"}

        assert taken.fields is not None, action
        assert not [name for name in sent if not any(fnmatchcase(name, one) for one in taken.fields)], action
        assert 422 == desk.press(action, power="admin").status_code
