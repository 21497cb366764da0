"""Row R01 at the places of the clock: the worker dies between a slot and its issue; one issue comes of it all the same."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from newsletter.feeds import store as feeds
from newsletter.issues import newsletters, schedulebook, store, timetable
from newsletter.issues.recurrence import parse_recurrence, parse_wall_time
from newsletter.issues.schedule import WhenEmpty
from newsletter.tables.issues import slot
from tests.faults.kills import DRAFTING
from tests.harness.chaosfeed import ChaosFeed
from tests.harness.trial import Record, Trial, run
from tests.harness.wordpress import Blog, BlogPost


@contextmanager
def a_blog(trial: Trial) -> Iterator[None]:
    """Serve a blog that the trial's newsletter is drafted from; a slot is due for drafting now."""
    now = datetime.now(UTC)
    # A post for each of the last days: whatever month is due has some.
    posts = [BlogPost(number, f"Post {number}", now - timedelta(days=number, minutes=1)) for number in range(70)]
    with ChaosFeed() as chaos:
        with trial.opened() as database, database.write() as tx:
            feeds.add(tx, trial.newsletter_id, Blog(posts).mount(chaos), now)
            newsletter = newsletters.by_id(tx, trial.newsletter_id)
            schedulebook.set_schedule(
                tx,
                timetable.propose(
                    newsletter.id,
                    parse_recurrence("first monday"),
                    parse_wall_time("09:00"),
                    newsletter.zone,
                    timetable.LONGEST_DRAFT_BEFORE,
                    None,
                    WhenEmpty.SKIP,
                    now - timedelta(seconds=1),
                ),
            )
        yield


def die_over_a_draft(trial: Trial) -> Record:
    """Kill a worker at each place between the slot and its issue, and let the next one finish."""
    begun = time.monotonic()
    settings = trial.settings(1) | {"NEWSLETTER_RELAY_URL": ""}
    with a_blog(trial):
        before = _issues(trial)
        ended = []
        for place in DRAFTING:
            ended.append(run(settings, trial.folder, f"{place}:kill:1"))
            # As when the dead worker's lease on the slot has run out.
            with trial.opened() as database, database.write() as tx:
                tx.execute(update(slot).where(slot.c.lease_until.is_not(None)).values(lease_until=datetime.now(UTC)))
        finished = run(settings, trial.folder)
    with trial.opened() as database, database.read() as tx:
        slots = len(tx.execute(select(slot.c.slot_key).where(slot.c.state == "drafted")).all())
    made = _issues(trial) - before
    claims = {
        "every kill came where it was to come": ended == [-9] * len(DRAFTING),
        "the last worker finished": finished == 0,
        "one issue for each slot": made == slots > 0,
    }
    return Record(
        row="R01",
        database=trial.kind,
        seed=0,
        is_good=all(claims.values()),
        kills=len(DRAFTING),
        seconds=round(time.monotonic() - begun, 1),
        note=", ".join(DRAFTING) + "".join(f"; NOT: {claim}" for claim, holds in claims.items() if not holds) + f"; {ended}",
    )


def _issues(trial: Trial) -> int:
    with trial.opened() as database, database.read() as tx:
        return len(store.issues_of(tx, None))
