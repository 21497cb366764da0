"""The ledger in SQL: who is to get which letter, and what became of it."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Text,
    Update,
    and_,
    bindparam,
    case,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.types import TypeEngine

from newsletter import prepared
from newsletter.letters import store as letters
from newsletter.letters.letter import ANSWERS, BY_LINK, LetterKind
from newsletter.mail import answers, domains, figures, mailings, partitions, returned
from newsletter.mail.delivery import DeliveryState, Outcome
from newsletter.mail.figures import Change
from newsletter.prepared import Prepared
from newsletter.tables.mail import attempt, delivery, mailing
from subscribers import audience, batches
from subscribers.address import EmailAddress
from subscribers.audience import Audience
from subscribers.tables.kinds import Instant, Number
from subscribers.tables.lists import subscription
from subscribers.tables.people import subscriber
from subscribers.transaction import Transaction

S = DeliveryState

# What can still be kept from being sent; a row that is `sending` is on the wire already.
OPEN = (S.PENDING, S.DEFERRED, S.LEASED)

# Of a relay's reply we keep this much; some answer with pages.
LONGEST_REPLY = 1000

# SQLAlchemy forgets the count of an INSERT unless told not to.
COUNTED = {"preserve_rowcount": True}


def plan(tx: Transaction, letter_id: int, wanted: Audience, now: datetime, kind: LetterKind = LetterKind.ISSUE) -> int:
    """Freeze the audience of a letter to many: one row for everybody it is for at this moment; gives how many."""
    mailings.begin(tx, letter_id, kind, now)
    of_letter = (literal(letter_id, Number), literal(S.PENDING.value), literal(now, Instant()))
    paced, allows = domains.paced_domain(tx, subscriber.c.email), case((subscription.c.clicks_allowed_at.is_(None), 0), else_=1)
    people = audience.held(wanted).add_columns(*of_letter, paced, allows)
    columns = ["subscriber_id", "subscription_id", "list_id", "email", "email_hash", "name", "letter_id", "state", "not_before"]
    columns += ["paced_domain", "allows_clicks"]
    planned = tx.execute(insert(delivery).from_select(columns, people), execution_options=COUNTED).rowcount
    mailings.set_audience(tx, letter_id, planned)
    answers.freeze(tx, letter_id)
    return planned


def plan_notice(
    tx: Transaction,
    letter_id: int,
    kind: LetterKind,
    subscriber_id: int,
    list_id: int,
    now: datetime,
    *,
    confirmation_id: int = 0,
) -> int:
    """Plan a letter about a person's own subscription to a list; gives how many: 1, or 0 when nobody has this id."""
    mailings.begin(tx, letter_id, kind, now)
    of_list = and_(subscription.c.subscriber_id == subscriber.c.id, subscription.c.list_id == list_id)
    who = (
        select(
            literal(letter_id, Number),
            subscriber.c.id,
            subscription.c.id,
            literal(list_id, Number),
            subscriber.c.email,
            subscriber.c.email_hash,
            # Anybody can type a text as the name of somebody else: the mail that asks for the yes carries nothing typed.
            literal("") if kind in ANSWERS else subscriber.c.name,
            literal(confirmation_id, Number),
            literal(S.PENDING.value),
            literal(now, Instant()),
        )
        .select_from(subscriber)
        .outerjoin(subscription, of_list)
        .where(subscriber.c.id == subscriber_id)
    )
    columns = ["letter_id", "subscriber_id", "subscription_id", "list_id", "email", "email_hash", "name"]
    columns += ["confirmation_id", "state", "not_before"]
    planned = tx.execute(insert(delivery).from_select(columns, who), execution_options=COUNTED).rowcount
    mailings.set_audience(tx, letter_id, planned)
    return planned


def delivery_of(tx: Transaction, letter_id: int) -> int:
    """Give the one delivery of a letter that is for one person."""
    number: int = tx.execute(select(delivery.c.id).where(delivery.c.letter_id == letter_id)).scalar_one()
    return number


