"""Feeds at the desk: added after a look, tried without keeping anything, read now, and removed."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from starlette.responses import Response

from newsletter.errors import BadValue
from newsletter.feeds import store
from newsletter.feeds.addresses import feed_address
from newsletter.feeds.gather import gather
from newsletter.feeds.looking import Looked, look
from newsletter.feeds.model import Feed
from newsletter.issues import authorbook, calendar, newsletters
from newsletter.issues.filing import Filed
from newsletter.issues.model import Month, Newsletter
from newsletter.issues.rehearsal import rehearse
from newsletter.web.desk.settings import sheets
from newsletter.web.visits import Site, Visit
from subscribers.sentence import say
from subscribers.transaction import Transaction

HERE = "/desk/settings/feeds"
P = sheets.P


@dataclass(frozen=True, slots=True)
class Paper:
    """A newsletter with what it reads."""

    newsletter: Newsletter
    feeds: tuple[Feed, ...]


def show(site: Site, visit: Visit) -> Response:
    """Show the feeds of all newsletters that are the actor's to set up."""
    return _list(site, visit, visit.query)


def try_out(site: Site, visit: Visit) -> Response:
    """Show what would be drafted of an address, and keep nothing of it."""
    try:
        with site.application.database.read() as tx:
            newsletter = _chosen(tx, visit, visit.query)
        address = feed_address(visit.query.get("url", ""))
    except sheets.REFUSALS as error:
        return _list(site, visit, visit.query, error)
    return _tried(site, visit, newsletter, address, None)


def test(site: Site, visit: Visit) -> Response:
    """Show what would be drafted of a feed as it is now, and keep nothing of it."""
    with site.application.database.read() as tx:
        feed = store.feed_by_id(tx, visit.number("feed_id"))
        newsletter = newsletters.by_id(tx, feed.newsletter_id)
    return _tried(site, visit, newsletter, feed.fetch_url, feed)


def add(site: Site, visit: Visit) -> Response:
    """Let a newsletter read a feed, or the feed of a blog; one that cannot be read now is added all the same."""
    application = site.application
    try:
        with application.database.read() as tx:
            newsletter = _chosen(tx, visit, visit.form)
        address = feed_address(visit.text("url"))
        looked = _look(site, address)
        with application.database.write() as tx:
            feed = store.add(tx, newsletter.id, address, visit.now, looked.url if looked.kind else "")
            sheets.record(tx, visit, "feed.add", f"newsletter {newsletter.name}", url=feed.url)
    except sheets.REFUSALS as error:
        return _list(site, visit, visit.form, error)
    return sheets.done(HERE, "feed-added" if looked.kind else "feed-blind")


def read(site: Site, visit: Visit) -> Response:
    """Read a feed now, and keep what it brings."""
    application = site.application
    with application.database.read() as tx:
        feed = store.feed_by_id(tx, visit.number("feed_id"))
    reading = gather(
        application.database,
        application.fetch_policy,
        application.parser,
        application.clock,
        newsletter_id=feed.newsletter_id,
        only=[feed.id],
        force=True,
    )
    gathered = asyncio.run(reading)
    with application.database.write() as tx:
        sheets.record(tx, visit, "feed.read", f"feed {feed.id}", new=sum(one.new for one in gathered))
    return sheets.done(HERE, "feed-read" if all(one.went_well for one in gathered) else "feed-unread")


def ask_to_remove(site: Site, visit: Visit) -> Response:
    """Ask whether a feed is to be read no more."""
    with site.application.database.read() as tx:
        feed = store.feed_by_id(tx, visit.number("feed_id"))
        newsletter = newsletters.by_id(tx, feed.newsletter_id)
    return sheets.page(site, visit, "feed_remove", at="feeds", feed=feed, newsletter=newsletter)


def remove(site: Site, visit: Visit) -> Response:
    """Stop reading a feed and forget its posts."""
    with site.application.database.write() as tx:
        feed = store.feed_by_id(tx, visit.number("feed_id"))
        store.remove(tx, feed.id)
        sheets.record(tx, visit, "feed.remove", f"feed {feed.id}", url=feed.url)
    return sheets.done(HERE, "feed-removed")


def _list(site: Site, visit: Visit, typed: Mapping[str, str], refused: Exception | None = None) -> Response:
    with site.application.database.read() as tx:
        papers = tuple(Paper(one, store.feeds_of(tx, one.id)) for one in _papers(tx, visit))
    chosen = typed.get("newsletter", "")
    return sheets.page(
        site,
        visit,
        "feeds",
        at="feeds",
        refused=refused,
        papers=papers,
        url=typed.get("url", "") if refused is not None else "",
        chosen=chosen,
    )


def _tried(site: Site, visit: Visit, newsletter: Newsletter, address: str, feed: Feed | None) -> Response:
    looked = _look(site, address)
    with site.application.database.read() as tx:
        month = _month(tx, visit, newsletter)
        filed = rehearse(newsletter, looked.entries, month, authorbook.register(tx, newsletter.id), visit.now)
    return sheets.page(
        site,
        visit,
        "feed_test",
        at="feeds",
        newsletter=newsletter,
        feed=feed,
        asked=address,
        looked=looked,
        filed=filed,
        count=_count(filed),
        month=month,
        months=_months(looked, newsletter),
    )


def _look(site: Site, address: str) -> Looked:
    application = site.application
    return asyncio.run(look(address, application.fetch_policy, application.parser, application.clock))


def _papers(tx: Transaction, visit: Visit) -> tuple[Newsletter, ...]:
    wanted = visit.actor.newsletters(P.MANAGE_NEWSLETTERS)
    return tuple(one for one in newsletters.all_newsletters(tx) if wanted is None or one.id in wanted)


def _chosen(tx: Transaction, visit: Visit, given: Mapping[str, str]) -> Newsletter:
    """Give the newsletter that a form names.

    Raises:
        BadValue: it names none that the actor may set up.

    """
    named = given.get("newsletter", "").strip()
    found = next((one for one in _papers(tx, visit) if str(one.id) == named), None)
    if found is None:
        raise BadValue(say("newsletter"), named, say("choose one of the list"))
    return found


def _month(tx: Transaction, visit: Visit, newsletter: Newsletter) -> Month:
    """Give the month that is asked for, else the one of the next issue, else this one."""
    if text := visit.query.get("month", ""):
        return Month.parse(text)
    coming = calendar.upcoming(tx, newsletter.id, visit.now, count=1)
    return coming[0].month if coming else Month.of(visit.now.astimezone(ZoneInfo(newsletter.zone)).date())


def _months(looked: Looked, newsletter: Newsletter) -> tuple[Month, ...]:
    """Give the months of which the first page of the feed has posts, the latest first."""
    zone = ZoneInfo(newsletter.zone)
    found = {Month.of(entry.published_at.astimezone(zone).date()) for entry in looked.entries}
    return tuple(sorted(found, key=str, reverse=True))


def _count(filed: Filed) -> int:
    return sum(len(section.posts) for section in filed.sections) + len(filed.left)
