"""Making issues: the posts of a month filed by the plan, or an empty one to be written by hand."""

from collections.abc import Sequence
from datetime import datetime

from newsletter.errors import BadValue
from newsletter.feeds import store as feeds
from newsletter.feeds.model import Post
from newsletter.issues import alerts, authorbook, contents, events, newsletters, store
from newsletter.issues.bylines import without_first_line
from newsletter.issues.contents import Text
from newsletter.issues.filing import Credited, Filed, FiledSection, file, places_of, planned_places
from newsletter.issues.leading import with_picture
from newsletter.issues.model import Article, Issue, IssueState, Month, Newsletter, Section, SectionKind, SectionPlan
from newsletter.issues.plan import WRITTEN
from newsletter.issues.schedule import start_of
from newsletter.issues.store import Opening
from newsletter.issues.teasers import by_hand
from subscribers.oneline import one_line
from subscribers.sentence import say
from subscribers.transaction import Transaction

LONGEST_TITLE = 200
# What most inboxes show; longer subjects are warned of in the review.
LONGEST_SUGGESTED_SUBJECT = 120
# What most inboxes show of a preheader, and how many titles fit into it.
LONGEST_SUGGESTED_PREHEADER = 140
TITLES_IN_PREHEADER = 3
BETWEEN_TITLES = " · "

# Shown in the draft and the preview; the review does not let an issue pass that still has it.
PLACEHOLDER = "<p>This letter has not been written yet.</p>"
PLACEHOLDER_OF_OTHERS = "<p>This text has not been written yet.</p>"

# Cancelled issues among the latest; more than anybody cancels.
_LOOKED_BACK = 50

# Texts of the editors that stand in every issue until somebody changes them.
_CARRIED_KINDS = frozenset({SectionKind.NOTE, SectionKind.NOTICE, SectionKind.SPONSORS})


def draft_month(
    tx: Transaction,
    newsletter: Newsletter,
    month: Month,
    now: datetime,
    *,
    slot_key: str | None = None,
    send_at: datetime | None = None,
    since: Month | None = None,
    from_last: bool = False,
) -> Issue:
    """Draft an issue of the posts of *month*, cut in the newsletter's zone, without what other issues carry.

    With *since* it carries what is left of the months from there on, too: those had no issue of their own.

    Posts are filed by the newsletter's plan; a required letter that is still to be written has an honest placeholder.
    *from_last* begins with the sections of the latest issue as its editors left them, its notes, sponsors and snippets.
    For a slot the issue is made once: asked again, the one that is there is given back.

    Raises:
        BadValue: there is no issue to begin from.

    """
    newsletters.take_turn(tx, newsletter.id)
    known = store.issue_of_slot(tx, newsletter.id, slot_key) if slot_key is not None else None
    if known is not None:
        return store.load(tx, known)
    last = _last(tx, newsletter) if from_last else None
    places = planned_places(newsletter.plan) if last is None else places_of(last.sections, newsletter.plan, are_here=False)
    filed = file(places, pool(tx, newsletter, month, since=since), authorbook.register(tx, newsletter.id))
    opening = Opening(
        title=month.words,
        subject=one_line(f"{newsletter.name}: {month.words}", LONGEST_SUGGESTED_SUBJECT),
        preheader=_suggested_preheader(filed),
        month=str(month),
        slot_key=slot_key,
        send_at=send_at,
    )
    issue_id = store.open_issue(tx, newsletter.id, opening, now)
    for number, section in enumerate(filed.sections):
        earlier = last.sections[number] if last is not None and number < len(last.sections) else None
        if last is None or earlier is not None or section.posts or section.place.planned.is_required:
            _fill(tx, issue_id, section, _carried_over(earlier) if earlier is not None else ())
    # A month that was missed has its issue now.
    alerts.settle_alert(tx, missed_key(newsletter.id, month), now)
    return store.load(tx, issue_id)


