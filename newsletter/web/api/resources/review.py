"""The review of an issue: what is said of it, and people without an account who are asked to look it over."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field

from newsletter.issues import newsletters, store
from newsletter.people import reviewers
from newsletter.review import comments, guests
from newsletter.review.comments import Comment
from newsletter.review.guests import LONGEST_LIFE, GuestLink, GuestPurpose
from newsletter.staff.permissions import LOCAL_OPERATOR, Permission
from newsletter.web.api import paging
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer, Given, Line, Number, Words
from newsletter.web.api.paging import Cursor, Limit, Page
from newsletter.web.api.routing import Routes
from newsletter.web.visits import LARGEST_NUMBER, Of
from subscribers.address import parse

P = Permission
ISSUE = "/issues/{issue_id:int}"
COMMENTS = f"{ISSUE}/comments"
REVIEWERS = f"{ISSUE}/reviewers"

USUAL_DAYS = 7

routes = Routes("review", "Issues looked over: what is said of them, and who is asked to look.")


class CommentAnswer(Answer):
    """What somebody said of an issue."""

    id: int
    article_id: int | None = Field(description="Null: it is about the whole issue.")
    version: int = Field(description="Of the issue, as it was read.")
    author: str
    is_guest: bool = Field(description="Said by a reviewer without an account.")
    text: str
    said_at: datetime
    resolved_at: datetime | None
    resolved_by: str
    answer: str


class Saying(Given):
    """What is to be said of an issue."""

    text: Words
    article_id: Number | None = Field(None, description="Left out: it is about the whole issue.")


class Resolving(Given):
    """What becomes of a comment."""

    answer: Words = Field("", description="Reviewers read it.")


class LinkAnswer(Answer):
    """A reviewer's link, which they alone have."""

    id: int
    invited_by: str
    made_at: datetime
    ends_at: datetime
    is_open: bool


class ReviewerAnswer(LinkAnswer):
    """A reviewer's link, and whose it is."""

    name: str
    address: str = Field(description="Empty: the reviewer was forgotten.")


class Reviewer(Given):
    """Who is asked to look an issue over."""

    address: Line
    name: Line = Field("", description="How they are addressed.")
    days: Annotated[int, Field(ge=1, le=LONGEST_LIFE.days)] = Field(USUAL_DAYS, description="How long the link works.")
    note: Words = Field("", description="What the mail says besides.")


@routes.get(COMMENTS, P.VIEW, Of.ISSUE)
def list_comments(
    call: Calling,
    issue_id: int,
    *,
    open_only: Annotated[bool, Query(description="Only what nobody called done.")] = False,
    cursor: Cursor = None,
    limit: Limit = paging.USUAL,
) -> Page[CommentAnswer]:
    """List what was said of an issue, the earliest first."""
    with call.reading() as tx:
        found = comments.open_comments(tx, issue_id) if open_only else comments.comments_of(tx, issue_id)
    shown, more = paging.page_of(found, lambda one: one.id, cursor, limit)
    return Page(items=[_comment(one) for one in shown], next=more)


@routes.post(COMMENTS, P.EDIT, Of.ISSUE, status_code=201)
def add_comment(call: Calling, issue_id: int, given: Saying) -> CommentAnswer:
    """Say something of an issue, or of one article, where reviewers read it too."""
    with call.acting() as acting:
        issue = store.load(acting.tx, issue_id)
        made = comments.say(acting.tx, issue, acting.actor.name, given.text, acting.now, article_id=given.article_id)
        acting.record("issue.comment", f"issue {issue_id}", comment=made.id)
    return _comment(made)


@routes.post(f"{COMMENTS}/{{comment_id:int}}/resolve", P.EDIT, Of.ISSUE)
def resolve_comment(call: Calling, issue_id: int, comment_id: int, given: Resolving) -> CommentAnswer:
    """Call a comment done, with an answer that its author reads; the last word counts."""
    number = min(comment_id, LARGEST_NUMBER)
    with call.acting() as acting:
        done = comments.resolve(acting.tx, issue_id, number, acting.actor.name, acting.now, given.answer)
        acting.record("issue.comment.resolve", f"issue {issue_id}", comment=number)
    return _comment(done)


@routes.get(REVIEWERS, P.EDIT, Of.ISSUE)
def list_reviewers(call: Calling, issue_id: int, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[ReviewerAnswer]:
    """List who was asked to look an issue over, in the order they were asked."""
    with call.reading() as tx:
        found = guests.links_of(tx, issue_id, GuestPurpose.REVIEW)
    shown, more = paging.page_of(found, lambda one: one.id, cursor, limit)
    items = [ReviewerAnswer(**_link(one, call.now), name=one.name, address=one.address) for one in shown]
    return Page(items=items, next=more)


@routes.post(REVIEWERS, P.EDIT, Of.ISSUE, status_code=201)
def invite_reviewer(call: Calling, issue_id: int, given: Reviewer) -> LinkAnswer:
    """Mail somebody without an account a link to the issue as it will arrive, and a place for what they say of it."""
    application, life = call.application, timedelta(days=given.days)
    parse(given.address)
    with call.reading() as tx:
        issue = store.load(tx, issue_id)
        newsletter = newsletters.by_id(tx, issue.newsletter_id)
    # As a stranger can understand who asks.
    host = newsletter.sender_name if call.actor == LOCAL_OPERATOR else call.actor.name
    errand = reviewers.errand(issue, newsletter, host=host, ends_at=call.now + life, name=given.name, note=given.note)
    letter = reviewers.compose(application.templates, application.keyring, newsletter, issue, errand, given.address)
    with call.acting() as acting:
        made = reviewers.invite(
            acting.tx,
            application.keyring,
            letter,
            issue_id,
            address=given.address,
            name=given.name,
            by=acting.actor.name,
            life=life,
            now=acting.now,
        )
        acting.record("issue.review", f"issue {issue_id}", link=made.id)
    return LinkAnswer(**_link(made, call.now))


@routes.post(f"{REVIEWERS}/{{link_id:int}}/revoke", P.EDIT, Of.ISSUE)
def revoke_reviewer(call: Calling, issue_id: int, link_id: int) -> LinkAnswer:
    """Let the link of a reviewer open nothing any more; what they said stays."""
    number = min(link_id, LARGEST_NUMBER)
    with call.acting() as acting:
        gone = guests.revoke(acting.tx, issue_id, number, GuestPurpose.REVIEW, acting.now)
        acting.record("issue.review.revoke", f"issue {issue_id}", link=number)
    return LinkAnswer(**_link(gone, call.now))


def _link(one: GuestLink, now: datetime) -> dict[str, Any]:
    return {
        "id": one.id,
        "invited_by": one.invited_by,
        "made_at": one.made_at,
        "ends_at": one.ends_at,
        "is_open": one.is_open(now),
    }


def _comment(one: Comment) -> CommentAnswer:
    return CommentAnswer(
        id=one.id,
        article_id=one.article_id,
        version=one.version,
        author=one.author,
        is_guest=one.link_id is not None,
        text=one.text,
        said_at=one.said_at,
        resolved_at=one.resolved_at,
        resolved_by=one.resolved_by,
        answer=one.answer,
    )
