"""`newsletter issues announce`: a text that tells of an issue, ready to be pasted or written as a draft on a blog."""

import asyncio

import click

from newsletter.archive import announcements, announcing, wordpress
from newsletter.archive.announcement import Announcement, Format
from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.parameters import issue_argument
from newsletter.mail import mailings
from newsletter.outbound import FetchFailed
from newsletter.staff.permissions import Permission


@click.command("announce")
@issue_argument
@click.option(
    "--format",
    "form",
    type=click.Choice([one.value for one in Format]),
    default=Format.HTML.value,
    show_default=True,
    help="How it is written.",
)
@click.option("--title", default="", metavar="TEXT", help="Another title.")
@click.option("--publish-to-wordpress", "site", metavar="URL", help="Write it as a draft on this blog; nothing is published.")
@click.option("--user", metavar="NAME", help="The user of the blog whose NEWSLETTER_WORDPRESS_PASSWORD is set.")
@common
@pass_door
def announce_(door: Door, issue_id: int, *, form: str, title: str, site: str | None, user: str | None) -> None:
    """Print a text that tells that an issue is out, with what is inside; or write it as a draft on a WordPress blog.

    Asked again, the same draft is written anew. A post that was published meanwhile is left as it is.

    Example: newsletter issues announce 5 --format markdown
    """
    told = _told(door, issue_id, title)
    if site is None:
        text = told.written(Format(form))
        door.answer({"issue": issue_id, "title": told.title, "format": form, "text": text}, told.title, "", text.rstrip("\n"))
        return
    if not user:
        raise click.UsageError("Say as whom with --user NAME.")
    written = _draft(door, issue_id, told, site, user)
    done = "written anew" if written.was_there else "written"
    door.answer(
        {"issue": issue_id, "title": told.title, "post": written.post_id, "link": written.link, "was_there": written.was_there},
        shown.line(f"The draft “{told.title}” is {done} (post {written.post_id}). Publish it on the blog: {written.link}"),
    )


def _told(door: Door, issue_id: int, title: str) -> Announcement:
    with door.reading() as tx:
        return announcing.announcement_of(tx, door.application.links, issue_id, title)


def _draft(door: Door, issue_id: int, told: Announcement, site: str, user: str) -> wordpress.Written:
    policy = door.application.fetch_policy
    blog = wordpress.Blog(wordpress.read_site(site, policy), user, door.settings.wordpress_password)
    if not blog.password:
        raise wordpress.BlogRefused(blog.site, "there is no password: set NEWSLETTER_WORDPRESS_PASSWORD")
    door.allow(Permission.SEND)
    with door.reading() as tx:
        # A draft is written anew where there is one, and that may be the original's.
        mailings.require_adopted(tx)
        known = announcements.find(tx, issue_id, blog.site)
    entry = wordpress.Entry(told.title, told.written(Format.HTML), told.slug)
    try:
        written = asyncio.run(wordpress.write_draft(blog, entry, known, policy))
    except FetchFailed as error:
        raise wordpress.BlogRefused(blog.site, str(error)) from error
    with door.acting(Permission.SEND) as acting:
        announcements.keep(acting.tx, issue_id, blog.site, written.post_id, acting.now)
        acting.record("issue.announce", f"issue {issue_id}", blog=blog.site, post=written.post_id)
    return written
