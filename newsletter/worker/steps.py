"""The steps of a tick: what is due is asked of the database, so a restart, a late tick or a second worker changes nothing.

Each step opens its own short transactions, and doing it again does nothing again.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from newsletter import adoption, failpoints
from newsletter.bootstrap import Application
from newsletter.feeds import store as feeds
from newsletter.feeds.gather import gather
from newsletter.feeds.model import Feed, Gathered
from newsletter.images import store as images
from newsletter.issues import agenda, alerts, authors, calendar, draft, newsletters, store
from newsletter.issues.model import Issue, IssueState
from newsletter.issues.schedule import Slot
from newsletter.letters.illustrate import BEFORE_RETRY, illustrate
from newsletter.meters import FEED_READINGS
from newsletter.staff import audit
from newsletter.staff.permissions import WORKER
from newsletter.worker import (
    archiving,
    clocks,
    departing,
    digests,
    evidence,
    forgetting,
    guests,
    layouts,
    partitioning,
    people,
    probing,
    reminding,
    repeating,
    telling,
)
from subscribers.transaction import Transaction

log = structlog.get_logger()

# How old what we know of a feed may be.
FEED_PACE = timedelta(hours=1)

# A feed that fails once is back at the next try, most often; somebody is told when it stays away.
FAILURES_BEFORE_ALERT = 3

# Gathering for a draft ends before the lease on its slot (calendar.LEASE) and before the watchdog barks. In seconds.
LONGEST_GATHERING = 60.0

# Of the pictures of an issue, at one tick. In seconds.
LONGEST_FETCHING = 30.0


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a tick."""

    name: str
    # True: there may be more of it, ask again.
    take: Callable[[Application], Awaitable[bool]]


async def gather_feeds(application: Application) -> None:
    """Read the feeds that were not read within the hour."""
    due = await asyncio.to_thread(_feeds_to_gather, application)
    if not due:
        return
    gathered = await gather(application.database, application.fetch_policy, application.parser, application.clock, only=due)
    await asyncio.to_thread(tell_troubles, application, gathered)


async def compare_clocks(application: Application) -> bool:
    """Go by the database's clock, and tell when that of this machine is wrong."""
    await asyncio.to_thread(clocks.compare, application)
    return False


async def arrive(application: Application) -> bool:
    """See whether this host comes to a database that others run, or to a copy of one."""
    path = adoption.home_of(application.database, application.settings.data_dir)
    await asyncio.to_thread(adoption.arrive, application.database, path, application.clock())
    return False


async def compare_templates(application: Application) -> bool:
    """Say which templates of its own this host has, and tell when others have different ones."""
    await asyncio.to_thread(layouts.compare, application)
    return False


async def keep_count(application: Application) -> bool:
    """Count the tick in the database and remember it on this host: so a copy or a restored backup is noticed."""
    path = adoption.home_of(application.database, application.settings.data_dir)
    await asyncio.to_thread(adoption.beat, application.database, path, application.clock())
    return False


async def record_slots(application: Application) -> bool:
    """Write down the slots whose time of drafting has come, and tell of those that nobody drafted in time."""
    await asyncio.to_thread(_record_slots, application)
    return False


async def draft_slot(application: Application) -> bool:
    """Draft the issue of the next free slot after a fresh look at its feeds; False when there was none."""
    token = uuid.uuid4().hex
    claimed = await asyncio.to_thread(_claim, application, token)
    if claimed is None:
        return False
    failpoints.hit("slot.claimed")
    troubles = await _gather_month(application, claimed)
    failpoints.hit("month.gathered")
    await asyncio.to_thread(_draft, application, claimed, token, troubles)
    failpoints.hit("slot.drafted")
    return True


async def top_up_drafts(application: Application) -> bool:
    """Add the posts that appeared since a month was drafted."""
    await asyncio.to_thread(_top_up, application)
    return False


async def fetch_pictures(application: Application) -> bool:
    """Bring home what an open issue shows that was edited since: one issue a tick, so that a dead server holds up little."""
    waiting = await asyncio.to_thread(_unillustrated, application)
    if waiting:
        await illustrate(application.bringer(LONGEST_FETCHING), waiting[0])
    return False


async def send_due(application: Application) -> bool:
    """Send, hold or miss every issue whose time has come."""
    await asyncio.to_thread(departing.send_due, application)
    return False


async def resend_uncertain(application: Application) -> bool:
    """Mail again what has been uncertain for half an hour, where the setting says so; else it is held for a person."""
    if application.settings.resends_uncertain:
        await asyncio.to_thread(repeating.resend, application)
    return False