def plan_notice_to(
    tx: Transaction,
    letter_id: int,
    kind: LetterKind,
    subscriber_id: int,
    address: EmailAddress,
    email_hash: str,
    now: datetime,
    *,
    number: int = 0,
) -> None:
    """Plan a letter to one address for the sake of a person, on no list: leaving one does not keep it back."""
    mailings.begin(tx, letter_id, kind, now)
    tx.execute(
        insert(delivery).values(
            letter_id=letter_id,
            subscriber_id=subscriber_id,
            email=address.text,
            email_hash=email_hash,
            confirmation_id=number,
            state=S.PENDING,
            not_before=now,
        ),
    )
    mailings.set_audience(tx, letter_id, 1)


def plan_to(
    tx: Transaction,
    letter_id: int,
    kind: LetterKind,
    address: EmailAddress,
    email_hash: str,
    now: datetime,
    *,
    number: int = 0,
) -> None:
    """Plan a letter for somebody who need not be a subscriber: of the staff, or their guest."""
    mailings.begin(tx, letter_id, kind, now)
    tx.execute(
        insert(delivery).values(
            letter_id=letter_id,
            email=address.text,
            email_hash=email_hash,
            confirmation_id=number,
            state=S.PENDING,
            not_before=now,
        ),
    )
    mailings.set_audience(tx, letter_id, 1)


def settle(tx: Transaction, worker_id: str, outcomes: Iterable[Outcome], now: datetime) -> tuple[Outcome, ...]:
    """Write what became of deliveries this worker holds; gives those that were no longer its own, which is an incident."""
    late = []
    changes: Counter[Change] = Counter()
    for outcome in outcomes:
        if not _write(tx, worker_id, outcome, now):
            late.append(outcome)
            continue
        changes[Change(outcome.delivery.letter_id, outcome.verdict.state)] += 1
        if outcome.verdict.burns_attempt and outcome.verdict.state is not S.ACCEPTED:
            _write_attempt(tx, outcome, now)
    figures.add(tx, changes, worker_id)
    return tuple(late)


def accept(tx: Transaction, worker_id: str, accepted: Sequence[Outcome], now: datetime) -> tuple[Outcome, ...]:
    """Write that a relay took all of these, by one statement; gives those that were no longer this worker's own."""
    if not accepted:
        return ()
    said = [(one.delivery.id, one.reply.code, one.reply.enhanced, one.reply.text[:LONGEST_REPLY]) for one in accepted]
    of_letters = partitions.between([one.delivery.letter_id for one in accepted])
    written = _ACCEPT.count(tx, its_rows=said, its_worker=worker_id, its_moment=now, **of_letters)
    late = () if written == len(accepted) else _not_accepted(tx, worker_id, accepted, now)
    changes = Counter([Change(one.delivery.letter_id, S.ACCEPTED) for one in accepted if one not in late])
    figures.add(tx, changes, worker_id)
    return late


def _not_accepted(tx: Transaction, worker_id: str, accepted: Sequence[Outcome], now: datetime) -> tuple[Outcome, ...]:
    these = delivery.c.id.in_([one.delivery.id for one in accepted])
    is_just_accepted = (delivery.c.worker_id == worker_id, delivery.c.state == S.ACCEPTED, delivery.c.settled_at == now)
    known = frozenset(tx.execute(select(delivery.c.id).where(these, *is_just_accepted)).scalars())
    return tuple(one for one in accepted if one.delivery.id not in known)


def give_back(tx: Transaction, letter_id: int) -> None:
    """Let everybody wait who is leased and not on the wire yet; what is answered for them meanwhile does not count."""
    held = (delivery.c.letter_id == letter_id, delivery.c.state == S.LEASED)
    tx.execute(update(delivery).where(*held).values(state=S.PENDING, worker_id=""))


def skip_open(
    tx: Transaction, subscription_id: int, now: datetime, note: str, *, but: Collection[LetterKind] = frozenset()
) -> int:
    """Settle everything of a subscription that is not on the wire yet as skipped, but for some kinds; gives how many.

    Belongs into the transaction that withdraws: whoever comes second, it or the mark of a mailer, waits for the row and
    reads it again, so nobody is marked after the withdrawal was answered.
    """
    who = delivery.c.subscription_id == subscription_id
    if but:
        who = and_(who, delivery.c.letter_id.not_in(select(mailing.c.letter_id).where(mailing.c.kind.in_(but))))
    return _skip(tx, who, now, note)


def skip_open_of_subscriber(tx: Transaction, subscriber_id: int, now: datetime, note: str) -> int:
    """Do the same for everything of a person."""
    return _skip(tx, delivery.c.subscriber_id == subscriber_id, now, note)


