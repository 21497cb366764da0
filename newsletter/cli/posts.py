"""`newsletter posts`: what feeds have to offer, which issue carries it already, and pages that no feed told of."""

import asyncio
from datetime import timedelta

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.parameters import HIGHEST_ID
from newsletter.cli.saving import EXPECTED, answer_saved, saved
from newsletter.errors import PostNotFound
from newsletter.feeds import store as feeds
from newsletter.feeds.model import Post
from newsletter.feeds.visiting import visit
from newsletter.issues import editing, newsletters, pages, taken
from newsletter.issues.model import Month
from newsletter.issues.offer import Offered, offer
from newsletter.issues.schedule import start_of
from newsletter.staff.permissions import Permission
from subscribers.transaction import Transaction

# Without a month: what a month's issue may still have use for.
RECENT = timedelta(days=62)

_POST = click.argument("post_id", metavar="POST", type=click.IntRange(1, HIGHEST_ID))
_ISSUE = click.option("--issue", "issue_id", type=click.IntRange(1, HIGHEST_ID), required=True, metavar="ID", help="The issue.")
_SECTION = click.option("--section", required=True, metavar="TITLE", help="The section it goes to, in any letter case.")


@click.command("list")
@click.argument("newsletter")
@click.option("--month", metavar="YYYY-MM", help="Those of this month; of the last two months if not said.")
@click.option("--free", "is_free", is_flag=True, help="Only those that an issue can take.")
@common
@pass_door
def list_(door: Door, newsletter: str, month: str | None, *, is_free: bool) -> None:
    """Show the posts of NEWSLETTER's feeds, the oldest first, each once, and which issue carries it already.

    Example: newsletter posts list cpdwl --month 2020-01 --free
    """
    with door.reading() as tx:
        owner = newsletters.find(tx, newsletter)
        names = {feed.id: feed.title or feed.url for feed in feeds.feeds_of(tx, owner.id)}
        wanted = Month.parse(month) if month else None
        now = door.now()
        start = start_of(wanted, owner.zone) if wanted else now - RECENT
        end = start_of(wanted.following, owner.zone) if wanted else now + RECENT
        found = [one for one in offer(tx, owner.id, start, end) if one.is_free or not is_free]
    rows = [
        (
            one.post.id,
            shown.moment(one.post.entry.published_at, owner.zone),
            one.post.entry.title,
            one.post.entry.byline,
            ", ".join(one.post.entry.categories),
            _state(one, names),
        )
        for one in found
    ]
    door.answer(
        {"newsletter": owner.slug, "posts": [_line(one, names) for one in found]},
        shown.table(("#id", "published", "post", "by", "filed under", "state"), rows),
    )


@click.command("show")
@_POST
@common
@pass_door
def show(door: Door, post_id: int) -> None:
    """Show a post as its feed has it, where it is carried, and how often it was changed.

    Example: newsletter posts show 17
    """
    with door.reading() as tx:
        post = _post(tx, post_id)
        feed = feeds.feed_by_id(tx, post.feed_id)
        owner = newsletters.by_id(tx, feed.newsletter_id)
        revisions = feeds.revisions_of(tx, [post.id])
        one = Offered(post, taken.places(tx, owner.id).of(post))
    entry = post.entry
    door.answer(
        {
            **_line(one, {feed.id: feed.title or feed.url}),
            "guid": entry.guid,
            "author": entry.author,
            "content": entry.content or entry.summary,
            "date_doubt": entry.date_doubt,
            "revisions": [
                {"replaced_at": each.replaced_at, "title": each.title, "content": each.content} for each in revisions
            ],
        },
        shown.pairs(
            post=post.id,
            title=entry.title,
            by=entry.byline,
            link=entry.permalink,
            feed=feed.title or feed.url,
            published=shown.moment(entry.published_at, owner.zone) + (f" ({entry.date_doubt})" if entry.date_doubt else ""),
            filed_under=", ".join(entry.categories),
            state=one.words,
            changed=f"{len(revisions)} times, last {shown.moment(post.revised_at, owner.zone)}" if revisions else "never",
        ),
    )


@click.command("take")
@_POST
@_ISSUE
@_SECTION
@EXPECTED
@common
@pass_door
def take(door: Door, post_id: int, issue_id: int, section: str, *, expected: int | None) -> None:
    """Take a post into a section of an issue, behind what it has; an approval of the issue ends.

    Example: newsletter posts take 17 --issue 5 --section "Feature articles"
    """
    outcome = saved(
        door,
        issue_id,
        lambda acting, over: editing.take_post(acting.tx, issue_id, post_id, section, acting.now, expected_version=over),
        expected,
        "issue.take_post",
        post=post_id,
    )
    answer_saved(door, outcome)


@click.command("add")
@click.argument("url")
@_ISSUE
@_SECTION
@EXPECTED
@common
@pass_door
def add(door: Door, url: str, issue_id: int, section: str, *, expected: int | None) -> None:
    """Make an article of the web page at URL: its title, its author, its picture and its first words, as the page states them.

    A page that a feed of the newsletter knows is taken as the post it is. An approval of the issue ends.

    Example: newsletter posts add https://example.org/report/ --issue 5 --section "… and more"
    """
    door.allow(Permission.EDIT)
    application = door.application
    page = asyncio.run(visit(url, application.fetch_policy, application.parser))
    outcome = saved(
        door,
        issue_id,
        lambda acting, over: pages.take_page(acting.tx, issue_id, page, section, acting.now, expected_version=over),
        expected,
        "issue.take_page",
        url=page.url,
    )
    door.note(f"Taken from {page.site or page.url}: “{page.title}”{f' by {page.byline}' if page.byline else ''}.")
    answer_saved(door, outcome)


def _post(tx: Transaction, post_id: int) -> Post:
    found = feeds.posts_by_id(tx, [post_id])
    if not found:
        raise PostNotFound(post_id)
    return found[0]


def _state(one: Offered, names: dict[int, str]) -> str:
    others = ", ".join(sorted({names.get(copy.feed_id, "") for copy in one.copies if copy.feed_id != one.post.feed_id}))
    return f"{one.words}; also in {others}" if others else one.words


def _line(one: Offered, names: dict[int, str]) -> dict[str, object]:
    post, place = one.post, one.place
    return {
        "post": post.id,
        "title": post.entry.title,
        "byline": post.entry.byline,
        "link": post.entry.permalink,
        "published_at": post.entry.published_at,
        "categories": list(post.entry.categories),
        "feed": names.get(post.feed_id, ""),
        "is_free": one.is_free,
        "state": one.words,
        "issue": place.issue_id if place is not None else None,
        "section": place.section if place is not None else "",
        "article": place.article_id if place is not None else None,
        "vanished_at": post.vanished_at,
        "copies": [{"post": copy.id, "feed": names.get(copy.feed_id, ""), "link": copy.entry.permalink} for copy in one.copies],
    }


posts = click.Group("posts", commands=[list_, show, take, add], help="What feeds have to offer, and which issue carries it.")
