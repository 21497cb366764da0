"""A child in which pictures are read, and a server that has them."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from newsletter.confined import Child
from newsletter.database import Database
from newsletter.images.fetching import Bringer
from newsletter.outbound import FetchPolicy
from tests.harness.chaosfeed import ChaosFeed


@pytest.fixture(scope="session")
def child() -> Iterator[Child]:
    """Give the one process in which all tests read pictures."""
    with Child() as running:
        yield running


@pytest.fixture
def chaos() -> Iterator[ChaosFeed]:
    """Give a server that answers as told."""
    with ChaosFeed() as server:
        yield server


@pytest.fixture
def bringer(database: Database, child: Child, now: datetime) -> Bringer:
    """Give who fetches from loopback, once on each kind of database."""
    return Bringer(database, FetchPolicy(allow_loopback=True, seconds=10), child, lambda: now)