async def carry_out_orders(application: Application) -> bool:
    """Mail more of an issue that was mailed, where somebody at the desk ordered it and a minute is over."""
    await asyncio.to_thread(repeating.carry_out, application)
    return False


async def finish_issues(application: Application) -> bool:
    """Call the issues sent whose people are all settled."""
    await asyncio.to_thread(departing.finish, application)
    return False


async def follow_up_returns(application: Application) -> bool:
    """Apply what came back before its delivery was settled, and ask addresses from which several mails came back."""
    return await asyncio.to_thread(probing.follow_up, application)


async def remind_pending(application: Application) -> bool:
    """Remind whoever asked to join and did not answer."""
    return await asyncio.to_thread(people.remind, application)


async def remind_guests(application: Application) -> bool:
    """Remind guests of the texts they were asked for."""
    return await asyncio.to_thread(guests.remind, application)


async def ask_imported(application: Application) -> bool:
    """Ask people whom an import brought for their own yes."""
    return await asyncio.to_thread(people.ask_imported, application)


async def let_pending_go(application: Application) -> bool:
    """Forget whoever asked to join and did not answer in time."""
    return await asyncio.to_thread(people.let_go, application)


async def tidy_limits(application: Application) -> bool:
    """Forget what no limit needs any more."""
    return await asyncio.to_thread(people.tidy, application)


async def seal_consent(application: Application) -> bool:
    """Seal what was said until now, at the first tick of each day, and look some more of all evidence over."""
    await asyncio.to_thread(evidence.seal, application)
    await asyncio.to_thread(evidence.look_over, application)
    return False


async def count_acts(application: Application) -> bool:
    """Count what was said on each day, for figures."""
    await asyncio.to_thread(evidence.count, application)
    return False


async def mail_digests(application: Application) -> bool:
    """Plan what is due for whoever hears of a list once a quarter."""
    await asyncio.to_thread(digests.mail, application)
    return False


async def fill_archive(application: Application) -> bool:
    """Take published issues into the archive: articles with pages of their own, and words to be found."""
    await asyncio.to_thread(archiving.fill, application)
    return False


async def print_issues(application: Application) -> bool:
    """Print what was taken into the archive, one issue at each tick."""
    await asyncio.to_thread(archiving.print_one, application)
    return False


async def remind_staff(application: Application) -> bool:
    """Tell the staff by mail what waits for them."""
    await asyncio.to_thread(reminding.remind, application)
    return False


FINISH = Step("finish issues", finish_issues)


async def forget_old(application: Application) -> bool:
    """Forget at night what is kept no longer, some of it at each tick."""
    await asyncio.to_thread(forgetting.forget, application)
    return False


async def divide_deliveries(application: Application) -> bool:
    """Make the next partition of the deliveries when the newest is full."""
    await asyncio.to_thread(partitioning.divide, application)
    return False


STEPS = (
    Step("compare the clocks", compare_clocks),
    Step("compare the templates", compare_templates),
    Step("keep count", keep_count),
    Step("record slots", record_slots),
    Step("draft slots", draft_slot),
    Step("top up drafts", top_up_drafts),
    Step("fetch pictures", fetch_pictures),
    Step("send due issues", send_due),
    Step("mail digests", mail_digests),
    Step("resend what is uncertain", resend_uncertain),
    Step("carry out orders", carry_out_orders),
    FINISH,
    Step("follow up what came back", follow_up_returns),
    Step("fill the archive", fill_archive),
    Step("print issues", print_issues),
    Step("remind the staff", remind_staff),
    Step("remind who did not confirm", remind_pending),
    Step("ask whom imports brought", ask_imported),
    Step("remind guests", remind_guests),
    Step("forget who never confirmed", let_pending_go),
    Step("tidy limits", tidy_limits),
    Step("seal the evidence of consent", seal_consent),
    Step("count what was said", count_acts),
    Step("forget what is kept no longer", forget_old),
    Step("divide the deliveries", divide_deliveries),
    Step("forget what was told", telling.forget),
)


def tell_troubles(application: Application, gathered: Sequence[Gathered]) -> None:
    """Tell a person of feeds that stay broken, and take it back when they are well again."""
    now = application.clock()
    for one in gathered:
        FEED_READINGS.add("well" if one.went_well else "failed")
        key = f"feed:{one.feed.id}"
        with application.database.write() as tx:
            if one.went_well:
                alerts.settle_alert(tx, key, now)
            elif one.feed.failures >= FAILURES_BEFORE_ALERT:
                text = f"{one.feed.url}: {one.trouble}"
                alerts.raise_alert(tx, key, text, now, newsletter_id=one.feed.newsletter_id)