def draft_empty(tx: Transaction, newsletter: Newsletter, title: str, now: datetime, *, from_last: bool = False) -> Issue:
    """Begin a one-off issue without any feed; letters written for it make its sections.

    *from_last* begins with the sections, notes, sponsors and snippets of the latest issue.

    Raises:
        BadValue: the title is empty, or there is no issue to begin from.

    """
    title = one_line(title, LONGEST_TITLE)
    if not title:
        raise BadValue(say("title"), repr(title), say("is empty"))
    newsletters.take_turn(tx, newsletter.id)
    last = _last(tx, newsletter) if from_last else None
    issue_id = store.open_issue(tx, newsletter.id, Opening(title=title, subject=title), now)
    if last is not None:
        places = places_of(last.sections, newsletter.plan, are_here=False)
        # What only the plan has is for months.
        for place, section in zip(places, last.sections, strict=False):
            _fill(tx, issue_id, FiledSection(place, ()), _carried_over(section))
    return store.load(tx, issue_id)


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
    filed = file(places_of(known.sections, newsletter.plan, are_here=True), fresh, authorbook.register(tx, newsletter.id))
    fitting = [section for section in filed.sections if section.posts and section.place.section_id is not None]
    if fitting:
        store.begin_edit(tx, issue_id, now, None)
    for section in fitting:
        for credited in section.posts:
            contents.add_article(tx, issue_id, section.place.section_id or 0, text_of(credited, section.place.planned))
    return sum(len(section.posts) for section in fitting)


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


def text_of(credited: Credited, planned: SectionPlan) -> Text:
    """Give the editable copy of a post for a section; among events with its day, where that cannot be mistaken."""
    entry, credit = credited.post.entry, credited.credit
    content = entry.content or entry.summary
    is_event = planned.kind is SectionKind.EVENTS
    return Text(
        title=one_line(credit.title),
        byline=one_line(credit.byline),
        link=entry.permalink,
        content=with_picture(without_first_line(content) if credit.is_in_text else content, entry.enclosures),
        show=planned.show,
        post_id=credited.post.id,
        affiliation=credit.affiliation,
        portrait=credit.portrait,
        suggestion=credit.suggestion,
        event=events.found_in(entry.title, content, entry.published_at) if is_event else None,
        summary=by_hand(entry.summary, entry.content),
    )


def missed_key(newsletter_id: int, month: Month) -> str:
    """Give the key of the alert that a month has no issue because nobody was there."""
    return f"slot-missed:{newsletter_id}:{month}"


def missed_months(tx: Transaction, newsletter_id: int) -> tuple[Month, ...]:
    """Give the months that have no issue because nobody was there, and wait for somebody to draft them."""
    beginning = f"slot-missed:{newsletter_id}:"
    keys = sorted(alert.key for alert in alerts.open_alerts(tx) if alert.key.startswith(beginning))
    return tuple(Month.parse(key.removeprefix(beginning)) for key in keys)


def _last(tx: Transaction, newsletter: Newsletter) -> Issue:
    """Give the issue that was begun last and not cancelled."""
    lines = store.issues_of(tx, newsletter.id, limit=_LOOKED_BACK)
    found = next((line for line in lines if line.state is not IssueState.CANCELLED), None)
    if found is None:
        raise BadValue(say("issue"), say("to begin from"), say("%(name)s has none yet", name=newsletter.name))
    return store.load(tx, found.id)


def _carried_over(section: Section) -> tuple[Article, ...]:
    """Give what of a section stands in the next issue as well; never a post, and nothing that was still to be written."""
    return tuple(
        article
        for article in section.articles
        if article.post_id is None and not article.is_placeholder and (section.kind in _CARRIED_KINDS or article.snippet)
    )


def _fill(tx: Transaction, issue_id: int, section: FiledSection, carried: Sequence[Article] = ()) -> None:
    planned = section.place.planned
    section_id = contents.add_section(tx, issue_id, planned, section.place.of_plan)
    for article in carried:
        contents.copy_article(tx, issue_id, section_id, article)
    for credited in section.posts:
        contents.add_article(tx, issue_id, section_id, text_of(credited, planned))
    # One that may be missing is no gap: its section is not shown until somebody writes it.
    if planned.kind in WRITTEN and planned.is_required and not section.posts and not carried:
        says = PLACEHOLDER if planned.kind is SectionKind.LETTER else PLACEHOLDER_OF_OTHERS
        empty = Text(title=planned.title, content=says, show=planned.show, is_placeholder=True)
        contents.add_article(tx, issue_id, section_id, empty)


def _suggested_preheader(filed: Filed) -> str:
    """Name what is inside, the first sections first; a preheader the reader sees must not repeat the subject."""
    titles = [credited.credit.title for section in filed.sections for credited in section.posts]
    return one_line(BETWEEN_TITLES.join(titles[:TITLES_IN_PREHEADER]), LONGEST_SUGGESTED_PREHEADER)


def _age(post: Post) -> tuple[datetime, int]:
    return (post.entry.published_at, post.id)
