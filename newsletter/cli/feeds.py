"""`newsletter feeds`: what newsletters read."""

import asyncio
from collections.abc import Sequence

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, destructive, pass_door
from newsletter.cli.exits import Exit
from newsletter.cli.parameters import HIGHEST_ID
from newsletter.feeds import store
from newsletter.feeds.addresses import feed_address
from newsletter.feeds.gather import gather as gather_feeds
from newsletter.feeds.looking import Looked, look
from newsletter.feeds.model import Feed, Gathered
from newsletter.issues import newsletters
from newsletter.issues.model import Month
from newsletter.staff.permissions import Permission


@click.command("add")
@click.argument("newsletter")
@click.argument("url")
@click.option("--unseen", "is_unseen", is_flag=True, help="Do not look at the address first.")
@common
@pass_door
def add(door: Door, newsletter: str, url: str, *, is_unseen: bool) -> None:
    """Let a newsletter read the feed, or the blog, at URL.

    The address is looked at first: the feed of a blog is found from its pages, further ones are told. One that cannot be read
    now is added all the same and tried every hour.

    Example: newsletter feeds add cpdwl https://blogs.example.org/cpdwl/
    """
    address = feed_address(url)
    with door.reading(Permission.MANAGE_NEWSLETTERS) as tx:
        owner = newsletters.find(tx, newsletter)
    application = door.application
    looked = Looked(address)
    if not is_unseen:
        looked = asyncio.run(look(address, application.fetch_policy, application.parser, application.clock))
    with door.acting(Permission.MANAGE_NEWSLETTERS) as acting:
        found_at = looked.url if looked.kind else ""
        feed = store.add(acting.tx, owner.id, address, acting.now, found_at)
        acting.record("feed.add", f"newsletter {owner.name}", url=feed.url)
    _tell_looked(door, looked)
    reads = f"{owner.name} reads {feed.url} (feed {feed.id})."
    door.answer(
        {
            "feed": feed.id,
            "newsletter": owner.slug,
            "url": feed.url,
            "fetch_url": feed.fetch_url,
            "title": looked.title,
            "kind": looked.kind,
            "posts": looked.posts,
            "others": list(looked.others),
            "trouble": looked.trouble,
        },
        shown.line(f"{reads} Next: newsletter feeds gather {owner.slug}"),
    )


def _tell_looked(door: Door, looked: Looked) -> None:
    if looked.trouble:
        door.note(f"The feed {looked.trouble}. It is added all the same and tried every hour.")
    if looked.kind:
        posts = "1 post" if looked.posts == 1 else f"{looked.posts} posts"
        door.note(f"Found “{looked.title or looked.url}” at {looked.url}: {looked.kind}, {posts} on its first page.")
    for other in looked.others:
        door.note(f"The blog names another feed: {other}")


@click.command("gather")
@click.argument("newsletter", required=False)
@click.option("--month", metavar="YYYY-MM", help="Also read this month to its end.")
@common
@pass_door
def gather(door: Door, newsletter: str | None, month: str | None) -> int:
    """Read the feeds of NEWSLETTER, or of all, now.

    A feed that cannot be read is told and does not stop the others; only when none could be read is it an error.

    Example: newsletter feeds gather cpdwl
    """
    wanted = Month.parse(month) if month else None
    door.allow(Permission.EDIT)
    with door.reading() as tx:
        owner = newsletters.find(tx, newsletter) if newsletter else None
    application = door.application
    gathered = asyncio.run(
        gather_feeds(
            application.database,
            application.fetch_policy,
            application.parser,
            application.clock,
            newsletter_id=owner.id if owner else None,
            month=wanted,
            force=True,
            progress=lambda one: door.note(_sentence(one)),
        ),
    )
    _tell(door, gathered)
    return Exit.REFUSED if gathered and not any(one.went_well for one in gathered) else Exit.DONE


