"""Many people at once put on a list, in a few statements; the rows of an import pass through here."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Text, delete, literal, select, true, update
from sqlalchemy import insert as insert_always
from sqlalchemy.dialects.postgresql import insert

from subscribers import acts, attributebook, batches, names, suppression, terms
from subscribers.attributebook import Answered
from subscribers.attributes import Answer, Attribute
from subscribers.attributes import spelled as spelled_answer
from subscribers.batches import Kind, spelled
from subscribers.consent import ABOUT_CLICKS, Act, Evidence
from subscribers.model import Reason, SubscriptionState
from subscribers.tables.imports import import_change
from subscribers.tables.kinds import Instant, Number
from subscribers.tables.lists import subscription
from subscribers.tables.people import subscriber
from subscribers.terms import Terms
from subscribers.transaction import Transaction

S = SubscriptionState

# Stands in the evidence between the basis of an import and what is known of an earlier consent.
FORMERLY = "Formerly"
# Before the key of an attribute, where it is remembered what an import changed.
ANSWER = "answer:"

# A yes of the person's own, or of the staff here: newer than what another program kept. That a file brought them is neither.
_OWN_YES = frozenset({Act.CONFIRMED, Act.CHANGED, Act.ADDED})

# As `names.columns` gives them.
_NAMED: Mapping[str, Kind] = {"name": Text(), "name_key": Text(), "name_turned": Text()}
_PERSON: Mapping[str, Kind] = {"email": Text(), "email_key": Text(), "email_hash": Text(), "language": Text(), **_NAMED}
_STANDING: Mapping[str, Kind] = {"subscriber_id": Number, "state": Text(), "requested_at": Instant(), "confirmed_at": Instant()}


_KNOWN: Mapping[str, Kind] = {"id": Number, "language": Text(), **_NAMED}


@dataclass(slots=True)
class Newcomer:
    """Somebody to be put on a list, or kept off it; not frozen, because a million are made and that takes half the time."""

    email: str
    email_key: str
    email_hash: str
    name: str
    language: str
    # Consented already, on the basis of the intake; else to be asked.
    is_confirmed: bool
    # When they asked and consented elsewhere, as `batches.spelled`; empty: now.
    requested_at: str = ""
    confirmed_at: str = ""
    # Said no elsewhere: kept off the list from now on.
    no: Reason | None = None
    # The words of a consent given elsewhere, or before; kept as evidence behind the basis.
    words: str = ""
    # What they answered to what this instance asks of its people.
    answers: tuple["Given", ...] = ()
    # How much of the list they took elsewhere, where that is not all of it; holds for whoever is new on the list.
    terms: Terms | None = None
    # Left by themselves as well, beside a no of others: it stays when that is lifted.
    has_left: bool = False
    # By which door and form the earlier consent was given; kept before its words.
    way: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """One answer that comes with somebody."""

    attribute: Attribute
    answer: Answer


# What is to be done, in the same transaction, about subscriptions that a file takes off the list.
Leaving = Callable[[Transaction, Collection[int]], None]


@dataclass(frozen=True, slots=True)
class Intake:
    """What all people of an intake have in common."""

    list_id: int
    # By which they can be told apart from those who came otherwise, and taken back.
    import_id: int
    evidence: Evidence
    now: datetime
    # Names and languages of people who are known already change to those handed over; empty ones change nothing.
    updates: bool = False
    leaving: Leaving = lambda _tx, _subscriptions: None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of people; the figures add up to their number."""

    added: int = 0
    # Had asked to join, and the stated basis confirms it.
    confirmed: int = 0
    # Stood on the list before, and something known of them was changed.
    updated: int = 0
    # Stood on the list before as they do now.
    there: int = 0
    # Withdrew, or must not be written to, or say no in the file and were kept off for it.
    said_no: int = 0

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(
            added=self.added + other.added,
            confirmed=self.confirmed + other.confirmed,
            updated=self.updated + other.updated,
            there=self.there + other.there,
            said_no=self.said_no + other.said_no,
        )


@dataclass(frozen=True, slots=True)
class _Known:
    """Somebody who was known before, and how they stood."""

    id: int
    name: str
    language: str
    state: SubscriptionState | None


@dataclass(frozen=True, slots=True)
class _Confirmed:
    """Somebody who stands on the list and may be written to."""

    subscriber_id: int
    email_key: str


