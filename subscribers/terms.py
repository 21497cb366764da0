"""On which terms a person takes a list: every issue or a digest, paused for a while, all topics or some.

Terms hold for audiences that are frozen later; what is on its way goes on.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, Text, delete, insert, select, update

from subscribers import batches, records, topicbook
from subscribers.batches import Kind, spelled
from subscribers.consent import Act, Evidence
from subscribers.errors import PauseRefused, SubscriptionNotFound, TopicNotFound
from subscribers.model import Cadence, Subscriber, Subscription, Topic
from subscribers.sentence import say, say_together
from subscribers.tables.kinds import Instant, Number
from subscribers.tables.lists import subscription, subscription_topic, topic
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

# Whoever wants to hear nothing for longer leaves.
LONGEST_PAUSE = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Terms:
    """How much of a list a person takes."""

    cadence: Cadence = Cadence.EVERY_ISSUE
    # Until then nothing comes; then it comes again by itself.
    paused_until: datetime | None = None
    # None: all topics, also those to come. Empty: only what is for everybody.
    topic_ids: frozenset[int] | None = None


_TAKEN: Mapping[str, Kind] = {
    "subscriber_id": Number,
    "cadence": Text(),
    "paused_until": Instant(),
    "takes_all_topics": Integer(),
}
_CHOSEN: Mapping[str, Kind] = {"subscriber_id": Number, "topic_id": Number}


def terms_of(tx: Transaction, standing: Subscription, now: datetime) -> Terms:
    """Give the terms of a subscription; a pause that is over is none."""
    return Terms(
        cadence=standing.cadence,
        paused_until=standing.paused_until if standing.is_paused(now) else None,
        topic_ids=None if standing.takes_all_topics else _chosen(tx, standing.id),
    )


def agree(
    tx: Transaction, keyring: Keyring, subscription_id: int, wanted: Terms, now: datetime, evidence: Evidence
) -> Subscription:
    """Take a list on other terms, and append that to the evidence; the terms it is taken on already change nothing.

    A topic that was chosen once and is offered no more stays chosen until all topics are taken: no form can show it.

    Raises:
        SubscriptionNotFound: there is none of this id.
        TopicNotFound: one of the topics is not offered by this list.
        PauseRefused: the pause would be over, or would last more than `LONGEST_PAUSE`.

    """
    person, standing = _held(tx, subscription_id)
    before = terms_of(tx, standing, now)
    if wanted.topic_ids is not None:
        wanted = _with_topics(tx, standing, before.topic_ids or frozenset(), wanted)
    if wanted == before:
        return standing
    if wanted.paused_until is not None and wanted.paused_until != before.paused_until:
        _require_sensible(wanted.paused_until, now)
    if wanted.topic_ids != before.topic_ids:
        _choose(tx, subscription_id, wanted.topic_ids or frozenset())
    statement = (
        update(subscription)
        .where(subscription.c.id == subscription_id)
        .values(cadence=wanted.cadence, paused_until=wanted.paused_until, takes_all_topics=wanted.topic_ids is None)
    )
    changed = records.subscription_of(tx.execute(statement.returning(subscription)).one())
    records.record(tx, keyring, person, standing.list_id, Act.CHANGED, now, evidence)
    return changed


def topics_taken(tx: Transaction, standing: Subscription) -> tuple[Topic, ...]:
    """Give the topics a person takes of those that are offered, in their order."""
    offered = topicbook.of_list(tx, standing.list_id)
    if standing.takes_all_topics:
        return offered
    ids = _chosen(tx, standing.id)
    return tuple(one for one in offered if one.id in ids)


def chosen_by(tx: Transaction, subscriber_id: int) -> tuple[Topic, ...]:
    """Give the topics a person chose on lists of which they do not take all, also those that are offered no more."""
    ids = (
        select(subscription_topic.c.topic_id)
        .join(subscription, subscription.c.id == subscription_topic.c.subscription_id)
        .where(subscription.c.subscriber_id == subscriber_id)
        .order_by(subscription_topic.c.topic_id)
    )
    return tuple(topicbook.by_id(tx, topic_id) for topic_id in tx.execute(ids).scalars().all())


def begin_many(tx: Transaction, list_id: int, wanted: Mapping[int, Terms]) -> None:
    """Let people whose subscriptions this transaction has made take the list on these terms from the beginning, by their id."""
    if not wanted:
        return
    rows = [
        (number, one.cadence, spelled(one.paused_until) if one.paused_until else None, int(one.topic_ids is None))
        for number, one in wanted.items()
    ]
    given = batches.table(tx, rows, _TAKEN)
    of_them = (subscription.c.list_id == list_id, subscription.c.subscriber_id == given.c.subscriber_id)
    values = {name: given.c[name] for name in _TAKEN if name != "subscriber_id"}
    tx.execute(update(subscription).where(*of_them).values(values))
    chosen = [(number, topic_id) for number, one in wanted.items() for topic_id in sorted(one.topic_ids or ())]
    if chosen:
        pairs = batches.table(tx, chosen, _CHOSEN)
        its = (subscription.c.list_id == list_id) & (subscription.c.subscriber_id == pairs.c.subscriber_id)
        source = select(subscription.c.id, pairs.c.topic_id).join_from(pairs, subscription, its)
        tx.execute(insert(subscription_topic).from_select(["subscription_id", "topic_id"], source))


def offered_among(tx: Transaction, subscription_ids: Collection[int]) -> Mapping[int, Sequence[str]]:
    """Give the names of the topics chosen by some subscriptions, in their order, of those that are offered still.

    Whoever chose none of them is not in it. For as many as one statement may name.
    """
    chosen = (
        select(subscription_topic.c.subscription_id, topic.c.name)
        .join_from(subscription_topic, topic, topic.c.id == subscription_topic.c.topic_id)
        .where(subscription_topic.c.subscription_id.in_(subscription_ids), topic.c.removed_at.is_(None))
        .order_by(topic.c.position, topic.c.id)
    )
    names: dict[int, list[str]] = defaultdict(list)
    for row in tx.execute(chosen):
        names[row.subscription_id].append(row.name)
    return names


def words(wanted: Terms, offered: Sequence[Topic], zone: str) -> str:
    """Say terms in English, for the evidence: `one mail a quarter; the topics Jobs, Books; paused until 2020-09-01`.

    A day is one of *zone* (an IANA name).
    """
    often = say("one mail a quarter") if wanted.cadence is Cadence.QUARTERLY else say("every issue")
    parts = [often]
    if wanted.topic_ids is not None:
        names = [one.name for one in offered if one.id in wanted.topic_ids]
        parts.append(
            say("the topics %(names)s", names=", ".join(names)) if names else say("no topics, only what is for everybody")
        )
    elif offered:
        parts.append(say("all topics"))
    if wanted.paused_until is not None:
        parts.append(
            say("paused until %(isoformat)s", isoformat=wanted.paused_until.astimezone(ZoneInfo(zone)).date().isoformat())
        )
    return say_together(parts, "; ")


def _held(tx: Transaction, subscription_id: int) -> tuple[Subscriber, Subscription]:
    # The person's row, as all words about a subscription do: one after the other.
    person = records.hold(tx, subscription_id)
    standing = records.subscription_where(tx, subscription.c.id == subscription_id)
    if person is None or standing is None:
        raise SubscriptionNotFound(subscription_id)
    return person, standing


def _with_topics(tx: Transaction, standing: Subscription, before: frozenset[int], wanted: Terms) -> Terms:
    assert wanted.topic_ids is not None
    offered = frozenset(one.id for one in topicbook.of_list(tx, standing.list_id))
    strangers = wanted.topic_ids - offered - before
    if strangers:
        raise TopicNotFound(min(strangers))
    return Terms(wanted.cadence, wanted.paused_until, wanted.topic_ids | (before - offered))


def _require_sensible(until: datetime, now: datetime) -> None:
    if until <= now:
        raise PauseRefused(say("that moment has passed"))
    if until - now > LONGEST_PAUSE:
        raise PauseRefused(say("it lasts %(days)s days at most", days=LONGEST_PAUSE.days))


def _chosen(tx: Transaction, subscription_id: int) -> frozenset[int]:
    chosen = select(subscription_topic.c.topic_id).where(subscription_topic.c.subscription_id == subscription_id)
    return frozenset(tx.execute(chosen).scalars())


def _choose(tx: Transaction, subscription_id: int, topic_ids: frozenset[int]) -> None:
    tx.execute(delete(subscription_topic).where(subscription_topic.c.subscription_id == subscription_id))
    chosen = [{"subscription_id": subscription_id, "topic_id": topic_id} for topic_id in sorted(topic_ids)]
    if chosen:
        tx.execute(insert(subscription_topic), chosen)