def _feeds_to_gather(application: Application) -> frozenset[int]:
    now = application.clock()
    with application.database.read() as tx:
        return frozenset(feed.id for feed in feeds.feeds_of(tx, None) if _is_due(feed, now))


def _is_due(feed: Feed, now: datetime) -> bool:
    if feed.not_before is not None and now < feed.not_before:
        return False
    return feed.gathered_at is None or now - feed.gathered_at >= FEED_PACE


def _record_slots(application: Application) -> None:
    now = application.clock()
    with application.database.write() as tx:
        recorded = calendar.record_slots(tx, now)
        moved = calendar.follow_zones(tx, now)
    failpoints.hit("slots.recorded")
    if recorded:
        log.info("slots recorded", slots=recorded)
    if moved:
        log.warning("a time zone changed its rules", slots=moved)
    with application.database.write() as tx:
        missed = agenda.miss_overdue(tx, now)
    for slot in missed:
        log.warning("slot missed", slot=slot.slot_key, newsletter=slot.newsletter_id)


def _claim(application: Application, token: str) -> Slot | None:
    with application.database.write() as tx:
        return calendar.claim_draft(tx, application.clock(), token)


async def _gather_month(application: Application, claimed: Slot) -> tuple[str, ...]:
    """Read the feeds of the slot's month to its end; gives the troubles in words."""
    try:
        async with asyncio.timeout(LONGEST_GATHERING):
            gathered = await gather(
                application.database,
                application.fetch_policy,
                application.parser,
                application.clock,
                newsletter_id=claimed.newsletter_id,
                month=claimed.month,
                force=True,
            )
    except TimeoutError:
        return (f"The feeds did not give all posts within {LONGEST_GATHERING:.0f} seconds.",)
    await asyncio.to_thread(tell_troubles, application, gathered)
    return tuple(f"{one.feed.url}: {one.trouble}" for one in gathered if not one.went_well)


def _draft(application: Application, claimed: Slot, token: str, troubles: Sequence[str]) -> None:
    now = application.clock()
    with application.database.write() as tx:
        if troubles and not agenda.has_enough(tx, claimed):
            # A feed that is down is no month without posts: nothing is skipped on its word.
            _wait_for_feeds(tx, claimed, token, troubles[0], now)
            return
        authors.sign(tx, WORKER.name)
        made = agenda.draft_claimed(tx, claimed, token, now)
        failpoints.hit("issue.created")
        if made is not None:
            alerts.settle_alert(tx, _waiting_key(claimed), now)
            if troubles:
                _tell_of_gaps(tx, made, troubles, now)
            audit.record(tx, WORKER, "issue.draft", f"issue {made.id}", {"slot": claimed.slot_key}, now)
            log.info("issue drafted", issue=made.id, slot=claimed.slot_key, articles=len(made.articles), state=made.state.value)


def _tell_of_gaps(tx: Transaction, made: Issue, troubles: Sequence[str], now: datetime) -> None:
    text = (
        f"{made.title} was drafted while not all posts could be read. Posts found later are added to the draft. {troubles[0]}"
    )
    alerts.raise_alert(tx, f"issue-gaps:{made.id}", text, now, newsletter_id=made.newsletter_id, issue_id=made.id)


def _wait_for_feeds(tx: Transaction, claimed: Slot, token: str, trouble: str, now: datetime) -> None:
    if not calendar.release_draft(tx, claimed, token, now, trouble):
        return
    newsletter = newsletters.by_id(tx, claimed.newsletter_id)
    text = f"{newsletter.name} has no draft for {claimed.month.words} yet, because no posts could be read. {trouble}"
    alerts.raise_alert(tx, _waiting_key(claimed), text, now, newsletter_id=newsletter.id)
    log.warning("draft waits for its feeds", slot=claimed.slot_key, newsletter=newsletter.id)


def _waiting_key(claimed: Slot) -> str:
    return f"slot-waits:{claimed.newsletter_id}:{claimed.slot_key}"


def _unillustrated(application: Application) -> tuple[int, ...]:
    with application.database.read() as tx:
        return images.unillustrated(tx, application.clock() - BEFORE_RETRY)


def _top_up(application: Application) -> None:
    with application.database.read() as tx:
        drafts = [line.id for line in store.issues_in(tx, frozenset({IssueState.DRAFT})) if line.month]
    for issue_id in drafts:
        with application.database.write() as tx:
            authors.sign(tx, WORKER.name)
            added = draft.top_up(tx, issue_id, application.clock())
        if added:
            log.info("posts added to a draft", issue=issue_id, posts=added)
