"""Posts that feeds have to offer, and issues that were sent, as the archive has them."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import Field

from newsletter.archive import announcing, errata, index, search
from newsletter.archive.announcement import Format
from newsletter.archive.query import read_query
from newsletter.errors import PostNotFound
from newsletter.feeds import store as feeds
from newsletter.issues import newsletters, pool, store
from newsletter.issues.model import Month
from newsletter.issues.pool import Fate, Pooled, Wanted
from newsletter.staff.permissions import Permission
from newsletter.web.api import paging
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import NO_NUL, Answer, Given, Line, Number, Words
from newsletter.web.api.paging import Cursor, Limit, Page
from newsletter.web.api.routing import Routes
from newsletter.web.visits import LARGEST_NUMBER, Of

P = Permission
PAPER = "/newsletters/{newsletter_id:int}"

# Whoever has looked through so many pages of what was found looks for other words.
LAST_PAGE = 100

routes = Routes("posts and archive", "What feeds have to offer, and the issues that were sent.")

Asked = Annotated[str, Query(max_length=200, pattern=NO_NUL)]


class PostLine(Answer):
    """A post among others."""

    id: int
    feed_id: int
    title: str
    byline: str
    link: str
    published_at: datetime
    categories: list[str]
    is_free: bool = Field(description="Whether an issue can take it.")
    issue_id: int | None = Field(description="The issue that carries it.")


class PostAnswer(Answer):
    """A post as its feed has it."""

    id: int
    feed_id: int
    guid: str
    title: str
    byline: str
    author: str
    link: str
    published_at: datetime
    categories: list[str]
    content: str


class ArchivedAnswer(Answer):
    """An issue that was sent, as the archive has it."""

    issue_id: int
    number: int
    title: str
    subject: str
    preheader: str
    published_at: datetime
    language: str


class HitAnswer(Answer):
    """Where words were found."""

    number: int
    issue_title: str
    published_at: datetime
    title: str
    byline: str
    slug: str
    text: str = Field(description="Some words around what was found.")


class ErratumAnswer(Answer):
    """A correction above the web copy of an issue."""

    id: int
    text: str
    published_by: str
    published_at: datetime


class AnnouncementAnswer(Answer):
    """A text that tells that an issue is out."""

    title: str
    slug: str = Field(description="For the address of a post: the same for the same issue.")
    format: Format
    text: str = Field(description="Without the title, for which blogs and mails have a place of their own.")


class Correction(Given):
    """What is wrong in an issue that was sent, as readers are told."""

    text: Words
    by: Line | None = Field(None, description="Who corrects, as readers see it; the account's name if not said.")


@routes.get(f"{PAPER}/posts", P.VIEW, Of.NEWSLETTER)
def list_posts(
    call: Calling,
    newsletter_id: int,
    q: Asked = "",
    by: Asked = "",
    month: Annotated[str | None, Query(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")] = None,
    feed_id: Annotated[Number | None, Query()] = None,
    fate: Annotated[Fate, Query(description="Whether issues carry them.")] = Fate.FREE,
    cursor: Cursor = None,
) -> Page[PostLine]:
    """List the posts of a newsletter's feeds, the newest first."""
    wanted = Wanted(words=q, by=by, feed_id=feed_id or 0, month=Month.parse(month) if month is not None else None, fate=fate)
    with call.reading() as tx:
        newsletter = newsletters.by_id(tx, newsletter_id)
        found = pool.look_through(tx, newsletter, wanted, paging.read_number(cursor) or 0)
    return Page(items=[_line(one) for one in found.posts], next=paging.written(found.before) if found.before else None)


@routes.get(f"{PAPER}/posts/{{post_id:int}}", P.VIEW, Of.NEWSLETTER)
def show_post(call: Calling, newsletter_id: int, post_id: int) -> PostAnswer:
    """Show a post as its feed has it."""
    with call.reading() as tx:
        found = feeds.posts_by_id(tx, [post_id]) if post_id <= LARGEST_NUMBER else ()
        if not found or feeds.feed_by_id(tx, found[0].feed_id).newsletter_id != newsletter_id:
            raise PostNotFound(post_id)
    post, entry = found[0], found[0].entry
    return PostAnswer(
        id=post.id,
        feed_id=post.feed_id,
        guid=entry.guid,
        title=entry.title,
        byline=entry.byline,
        author=entry.author,
        link=entry.permalink,
        published_at=entry.published_at,
        categories=list(entry.categories),
        content=entry.content or entry.summary,
    )