def mailed_on(tx: Transaction, import_id: int) -> bool:
    """Whether an issue, or a digest of some, was planned for anybody whom an import put on its list."""
    is_issue = mailing.c.kind.in_((LetterKind.ISSUE, LetterKind.DIGEST))
    brought = subscription.c.import_id == import_id
    found = (
        select(delivery.c.id)
        .join_from(delivery, subscription, delivery.c.subscription_id == subscription.c.id)
        .join(mailing, mailing.c.letter_id == delivery.c.letter_id)
        .where(brought, is_issue, delivery.c.state.not_in((S.SKIPPED, S.CANCELLED)))
        .limit(1)
    )
    return tx.execute(found).one_or_none() is not None


def written_to(tx: Transaction, subscription_ids: Collection[int]) -> frozenset[int]:
    """Give those of some subscriptions for which there is any delivery that was not kept from being sent."""
    return _written_to(tx, delivery.c.subscription_id, subscription_ids)


def people_written_to(tx: Transaction, subscriber_ids: Collection[int]) -> frozenset[int]:
    """Give those of some people for whom there is any such delivery that is about no list: a link they asked for."""
    return _written_to(tx, delivery.c.subscriber_id, subscriber_ids, delivery.c.subscription_id.is_(None))


def named(tx: Transaction, subscriber_ids: Collection[int]) -> tuple[int, ...]:
    """Give those of some people whom any delivery names, in order."""
    of_people = delivery.c.subscriber_id.in_(batches.numbers(tx, subscriber_ids))
    found = select(delivery.c.subscriber_id).where(of_people).distinct().order_by(delivery.c.subscriber_id)
    return tuple(tx.execute(found).scalars())


def at_rest(tx: Transaction, subscriber_ids: Sequence[int]) -> frozenset[int]:
    """Give those of these people none of whose deliveries anybody holds, and let nobody take one before this transaction ends.

    Nobody is waited for: whoever's row is held by another transaction is held, too.
    """
    of_people = delivery.c.subscriber_id.in_(batches.numbers(tx, subscriber_ids))
    rows = tx.execute(select(delivery.c.id, delivery.c.subscriber_id).where(of_people)).all()
    free = select(delivery.c.id).where(of_people, delivery.c.state != S.LEASED).with_for_update(skip_locked=True)
    free_ids = frozenset(tx.execute(free).scalars())
    held = {row.subscriber_id for row in rows if row.id not in free_ids}
    return frozenset(subscriber_ids) - held


def hash_of(tx: Transaction, delivery_id: int) -> str:
    """Give the keyed hash of the address a delivery went to."""
    return str(tx.execute(select(delivery.c.email_hash).where(delivery.c.id == delivery_id)).scalar_one())


def forget(tx: Transaction, subscriber_id: int, now: datetime) -> None:
    """Empty a person's rows of everything but states and times; call it before the subscriber's row is deleted."""
    skip_open_of_subscriber(tx, subscriber_id, now, "erased")
    answers.forget(tx, subscriber_id)
    returned.forget(tx, subscriber_id)
    of_person = delivery.c.subscriber_id == subscriber_id
    # Relays repeat the address in their replies.
    tx.execute(update(attempt).where(attempt.c.delivery_id.in_(select(delivery.c.id).where(of_person))).values(reply=""))
    tx.execute(
        update(delivery).where(of_person).values(email="", name="", reply="", subscriber_id=None, subscription_id=None),
    )


def forget_guest(tx: Transaction, numbers: Collection[int], now: datetime) -> None:
    """Empty what was mailed to guests of everything but states and times; *numbers* are those of their links.

    Each of these letters was written for one of them, and addresses them by name.
    """
    mailed = select(mailing.c.letter_id).where(mailing.c.kind.in_(BY_LINK))
    to_guest = and_(delivery.c.confirmation_id.in_(sorted(numbers)), delivery.c.letter_id.in_(mailed))
    _skip(tx, to_guest, now, "erased")
    tx.execute(update(attempt).where(attempt.c.delivery_id.in_(select(delivery.c.id).where(to_guest))).values(reply=""))
    returned.forget_deliveries(tx, select(delivery.c.id).where(to_guest))
    letters.empty(tx, tx.execute(select(delivery.c.letter_id).where(to_guest)).scalars().all())
    tx.execute(update(delivery).where(to_guest).values(email="", name="", reply=""))