@click.command("list")
@click.argument("newsletter", required=False)
@common
@pass_door
def list_(door: Door, newsletter: str | None) -> None:
    """Show the feeds of NEWSLETTER, or of all, and how their last reading went.

    Example: newsletter feeds list
    """
    with door.reading() as tx:
        owner = newsletters.find(tx, newsletter) if newsletter else None
        known = store.feeds_of(tx, owner.id if owner else None)
        names = {one.id: one for one in newsletters.all_newsletters(tx)}
    rows = [
        (
            feed.id,
            names[feed.newsletter_id].name,
            feed.title or feed.url,
            shown.moment(feed.gathered_at, names[feed.newsletter_id].zone) or "never",
            feed.trouble or "well",
        )
        for feed in known
    ]
    door.answer(
        {"feeds": [_document(feed, names[feed.newsletter_id].slug) for feed in known]},
        shown.table(("#id", "newsletter", "feed", "last read", "state"), rows),
    )


@click.command("show")
@click.argument("feed_id", metavar="ID", type=click.IntRange(1, HIGHEST_ID))
@common
@pass_door
def show(door: Door, feed_id: int) -> None:
    """Show a feed: where it is read, how that went, and what the blog says of itself, such as its categories for a plan.

    Example: newsletter feeds show 3
    """
    with door.reading() as tx:
        feed = store.feed_by_id(tx, feed_id)
        owner = newsletters.by_id(tx, feed.newsletter_id)
    door.answer(
        _document(feed, owner.slug),
        shown.pairs(
            feed=f"{feed.id} ({owner.name})",
            title=feed.title,
            address=feed.url,
            read_at=feed.fetch_url,
            last_read=shown.moment(feed.gathered_at, owner.zone) or "never",
            state=feed.trouble or "well",
            zone_of_the_blog=feed.site_zone or "it does not say",
            categories=", ".join(feed.site_categories) or "it does not say",
        ),
    )


@click.command("remove")
@click.argument("feed_id", metavar="ID", type=click.IntRange(1, HIGHEST_ID))
@destructive
@common
@pass_door
def remove(door: Door, feed_id: int) -> None:
    """Stop reading a feed and forget its posts; articles made of them stay in their issues.

    Example: newsletter feeds remove 3
    """
    with door.reading() as tx:
        feed = store.feed_by_id(tx, feed_id)
    door.confirm(f"Forget {feed.url} and its posts?")
    with door.acting(Permission.MANAGE_NEWSLETTERS) as acting:
        store.remove(acting.tx, feed_id)
        acting.record("feed.remove", f"feed {feed_id}", url=feed.url)
    door.answer({"feed": feed_id, "removed": True}, shown.line(f"{feed.url} is not read any more."))


def _tell(door: Door, gathered: Sequence[Gathered]) -> None:
    document = [
        {
            "feed": one.feed.id,
            "url": one.feed.url,
            "new": one.new,
            "revised": one.revised,
            "vanished": one.vanished,
            "trouble": one.trouble,
        }
        for one in gathered
    ]
    total = {"new": sum(one.new for one in gathered), "revised": sum(one.revised for one in gathered)}
    words = f"{total['new']} new and {total['revised']} revised posts." if gathered else "There is no feed to read."
    door.answer({**total, "feeds": document}, shown.line(words))


def _sentence(one: Gathered) -> str:
    if not one.went_well:
        return f"{one.feed.url}: {one.trouble}"
    gone = f", {one.vanished} gone" if one.vanished else ""
    return f"{one.feed.url}: {one.new} new, {one.revised} revised{gone}."


def _document(feed: Feed, newsletter: str) -> dict[str, object]:
    return {
        "feed": feed.id,
        "newsletter": newsletter,
        "url": feed.url,
        "fetch_url": feed.fetch_url,
        "title": feed.title,
        "gathered_at": feed.gathered_at,
        "not_before": feed.not_before,
        "failures": feed.failures,
        "trouble": feed.trouble,
        "site_zone": feed.site_zone,
        "site_categories": list(feed.site_categories),
    }


feeds = click.Group("feeds", commands=[add, gather, list_, show, remove], help="What newsletters read.")
