"""Whom the staff looks for among its people, and what of that is true of a row: each answer found by an index."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, literal, or_, select

from subscribers import names
from subscribers.consent import Act, Door
from subscribers.model import EVERY_LIST, SubscriptionState
from subscribers.tables.evidence import consent, suppression
from subscribers.tables.kinds import Instant
from subscribers.tables.lists import subscription, subscription_topic

# The last code point, which is no character: what begins with a text stands between it and the text with this behind it.
LAST = "\U0010ffff"


class Source(StrEnum):
    """How somebody came to be known."""

    FORM = "form"
    IMPORT_ = "import"
    STAFF = "staff"


class Way(StrEnum):
    """The orders people can be walked in; there is an index for each."""

    NEWEST = "newest"
    OLDEST = "oldest"
    ADDRESS = "address"
    # Only among those whose name begins with a text, and whose last name does.
    NAME = "name"
    TURNED = "turned"


class Kept(StrEnum):
    """Whether and why an address is kept out."""

    OUT = "out"
    # For no reason at all.
    NOT = "not"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    MANUAL = "manual"


# What others know of a person, as a condition about the column of their id.
Also = Callable[[ColumnElement[int]], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom somebody looks for; what is not said lets everybody through."""

    # What an address, a name or a last name begins with.
    text: str = ""
    order: Way = Way.NEWEST
    # The lists whose people the asker may see; None: all people there are.
    lists: frozenset[int] | None = None
    list_id: int | None = None
    # On the list that is named, else on any of those the asker may see.
    state: SubscriptionState | None = None
    # Takes it, because they chose it or take all of its list.
    topic_id: int | None = None
    # Of the list of the topic.
    topic_list_id: int | None = None
    language: str = ""
    source: Source | None = None
    import_id: int | None = None
    since: datetime | None = None
    kept: Kept | None = None
    also: Also | None = None

    @property
    def scope(self) -> frozenset[int] | None:
        """The lists on which somebody has to stand; None: nowhere."""
        if self.list_id is None:
            return self.lists
        return frozenset({self.list_id}) if self.lists is None else self.lists & {self.list_id}


KEYS: Mapping[Way, str] = {Way.ADDRESS: "email_key", Way.NAME: "name_key", Way.TURNED: "name_turned"}


def ways(wanted: Wanted) -> tuple[Way, ...]:
    """Give in which orders people are walked one after the other."""
    if not wanted.text:
        return (wanted.order,)
    # What has no letter in it is no name, and what has an @ in it is an address.
    return (Way.ADDRESS,) if "@" in wanted.text or not names.folded(wanted.text) else (Way.ADDRESS, Way.NAME, Way.TURNED)


def begins(who: FromClause, way: Way, text: str) -> ColumnElement[bool]:
    """Give the condition that what a way goes by begins with *text*."""
    key, first = who.c[KEYS[way]], beginning(way, text)
    return and_(key >= first, key < first + LAST)


def beginning(way: Way, text: str) -> str:
    """Give *text* as it stands at the beginning of what a way goes by."""
    return text.lower() if way is Way.ADDRESS else names.folded(text)


def conditions(who: FromClause, wanted: Wanted, *, is_walked: bool = False) -> Iterator[ColumnElement[bool]]:
    """Give what must be true of *who*, rows of `subscriber`; *is_walked*: they come from the lists and states wanted."""
    if not is_walked and (wanted.scope is not None or wanted.state is not None):
        yield _stands(who, wanted)
    if wanted.topic_id is not None:
        yield _takes(who, wanted.topic_id, wanted.topic_list_id)
    if wanted.language:
        yield who.c.language == wanted.language
    if wanted.source is not None:
        yield _came(who, wanted.source)
    if wanted.import_id is not None:
        yield _any(select(subscription.c.id).where(subscription.c.subscriber_id == who.c.id, _brought(wanted.import_id)))
    if wanted.since is not None:
        yield who.c.created_at >= literal(wanted.since, Instant())
    if wanted.kept is not None:
        yield _kept(who, wanted.kept, wanted.scope)
    if wanted.also is not None:
        yield wanted.also(who.c.id)


def _any(query: Select[Any]) -> ColumnElement[bool]:
    # Not EXISTS, which PostgreSQL turns into a join: with a walk of a whole table where it thinks that a window is large.
    return query.limit(1).scalar_subquery().is_not(None)


def _brought(import_id: int) -> ColumnElement[bool]:
    return subscription.c.import_id == import_id


def _stands(who: FromClause, wanted: Wanted) -> ColumnElement[bool]:
    query = select(subscription.c.id).where(subscription.c.subscriber_id == who.c.id)
    if wanted.scope is not None:
        query = query.where(subscription.c.list_id.in_(sorted(wanted.scope)))
    if wanted.state is not None:
        query = query.where(subscription.c.state == wanted.state.value)
    return _any(query)


def _takes(who: FromClause, topic_id: int, list_id: int | None) -> ColumnElement[bool]:
    chosen = select(literal(1)).where(
        subscription_topic.c.subscription_id == subscription.c.id, subscription_topic.c.topic_id == topic_id
    )
    return _any(
        select(subscription.c.id).where(
            subscription.c.subscriber_id == who.c.id,
            subscription.c.list_id == list_id,
            subscription.c.state == SubscriptionState.CONFIRMED.value,
            or_(subscription.c.takes_all_topics == 1, _any(chosen)),
        )
    )


def _came(who: FromClause, source: Source) -> ColumnElement[bool]:
    first = select(consent.c.id).where(consent.c.chain == who.c.id, consent.c.seq == 1)
    if source is Source.IMPORT_:
        return _any(first.where(consent.c.act == Act.IMPORTED.value))
    if source is Source.STAFF:
        return _any(first.where(consent.c.door == Door.COMMAND.value, consent.c.act != Act.IMPORTED.value))
    return _any(first.where(consent.c.door.in_([Door.FORM.value, Door.API.value])))


def _kept(who: FromClause, kept: Kept, scope: frozenset[int] | None) -> ColumnElement[bool]:
    said = select(suppression.c.id).where(suppression.c.email_hash == who.c.email_hash)
    if scope is not None:
        said = said.where(suppression.c.list_id.in_([EVERY_LIST, *sorted(scope)]))
    if kept is Kept.NOT:
        return ~_any(said)
    return _any(said if kept is Kept.OUT else said.where(suppression.c.reason == kept.value))
