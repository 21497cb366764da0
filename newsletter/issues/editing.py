"""What an editor does to an issue; every edit voids the approval and counts the version up."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from newsletter.errors import AlreadyThere, BadValue, PostNotFound, SectionNotFound
from newsletter.feeds import store as feeds
from newsletter.feeds.model import Post
from newsletter.issues import authorbook, contents, newsletters, selection, store
from newsletter.issues.bylines import credit
from newsletter.issues.changes import LONGEST_BYLINE, Change, change_article, rewritten, tidy_title
from newsletter.issues.contents import Text
from newsletter.issues.draft import text_of
from newsletter.issues.filing import Credited
from newsletter.issues.model import Article, Issue, Section, SectionKind, SectionPlan, Show
from newsletter.issues.plan import USUAL_SHOW
from subscribers.oneline import one_line
from subscribers.sentence import say
from subscribers.transaction import Transaction

LONGEST_SUBJECT = 250
LONGEST_PREHEADER = 250


def edit_issue(
    tx: Transaction,
    issue_id: int,
    now: datetime,
    *,
    title: str | None = None,
    subject: str | None = None,
    preheader: str | None = None,
    expected_version: int | None = None,
) -> Issue:
    """Change what stands above the sections; None leaves a line as it is.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it is being sent, was sent or cancelled.
        Outdated: it is not at `expected_version` any more. So for every edit.
        BadValue: the title is empty.

    """
    known = store.begin_edit(tx, issue_id, now, expected_version)
    wanted = headed(known, title=title, subject=subject, preheader=preheader)
    store.save_head(tx, issue_id, title=wanted.title, subject=wanted.subject, preheader=wanted.preheader)
    return store.load(tx, issue_id)


def headed(known: Issue, *, title: str | None = None, subject: str | None = None, preheader: str | None = None) -> Issue:
    """Give an issue with other lines above its sections; None leaves a line as it is.

    Raises:
        BadValue: the title is empty.

    """
    return replace(
        known,
        title=known.title if title is None else tidy_title(title),
        subject=known.subject if subject is None else one_line(subject, LONGEST_SUBJECT),
        preheader=known.preheader if preheader is None else one_line(preheader, LONGEST_PREHEADER),
    )


def select_people(
    tx: Transaction,
    issue_id: int,
    now: datetime,
    *,
    included: Sequence[str],
    excluded: Sequence[str],
    expected_version: int | None = None,
) -> Issue:
    """Let an issue go to those of its list who are in one of the segments *included* and in none *excluded*, all by name.

    Raises:
        SegmentNotFound: there is none of this name.
        BadValue: a segment is to be in and out at once, or there are too many.

    """
    store.begin_edit(tx, issue_id, now, expected_version)
    selection.put(tx, issue_id, included, excluded)
    return store.load(tx, issue_id)


def edit_article(
    tx: Transaction,
    issue_id: int,
    article_id: int,
    now: datetime,
    *,
    title: str | None = None,
    byline: str | None = None,
    content: str | None = None,
    document: Mapping[str, Any] | None = None,
    show: Show | None = None,
    expected_version: int | None = None,
) -> Issue:
    """Change an article, or write what a placeholder stands for; None leaves a part as it is.

    `content` is HTML, `document` rich text; one of the two takes the place of the other.

    Everything else that an article has is changed by `changes.change_article`.

    Raises:
        ArticleNotFound: the issue has none of this id.
        BadValue: the title is empty, or the content is too long.

    """
    change = Change(title=title, byline=byline, content=content, document=document, show=show)
    return change_article(tx, issue_id, article_id, change, now, expected_version=expected_version)


def move_article(
    tx: Transaction,
    issue_id: int,
    article_id: int,
    now: datetime,
    *,
    section: str | None = None,
    position: int | None = None,
    expected_version: int | None = None,
) -> Issue:
    """Move an article to another section, another place, or both.

    Places are counted from 1; one beyond the end is the end. Without a place it goes to the end of a new section, and
    stays where it is in its own.

    Raises:
        ArticleNotFound: the issue shows none of this id.
        SectionNotFound: the issue has no section of this title.
        BadValue: the place is no place.

    """
    if position is not None and position < 1:
        raise BadValue(say("position"), position, say("places are counted from 1"))
    known = store.begin_edit(tx, issue_id, now, expected_version)
    moved = contents.article_of(tx, issue_id, article_id)
    target = known.section_of(moved) if section is None else known.section_called(section)
    stays = target.id == moved.section_id
    place = position or (moved.position if stays else len(target.articles) + 1)
    _put(tx, target, article_id, place)
    return store.load(tx, issue_id)


def drop_article(
    tx: Transaction, issue_id: int, article_id: int, now: datetime, *, expected_version: int | None = None
) -> Issue:
    """Leave an article out; it stays at hand, and its post is not offered to this issue again.

    Raises:
        ArticleNotFound: the issue has none of this id.

    """
    store.begin_edit(tx, issue_id, now, expected_version)
    known = contents.article_of(tx, issue_id, article_id)
    contents.save_article(tx, replace(known, is_dropped=True))
    return store.load(tx, issue_id)


def restore_article(
    tx: Transaction, issue_id: int, article_id: int, now: datetime, *, expected_version: int | None = None
) -> Issue:
    """Take a dropped article in again, at its old place.

    Raises:
        ArticleNotFound: the issue has none of this id.
        AlreadyThere: another issue carries its post by now.

    """
    known = _begin_taking(tx, issue_id, now, expected_version)
    dropped = contents.article_of(tx, issue_id, article_id)
    if dropped.post_id is not None:
        _require_in_no_other(tx, known, dropped.post_id)
    contents.save_article(tx, replace(dropped, is_dropped=False))
    _put(tx, known.section_of(dropped), article_id, dropped.position)
    return store.load(tx, issue_id)


def take_post(
    tx: Transaction,
    issue_id: int,
    post_id: int,
    section: str,
    now: datetime,
    *,
    expected_version: int | None = None,
) -> Issue:
    """Take a post from the pool into a section, behind what it has.

    Raises:
        PostNotFound: the newsletter reads none of this id.
        SectionNotFound: the issue has no section of this title.
        AlreadyThere: this or another issue carries the post; one dropped here is restored instead.

    """
    return take_posts(tx, issue_id, [post_id], section, now, expected_version=expected_version)


def take_posts(
    tx: Transaction,
    issue_id: int,
    post_ids: Sequence[int],
    section: str,
    now: datetime,
    *,
    position: int | None = None,
    expected_version: int | None = None,
) -> Issue:
    """Take posts from the pool into a section, in this order, as one edit: behind what it has, or to a place counted from 1.

    Raises:
        PostNotFound: the newsletter reads none of an id.
        SectionNotFound: the issue has no section of this title.
        AlreadyThere: this or another issue carries one of the posts; one dropped here is restored instead.

    """
    known = _begin_taking(tx, issue_id, now, expected_version)
    target = known.section_called(section)
    offered, carried = contents.offered(tx, issue_id), contents.carried(tx, known.newsletter_id)
    register = authorbook.register(tx, known.newsletter_id)
    # Among letters, too, a post is shown by its beginning until an editor says otherwise.
    show = Show.EXCERPT if USUAL_SHOW[target.kind] is Show.FULL else USUAL_SHOW[target.kind]
    planned = SectionPlan(target.title, target.kind, show=show)
    made = []
    for post_id in post_ids:
        post = _post(tx, known, post_id)
        if offered.has(post) or carried.has(post):
            raise AlreadyThere(say("article of post"), post_id)
        offered = offered.also(post)
        text = text_of(Credited(post, credit(post.entry, register)), planned)
        made.append(contents.add_article(tx, issue_id, target.id, text))
    if position is not None:
        there = [article.id for article in target.articles]
        contents.arrange(tx, target.id, [*there[: position - 1], *made, *there[position - 1 :]])
    return store.load(tx, issue_id)


def write_letter(
    tx: Transaction,
    issue_id: int,
    section: str,
    html: str,
    by: str,
    now: datetime,
    *,
    document: Mapping[str, Any] | None = None,
    expected_version: int | None = None,
) -> Issue:
    """Put a contributor's letter into a section, in place of the placeholder or of the letter that stood there.

    Rich text (`document`) counts more than `html`.

    The section is found by its title in any letter case; a one-off gets it when it has none. In a section of articles
    each contributor has one text of their own, beside the posts.

    Raises:
        SectionNotFound: a month's issue has no section of this title.
        BadValue: there is nothing in the letter, or too much.

    """
    if document is None and not html.strip():
        raise BadValue(say("letter"), section, say("is empty"))
    known = store.begin_edit(tx, issue_id, now, expected_version)
    byline = one_line(by, LONGEST_BYLINE)
    target = _section_for_letter(tx, known, section)
    earlier = _earlier_letter(target, byline)
    if earlier is None:
        text = Text(title=target.title, content="", show=Show.FULL)
        earlier = contents.article_of(tx, issue_id, contents.add_article(tx, issue_id, target.id, text))
    text_change = Change(content=html) if document is None else Change(document=document)
    written = replace(rewritten(tx, earlier, text_change), byline=byline, suggestion=None)
    contents.save_article(tx, authorbook.introduced(tx, known.newsletter_id, earlier, written))
    authorbook.learn(tx, known.newsletter_id, byline, now)
    return store.load(tx, issue_id)


def _begin_taking(tx: Transaction, issue_id: int, now: datetime, expected_version: int | None) -> Issue:
    """Begin an edit that takes a post: in turn with drafting, or two issues could carry it."""
    newsletters.take_turn(tx, store.load(tx, issue_id).newsletter_id)
    return store.begin_edit(tx, issue_id, now, expected_version)


def _section_for_letter(tx: Transaction, known: Issue, title: str) -> Section:
    try:
        return known.section_called(title)
    except SectionNotFound:
        # What a month's issue consists of is said by the plan; a one-off is made of its letters.
        if known.month:
            raise
    contents.add_section(tx, known.id, SectionPlan(tidy_title(title), SectionKind.LETTER, show=Show.FULL))
    return contents.sections_of(tx, known.id)[-1]


def _earlier_letter(target: Section, byline: str) -> Article | None:
    own = [article for article in target.articles if article.post_id is None]
    if target.kind is not SectionKind.LETTER:
        own = [article for article in own if article.is_placeholder or article.byline == byline]
    return own[0] if own else None


def _post(tx: Transaction, known: Issue, post_id: int) -> Post:
    read = {feed.id for feed in feeds.feeds_of(tx, known.newsletter_id)}
    found = [post for post in feeds.posts_by_id(tx, [post_id]) if post.feed_id in read]
    if not found:
        raise PostNotFound(post_id)
    return found[0]


def _require_in_no_other(tx: Transaction, known: Issue, post_id: int) -> None:
    others = contents.carried(tx, known.newsletter_id, but_issue_id=known.id)
    if any(others.has(post) for post in feeds.posts_by_id(tx, [post_id])):
        raise AlreadyThere(say("article of post"), post_id)


def _put(tx: Transaction, target: Section, article_id: int, place: int) -> None:
    others = [article.id for article in target.articles if article.id != article_id]
    contents.arrange(tx, target.id, [*others[: place - 1], article_id, *others[place - 1 :]])
