"""Who has not got an issue and may be written to now, in SQL.

Nobody is reached twice: left out is everybody who has a row of this letter that was accepted or is still open, by person and
by address, and everybody of whom an earlier try may have arrived, whatever became of the later ones.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, exists, func, literal, or_, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert as insert_if_new

from newsletter.mail import answers, domains, figures
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.figures import Change
from newsletter.tables.mail import attempt, delivery, mailing
from subscribers import audience
from subscribers.audience import Audience
from subscribers.tables.kinds import Instant, Number
from subscribers.tables.lists import subscription
from subscribers.tables.people import subscriber
from subscribers.transaction import Transaction

S = DeliveryState

# The mail did not go out and nothing is under way.
WITHOUT = (S.REFUSED, S.SKIPPED, S.CANCELLED)


@dataclass(frozen=True, slots=True)
class Owed:
    """Whom an issue could be sent to that have not got it."""

    # In the audience once, and refused, skipped or cancelled since.
    again: int
    # Not in the audience: they confirmed later.
    new: int
    # Refused, skipped or cancelled, and an earlier try of theirs may have arrived.
    perhaps_reached: int


def count(tx: Transaction, letter_id: int, wanted: Audience) -> Owed:
    """Count them."""
    without, perhaps_reached = _without(tx, letter_id, wanted)
    return Owed(
        again=without - perhaps_reached,
        # In no order: PostgreSQL would sort a million people before it looks for those who are new.
        new=_count(tx, _new(letter_id, audience.people(wanted).order_by(None).subquery("person"))),
        perhaps_reached=perhaps_reached,
    )


def plan_again(tx: Transaction, letter_id: int, wanted: Audience, now: datetime) -> int:
    """Let those of the audience who have not got the letter wait for it again, under the address they have now; gives how many.

    Their earlier attempts stay written down; the count of tries begins anew.
    """
    left = {state: _plan_those_in(tx, state, letter_id, wanted, now) for state in WITHOUT}
    figures.add(tx, Counter({Change(letter_id, state): -people for state, people in left.items()}))
    return sum(left.values())


def _plan_those_in(tx: Transaction, state: DeliveryState, letter_id: int, wanted: Audience, now: datetime) -> int:
    owed = _again(letter_id, wanted, ~_may_have_arrived()).subquery("owed")
    result = tx.execute(
        update(delivery)
        # Asked of the row itself too: it may have been erased or taken by somebody else a moment ago.
        .where(delivery.c.id == owed.c.delivery_id, delivery.c.state == state, delivery.c.email != "")
        .values(
            state=S.PENDING,
            attempts=0,
            not_before=literal(now, Instant()),
            worker_id="",
            sending_at=None,
            settled_at=None,
            code=0,
            enhanced="",
            reply="",
            note="",
            subscription_id=owed.c.subscription_id,
            list_id=owed.c.list_id,
            email=owed.c.email,
            email_hash=owed.c.email_hash,
            name=owed.c.name,
            # Whoever took it back since is asked no more, nor is who joined anew without a word of it. A no of this very moment
            # stands in the row itself (`clickbook.name_no_more`).
            allows_clicks=case((and_(delivery.c.allows_clicks == 1, owed.c.allows_clicks == 1), 1), else_=0),
        ),
    )
    return result.rowcount


def plan_new(tx: Transaction, letter_id: int, wanted: Audience, now: datetime) -> int:
    """Plan the letter for everybody who came after its audience was frozen, which grows by them; gives how many."""
    person = audience.held(wanted).subquery("person")
    people = _new(letter_id, person).add_columns(
        literal(letter_id, Number),
        literal(S.PENDING.value),
        literal(now, Instant()),
        domains.paced_domain(tx, person.c.email),
    )
    columns = ["subscriber_id", "subscription_id", "list_id", "email", "email_hash", "name", "letter_id", "state", "not_before"]
    columns += ["paced_domain"]
    statement = insert_if_new(delivery).from_select(columns, people).on_conflict_do_nothing()
    planned: int = tx.execute(statement, execution_options={"preserve_rowcount": True}).rowcount
    tx.execute(update(mailing).where(mailing.c.letter_id == letter_id).values(audience=mailing.c.audience + planned))
    answers.freeze(tx, letter_id)
    return planned


def _again(letter_id: int, wanted: Audience, condition: ColumnElement[bool]) -> Select[Any]:
    allows = case((subscription.c.clicks_allowed_at.is_(None), 0), else_=1).label("allows_clicks")
    person = audience.people(wanted).add_columns(allows).order_by(None).subquery("person")
    return (
        select(
            delivery.c.id.label("delivery_id"),
            person.c.subscription_id,
            person.c.list_id,
            person.c.email,
            person.c.email_hash,
            person.c.name,
            person.c.allows_clicks,
        )
        .join_from(delivery, person, person.c.subscriber_id == delivery.c.subscriber_id)
        .where(
            *_has_not_got_it(letter_id), *_no_other_row_of(letter_id, person.c.email_hash, person.c.subscriber_id), condition
        )
    )


def _without(tx: Transaction, letter_id: int, wanted: Audience) -> tuple[int, int]:
    """Count whom `_again` finds, and those of them who may have got it all the same, in one walk.

    From their rows to the people: from a million people to the rows of a few it took five times as long. SQLite goes that way
    where it is asked whether there is such a person. PostgreSQL goes it where both are joined, which takes half as long as when
    it is asked, too: it made a table of all people then, to look up the few.
    """
    people = (
        audience.people(wanted)
        .order_by(None)
        .where(*_no_other_row_of(letter_id, subscriber.c.email_hash, subscription.c.subscriber_id))
    )
    is_theirs, owed = subscription.c.subscriber_id == delivery.c.subscriber_id, _has_not_got_it(letter_id)
    counted = func.count(), func.coalesce(func.sum(case((_may_have_arrived(), 1), else_=0)), 0)
    if tx.dialect.name == "sqlite":
        statement = select(*counted).where(*owed, people.where(is_theirs).correlate(delivery).exists())
    else:
        # Each person is there once, and so is each of the rows.
        statement = people.with_only_columns(*counted).join(delivery, is_theirs).where(*owed)
    row = tx.execute(statement).one()
    return row[0], row[1]


def _has_not_got_it(letter_id: int) -> tuple[ColumnElement[bool], ...]:
    return delivery.c.letter_id == letter_id, delivery.c.state.in_(WITHOUT), delivery.c.email != ""


def _no_other_row_of(
    letter_id: int, email_hash: ColumnElement[str], subscriber_id: ColumnElement[int]
) -> tuple[ColumnElement[bool], ...]:
    """Give the conditions that nobody else got it at the address somebody has now, nor they themselves by another row."""
    other = delivery.alias("other")
    others = (other.c.letter_id == letter_id, other.c.id != delivery.c.id)
    return (
        # Under the address of their own row there is no other, and it is that of nearly everybody: nothing to look up.
        or_(
            email_hash == delivery.c.email_hash,
            ~exists().where(*others, other.c.email_hash == email_hash).correlate_except(other),
        ),
        ~exists().where(*others, other.c.subscriber_id == subscriber_id).correlate_except(other),
    )


def _new(letter_id: int, person: Subquery) -> Select[Any]:
    of_letter = delivery.c.letter_id == letter_id
    return select(
        person.c.subscriber_id,
        person.c.subscription_id,
        person.c.list_id,
        person.c.email,
        person.c.email_hash,
        person.c.name,
    ).where(
        ~exists().where(of_letter, delivery.c.email_hash == person.c.email_hash),
        ~exists().where(of_letter, delivery.c.subscriber_id == person.c.subscriber_id),
    )


def _may_have_arrived() -> ColumnElement[bool]:
    return exists().where(attempt.c.delivery_id == delivery.c.id, attempt.c.verdict == S.UNCERTAIN)


def _count(tx: Transaction, query: Select[Any]) -> int:
    return tx.execute(select(func.count()).select_from(query.subquery())).scalar_one()
