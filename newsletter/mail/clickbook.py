"""Clicks in SQL: how often each link was followed on each day, and by whom where they allowed it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, delete, func, literal, or_, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.letters import redirects
from newsletter.letters.redirects import CountedLink
from newsletter.mail.delivery import DeliveryState
from newsletter.tables.clicks import click_day, counted_link, person_click
from newsletter.tables.issues import issue, newsletter
from newsletter.tables.letters import letter
from newsletter.tables.mail import delivery
from subscribers.tables.lists import subscription
from subscribers.tables.people import subscriber
from subscribers.transaction import Transaction

S = DeliveryState
# What was not mailed is not on the wire either: somebody may send it to the rest.
_NOT_ON_THE_WIRE = (S.PENDING, S.DEFERRED, S.LEASED, S.REFUSED, S.SKIPPED, S.CANCELLED)


@dataclass(frozen=True, slots=True)
class LinkDay:
    """What is counted as one: a link on a day (in UTC, as 2020-02-03), by people or by programs."""

    link_id: int
    day: str
    is_machine: bool


@dataclass(frozen=True, slots=True)
class Followed:
    """A link that somebody followed who allowed it."""

    subscription_id: int
    link_id: int


@dataclass(frozen=True, slots=True)
class Often:
    """How often, and when for the first time."""

    first_at: datetime
    clicks: int


@dataclass(frozen=True, slots=True)
class LinkFigures:
    """How often a link was followed."""

    link: CountedLink
    people: int
    machines: int
    # How many of those who allow it followed it.
    named: int


@dataclass(frozen=True, slots=True)
class NamedClick:
    """That somebody followed a link, as the staff sees it and as it is handed out to them."""

    subscriber_id: int
    email: str
    name: str
    subscription_id: int
    link_id: int
    issue_id: int | None
    issue: str
    url: str
    first_at: datetime
    clicks: int

    @property
    def cells(self) -> tuple[str, ...]:
        """How it stands in a file, under `NAMED_COLUMNS`."""
        return (str(self.subscriber_id), self.email, self.name, self.url, self.first_at.isoformat(), str(self.clicks))


NAMED_COLUMNS = ("subscriber", "address", "name", "link", "first followed", "clicks")


def hold_counted(tx: Transaction, link_ids: Collection[int]) -> frozenset[int]:
    """Give those of some links that there are still and whose newsletters count now; none is deleted before this ends."""
    counted = (
        select(counted_link.c.id)
        .join_from(counted_link, letter, letter.c.id == counted_link.c.letter_id)
        .join(newsletter, newsletter.c.id == letter.c.newsletter_id)
        .where(counted_link.c.id.in_(sorted(link_ids)), newsletter.c.counts_clicks == 1)
        .order_by(counted_link.c.id)
    )
    return frozenset(tx.execute(counted.with_for_update(read=True, key_share=True, of=counted_link)).scalars())


def add(tx: Transaction, counts: Mapping[LinkDay, int]) -> None:
    """Count clicks on links that are held."""
    if not counts:
        return
    statement = insert(click_day)
    adding = statement.on_conflict_do_update(
        index_elements=["link_id", "day", "is_machine"], set_={"clicks": click_day.c.clicks + statement.excluded.clicks}
    )
    # Always in one order: two processes that count at once would wait for each other for ever.
    wanted = sorted(counts.items(), key=lambda item: (item[0].link_id, item[0].day, item[0].is_machine))
    rows = [{"link_id": one.link_id, "day": one.day, "is_machine": one.is_machine, "clicks": clicks} for one, clicks in wanted]
    tx.execute(adding, rows)


def add_named(tx: Transaction, followed: Mapping[Followed, Often]) -> None:
    """Write down who followed what, of people who are held and allow it."""
    if not followed:
        return
    statement = insert(person_click)
    adding = statement.on_conflict_do_update(
        index_elements=["subscription_id", "link_id"], set_={"clicks": person_click.c.clicks + statement.excluded.clicks}
    )
    rows = [
        {"subscription_id": one.subscription_id, "link_id": one.link_id, "first_at": often.first_at, "clicks": often.clicks}
        for one, often in sorted(followed.items(), key=lambda item: (item[0].subscription_id, item[0].link_id))
    ]
    tx.execute(adding, rows)


def of_letter(tx: Transaction, letter_id: int) -> tuple[LinkFigures, ...]:
    """Give how often the links of a letter were followed, in the order the letter shows them; none: they are not counted."""
    links = redirects.of_letter(tx, letter_id)
    its = select(counted_link.c.id).where(counted_link.c.letter_id == letter_id)
    sums = (
        select(click_day.c.link_id, click_day.c.is_machine, func.sum(click_day.c.clicks))
        .where(click_day.c.link_id.in_(its))
        .group_by(click_day.c.link_id, click_day.c.is_machine)
    )
    found: dict[int, Counter[bool]] = defaultdict(Counter)
    for link_id, is_machine, clicks in tx.execute(sums):
        found[link_id][is_machine] = int(clicks)
    # From the index alone: whoever takes the yes back takes their rows along, and looking each of them up takes long.
    by_people = (
        select(person_click.c.link_id, func.count()).where(person_click.c.link_id.in_(its)).group_by(person_click.c.link_id)
    )
    named = {row[0]: int(row[1]) for row in tx.execute(by_people)}
    return tuple(LinkFigures(one, found[one.id][False], found[one.id][True], named.get(one.id, 0)) for one in links)


def of_person(
    tx: Transaction, subscriber_id: int, limit: int | None = None, newsletters: frozenset[int] | None = None
) -> tuple[NamedClick, ...]:
    """Give which links a person followed, the latest first; of letters of these *newsletters* only, where some are said."""
    query = _named().where(subscriber.c.id == subscriber_id)
    if newsletters is not None:
        query = query.where(letter.c.newsletter_id.in_(sorted(newsletters)))
    rows = tx.execute(query.order_by(person_click.c.first_at.desc(), person_click.c.link_id).limit(limit))
    return tuple(NamedClick(*row) for row in rows)


def named_of_letter(tx: Transaction, letter_id: int, after: Followed, limit: int) -> tuple[NamedClick, ...]:
    """Give who followed which links of a letter, of those who allow it: by link, then by person; from behind one on."""
    its = select(counted_link.c.id).where(counted_link.c.letter_id == letter_id, counted_link.c.id >= after.link_id)
    found: list[NamedClick] = []
    # Link by link, as the index has them: asked for all at once, every click of the letter is sorted for each page.
    for link_id in tx.execute(its.order_by(counted_link.c.id)).scalars():
        behind = after.subscription_id if link_id == after.link_id else 0
        of_link = _named().where(person_click.c.link_id == link_id, person_click.c.subscription_id > behind)
        rows = tx.execute(of_link.order_by(person_click.c.subscription_id).limit(limit - len(found)))
        found += [NamedClick(*row) for row in rows]
        if len(found) == limit:
            break
    return tuple(found)


def forget(tx: Transaction, subscription_id: int) -> int:
    """Forget what a person followed of a list; gives how many links."""
    return tx.execute(delete(person_click).where(person_click.c.subscription_id == subscription_id)).rowcount


def forget_all(tx: Transaction, subscription_ids: Collection[int]) -> None:
    """Forget what the people of these subscriptions followed."""
    tx.execute(delete(person_click).where(person_click.c.subscription_id.in_(sorted(subscription_ids))))


def name_no_more(tx: Transaction, subscription_id: int) -> None:
    """Let what is not on the wire yet say nothing of who follows its links; belongs into the transaction that takes back a yes.

    Whoever is leased waits again: a mailer has written their message already, and is not let through with it. What is marked
    or in doubt may have arrived, and stays the message that it is.
    """
    named = (
        delivery.c.subscription_id == subscription_id,
        delivery.c.allows_clicks == 1,
        delivery.c.state.in_(_NOT_ON_THE_WIRE),
    )
    is_leased = delivery.c.state == S.LEASED
    waits_again = case((is_leased, literal(S.PENDING.value)), else_=delivery.c.state)
    by_whom = case((is_leased, literal("")), else_=delivery.c.worker_id)
    tx.execute(update(delivery).where(*named).values(allows_clicks=False, state=waits_again, worker_id=by_whom))


def named_before(tx: Transaction, before: datetime) -> int:
    """Count what was first followed before a moment and still says by whom; and all of whoever does not allow it any more."""
    return tx.execute(select(func.count()).select_from(_kept_too_long(before).subquery())).scalar_one()


def forget_before(tx: Transaction, before: datetime, limit: int) -> int:
    """Forget up to so much of it; gives how much. How often each link was followed stays."""
    rows = tx.execute(_kept_too_long(before).limit(limit)).all()
    # In one order, as they are written down: two in different ones would wait for each other for ever.
    for row in sorted(map(tuple, rows)):
        of_row = (person_click.c.subscription_id == row[0], person_click.c.link_id == row[1])
        tx.execute(delete(person_click).where(*of_row))
    return len(rows)


def _kept_too_long(before: datetime) -> Select[Any]:
    # Whoever takes back the yes deletes the rows; no way of leaving that is made one day may forget it for longer than a night.
    is_over = or_(person_click.c.first_at < before, subscription.c.clicks_allowed_at.is_(None))
    return (
        select(person_click.c.subscription_id, person_click.c.link_id)
        .join_from(person_click, subscription, subscription.c.id == person_click.c.subscription_id)
        .where(is_over)
    )


def _named() -> Select[Any]:
    """Select what `NamedClick` is made of, of those who allow it now."""
    return (
        select(
            subscriber.c.id,
            subscriber.c.email,
            subscriber.c.name,
            subscription.c.id,
            counted_link.c.id,
            letter.c.issue_id,
            func.coalesce(issue.c.title, ""),
            counted_link.c.url,
            person_click.c.first_at,
            person_click.c.clicks,
        )
        .join_from(person_click, subscription, subscription.c.id == person_click.c.subscription_id)
        .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
        .join(counted_link, counted_link.c.id == person_click.c.link_id)
        .join(letter, letter.c.id == counted_link.c.letter_id)
        .outerjoin(issue, issue.c.id == letter.c.issue_id)
        .where(subscription.c.clicks_allowed_at.is_not(None))
    )