@routes.get(f"{PAPER}/archive", P.VIEW, Of.NEWSLETTER)
def list_archive(call: Calling, newsletter_id: int, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[ArchivedAnswer]:
    """List the issues of a newsletter that were sent, the latest first."""
    with call.reading() as tx:
        known = index.published(tx, newsletter_id)
    shown, more = paging.part_of(known, cursor, limit)
    return Page(items=[ArchivedAnswer.model_validate(one) for one in shown], next=more)


@routes.get(f"{PAPER}/archive/search", P.VIEW, Of.NEWSLETTER)
def search_archive(call: Calling, newsletter_id: int, q: Asked, cursor: Cursor = None) -> Page[HitAnswer]:
    """Look for words in the issues of a newsletter that were sent, what fits best first; twenty at a time."""
    page = min(max(paging.read_number(cursor) or 1, 1), LAST_PAGE)
    with call.reading() as tx:
        newsletter = newsletters.by_id(tx, newsletter_id)
        found = search.search(tx, read_query(q), [newsletter], page=page)
    more = paging.written(page + 1) if found.has_more and page < LAST_PAGE else None
    return Page(items=[_hit(one) for one in found.hits], next=more)


@routes.get("/issues/{issue_id:int}/errata", P.VIEW, Of.ISSUE)
def list_errata(call: Calling, issue_id: int, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[ErratumAnswer]:
    """List what was corrected in an issue after it was sent, the earliest first."""
    with call.reading() as tx:
        store.version_of(tx, issue_id)
        known = errata.errata_of(tx, issue_id)
    shown, more = paging.page_of(known, lambda one: one.id, cursor, limit)
    return Page(items=[ErratumAnswer.model_validate(one) for one in shown], next=more)


@routes.post("/issues/{issue_id:int}/errata", P.APPROVE, Of.ISSUE, status_code=201)
def add_erratum(call: Calling, issue_id: int, given: Correction) -> ErratumAnswer:
    """Tell above the web copy of an issue what is wrong in it; the letter stays as it was mailed. It cannot be taken back."""
    with call.acting() as acting:
        made = errata.add(acting.tx, issue_id, given.text, given.by or acting.actor.name, acting.now)
        acting.record("issue.erratum", f"issue {issue_id}", text=made.text, by=made.published_by)
    return ErratumAnswer.model_validate(made)


@routes.get("/issues/{issue_id:int}/announcement", P.VIEW, Of.ISSUE)
def announce_issue(
    call: Calling,
    issue_id: int,
    form: Annotated[Format, Query(alias="format", description="How it is written.")] = Format.HTML,
    title: Annotated[str, Query(max_length=200, pattern=NO_NUL, description="Another title than the usual one.")] = "",
) -> AnnouncementAnswer:
    """Tell that an issue is out, in a text for a blog or a mail: what is inside, and where it is to be had."""
    with call.reading() as tx:
        told = announcing.announcement_of(tx, call.application.links, issue_id, title)
    return AnnouncementAnswer(title=told.title, slug=told.slug, format=form, text=told.written(form))


def _line(one: Pooled) -> PostLine:
    post = one.post
    return PostLine(
        id=post.id,
        feed_id=post.feed_id,
        title=post.title,
        byline=post.byline,
        link=post.permalink,
        published_at=post.published_at,
        categories=list(post.categories),
        is_free=one.is_free,
        issue_id=one.place.issue_id if one.place is not None else None,
    )


def _hit(one: search.Hit) -> HitAnswer:
    return HitAnswer(
        number=one.number,
        issue_title=one.issue_title,
        published_at=one.published_at,
        title=one.title,
        byline=one.byline,
        slug=one.slug,
        text="".join(bit.text for bit in one.bits),
    )
