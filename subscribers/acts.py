"""The acts of people in SQL: appended to the chain of each, read, and emptied of what is kept no longer."""

import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    Text,
    and_,
    case,
    func,
    literal,
    null,
    or_,
    select,
    union,
    update,
)
from sqlalchemy import insert as insert_always

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from subscribers import batches, chain, news
from subscribers.batches import Kind
from subscribers.chain import Link
from subscribers.consent import Act, Consent, Door, Evidence
from subscribers.model import Subscriber
from subscribers.news import News
from subscribers.tables.evidence import consent, wording
from subscribers.tables.kinds import Number
from subscribers.tables.people import subscriber
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Name:
    """What an act says of who the person is; it enters the chain as a salted digest."""

    # The key of their address, or the keyed hash of an erased one.
    text: str
    # The hash of an address under which the chain is to be found although no subscriber's row has it.
    email_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The last act of a chain."""

    seq: int
    digest: str


@dataclass(frozen=True, slots=True)
class _Next:
    """Whose act is to be appended, behind which, and what it says of who they are."""

    chain: int
    head: Head
    name: Name | None


START = Head(0, chain.BEGINNING)

# What other programs are told of.
_NEWS: Mapping[Act, news.Kind] = {
    Act.REQUESTED: news.Kind.SUBSCRIBED,
    Act.ADDED: news.Kind.SUBSCRIBED,
    Act.CONFIRMED: news.Kind.CONFIRMED,
    Act.WITHDRAWN: news.Kind.UNSUBSCRIBED,
    Act.ERASED: news.Kind.ERASED,
}

# What each row has of its own; all of one moment share the rest.
_OWN: Mapping[str, Kind] = {
    "chain": Number,
    "seq": Integer(),
    "origin_salt": Text(),
    "origin_digest": Text(),
    "person_salt": Text(),
    "person_digest": Text(),
    "email_hash": Text(),
    "digest": Text(),
}


def append(
    tx: Transaction,
    person: Subscriber,
    list_id: int | None,
    act: Act,
    now: datetime,
    evidence: Evidence,
    *,
    name: Name | None = None,
) -> None:
    """Append an act of a person whose row this transaction holds.

    *name* is given where the act says anew who they are; the first act of a chain always does.
    """
    head = heads(tx, [person.id]).get(person.id, START)
    if name is None and head is START:
        name = Name(person.address.key)
    _write(tx, [_Next(person.id, head, name)], list_id, act, now, evidence)


def append_many(
    tx: Transaction, people: Mapping[int, str], list_id: int | None, act: Act, now: datetime, evidence: Evidence
) -> None:
    """Append the same act of many *people* in a few statements: ids with the keys of their addresses, as `hold` gives them."""
    if not people:
        return
    ends = heads(tx, people)
    following = [
        _Next(number, ends[number], None) if number in ends else _Next(number, START, Name(key))
        for number, key in people.items()
    ]
    _write(tx, following, list_id, act, now, evidence)


def begin_many(
    tx: Transaction, people: Mapping[int, str], list_id: int | None, act: Act, now: datetime, evidence: Evidence
) -> None:
    """Write the same first act of many people whom this transaction has made known: ids with the keys of their addresses."""
    if people:
        _write(tx, [_Next(number, START, Name(key)) for number, key in people.items()], list_id, act, now, evidence)


def tell(
    tx: Transaction, kind: news.Kind, subscriber_ids: Iterable[int], list_id: int | None, now: datetime, door: Door
) -> None:
    """Let other programs be told what people did, but not of each of a file: that is one thing that happened, not thousands."""
    if door is Door.IMPORT_:
        return
    for number in subscriber_ids:
        news.note(tx, News(kind, now, subscriber_id=number, list_id=list_id, facts={"by": door.value}))


def hold(tx: Transaction, subscriber_ids: Collection[int]) -> dict[int, str]:
    """Hold the rows of people until the transaction ends; gives the key of each one's address.

    Comes before anything of them is written, as it does where one person acts: two in different orders would wait for each
    other for ever. And a chain has one end, so whoever appends to it must be alone.
    """
    people = (
        select(subscriber.c.id, subscriber.c.email_key)
        .where(subscriber.c.id.in_(batches.numbers(tx, subscriber_ids)))
        # Always in one order, for the same reason.
        .order_by(subscriber.c.id)
        .with_for_update(key_share=True)
    )
    return {row.id: row.email_key for row in tx.execute(people)}


def of_address(tx: Transaction, *email_hashes: str) -> tuple[Consent, ...]:
    """Give every act of whoever has this address, had it before, or was erased under it, the first first.

    What they said under another address is among it, and so may be several people: it is for whoever looks at the evidence,
    and nothing is concluded from it. There are several hashes of one address when the instance had other keys.
    """
    return _consents(tx, _said().where(consent.c.chain.in_(chains_of(email_hashes))))


def of_person(tx: Transaction, subscriber_id: int) -> tuple[Consent, ...]:
    """Give every act of a person, the first first, and of nobody else who has or had their address."""
    return _consents(tx, _said().where(consent.c.chain == subscriber_id))


def under_address(tx: Transaction, email_hash: str) -> tuple[Consent, ...]:
    """Give what was said by those who had this address: of each, nothing from behind the moment they gave it up."""
    given_up = (
        select(consent.c.chain, func.max(consent.c.seq).label("seq"))
        .where(consent.c.email_hash == email_hash)
        .group_by(consent.c.chain)
        .subquery()
    )
    said = (
        _said()
        .outerjoin(given_up, given_up.c.chain == consent.c.chain)
        .outerjoin(subscriber, subscriber.c.id == consent.c.chain)
        .where(
            consent.c.chain.in_(chains_of([email_hash])),
            or_(subscriber.c.email_hash == email_hash, consent.c.seq <= given_up.c.seq),
        )
    )
    return _consents(tx, said)


def chains_of(email_hashes: Collection[str]) -> Select[Any]:
    """Give the query for the chains of whoever has an address, had it before, or was erased under it."""
    of_present = select(subscriber.c.id.label("chain")).where(subscriber.c.email_hash.in_(email_hashes))
    of_former = select(consent.c.chain).where(consent.c.email_hash.in_(email_hashes))
    return select(union(of_present, of_former).subquery().c.chain)


def forget(tx: Transaction, subscriber_id: int) -> None:
    """Empty a person's acts of all that names them or tells where they were; the chain holds without it.

    What the erasure itself says stays: the keyed hash, by which the evidence is found.
    """
    of_erasure = consent.c.act == Act.ERASED
    tx.execute(
        update(consent)
        .where(consent.c.chain == subscriber_id)
        .values(
            network="",
            agent="",
            origin_salt=null(),
            person_salt=case((of_erasure, consent.c.person_salt), else_=null()),
            email_hash=case((of_erasure, consent.c.email_hash), else_=null()),
        )
    )


def unname(tx: Transaction, subscriber_ids: Collection[int]) -> None:
    """Empty the acts of people who are known no more of what names them; the chains hold without it."""
    of_them = consent.c.chain.in_(batches.numbers(tx, subscriber_ids))
    values = {"network": "", "agent": "", "origin_salt": null(), "person_salt": null(), "email_hash": null()}
    tx.execute(update(consent).where(of_them).values(values))


def last_about(
    tx: Transaction, chains: Collection[int], list_id: int, *, but: Collection[Act] = frozenset()
) -> dict[int, Consent]:
    """Give the last act of each of these people that is about a list; *but*: acts that are looked past."""
    of_list = [consent.c.chain.in_(batches.numbers(tx, chains)), consent.c.list_id == list_id]
    if but:
        of_list.append(consent.c.act.not_in(sorted(but)))
    newest = select(func.max(consent.c.id).label("id")).where(*of_list).group_by(consent.c.chain).subquery()
    return {row.chain: _consent_of(row) for row in tx.execute(_said().join(newest, newest.c.id == consent.c.id))}


def last_acts(tx: Transaction, chains: Collection[int]) -> dict[int, Act]:
    """Give the last act of each of these people."""
    newest = (
        select(consent.c.chain, func.max(consent.c.seq).label("seq"))
        .where(consent.c.chain.in_(batches.numbers(tx, chains)))
        .group_by(consent.c.chain)
        .subquery()
    )
    found = select(consent.c.chain, consent.c.act).join(
        newest, and_(consent.c.chain == newest.c.chain, consent.c.seq == newest.c.seq)
    )
    return {row.chain: Act(row.act) for row in tx.execute(found)}


def origins_before(tx: Transaction, before: datetime) -> int:
    """Count the acts from before a moment that still tell a network address or a browser."""
    return tx.execute(select(func.count()).select_from(consent).where(*_with_origin(before))).scalar_one()


def forget_origins(tx: Transaction, before: datetime, limit: int) -> int:
    """Empty up to *limit* acts from before a moment of network address and browser, the oldest first; gives how many.

    Zero means that there are no more. The chain holds without them.
    """
    oldest = select(consent.c.id).where(*_with_origin(before)).order_by(consent.c.at).limit(limit)
    emptied = update(consent).where(consent.c.id.in_(oldest)).values(network="", agent="", origin_salt=null())
    return tx.execute(emptied).rowcount


def _with_origin(before: datetime) -> tuple[ColumnElement[bool], ...]:
    return consent.c.origin_salt.is_not(None), consent.c.at < before


def heads(tx: Transaction, chains: Collection[int]) -> dict[int, Head]:
    """Give the last act of each of these chains that has one."""
    newest = (
        select(consent.c.chain, func.max(consent.c.seq).label("seq"))
        .where(consent.c.chain.in_(batches.numbers(tx, chains)))
        .group_by(consent.c.chain)
        .subquery()
    )
    ends = select(consent.c.chain, consent.c.seq, consent.c.digest).join(
        newest, and_(consent.c.chain == newest.c.chain, consent.c.seq == newest.c.seq)
    )
    return {row.chain: Head(row.seq, row.digest) for row in tx.execute(ends)}


def _write(
    tx: Transaction, following: Sequence[_Next], list_id: int | None, act: Act, now: datetime, evidence: Evidence
) -> None:
    kept = evidence.kept()
    shared = {
        "list_id": literal(list_id, consent.c.list_id.type),
        "act": literal(act.value),
        "at": literal(now, consent.c.at.type),
        "door": literal(kept.door.value),
        "form": literal(kept.form),
        "language": literal(kept.language),
        "wording_id": literal(wording_id(tx, kept.wording), consent.c.wording_id.type),
        "message_id": literal(kept.message_id),
        "network": literal(kept.network),
        "agent": literal(kept.agent),
    }
    given = batches.table(tx, _rows(following, list_id, act, now, kept), _OWN)
    chosen = select(*given.c, *shared.values()).order_by(given.c.chain)
    tx.execute(insert_always(consent).from_select([*_OWN, *shared], chosen))
    if act in _NEWS:
        tell(tx, _NEWS[act], [one.chain for one in following], list_id, now, evidence.door)


def _rows(
    following: Iterable[_Next], list_id: int | None, act: Act, now: datetime, evidence: Evidence
) -> Iterator[list[object]]:
    """Give what each row has of its own, in the order of `_OWN`."""
    at = chain.moment(now)
    version = chain.wording_digest(evidence.wording)
    has_origin = bool(evidence.network or evidence.agent)
    for one in following:
        origin_salt = salt() if has_origin else None
        origin = chain.origin_digest(origin_salt, evidence.network, evidence.agent) if origin_salt else ""
        person_salt = salt() if one.name else None
        person = chain.person_digest(person_salt, one.name.text) if one.name and person_salt else ""
        link = Link(
            chain=one.chain,
            seq=one.head.seq + 1,
            act=act.value,
            at=at,
            door=evidence.door.value,
            list_id=list_id,
            form=evidence.form,
            language=evidence.language,
            wording=version,
            message_id=evidence.message_id,
            person=person,
            origin=origin,
        )
        email_hash = one.name.email_hash if one.name else None
        yield [one.chain, link.seq, origin_salt, origin, person_salt, person, email_hash, link.digest(one.head.digest)]


def salt() -> str:
    """Give what is digested with a value that nobody is to find by trying."""
    return secrets.token_hex(chain.SALT_BYTES)


def wording_id(tx: Transaction, text: str) -> int | None:
    """Give the row of a wording, which is kept once; None for none."""
    if not text:
        return None
    digest = chain.wording_digest(text)
    known = select(wording.c.id).where(wording.c.digest == digest)
    number: int | None = tx.execute(known).scalar_one_or_none()
    if number is None:
        tx.execute(insert(wording).values(digest=digest, text=text).on_conflict_do_nothing())
        number = tx.execute(known).scalar_one()
    return number


def _said() -> Select[Any]:
    return select(consent, wording.c.text.label("wording"), wording.c.digest.label("version")).outerjoin(
        wording, wording.c.id == consent.c.wording_id
    )


def _consents(tx: Transaction, said: Select[Any]) -> tuple[Consent, ...]:
    return tuple(_consent_of(row) for row in tx.execute(said.order_by(consent.c.id)))


def _consent_of(row: Row[Any]) -> Consent:
    return Consent(
        id=row.id,
        act=Act(row.act),
        at=row.at,
        list_id=row.list_id,
        evidence=Evidence(
            door=Door(row.door),
            wording=row.wording or "",
            network=row.network,
            agent=row.agent,
            form=row.form,
            language=row.language,
            message_id=row.message_id,
        ),
        version=row.version or "",
        chain=row.chain,
        seq=row.seq,
        digest=row.digest,
    )
