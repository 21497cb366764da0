"""A web application over a fresh database, and people who use it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from newsletter import settings
from newsletter.bootstrap import Application
from newsletter.confined import Child
from newsletter.database import Database
from newsletter.instance import claim_instance
from newsletter.issues.model import Newsletter
from newsletter.letters.links import Links
from newsletter.letters.templates import Templates
from newsletter.staff import accounts
from newsletter.staff.permissions import LOCAL_OPERATOR, Actor
from newsletter.tables.letters import letter
from newsletter.tables.mail import delivery
from newsletter.web.app import create_app
from subscribers import register
from subscribers.model import MailingList, Subscriber, Subscription
from subscribers.outcomes import Confirmed
from subscribers.tokens import Keyring, Purpose
from tests.conftest import SECRET
from tests.harness.newsroom import a_newsletter
from tests.harness.people import join
from tests.harness.staff import a_session, an_administrator

PUBLIC_URL = "https://news.example.org"
DESK_TOKEN = "the-link-that-serve-prints"
ROOT = Path(__file__).parents[3]


class Hands:
    """A clock whose hands a test moves."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        """Give the moment it shows."""
        return self.moment

    def forward(self, **span: float) -> None:
        """Move the hands by *span*, as `timedelta` takes it."""
        self.moment += timedelta(**span)


@dataclass(frozen=True, slots=True)
class Reader:
    """A confirmed reader and the links in their mail."""

    subscriber: Subscriber
    subscription: Subscription
    unsubscribe: str
    preferences: str


@pytest.fixture
def clock(now: datetime) -> Hands:
    """Give the clock of the application."""
    return Hands(now)


@pytest.fixture(scope="session")
def child() -> Iterator[Child]:
    """Give one child process for all tests."""
    with Child() as started:
        yield started


@pytest.fixture
def application(database: Database, keyring: Keyring, clock: Hands, child: Child, tmp_path: Path) -> Application:
    """Give an application with a relay that nobody speaks to."""
    given = {
        "NEWSLETTER_DATA_DIR": str(tmp_path),
        "NEWSLETTER_PUBLIC_URL": PUBLIC_URL,
        "NEWSLETTER_SECRET_KEY": SECRET,
        "NEWSLETTER_RELAY_URL": "smtp://127.0.0.1:9",
        "NEWSLETTER_TEMPLATES": str(ROOT / "templates"),
    }
    loaded = settings.load(given)
    with database.write() as tx:
        claim_instance(tx, keyring.key_check, clock())
        an_administrator(tx, clock())
    return Application(
        settings=loaded,
        database=database,
        keyring=keyring,
        clock=clock,
        child=child,
        parser=child,
        templates=Templates(loaded.templates, child),
        links=Links(PUBLIC_URL),
    )


@pytest.fixture
def client(application: Application) -> Iterator[TestClient]:
    """Give a browser without cookies that follows no redirect."""
    app = create_app(application, health=lambda: True, desk_token=DESK_TOKEN)
    with TestClient(app, PUBLIC_URL, follow_redirects=False) as opened:
        yield opened


@pytest.fixture
def newsletter(database: Database) -> Newsletter:
    """Give a newsletter with a public list."""
    with database.write() as tx:
        return a_newsletter(tx)


@pytest.fixture
def list_(database: Database, newsletter: Newsletter) -> MailingList:
    """Give the newsletter's list."""
    with database.read() as tx:
        return register.list_by_id(tx, newsletter.list_id)


@pytest.fixture
def reader(database: Database, keyring: Keyring, list_: MailingList, now: datetime) -> Reader:
    """Give somebody who confirmed."""
    with database.write() as tx:
        return a_reader(join(tx, keyring, list_.id, "ann@example.org", now - timedelta(days=30)), keyring)


def a_reader(joined: Confirmed, keyring: Keyring) -> Reader:
    """Give a reader with their links."""
    return Reader(
        joined.subscriber,
        joined.subscription,
        f"/u/{keyring.seal(Purpose.UNSUBSCRIBE, joined.subscription.id)}",
        f"/p/{keyring.seal(Purpose.PREFERENCES, joined.subscriber.id)}",
    )


def standing(database: Database, subscription: Subscription) -> str:
    """Give the state of a subscription in a word."""
    with database.read() as tx:
        found = register.subscription_by_id(tx, subscription.id)
    return found.state.value if found is not None else "unknown"


def planned(database: Database) -> list[str]:
    """Give whom letters are planned for, in order."""
    with database.read() as tx:
        return list(tx.execute(select(delivery.c.email).order_by(delivery.c.id)).scalars())


def letters_planned(database: Database) -> str:
    """Give everything that the planned letters say."""
    with database.read() as tx:
        rows = tx.execute(select(letter.c.subject, letter.c.preheader, letter.c.html, letter.c.text))
        return "\n".join(part for row in rows for part in row)


def at_desk(client: TestClient) -> str:
    """Open the desk in this browser; gives the token that its forms carry."""
    entered = client.post(f"/desk/enter/{DESK_TOKEN}")
    assert 303 == entered.status_code
    return csrf_of(client)


def csrf_of(client: TestClient) -> str:
    """Give the token that the forms of this browser's session carry."""
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/desk/account").text)
    assert found is not None
    return found[1]


def browser_of(application: Application, actor: Actor) -> TestClient:
    """Give a browser in which somebody with the roles of *actor* is signed in; it follows no redirect."""
    client = TestClient(create_app(application, health=lambda: True, desk_token=None, wall=application.clock), PUBLIC_URL)
    client.follow_redirects = False
    with application.database.write() as tx:
        account = accounts.add(tx, actor.name, None, application.clock())
        account = accounts.set_roles(tx, LOCAL_OPERATOR, account, actor.role, actor.roles)
        secret = a_session(tx, account, application.clock())
    client.cookies.set("__Host-newsletter-desk", secret, domain="news.example.org")
    return client
