"""Whom an issue goes to: its list, or those of it that its segments select."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, not_, or_

from newsletter.errors import BadValue
from newsletter.issues import readers, selection
from newsletter.issues.model import Issue
from newsletter.issues.selection import Selection
from newsletter.mail import fates, mailings
from subscribers import audience, register
from subscribers.audience import Audience
from subscribers.errors import RuleRefused
from subscribers.segments import query
from subscribers.segments import store as segments
from subscribers.segments.checking import Vocabulary
from subscribers.segments.query import Mail
from subscribers.segments.store import Segment
from subscribers.sentence import say
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Wish:
    """Whom somebody might choose for an issue."""

    selected: Selection
    # None of them: whatever topics they take.
    topics: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Counted:
    """How many people a wish comes to."""

    readers: int
    # On the lists of the issue, and not chosen.
    left_out: int


def of_issue(tx: Transaction, issue: Issue, now: datetime) -> Audience:
    """Give whom an issue is for at this moment: of its topics, and selected by its segments.

    Raises:
        BadValue: as `among` does.

    """
    return replace(readers.audience_of(tx, issue, now), among=among(tx, issue, now))


def among(tx: Transaction, issue: Issue, now: datetime) -> ColumnElement[bool] | None:
    """Give the condition, for a statement about rows of `subscriber`, that somebody is selected; None: everybody is.

    Raises:
        BadValue: a segment speaks of what there is not any more, so nobody can tell whom it means.

    """
    return _among(tx, issue, selection.of_issue(tx, issue), now)


def _among(tx: Transaction, issue: Issue, selected: Selection, now: datetime) -> ColumnElement[bool] | None:
    if selected.is_everybody:
        return None
    known = segments.vocabulary(tx)
    mail = fates.mail(tx, mailings.letter_of_issue(tx, issue.id))
    included = [_holds(one, known, mail, now) for one in selected.included]
    excluded = [not_(_holds(one, known, mail, now)) for one in selected.excluded]
    return and_(*([or_(*included)] if included else []), *excluded)


def count(tx: Transaction, issue: Issue, now: datetime) -> int:
    """Count the people an issue would go to now.

    Raises:
        BadValue: as `among` does.

    """
    return audience.size(tx, of_issue(tx, issue, now))


def count_if(tx: Transaction, issue: Issue, wish: Wish, now: datetime) -> Counted:
    """Count the people an issue would go to now if it was for whom somebody wishes.

    Raises:
        BadValue: as `among` does.

    """
    everybody = replace(readers.audience_of(tx, issue, now), topics=frozenset())
    some = replace(everybody, topics=wish.topics, among=_among(tx, issue, wish.selected, now))
    found = audience.size(tx, some)
    return Counted(found, audience.size(tx, everybody) - found if some != everybody or some.among is not None else 0)


def can_be_asked(tx: Transaction, one: Segment, now: datetime) -> bool:
    """Whether a segment speaks of what there is, so that it can be told whom it means."""
    try:
        query.holds(one.rule, segments.vocabulary(tx), fates.mail(tx), now)
    except RuleRefused:
        return False
    return True


def whom(tx: Transaction, issue: Issue) -> str:
    """Name those of whom an issue goes to some or all: `Readers, for Jobs, in “French” and not in “Board”`."""
    own = register.list_by_id(tx, readers.list_of(tx, issue))
    further = (one for one in readers.further_lists(tx, issue.id) if one.id != own.id)
    name = " and ".join(one.name for one in (own, *further))
    topics = [one.name for one in readers.topics_of(tx, issue.id)]
    for_topics = f"for {' or '.join(topics)}" if topics else ""
    return ", ".join(part for part in (name, for_topics, selection.of_issue(tx, issue).words) if part)


def _holds(segment: Segment, known: Vocabulary, mail: Mail, now: datetime) -> ColumnElement[bool]:
    try:
        return query.holds(segment.rule, known, mail, now)
    except RuleRefused as error:
        raise BadValue(say("segment"), segment.name, f"cannot be asked any more: {error.reason}") from error
