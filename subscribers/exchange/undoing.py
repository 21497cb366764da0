"""An import taken back: who was new goes, who was changed gets back what was known before, nobody else is touched."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from subscribers import acts, attributebook, names
from subscribers.attributebook import Answered
from subscribers.attributes import Answer, Attribute, read, spelled
from subscribers.consent import Act, Door, Evidence
from subscribers.errors import AnswerRefused
from subscribers.exchange.model import Import
from subscribers.intake import ANSWER
from subscribers.model import SubscriptionState
from subscribers.tables.imports import import_change, import_run
from subscribers.tables.lists import subscription
from subscribers.tables.people import subscriber
from subscribers.transaction import Transaction

S = SubscriptionState

# Gives those of some subscriptions to whom anything was sent; handed in from above, because only the ledger knows.
WrittenTo = Callable[[Transaction, Collection[int]], frozenset[int]]

# Empties what the ledger keeps of some people, before nobody can be found by it any more; handed in likewise.
Forget = Callable[[Transaction, Collection[int], datetime], None]

# People per transaction: how long a page that wants to write has to wait.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Brought:
    """Somebody whom an import put on its list, and who stands there still as it left them."""

    subscription_id: int
    subscriber_id: int
    email_key: str
    list_id: int
    # Nobody knew them before.
    is_new: bool


@dataclass(frozen=True, slots=True)
class Chunk:
    """The next people of an import, held until the transaction ends."""

    # Those that can be taken back as far as `subscribers` can tell.
    brought: tuple[Brought, ...]
    # Said or did something since, or were changed by the staff or another import: they stay.
    acted: int
    # Where the next chunk begins; None behind the last.
    last_id: int | None


def brought_by(tx: Transaction, import_id: int, after_id: int) -> Chunk:
    """Give the next people whom an import put on its list, in the order it did."""
    columns = (subscription.c.id, subscription.c.list_id, subscription.c.state, subscriber.c.email_key)
    people = (
        select(*columns, subscription.c.subscriber_id, subscriber.c.import_id)
        .join_from(subscription, subscriber, subscription.c.subscriber_id == subscriber.c.id)
        .where(subscription.c.import_id == import_id, subscription.c.id > after_id)
        .order_by(subscription.c.id)
        .limit(BATCH)
        # FOR UPDATE: an audience that is being frozen refers to them, and whoever comes second waits and looks again.
        .with_for_update(of=(subscriber, subscription))
    )
    rows = tx.execute(people).all()
    ids = [row.subscriber_id for row in rows]
    acted = _acted(tx, ids, rows[0].list_id) if rows else frozenset()
    on_another = _confirmed_by_another(tx, import_id, ids)
    brought = tuple(
        Brought(row.id, row.subscriber_id, row.email_key, row.list_id, row.import_id == import_id)
        for row in rows
        if row.state != S.WITHDRAWN and row.subscriber_id not in acted and row.subscriber_id not in on_another
    )
    return Chunk(brought, len(rows) - len(brought), rows[-1].id if rows else None)


def _acted(tx: Transaction, subscriber_ids: Collection[int], list_id: int) -> frozenset[int]:
    """Give those of whom something else than an import came last, about this list or at all.

    Both are asked: behind what somebody said of this list, a later import may have put them on another.
    """
    here = {number: said.act for number, said in acts.last_about(tx, subscriber_ids, list_id).items()}
    last = acts.last_acts(tx, subscriber_ids)
    return frozenset(number for number in subscriber_ids if {here.get(number), last.get(number)} - {Act.IMPORTED, None})


def _confirmed_by_another(tx: Transaction, import_id: int, subscriber_ids: Collection[int]) -> frozenset[int]:
    """Give those whom another import into the same list confirmed: they stand there on its basis now."""
    its_list = select(import_run.c.list_id).where(import_run.c.id == import_id).scalar_subquery()
    changes = (
        select(import_change.c.subscriber_id, import_change.c.former)
        .join_from(import_change, import_run, import_run.c.id == import_change.c.import_id)
        .where(import_change.c.subscriber_id.in_(subscriber_ids))
        .where(import_run.c.id != import_id, import_run.c.list_id == its_list)
    )
    return frozenset(row.subscriber_id for row in tx.execute(changes) if "state" in row.former)


def take_back(tx: Transaction, people: Collection[Brought], now: datetime, words: str, forget: Forget) -> int:
    """Take people off the list they were brought to, and forget those of whom nothing else is known; gives how many these are.

    That they were brought, and that it was undone, stays written down without saying who it was.
    """
    if not people:
        return 0
    list_id = next(iter(people)).list_id
    evidence = Evidence(Door.COMMAND, words)
    acts.append_many(tx, {one.subscriber_id: one.email_key for one in people}, list_id, Act.UNDONE, now, evidence)
    tx.execute(delete(subscription).where(subscription.c.id.in_([one.subscription_id for one in people])))
    made = [one.subscriber_id for one in people if one.is_new]
    elsewhere = select(subscription.c.subscriber_id).where(subscription.c.subscriber_id.in_(made))
    stay = frozenset(tx.execute(elsewhere).scalars())
    gone = [subscriber_id for subscriber_id in made if subscriber_id not in stay]
    acts.unname(tx, gone)
    forget(tx, gone, now)
    tx.execute(delete(subscriber).where(subscriber.c.id.in_(gone)))
    return len(gone)


def restore(tx: Transaction, undone: Import, now: datetime, words: str, written_to: WrittenTo) -> int | None:
    """Change the next people an import changed back to what was known before; gives how many, None when there are no more.

    What was changed since stays so, and whoever was written to on the basis of the import stays confirmed.
    """
    of_import = import_change.c.import_id == undone.id
    changes = tx.execute(select(import_change).where(of_import).order_by(import_change.c.id).limit(BATCH)).all()
    if not changes:
        return None
    held = acts.hold(tx, [row.subscriber_id for row in changes])
    last = acts.last_acts(tx, held)
    promoted = [row.subscriber_id for row in changes if "state" in row.former and last.get(row.subscriber_id) is Act.IMPORTED]
    restored = _unconfirm(tx, undone.order.list_id, {one: held[one] for one in promoted}, now, words, written_to)
    restored += sum(_rename(tx, row.subscriber_id, row.former) for row in changes if "name" in row.former)
    restored += _unanswer(
        tx, {row.subscriber_id: row.former for row in changes if any(key.startswith(ANSWER) for key in row.former)}
    )
    tx.execute(delete(import_change).where(import_change.c.id.in_([row.id for row in changes])))
    return restored


def _rename(tx: Transaction, subscriber_id: int, former: Mapping[str, Sequence[str]]) -> bool:
    known = [subscriber.c.id == subscriber_id, *(subscriber.c[name] == after for name, (_, after) in former.items())]
    values = {name: before for name, (before, _) in former.items()} | names.columns(former["name"][0])
    return tx.execute(update(subscriber).where(*known).values(values)).rowcount == 1


def _unanswer(tx: Transaction, former: Mapping[int, Mapping[str, Sequence[str]]]) -> int:
    known = {f"{ANSWER}{one.key}": one for one in attributebook.all_attributes(tx)}
    answers = attributebook.answers_among(tx, former)
    back = []
    for subscriber_id, changes in former.items():
        for name, (before, after) in changes.items():
            attribute = known.get(name)
            now = answers.get(subscriber_id, {}).get(attribute.key) if attribute is not None else None
            if attribute is not None and now is not None and spelled(now) == after:
                back.append(Answered(subscriber_id, attribute, _read(attribute, before)))
    attributebook.put(tx, back)
    return len({one.subscriber_id for one in back})


def _read(attribute: Attribute, text: str) -> Answer | None:
    try:
        return read(attribute, text)
    except AnswerRefused:
        # A choice that is offered no more.
        return None


def _unconfirm(
    tx: Transaction, list_id: int, people: Mapping[int, str], now: datetime, words: str, written_to: WrittenTo
) -> int:
    confirmed = (
        subscription.c.list_id == list_id,
        subscription.c.subscriber_id.in_(people),
        subscription.c.state == S.CONFIRMED,
    )
    standing = {row.id: row.subscriber_id for row in tx.execute(select(subscription).where(*confirmed))}
    for subscription_id in written_to(tx, standing):
        del standing[subscription_id]
    tx.execute(update(subscription).where(subscription.c.id.in_(standing)).values(state=S.REQUESTED, confirmed_at=None))
    back = {subscriber_id: people[subscriber_id] for subscriber_id in standing.values()}
    acts.append_many(tx, back, list_id, Act.UNDONE, now, Evidence(Door.COMMAND, words))
    return len(back)
