"""Feeds: what newsletters read."""

import asyncio
from datetime import datetime

from pydantic import Field

from newsletter.feeds import store
from newsletter.feeds.addresses import feed_address
from newsletter.feeds.gather import gather
from newsletter.feeds.looking import Looked, look
from newsletter.feeds.model import Feed
from newsletter.issues import newsletters
from newsletter.staff.permissions import Permission
from newsletter.web.api import paging
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer, Given, Line
from newsletter.web.api.paging import Cursor, Limit, Page
from newsletter.web.api.routing import Routes
from newsletter.web.visits import Of

PAPERS = Permission.MANAGE_NEWSLETTERS
FEED = "/feeds/{feed_id:int}"

routes = Routes("feeds", "The blogs and feeds that newsletters read.")


class FeedAnswer(Answer):
    """A feed."""

    id: int
    newsletter_id: int
    url: str
    fetch_url: str = Field(description="Where it is read in truth.")
    title: str
    gathered_at: datetime | None = Field(description="When it was read last.")
    failures: int = Field(description="How often it could not be read, in a row.")
    trouble: str = Field(description="Why; empty: it is well.")
    site_categories: list[str]


class NewFeed(Given):
    """A feed that is to be read."""

    url: Line = Field(description="Of the feed, or of the blog.")
    is_unseen: bool = Field(False, description="Do not look at the address first.")


class Read(Answer):
    """What a reading brought."""

    new: int
    revised: int
    trouble: str


class Trial(Given):
    """What is to be looked at."""

    url: Line


class Post(Answer):
    """A post that a feed has."""

    title: str
    permalink: str
    byline: str
    published_at: datetime
    categories: list[str]


class Tried(Answer):
    """What stands at an address."""

    url: str = Field(description="The feed: where it was asked for, or where the blog or permanent redirects led.")
    title: str
    kind: str = Field(description="As `Atom`; empty: no feed could be read.")
    others: list[str] = Field(description="Further feeds that the blog names.")
    trouble: str = Field(description="Completes “The feed …”; empty: there is none.")
    entries: list[Post] = Field(description="What stands on its first page.")


@routes.get("/feeds", PAPERS, Of.ANY_NEWSLETTER)
def list_feeds(call: Calling, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[FeedAnswer]:
    """List the feeds of the newsletters that the key reaches, in the order they were added."""
    seen = call.newsletters(PAPERS)
    with call.reading() as tx:
        known = [one for one in store.feeds_of(tx, None) if seen is None or one.newsletter_id in seen]
    shown, more = paging.page_of(sorted(known, key=lambda one: one.id), lambda one: one.id, cursor, limit)
    return Page(items=[_answer(one) for one in shown], next=more)


@routes.post("/newsletters/{newsletter_id:int}/feeds", PAPERS, Of.NEWSLETTER, status_code=201)
def add_feed(call: Calling, newsletter_id: int, given: NewFeed) -> FeedAnswer:
    """Let a newsletter read a feed, or the feed of a blog; one that cannot be read now is added all the same."""
    address, application = feed_address(given.url), call.application
    looked = Looked(address)
    if not given.is_unseen:
        looked = asyncio.run(look(address, application.fetch_policy, application.parser, application.clock))
    with call.acting() as acting:
        owner = newsletters.by_id(acting.tx, newsletter_id)
        feed = store.add(acting.tx, owner.id, address, acting.now, looked.url if looked.kind else "")
        acting.record("feed.add", f"newsletter {owner.name}", url=feed.url)
    return _answer(feed)


@routes.post("/newsletters/{newsletter_id:int}/feeds/try", PAPERS, Of.NEWSLETTER)
def try_feed(call: Calling, newsletter_id: int, given: Trial) -> Tried:
    """Look what stands at an address, a feed's or a blog's, as `newsletter_id` would read it; nothing of it is kept."""
    application = call.application
    with call.reading() as tx:
        newsletters.by_id(tx, newsletter_id)
    found = asyncio.run(look(feed_address(given.url), application.fetch_policy, application.parser, application.clock))
    return Tried.model_validate(found)


@routes.get(FEED, PAPERS, Of.FEED)
def show_feed(call: Calling, feed_id: int) -> FeedAnswer:
    """Show a feed."""
    with call.reading() as tx:
        return _answer(store.feed_by_id(tx, feed_id))


@routes.post(f"{FEED}/read", PAPERS, Of.FEED)
def read_feed(call: Calling, feed_id: int) -> Read:
    """Read a feed now, and keep what it brings."""
    application = call.application
    with call.reading() as tx:
        feed = store.feed_by_id(tx, feed_id)
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
    new, revised = sum(one.new for one in gathered), sum(one.revised for one in gathered)
    with call.acting() as acting:
        acting.record("feed.read", f"feed {feed.id}", new=new)
    return Read(new=new, revised=revised, trouble=next((one.trouble for one in gathered if one.trouble), ""))


@routes.delete(FEED, PAPERS, Of.FEED)
def remove_feed(call: Calling, feed_id: int) -> None:
    """Stop reading a feed and forget its posts; articles made of them stay."""
    with call.acting() as acting:
        feed = store.feed_by_id(acting.tx, feed_id)
        store.remove(acting.tx, feed.id)
        acting.record("feed.remove", f"feed {feed.id}", url=feed.url)


def _answer(feed: Feed) -> FeedAnswer:
    return FeedAnswer.model_validate(feed)
