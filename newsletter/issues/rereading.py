"""Reads the feeds of a newsletter at the moments that count: when a month is drafted, and before somebody approves it."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from newsletter.clock import Clock
from newsletter.confined import Child
from newsletter.database import Database
from newsletter.feeds.gather import gather
from newsletter.feeds.model import Gathered
from newsletter.issues.model import Issue, Month
from newsletter.outbound import FetchPolicy
from subscribers.sentence import say

# Somebody stands waiting. In seconds.
LONGEST = 20.0

Tell = Callable[[Gathered], None]


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads feeds while somebody waits; blocks for *within* seconds at most."""

    database: Database
    policy: FetchPolicy
    child: Child
    clock: Clock
    within: float = LONGEST

    def read(self, newsletter_id: int, month: Month | None, tell: Tell | None = None) -> tuple[str, ...]:
        """Read a newsletter's month from its feeds, past all caches, and give in words what could not be read.

        *tell* is called with each feed that was read, or could not be.
        """
        reading = gather(
            self.database,
            self.policy,
            self.child,
            self.clock,
            newsletter_id=newsletter_id,
            month=month,
            force=True,
            progress=tell,
        )
        try:
            gathered = asyncio.run(_within(reading, self.within))
        except TimeoutError:
            return (say("The feeds did not answer in full within %(within)s seconds.", within=f"{self.within:g}"),)
        return tuple(f"{one.feed.url}: {one.trouble}" for one in gathered if not one.went_well)

    def read_again(self, issue: Issue, tell: Tell | None = None) -> tuple[str, ...]:
        """Read the month of an issue once more, as `read` does; one without posts has nothing to be read.

        What a feed says otherwise is kept as a revision and offered (`revised.changes_of`); the issue itself is not touched.
        """
        if all(article.post_id is None for article in issue.articles):
            return ()
        return self.read(issue.newsletter_id, Month.parse(issue.month) if issue.month else None, tell)


async def _within(reading: Coroutine[None, None, tuple[Gathered, ...]], seconds: float) -> tuple[Gathered, ...]:
    async with asyncio.timeout(seconds):
        return await reading
