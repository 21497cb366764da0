"""A page has one connection to the database at a time: two for each, and a few pages at once would wait for each other."""

import re
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

from newsletter.issues.model import Issue
from newsletter.web.desk.routes import ROUTES
from newsletter.web.visits import GET
from tests.newsletter.web.desk.conftest import OpenDesk

# They ask the DNS or a feed, end the session, or never end.
LEFT_OUT = frozenset({"/desk/settings/domains/look", "/desk/settings/feeds/try", "/desk/settings/feeds/{feed_id:int}/test"})


class Held:
    """How many connections each thread has, and the most that one ever had."""

    def __init__(self) -> None:
        self.now = threading.local()
        self.most = 0

    def out(self, *_: object) -> None:
        """Count one that is taken."""
        self.now.count = getattr(self.now, "count", 0) + 1
        self.most = max(self.most, self.now.count)

    def back(self, *_: object) -> None:
        """Count one that is given back."""
        self.now.count = getattr(self.now, "count", 0) - 1


@pytest.fixture
def held() -> Iterator[Held]:
    """Give a count of the connections in use from here on."""
    counted = Held()
    event.listen(Pool, "checkout", counted.out)
    event.listen(Pool, "checkin", counted.back)
    yield counted
    event.remove(Pool, "checkout", counted.out)
    event.remove(Pool, "checkin", counted.back)


def test_no_page_takes_a_second_connection(desk: OpenDesk, ready: Issue, held: Held) -> None:
    """Every page that is looked at, of an issue with articles, or of whatever else has the number one."""
    greedy = []
    for page in ROUTES:
        if page.methods != GET or page.is_stream or page.path in LEFT_OUT:
            continue
        ids = {"issue_id": ready.id, "article_id": ready.articles[0].id, "section_id": ready.sections[0].id}
        held.most = 0
        desk.client.get(re.sub(r"\{(\w+)(?::int)?\}", lambda found: str(ids.get(found[1], 1)), page.path))  # noqa: B023 -- called at once
        if held.most > 1:
            greedy.append(page.path)

    assert [] == greedy