def take_in(tx: Transaction, intake: Intake, people: Sequence[Newcomer]) -> Taken:
    """Put people on a list; nobody who said no is brought back, and taking in the same people again changes nothing."""
    # Always in one order: two imports that met each other's people in different orders would wait for one another, and
    # neighbours in the order of an index lie on one page of it.
    ordered = sorted(people, key=lambda person: person.email_hash)
    willing = [person for person in ordered if person.no is None]
    suppressed = suppression.among(tx, [person.email_hash for person in willing], intake.list_id)
    welcome = [person for person in willing if person.email_hash not in suppressed]
    unwilling = [person for person in ordered if person.no is not None]
    made = _make(tx, intake, welcome)
    # All of them at once: two imports that held first the willing and then the others would wait for one another.
    known = _known(tx, intake.list_id, [person.email_key for person in (*welcome, *unwilling) if person.email_key not in made])
    taken = _welcome(tx, intake, welcome, made, known)
    return taken + Taken(said_no=len(suppressed)) + _keep_off(tx, intake, unwilling)


def _welcome(
    tx: Transaction, intake: Intake, people: Sequence[Newcomer], made: Mapping[str, int], known: Mapping[str, _Known]
) -> Taken:
    if not people:
        return Taken()
    again = [(one, known[one.email_key]) for one in people if one.email_key in known]
    fresh = [(made[one.email_key], one) for one in people if one.email_key in made]
    added = _enlist(tx, intake, [*fresh, *((who.id, one) for one, who in again if who.state is None)])
    standing = [(one, who) for one, who in again if who.id not in added]
    promoted = _promote(tx, intake, [who.id for one, who in standing if one.is_confirmed and who.state is S.REQUESTED])
    attributebook.put(tx, _answered(fresh))
    _record(tx, intake, fresh, [(who.id, one) for one, who in again if who.id in added or who.id in promoted])
    changed = _change(tx, intake, again) | _answer_anew(tx, intake, again) if intake.updates else frozenset[int]()
    there = [who for _, who in standing if who.id not in promoted]
    left = sum(who.state is S.WITHDRAWN for who in there)
    updated = sum(who.id in changed for who in there)
    # Whoever was neither made nor known was erased in this very moment.
    gone = len(people) - len(fresh) - len(again)
    return Taken(len(added), len(promoted), updated, len(there) - left - updated, left + gone)


def _make(tx: Transaction, intake: Intake, people: Sequence[Newcomer]) -> Mapping[str, int]:
    """Write down who is new; gives their ids by their keys, which stay the same when the hashes get a new secret."""
    if not people:
        return {}
    rows = [(one.email, one.email_key, one.email_hash, one.language, *names.columns(one.name).values()) for one in people]
    given = batches.table(tx, rows, _PERSON)
    source = select(*given.c, literal(intake.now, Instant()), literal(intake.import_id, Number)).where(true())
    statement = insert(subscriber).from_select([*_PERSON, "created_at", "import_id"], source).on_conflict_do_nothing()
    found = tx.execute(statement.returning(subscriber.c.email_key, subscriber.c.id))
    return _unless_erased(tx, intake, people, {row[0]: row[1] for row in found})


def _unless_erased(tx: Transaction, intake: Intake, people: Sequence[Newcomer], made: Mapping[str, int]) -> Mapping[str, int]:
    """Give those whom nobody erased since it was asked who said no: writing them down may have waited for just that."""
    erased = suppression.among(tx, [one.email_hash for one in people if one.email_key in made], intake.list_id)
    if not erased:
        return made
    gone = {one.email_key for one in people if one.email_hash in erased}
    tx.execute(delete(subscriber).where(subscriber.c.id.in_([made[key] for key in gone if key in made])))
    return {key: number for key, number in made.items() if key not in gone}


def _known(tx: Transaction, list_id: int, email_keys: Sequence[str]) -> Mapping[str, _Known]:
    """Give who was known before, held until the transaction ends: nobody is changed by two imports at once."""
    if not email_keys:
        return {}
    columns = (subscriber.c.id, subscriber.c.name, subscriber.c.language, subscription.c.state, subscriber.c.email_key)
    standing = (subscription.c.subscriber_id == subscriber.c.id) & (subscription.c.list_id == list_id)
    people = (
        select(*columns)
        .join_from(subscriber, subscription, standing, isouter=True)
        .where(subscriber.c.email_key.in_(batches.texts(tx, email_keys)))
        .order_by(subscriber.c.id)
        .with_for_update(key_share=True, of=subscriber)
    )
    return {
        row.email_key: _Known(row.id, row.name, row.language, S(row.state) if row.state is not None else None)
        for row in tx.execute(people)
    }


