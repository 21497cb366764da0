"""Making issues: the posts of a month filed by the plan, or an empty one to be written by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.errors import BadValue
from newsletter.feeds import store as feeds
from newsletter.feeds.model import Post
from newsletter.issues import alerts, contents, newsletters, store
from newsletter.issues.contents import Text
from newsletter.issues.model import Issue, IssueState, Month, Newsletter, SectionKind, SectionPlan, Show
from newsletter.issues.plan import section_for
from newsletter.issues.schedule import start_of
from newsletter.issues.store import Opening
from subscribers.oneline import one_line
from subscribers.transaction import Transaction

LONGEST_TITLE = 200
# What most inboxes show; longer subjects are warned of in the review.
LONGEST_SUGGESTED_SUBJECT = 120
# What most inboxes show of a preheader, and how many titles fit into it.
LONGEST_SUGGESTED_PREHEADER = 140
TITLES_IN_PREHEADER = 3

# Shown in the draft and the preview; the review does not let an issue pass that still has it.
PLACEHOLDER = "<p>This letter has not been written yet.</p>"


@dataclass(frozen=True, slots=True)
class Filed:
    """Posts and where they fall."""

    # One for each section of the plan, in its order.
    sections: tuple["FiledSection", ...]
    # What no section takes.
    left: tuple[Post, ...]


@dataclass(frozen=True, slots=True)
class FiledSection:
    """A section of the plan and the posts that fall into it, the oldest first."""

    planned: SectionPlan
    posts: tuple[Post, ...]


def draft_month(
    tx: Transaction,
    newsletter: Newsletter,
    month: Month,
    now: datetime,
    *,
    slot_key: str | None = None,
    send_at: datetime | None = None,
    since: Month | None = None,
) -> Issue:
    """Draft an issue of the posts of *month*, cut in the newsletter's zone, without what other issues carry.

    With *since* it carries what is left of the months from there on, too: those had no issue of their own.

    Posts are filed by the newsletter's plan; a required letter that is still to be written has an honest placeholder.
    For a slot the issue is made once: asked again, the one that is there is given back.
    """
    newsletters.take_turn(tx, newsletter.id)
    known = store.issue_of_slot(tx, newsletter.id, slot_key) if slot_key is not None else None
    if known is not None:
        return store.load(tx, known)
    filed = file_posts(newsletter.plan, pool(tx, newsletter, month, since=since))
    opening = Opening(
        title=month.words,
        subject=one_line(f"{newsletter.name}: {month.words}", LONGEST_SUGGESTED_SUBJECT),
        preheader=_suggested_preheader(filed),
        month=str(month),
        slot_key=slot_key,
        send_at=send_at,
    )
    issue_id = store.open_issue(tx, newsletter.id, opening, now)
    for section in filed.sections:
        _fill(tx, issue_id, section)
    # A month that was missed has its issue now.
    alerts.settle_alert(tx, missed_key(newsletter.id, month), now)
    return store.load(tx, issue_id)


def draft_empty(tx: Transaction, newsletter: Newsletter, title: str, now: datetime) -> Issue:
    """Begin a one-off issue without any feed; letters written for it make its sections.

    Raises:
        BadValue: the title is empty.

    """
    title = one_line(title, LONGEST_TITLE)
    if not title:
        raise BadValue("title", repr(title), "is empty")
    newsletters.take_turn(tx, newsletter.id)
    return store.load(tx, store.open_issue(tx, newsletter.id, Opening(title=title, subject=title), now))


def top_up(tx: Transaction, issue_id: int, now: datetime) -> int:
    """Add the posts of its month that appeared after an issue was drafted; gives how many.

    Only while it is a draft: what somebody reviews or has approved does not grow under their hands. Posts an editor
    dropped stay out, and so do posts for a section that the issue does not have.

    Raises:
        IssueNotFound: there is none of this id.

    """
    known = store.load(tx, issue_id)
    if known.state is not IssueState.DRAFT or not known.month:
        return 0
    newsletters.take_turn(tx, known.newsletter_id)
    newsletter = newsletters.by_id(tx, known.newsletter_id)
    offered = contents.offered(tx, issue_id)
    fresh = [post for post in pool(tx, newsletter, Month.parse(known.month)) if not offered.has(post)]
    section_ids = {section.title.casefold(): section.id for section in known.sections}
    filed = [one for one in file_posts(newsletter.plan, fresh).sections if one.planned.title.casefold() in section_ids]
    added = sum(len(one.posts) for one in filed)
    if added:
        store.begin_edit(tx, issue_id, now, None)
    for section in filed:
        for post in section.posts:
            contents.add_article(
                tx, issue_id, section_ids[section.planned.title.casefold()], text_of(post, section.planned.show)
            )
    return added


def pool(tx: Transaction, newsletter: Newsletter, month: Month, *, since: Month | None = None) -> tuple[Post, ...]:
    """Give the posts of *month* that no issue of the newsletter carries, the oldest first, none of them twice.

    With *since* those of all months from there to *month*.
    """
    start, end = start_of(since or month, newsletter.zone), start_of(month.following, newsletter.zone)
    carried = contents.carried(tx, newsletter.id)
    free: list[Post] = []
    for post in sorted(feeds.posts_between(tx, newsletter.id, start, end), key=_age):
        if not carried.has(post):
            carried = carried.also(post)
            free.append(post)
    return tuple(free)


def file_posts(plan: Sequence[SectionPlan], posts: Sequence[Post]) -> Filed:
    """Say where each post falls."""
    found = [(post, section_for(plan, post.entry.title, post.entry.categories, post.entry.byline)) for post in posts]
    return Filed(
        sections=tuple(FiledSection(planned, tuple(post for post, section in found if section is planned)) for planned in plan),
        left=tuple(post for post, section in found if section is None),
    )


def text_of(post: Post, show: Show) -> Text:
    """Give the editable copy of a post."""
    entry = post.entry
    return Text(
        title=one_line(entry.title),
        byline=one_line(entry.byline),
        link=entry.permalink,
        content=entry.content or entry.summary,
        show=show,
        post_id=post.id,
    )


def missed_key(newsletter_id: int, month: Month) -> str:
    """Give the key of the alert that a month has no issue because nobody was there."""
    return f"slot-missed:{newsletter_id}:{month}"


def _fill(tx: Transaction, issue_id: int, section: FiledSection) -> None:
    planned = section.planned
    section_id = contents.add_section(tx, issue_id, planned)
    for post in section.posts:
        contents.add_article(tx, issue_id, section_id, text_of(post, planned.show))
    # One that may be missing is no gap: its section is not shown until somebody writes it.
    if planned.kind is SectionKind.LETTER and planned.is_required and not section.posts:
        empty = Text(title=planned.title, content=PLACEHOLDER, show=planned.show, is_placeholder=True)
        contents.add_article(tx, issue_id, section_id, empty)


def _suggested_preheader(filed: Filed) -> str:
    """Name what is inside, the first sections first; a preheader the reader sees must not repeat the subject."""
    titles = [post.entry.title for section in filed.sections for post in section.posts]
    return one_line(" · ".join(titles[:TITLES_IN_PREHEADER]), LONGEST_SUGGESTED_PREHEADER)


def _age(post: Post) -> tuple[datetime, int]:
    return (post.entry.published_at, post.id)
