"""What tests of feeds share: a child for the parser, a server, a newsletter, and a way to gather."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from newsletter.confined import Child
from newsletter.database import Database
from newsletter.feeds import store
from newsletter.feeds.discovery import YearAndMonth
from newsletter.feeds.gather import gather
from newsletter.feeds.model import Feed, Gathered, Post
from newsletter.issues import newsletters
from newsletter.outbound import FetchPolicy
from subscribers import register
from tests.harness.chaosfeed import ChaosFeed

MATERIAL = Path(__file__).parents[2] / "material" / "feeds"


@pytest.fixture(scope="session")
def child() -> Iterator[Child]:
    """Give the one process in which all tests parse."""
    with Child() as running:
        yield running


@pytest.fixture
def chaos() -> Iterator[ChaosFeed]:
    """Give a server that answers as told."""
    with ChaosFeed() as server:
        yield server


@pytest.fixture
def material() -> Callable[[str], bytes]:
    """Give the bytes of a sample by its name."""

    def read(name: str) -> bytes:
        return (MATERIAL / name).read_bytes()

    return read


@dataclass
class Desk:
    """A newsletter whose feeds are gathered from loopback, at a moment the test chooses."""

    database: Database
    child: Child
    newsletter_id: int
    now: datetime
    policy: FetchPolicy = field(default_factory=lambda: FetchPolicy(allow_loopback=True, seconds=10))
    parse_seconds: float = 10

    def add(self, url: str) -> Feed:
        """Add a feed."""
        with self.database.write() as tx:
            return store.add(tx, self.newsletter_id, url, self.now)

    def gather(self, month: YearAndMonth | None = None, *, force: bool = False) -> tuple[Gathered, ...]:
        """Read all feeds."""
        return asyncio.run(
            gather(
                self.database,
                self.policy,
                self.child,
                lambda: self.now,
                newsletter_id=self.newsletter_id,
                month=month,
                force=force,
                parse_seconds=self.parse_seconds,
            )
        )

    def posts(self) -> tuple[Post, ...]:
        """Give all posts of the newsletter, oldest first."""
        with self.database.read() as tx:
            return store.posts_between(tx, self.newsletter_id, self.now.replace(year=1990), self.now.replace(year=2090))

    def titles(self) -> list[str]:
        """Give the titles of all posts, oldest first."""
        return [post.entry.title for post in self.posts()]


def open_desk(database: Database, child: Child, now: datetime) -> Desk:
    """Make a newsletter of Amsterdam without feeds."""
    with database.write() as tx:
        people = register.create_list(tx, "Readers", now)
        made = newsletters.create(
            tx,
            name="The Update",
            sender_name="The Section",
            sender_address="news@example.org",
            list_id=people.id,
            postal_address="1 Street, Town",
            zone="Europe/Amsterdam",
            now=now,
        )
    return Desk(database, child, made.id, now)


@pytest.fixture
def desk(database: Database, child: Child, now: datetime) -> Desk:
    """Give a newsletter without feeds, once on each kind of database."""
    return open_desk(database, child, now)


@pytest.fixture
def sqlite_desk(sqlite_url: str, child: Child, now: datetime) -> Iterator[Desk]:
    """Give a newsletter without feeds on SQLite, for tests in which the database makes no difference."""
    database = Database(sqlite_url)
    yield open_desk(database, child, now)
    database.close()