def _enlist(tx: Transaction, intake: Intake, people: Sequence[tuple[int, Newcomer]]) -> frozenset[int]:
    """Give those who had no subscription before, and have one now."""
    if not people:
        return frozenset()
    now = spelled(intake.now)
    rows = [
        (
            subscriber_id,
            S.CONFIRMED if one.is_confirmed else S.REQUESTED,
            one.requested_at or (None if one.is_confirmed else now),
            (one.confirmed_at or now) if one.is_confirmed else None,
        )
        for subscriber_id, one in people
    ]
    given = batches.table(tx, rows, _STANDING)
    source = select(*given.c, literal(intake.list_id, Number), literal(intake.import_id, Number)).where(true())
    statement = insert(subscription).from_select([*_STANDING, "list_id", "import_id"], source).on_conflict_do_nothing()
    enlisted = frozenset(tx.execute(statement.returning(subscription.c.subscriber_id)).scalars())
    terms.begin_many(tx, intake.list_id, {number: one.terms for number, one in people if one.terms and number in enlisted})
    return enlisted


def _promote(tx: Transaction, intake: Intake, ids: Collection[int]) -> frozenset[int]:
    """Confirm those who had asked; whoever withdrew meanwhile is not asked for in the condition, and stays out."""
    if not ids:
        return frozenset()
    asked = (
        subscription.c.list_id == intake.list_id,
        subscription.c.subscriber_id.in_(batches.numbers(tx, ids)),
        subscription.c.state == S.REQUESTED,
    )
    statement = update(subscription).where(*asked).values(state=S.CONFIRMED, confirmed_at=intake.now)
    promoted = frozenset(tx.execute(statement.returning(subscription.c.subscriber_id)).scalars())
    _remember(tx, intake, {subscriber_id: {"state": (S.REQUESTED, S.CONFIRMED)} for subscriber_id in promoted})
    return promoted


def _change(tx: Transaction, intake: Intake, people: Sequence[tuple[Newcomer, _Known]]) -> frozenset[int]:
    """Change what is known of people to what is handed over; gives of whom something changed."""
    changes = {}
    for one, who in people:
        name, language = one.name or who.name, one.language or who.language
        if who.state is not S.WITHDRAWN and (name, language) != (who.name, who.language):
            changes[who.id] = (name, language)
    if not changes:
        return frozenset()
    rows = [(id_, language, *names.columns(name).values()) for id_, (name, language) in changes.items()]
    given = batches.table(tx, rows, _KNOWN)
    statement = update(subscriber).where(subscriber.c.id == given.c.id)
    tx.execute(statement.values({column: given.c[column] for column in ("language", *_NAMED)}))
    before = {who.id: who for _, who in people if who.id in changes}
    _remember(
        tx,
        intake,
        {
            subscriber_id: {"name": (before[subscriber_id].name, name), "language": (before[subscriber_id].language, language)}
            for subscriber_id, (name, language) in changes.items()
        },
    )
    return frozenset(changes)


def _answer_anew(tx: Transaction, intake: Intake, people: Sequence[tuple[Newcomer, _Known]]) -> frozenset[int]:
    """Change what people answered to what is handed over; gives of whom something changed."""
    answering = [(who.id, one) for one, who in people if one.answers and who.state is not S.WITHDRAWN]
    if not answering:
        return frozenset()
    known = attributebook.answers_among(tx, [subscriber_id for subscriber_id, _ in answering])
    fresh = [one for one in _answered(answering) if known.get(one.subscriber_id, {}).get(one.attribute.key) != one.answer]
    attributebook.put(tx, fresh)
    former: dict[int, dict[str, tuple[str, str]]] = {}
    for one in fresh:
        before = known.get(one.subscriber_id, {}).get(one.attribute.key)
        after = spelled_answer(one.answer) if one.answer is not None else ""
        changes = former.setdefault(one.subscriber_id, {})
        changes[f"{ANSWER}{one.attribute.key}"] = (spelled_answer(before) if before is not None else "", after)
    _remember(tx, intake, former)
    return frozenset(former)