def _written_to(
    tx: Transaction, whose: ColumnElement[int], ids: Collection[int], *which: ColumnElement[bool]
) -> frozenset[int]:
    kept_back = (S.SKIPPED, S.CANCELLED)
    found = select(whose).where(whose.in_(batches.numbers(tx, ids)), delivery.c.state.not_in(kept_back), *which)
    return frozenset(tx.execute(found).scalars())


def _write(tx: Transaction, worker_id: str, outcome: Outcome, now: datetime) -> bool:
    verdict, reply = outcome.verdict, outcome.reply
    is_open = verdict.state in {S.PENDING, S.DEFERRED}
    # Refused before the mark or answered after it; acceptance without a mark cannot be.
    before = [S.SENDING] if verdict.state is S.ACCEPTED else [S.SENDING, S.LEASED]
    result = tx.execute(
        update(delivery)
        .where(_is(outcome), delivery.c.worker_id == worker_id, delivery.c.state.in_(before))
        .values(
            state=verdict.state,
            worker_id="" if is_open else worker_id,
            not_before=verdict.not_before or delivery.c.not_before,
            attempts=delivery.c.attempts + int(verdict.burns_attempt),
            settled_at=None if is_open else now,
            code=reply.code,
            enhanced=reply.enhanced,
            reply=_kept(reply.text),
            note=verdict.note,
        ),
    )
    return bool(result.rowcount)


def _write_attempt(tx: Transaction, outcome: Outcome, now: datetime) -> None:
    verdict, reply = outcome.verdict, outcome.reply
    of_delivery = select(
        delivery.c.id,
        delivery.c.attempts,
        literal(now, Instant()),
        literal(verdict.state.value),
        literal(reply.phase.value),
        literal(reply.code),
        literal(reply.enhanced),
        _kept(reply.text),
    ).where(_is(outcome))
    columns = ["delivery_id", "number", "at", "verdict", "phase", "code", "enhanced", "reply"]
    tx.execute(insert(attempt).from_select(columns, of_delivery))


def _is(outcome: Outcome) -> ColumnElement[bool]:
    return and_(delivery.c.id == outcome.delivery.id, delivery.c.letter_id == outcome.delivery.letter_id)


def _kept(text: str) -> ColumnElement[str]:
    # Whoever was erased while the message was on the wire: the relay's reply may name them.
    return case((delivery.c.email == "", literal("")), else_=literal(text[:LONGEST_REPLY]))


def _skip(tx: Transaction, who: ColumnElement[bool], now: datetime, note: str) -> int:
    # Locked first, so that nobody changes a state between its counting and its change.
    rows = tx.execute(
        select(delivery.c.id, delivery.c.letter_id, delivery.c.state).where(who, delivery.c.state.in_(OPEN)).with_for_update(),
    ).all()
    if not rows:
        return 0
    tx.execute(
        update(delivery)
        .where(delivery.c.id.in_([row.id for row in rows]))
        .values(state=S.SKIPPED, worker_id="", settled_at=now, note=note),
    )
    changes = Counter(Change(row.letter_id, S.SKIPPED) for row in rows)
    changes.subtract(Change(row.letter_id, S.DEFERRED) for row in rows if row.state == S.DEFERRED)
    figures.add(tx, changes)
    return len(rows)


def _accept(dialect: str) -> Update:
    kinds: dict[str, TypeEngine[Any]] = {"id": BigInteger(), "code": Integer(), "enhanced": Text(), "reply": Text()}
    given = prepared.records(dialect, "its_rows", kinds)
    return (
        update(delivery)
        .where(
            delivery.c.id == given.c.id,
            partitions.of_letters(dialect),
            delivery.c.worker_id == bindparam("its_worker", type_=Text),
            # Acceptance without a mark cannot be.
            partitions.in_state(dialect, S.SENDING),
        )
        .values(
            state=S.ACCEPTED.value,
            attempts=delivery.c.attempts + 1,
            settled_at=bindparam("its_moment", type_=Instant()),
            code=given.c.code,
            enhanced=given.c.enhanced,
            reply=case((delivery.c.email == "", literal("")), else_=given.c.reply),
            note="",
        )
    )


_ACCEPT = Prepared(_accept)
