"""What became of issues on their way to people, as conditions that rules about people can have."""

from sqlalchemy import ColumnElement, and_, exists, false, or_, select

from newsletter.errors import NewsletterNotFound
from newsletter.issues import newsletters
from newsletter.letters.letter import LetterKind
from newsletter.mail import returned
from newsletter.mail.delivery import DeliveryState
from newsletter.tables.issues import issue
from newsletter.tables.letters import letter
from newsletter.tables.mail import attempt, delivery, mailing
from subscribers.errors import RuleRefused
from subscribers.segments.query import Mail
from subscribers.segments.rule import Fate, Latest, Mailed, Numbered
from subscribers.tables.people import subscriber
from subscribers.transaction import Transaction

S = DeliveryState


def mail(tx: Transaction, before: int | None = None) -> Mail:
    """Give what rules need to speak of deliveries.

    The last issues are those before the letter *before*, where that was mailed already: whoever is to get an issue later
    is chosen as they would have been then.
    """
    return Mail(checked=lambda rule: _checked(tx, rule), holds=lambda rule: _holds(tx, rule, before))


def was_refused(person: ColumnElement[int]) -> ColumnElement[bool]:
    """Give the condition, for a statement with the id of a *person* in it, that a letter to them was refused or came back."""
    one = delivery.alias()
    refused = select(one.c.id).where(one.c.subscriber_id == person, one.c.state == S.REFUSED.value)
    # Not EXISTS, which PostgreSQL may turn into a walk through all deliveries.
    return or_(refused.limit(1).scalar_subquery().is_not(None), returned.has_bounced(person))


def _checked(tx: Transaction, rule: Mailed) -> Mailed:
    if isinstance(rule.issues, Numbered):
        if tx.execute(select(issue.c.id).where(issue.c.id == rule.issues.issue_id)).one_or_none() is None:
            raise RuleRefused(f"there is no issue {rule.issues.issue_id}; newsletter issues list shows them")
        return rule
    if not rule.issues.newsletter:
        return rule
    try:
        known = newsletters.find(tx, rule.issues.newsletter)
    except NewsletterNotFound as error:
        raise RuleRefused(f"there is no newsletter “{rule.issues.newsletter}”") from error
    return Mailed(rule.fate, Latest(rule.issues.count, known.slug, rule.issues.each))


def _holds(tx: Transaction, rule: Mailed, before: int | None) -> ColumnElement[bool]:
    letters = _letters(tx, rule.issues, before)
    if not letters:
        # Of no issue at all nothing is true, not even of each.
        return false()
    if isinstance(rule.issues, Latest) and rule.issues.each:
        return and_(*(_of_letters(rule.fate, [one]) for one in letters))
    return _of_letters(rule.fate, letters)


def _letters(tx: Transaction, issues: Numbered | Latest, before: int | None) -> list[int]:
    """Give the letters of the issues, read now: as numbers in the statement they are found by an index."""
    query = (
        select(mailing.c.letter_id)
        .join(letter, letter.c.id == mailing.c.letter_id)
        .where(mailing.c.kind == LetterKind.ISSUE, letter.c.issue_id.is_not(None))
    )
    if isinstance(issues, Numbered):
        return list(tx.execute(query.where(letter.c.issue_id == issues.issue_id)).scalars())
    if issues.newsletter:
        query = query.where(letter.c.newsletter_id == newsletters.find(tx, issues.newsletter).id)
    if before is not None:
        its_time = select(mailing.c.planned_at).where(mailing.c.letter_id == before).scalar_subquery()
        query = query.where(mailing.c.letter_id != before, mailing.c.planned_at <= its_time)
    latest = query.order_by(mailing.c.planned_at.desc(), mailing.c.letter_id.desc()).limit(issues.count)
    return list(tx.execute(latest).scalars())


def _of_letters(fate: Fate, letters: list[int]) -> ColumnElement[bool]:
    one = delivery.alias()
    may_have_arrived = exists().where(attempt.c.delivery_id == one.c.id, attempt.c.verdict == S.UNCERTAIN.value)
    came_back = one.c.id.in_(returned.bounced(letters))
    is_so = {
        Fate.GOT: and_(one.c.state == S.ACCEPTED.value, ~came_back),
        # At once, or later.
        Fate.BOUNCED: or_(one.c.state == S.REFUSED.value, came_back),
        Fate.PERHAPS: or_(
            one.c.state == S.UNCERTAIN.value,
            and_(one.c.state != S.ACCEPTED.value, may_have_arrived),
        ),
        Fate.MISSED: or_(
            and_(one.c.state.in_([S.REFUSED.value, S.SKIPPED.value, S.CANCELLED.value]), ~may_have_arrived),
            came_back,
        ),
    }
    return exists().where(one.c.subscriber_id == subscriber.c.id, one.c.letter_id.in_(letters), is_so[fate])