def _record(
    tx: Transaction, intake: Intake, fresh: Iterable[tuple[int, Newcomer]], known: Iterable[tuple[int, Newcomer]]
) -> None:
    """Write down that people were imported, and how they had consented before where the file says so."""
    groups: dict[tuple[str, bool], dict[int, str]] = {}
    for people, are_new in ((fresh, True), (known, False)):
        for subscriber_id, one in people:
            groups.setdefault((_wording(intake, one), are_new), {})[subscriber_id] = one.email_key
    # In one order: of two imports that write down the same words for the first time, one waits for the other.
    for wording, are_new in sorted(groups):
        append = acts.begin_many if are_new else acts.append_many
        evidence = replace(intake.evidence, wording=wording)
        append(tx, groups[wording, are_new], intake.list_id, Act.IMPORTED, intake.now, evidence)


def _wording(intake: Intake, one: Newcomer) -> str:
    """Give the basis, and behind it how somebody had consented before: few wordings for many people."""
    basis = intake.evidence.wording
    if not one.words and not one.way:
        return basis
    way = f" ({one.way})" if one.way else ""
    return f"{basis} {FORMERLY}{way}: {one.words}" if one.words else f"{basis} {FORMERLY}{way}."


def _answered(people: Iterable[tuple[int, Newcomer]]) -> list[Answered]:
    return [Answered(subscriber_id, one.attribute, one.answer) for subscriber_id, who in people for one in who.answers]


def _remember(tx: Transaction, intake: Intake, former: Mapping[int, Mapping[str, tuple[str, str]]]) -> None:
    """Keep what was changed, before and after, so that it can be changed back where nobody changed it since."""
    if not former:
        return
    rows = [
        {"import_id": intake.import_id, "subscriber_id": subscriber_id, "former": dict(was)}
        for subscriber_id, was in former.items()
    ]
    tx.execute(insert_always(import_change), rows)


def _keep_off(tx: Transaction, intake: Intake, people: Sequence[Newcomer]) -> Taken:
    """Remember the no of those who said it elsewhere, and take off the list whom only a file had put there."""
    if not people:
        return Taken()
    confirmed = _confirmed(tx, intake.list_id, [one.email_hash for one in people])
    said = acts.last_about(tx, [row.subscriber_id for row in confirmed.values()], intake.list_id, but=ABOUT_CLICKS)
    stay = {
        email_hash for email_hash, row in confirmed.items() if (last := said.get(row.subscriber_id)) and last.act in _OWN_YES
    }
    off = [one for one in people if one.email_hash not in stay]
    for one in off:
        assert one.no is not None  # handed over for it
        suppression.suppress(tx, one.email_hash, one.no, intake.now, list_id=intake.list_id)
        if one.has_left:
            suppression.suppress(tx, one.email_hash, Reason.UNSUBSCRIBED, intake.now, list_id=intake.list_id)
    _withdraw(tx, intake, {row.subscriber_id: row.email_key for key, row in confirmed.items() if key not in stay})
    return Taken(there=len(people) - len(off), said_no=len(off))


def _confirmed(tx: Transaction, list_id: int, email_hashes: Sequence[str]) -> Mapping[str, _Confirmed]:
    """Give those of some people who may be written to, by their hashes, held until the transaction ends."""
    standing = (
        select(subscriber.c.email_hash, subscriber.c.email_key, subscriber.c.id.label("subscriber_id"))
        .join_from(subscription, subscriber, subscription.c.subscriber_id == subscriber.c.id)
        .where(
            subscription.c.list_id == list_id,
            subscription.c.state == S.CONFIRMED,
            subscriber.c.email_hash.in_(batches.texts(tx, email_hashes)),
        )
        .order_by(subscriber.c.id)
        # Their acts are appended to, which only one may do at a time.
        .with_for_update(key_share=True, of=subscriber)
    )
    return {row.email_hash: _Confirmed(row.subscriber_id, row.email_key) for row in tx.execute(standing)}


def _withdraw(tx: Transaction, intake: Intake, gone: Mapping[int, str]) -> None:
    if not gone:
        return
    of_them = (subscription.c.list_id == intake.list_id, subscription.c.subscriber_id.in_(batches.numbers(tx, gone)))
    left = update(subscription).where(*of_them).values(state=S.WITHDRAWN, withdrawn_at=intake.now, clicks_allowed_at=None)
    intake.leaving(tx, tuple(tx.execute(left.returning(subscription.c.id)).scalars()))
    acts.append_many(tx, gone, intake.list_id, Act.WITHDRAWN, intake.now, intake.evidence)
