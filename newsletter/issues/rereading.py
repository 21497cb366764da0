"""Reads the feeds of an issue once more at the moment that counts: before somebody approves it."""

import asyncio
from collections.abc import Coroutine

from newsletter.clock import Clock
from newsletter.confined import Child
from newsletter.database import Database
from newsletter.feeds.gather import gather
from newsletter.feeds.model import Gathered
from newsletter.issues.model import Issue, Month
from newsletter.outbound import FetchPolicy

# Somebody stands waiting. In seconds.
LONGEST = 20.0


def read_again(
    database: Database, policy: FetchPolicy, child: Child, clock: Clock, issue: Issue, *, within: float = LONGEST
) -> tuple[str, ...]:
    """Read an issue's month from its feeds, past all caches, and give in words what could not be read.

    What a feed says otherwise is kept as a revision and offered (`revised.changes_of`); the issue itself is not touched.
    Blocks for *within* seconds at most. An issue without posts has nothing to be read.
    """
    if all(article.post_id is None for article in issue.articles):
        return ()
    month = Month.parse(issue.month) if issue.month else None
    reading = gather(database, policy, child, clock, newsletter_id=issue.newsletter_id, month=month, force=True)
    try:
        gathered = asyncio.run(_within(reading, within))
    except TimeoutError:
        return (f"The feeds did not answer in full within {within:g} seconds.",)
    return tuple(f"{one.feed.url}: {one.trouble}" for one in gathered if not one.went_well)


async def _within(reading: Coroutine[None, None, tuple[Gathered, ...]], seconds: float) -> tuple[Gathered, ...]:
    async with asyncio.timeout(seconds):
        return await reading
