"""`newsletter issues review`, `comments`, `resolve-comment`: an issue looked over by people without an account."""

from datetime import timedelta

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.parameters import HIGHEST_ID, SpanType, issue_argument
from newsletter.issues import newsletters, store
from newsletter.people import reviewers
from newsletter.review import comments as book
from newsletter.review import guests
from newsletter.review.comments import Comment
from newsletter.review.guests import GuestLink, GuestPurpose
from newsletter.staff.permissions import LOCAL_OPERATOR, Actor, Permission
from subscribers.address import parse
from subscribers.tokens import Purpose

LINK_ID = click.IntRange(1, HIGHEST_ID)


@click.command("review")
@issue_argument
@click.option("--invite", "address", metavar="ADDRESS", help="Mail a link to this address.")
@click.option("--name", default="", help="How the reviewer is addressed.")
@click.option("--for", "life", type=SpanType(), default="7d", show_default=True, help="How long the link works.")
@click.option("--note", default="", metavar="TEXT", help="What the mail says besides.")
@click.option("--revoke", "link_id", type=LINK_ID, metavar="N", help="Let link N open nothing any more.")
@common
@pass_door
def review(
    door: Door, issue_id: int, *, address: str | None, name: str, life: timedelta, note: str, link_id: int | None
) -> None:
    """Have an issue looked over by somebody without an account: a link by mail, for this issue and for a time.

    Behind it stand the letter as it will arrive, and a place for comments on each article. Without --invite or --revoke
    the links of the issue are listed.

    Example: newsletter issues review 5 --invite chair@example.org --name "Dear Chair" --for 7d
    """
    if address is not None and link_id is not None:
        raise click.UsageError("--invite does not go with --revoke.")
    if address is not None:
        made = _invited(door, issue_id, address, name, life, note)
        link = door.application.links.review(door.application.keyring.seal(Purpose.REVIEW, made.id))
        door.answer({**_document(made, door), "link": link}, shown.line(f"A mail to {made.address} carries this link:"), link)
        return
    if link_id is not None:
        with door.acting(Permission.EDIT) as acting:
            guests.revoke(acting.tx, issue_id, link_id, GuestPurpose.REVIEW, acting.now)
            acting.record("issue.review.revoke", f"issue {issue_id}", link=link_id)
    _answer_links(door, issue_id)


@click.command("comments")
@issue_argument
@click.option("--all", "takes_all", is_flag=True, help="Also those that are done.")
@common
@pass_door
def comments(door: Door, issue_id: int, *, takes_all: bool) -> None:
    """Show what reviewers said of an issue and nobody called done yet.

    Example: newsletter issues comments 5
    """
    with door.reading() as tx:
        known = store.load(tx, issue_id)
        zone = newsletters.by_id(tx, known.newsletter_id).zone
        found = book.comments_of(tx, issue_id) if takes_all else book.open_comments(tx, issue_id)
    titles = {article.id: article.title for article in known.articles}
    rows = [
        (one.id, titles.get(one.article_id or 0, ""), one.author, shown.moment(one.said_at, zone), one.text, _state(one))
        for one in found
    ]
    columns = ("#id", "article", "by", "when", "comment", "state")
    door.answer({"issue": issue_id, "comments": [_comment(one) for one in found]}, shown.table(columns, rows))


@click.command("resolve-comment")
@issue_argument
@click.argument("comment_id", metavar="COMMENT", type=LINK_ID)
@click.option("--answer", default="", metavar="TEXT", help="What the reviewers read below the comment.")
@common
@pass_door
def resolve_comment(door: Door, issue_id: int, comment_id: int, answer: str) -> None:
    """Call a comment done.

    Example: newsletter issues resolve-comment 5 12 --answer "Thank you, the date is right now."
    """
    with door.acting(Permission.EDIT) as acting:
        done = book.resolve(acting.tx, issue_id, comment_id, acting.actor.name, acting.now, answer)
        acting.record("issue.comment.resolve", f"issue {issue_id}", comment=comment_id)
        left = len(book.open_comments(acting.tx, issue_id))
    door.answer({**_comment(done), "open": left}, shown.line(f"Comment {comment_id} is done; {left or 'none'} left."))


def _invited(door: Door, issue_id: int, address: str, name: str, life: timedelta, note: str) -> GuestLink:
    application = door.application
    actor = door.allow(Permission.EDIT)
    parse(address)
    with door.reading() as tx:
        issue = store.load(tx, issue_id)
        newsletter = newsletters.by_id(tx, issue.newsletter_id)
    ends_at = door.now() + life
    host = _host(actor, newsletter.sender_name)
    errand = reviewers.errand(issue, newsletter, host=host, ends_at=ends_at, name=name, note=note)
    letter = reviewers.compose(application.templates, application.keyring, newsletter, issue, errand, address)
    with door.acting(Permission.EDIT) as acting:
        made = reviewers.invite(
            acting.tx,
            application.keyring,
            letter,
            issue_id,
            address=address,
            name=name,
            by=acting.actor.name,
            life=life,
            now=acting.now,
        )
        acting.record("issue.review", f"issue {issue_id}", link=made.id)
    return made


def _host(actor: Actor, sender: str) -> str:
    """Say who asks, as a stranger can understand it."""
    return sender if actor == LOCAL_OPERATOR else actor.name


def _answer_links(door: Door, issue_id: int) -> None:
    with door.reading() as tx:
        zone = newsletters.by_id(tx, store.load(tx, issue_id).newsletter_id).zone
        found = guests.links_of(tx, issue_id, GuestPurpose.REVIEW)
    rows = [
        (one.id, one.address, one.name, one.invited_by, shown.moment(one.ends_at, zone), _opens(one, door)) for one in found
    ]
    columns = ("#link", "address", "name", "invited by", "until", "state")
    door.answer({"issue": issue_id, "links": [_document(one, door) for one in found]}, shown.table(columns, rows))


def _document(link: GuestLink, door: Door) -> dict[str, object]:
    return {
        "link_id": link.id,
        "address": link.address,
        "name": link.name,
        "invited_by": link.invited_by,
        "ends_at": link.ends_at,
        "is_open": link.is_open(door.now()),
    }


def _opens(link: GuestLink, door: Door) -> str:
    if link.revoked_at is not None:
        return "revoked"
    return "open" if link.is_open(door.now()) else "over"


def _comment(one: Comment) -> dict[str, object]:
    return {
        "comment": one.id,
        "article": one.article_id,
        "by": one.author,
        "at": one.said_at,
        "version": one.version,
        "text": one.text,
        "is_done": one.resolved_at is not None,
        "resolved_by": one.resolved_by,
        "answer": one.answer,
    }


def _state(one: Comment) -> str:
    return f"done by {one.resolved_by}" if one.resolved_at is not None else "open"
