"""An instance with a newsletter, a schedule and a blog that is served over HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter.bootstrap import Application
from newsletter.clock import MovableClock
from newsletter.feeds import store as feeds
from newsletter.issues import alerts, schedulebook, store, timetable
from newsletter.issues.model import Issue, Newsletter
from newsletter.issues.recurrence import parse_recurrence, parse_wall_time
from newsletter.issues.schedule import SlotState, WhenEmpty
from newsletter.review import approval
from newsletter.staff.permissions import LOCAL_OPERATOR
from newsletter.tables.issues import slot
from tests.harness.chaosfeed import ChaosFeed, Page
from tests.harness.instance import environment, opened
from tests.harness.newsroom import a_newsletter
from tests.harness.people import join
from tests.harness.wordpress import Blog, BlogPost

# A Monday. The first slot is Monday 6 January, 09:00 in Amsterdam, and is drafted a week before.
START = datetime(2019, 12, 23, 8, 0, tzinfo=UTC)
DRAFT_AT = datetime(2019, 12, 30, 8, 0, tzinfo=UTC)
SEND_AT = datetime(2020, 1, 6, 8, 0, tzinfo=UTC)
KEY = "2020-01-06T09:00"


@dataclass
class Stage:
    """What a test of the worker moves on."""

    application: Application
    clock: MovableClock
    chaos: ChaosFeed
    blog: Blog
    newsletter: Newsletter

    def slot_state(self) -> SlotState | None:
        """Give how the slot of January stands; None while it is not recorded."""
        with self.application.database.read() as tx:
            state = tx.execute(select(slot.c.state).where(slot.c.slot_key == KEY)).scalar_one_or_none()
        return SlotState(state) if state else None

    def issues(self) -> list[Issue]:
        """Give all issues, the first first."""
        with self.application.database.read() as tx:
            return [store.load(tx, line.id) for line in reversed(store.issues_of(tx, None))]

    def alerts(self) -> list[str]:
        """Give the keys of what waits for a person."""
        with self.application.database.read() as tx:
            return [alert.key for alert in alerts.open_alerts(tx)]

    def approve(self, issue_id: int) -> None:
        """Approve an issue although its letter is missing."""
        application = self.application
        with application.database.write() as tx:
            seed = application.keyring.derive("slots")
            looked = approval.look_over(tx, application.templates, issue_id, links=application.links, seed=seed)
            approval.approve(tx, looked, LOCAL_OPERATOR, application.clock(), override_reason="The letter comes later.")

    def break_blog(self, *, is_broken: bool = True) -> None:
        """Let the blog answer 503, or take that back."""
        for path in list(self.chaos._answers):  # noqa: SLF001 -- whatever the blog has put there
            self.chaos.put(path, Page(b"", "text/plain", 503) if is_broken else self.blog.answer)


@pytest.fixture
def stage(database_url: str, tmp_path: Path) -> Iterator[Stage]:
    """Give an instance on 23 December 2019, whose newsletter is due on first Mondays; two people read it."""
    blog = Blog([a_post(1, 3, "Conferences in winter by Ann Other"), a_post(2, 17, "A year in pictures")])
    with ChaosFeed() as chaos, opened(environment(database_url, tmp_path), START) as (application, clock):
        with application.database.write() as tx:
            newsletter = a_newsletter(tx)
            feeds.add(tx, newsletter.id, blog.mount(chaos), START)
            schedulebook.set_schedule(
                tx,
                timetable.propose(
                    newsletter.id,
                    parse_recurrence("first monday"),
                    parse_wall_time("09:00"),
                    newsletter.zone,
                    timedelta(days=7),
                    None,
                    WhenEmpty.SKIP,
                    START,
                ),
            )
            join(tx, application.keyring, newsletter.list_id, "ann@example.net", START)
            join(tx, application.keyring, newsletter.list_id, "bob@example.net", START)
        yield Stage(application, clock, chaos, blog, newsletter)


def a_post(number: int, day: int, title: str) -> BlogPost:
    """Give a post of December 2019."""
    return BlogPost(number, title, datetime(2019, 12, day, 10, 0, tzinfo=UTC), categories=("Resources",))
