"""The people of one list, as another instance had them, put on a list of this one: nobody twice, and no no undone.

Both databases are open: what came lies in one of its own, in the shape of this version, and is read in portions.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, or_, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert as insert_or_not

from subscribers import acts, batches, chain, names, rechaining, recognition, suppression, walk
from subscribers.address import EmailAddress, parse
from subscribers.consent import Act, Door
from subscribers.errors import AddressRefused
from subscribers.model import EVERY_LIST, Reason, SubscriptionState
from subscribers.rechaining import Basis, Told, Witness
from subscribers.tables.attributes import attribute, attribute_value, list_question
from subscribers.tables.evidence import consent, wording
from subscribers.tables.evidence import suppression as suppressions
from subscribers.tables.lists import subscription
from subscribers.tables.people import subscriber
from subscribers.tokens import KEY_ID_LENGTH, Keyring
from subscribers.transaction import Transaction
from subscribers.verification import ChainWalk

S = SubscriptionState

# People fetched and written at a time.
_CHUNK = 500

# What is told of people: made, known here before, erased here, without a usable address, gone from every list here; how many
# acts stand in their chains now; and how many noes came along, or could not.
FIGURES = ("new", "known", "erased", "refused", "left_here", "acts", "noes", "noes_lost")

_SAID_NO = "They had said no to every list here before they came with this one from another instance."


@dataclass(frozen=True, slots=True)
class Coming:
    """A list that comes, and the list of this instance that it becomes."""

    stage: Transaction
    there: int
    here: int
    keyring: Keyring
    # What stands in the evidence of everybody in front of what they said there.
    basis: Basis

    @property
    def now(self) -> datetime:
        """When it comes."""
        return self.basis.now


@dataclass(slots=True)
class Come:
    """What became of people."""

    figures: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(FIGURES, 0)))
    # Subscriptions by the numbers they had.
    subscriptions: dict[int, int] = field(default_factory=dict)
    # Hashes of addresses here, by those there.
    hashes: dict[str, str] = field(default_factory=dict)


def take_in(tx: Transaction, coming: Coming) -> Come:
    """Put everybody on the list, in the states they had, with what they said.

    Whoever is known here by address is the same person, and keeps what is known of them here. Whoever was erased here stays
    so, and whoever said no to every list here arrives as somebody who left.
    """
    come = Come()
    wordings = _wordings(tx, coming.stage)
    asked = _attributes(tx, coming)
    for rows in _portions(coming.stage, coming.there):
        _take_some(tx, coming, rows, wordings, come)
        _answer(tx, coming.stage, asked, _ids_by_row(rows, tx))
    _keep_out(tx, coming, come)
    return come


def faults(tx: Transaction, list_id: int) -> int:
    """Count what does not fit in the evidence of the people of a list."""
    chain_walk, found = ChainWalk(), 0
    for act in walk.recorded(tx, select(subscription.c.subscriber_id).where(subscription.c.list_id == list_id)):
        found += sum(1 for _ in chain_walk.take(act))
    return found + sum(1 for _ in chain_walk.end())


def _portions(stage: Transaction, list_id: int) -> Iterator[Sequence[Row[Any]]]:
    """Give who stands on a list, always in one order: two that hold rows in different ones wait for each other for ever."""
    behind = ""
    columns: list[Any] = [subscriber, *(column.label(f"its_{column.name}") for column in subscription.c)]
    while True:
        people = (
            select(*columns)
            .join(subscription, subscription.c.subscriber_id == subscriber.c.id)
            .where(subscription.c.list_id == list_id, subscriber.c.email_key > behind)
            .order_by(subscriber.c.email_key)
            .limit(_CHUNK)
        )
        rows = stage.execute(people).all()
        if not rows:
            return
        behind = rows[-1].email_key
        yield rows


def _take_some(
    tx: Transaction, coming: Coming, rows: Sequence[Row[Any]], wordings: Mapping[int, tuple[int | None, str]], come: Come
) -> None:
    addresses = {row.id: found for row in rows if (found := _address(row)) is not None}
    come.figures["refused"] += len(rows) - len(addresses)
    hashes = recognition.hashes_of(tx, coming.keyring, [one.key for one in addresses.values()])
    come.hashes |= {row.email_hash: hashes[addresses[row.id].key] for row in rows if row.id in addresses}
    said = _said_to_all(tx, hashes.values())
    welcome = [row for row in rows if row.id in addresses and Reason.ERASED not in said[hashes[addresses[row.id].key]]]
    come.figures["erased"] += len(addresses) - len(welcome)
    ids = _known_or_made(tx, welcome, addresses, hashes, come)
    held = acts.hold(tx, ids.values())
    there = {row.id: ids[row.id] for row in welcome if ids.get(row.id) in held}
    left = {row.id for row in welcome if row.id in there and Reason.UNSUBSCRIBED in said[hashes[addresses[row.id].key]]}
    standing = [row for row in welcome if row.id in there]
    _subscribe(tx, coming, standing, there, left, come)
    told = _told(coming, [row.id for row in standing], wordings)
    stopping = _stopping(tx, coming) if left else None
    people = [
        Witness(
            there[row.id],
            held[there[row.id]],
            told[row.id][0],
            (*told[row.id][1], *((stopping,) if stopping and row.id in left and row.its_state != S.WITHDRAWN else ())),
        )
        for row in standing
    ]
    come.figures["acts"] += rechaining.append(tx, people, coming.basis)


def _address(row: Row[Any]) -> EmailAddress | None:
    try:
        found = parse(row.email)
    except AddressRefused:
        return None
    # By another key it could be somebody twice.
    return found if found.key == row.email_key else None


def _said_to_all(tx: Transaction, hashes: Collection[str]) -> Mapping[str, set[str]]:
    """Give why addresses are not to be written to on any list here."""
    found = defaultdict[str, set[str]](set)
    asked = select(suppressions.c.email_hash, suppressions.c.reason).where(
        suppressions.c.email_hash.in_(batches.texts(tx, hashes)), suppressions.c.list_id == EVERY_LIST
    )
    for row in tx.execute(asked):
        found[row.email_hash].add(row.reason)
    return found


def _known_or_made(
    tx: Transaction,
    rows: Sequence[Row[Any]],
    addresses: Mapping[int, EmailAddress],
    hashes: Mapping[str, str],
    come: Come,
) -> dict[int, int]:
    """Give the numbers people have here, by those they had there."""
    values = [
        {
            "email": addresses[row.id].text,
            "email_key": addresses[row.id].key,
            "email_hash": hashes[addresses[row.id].key],
            "language": row.language,
            "created_at": row.created_at,
            **names.columns(row.name),
        }
        for row in rows
    ]
    made = 0
    if values:
        before = _numbers(tx, [one["email_key"] for one in values])
        fresh = [one for one in values if one["email_key"] not in before]
        if fresh:
            made = len(fresh)
            tx.execute(insert_or_not(subscriber).on_conflict_do_nothing(), fresh)
        _complete(tx, [one for one in values if one["email_key"] in before])
    known = _numbers(tx, [one["email_key"] for one in values])
    come.figures["new"] += made
    come.figures["known"] += len(values) - made
    return {row.id: known[addresses[row.id].key] for row in rows if addresses[row.id].key in known}


def _numbers(tx: Transaction, keys: Collection[str]) -> dict[str, int]:
    found = select(subscriber.c.email_key, subscriber.c.id).where(subscriber.c.email_key.in_(batches.texts(tx, keys)))
    return {row.email_key: row.id for row in tx.execute(found)}


def _complete(tx: Transaction, known: Sequence[Mapping[str, Any]]) -> None:
    """Let those who are known keep their name and language, and get them where they have none."""
    for one in known:
        of_person = subscriber.c.email_key == one["email_key"]
        if one["name"]:
            named = {column: one[column] for column in ("name", "name_key", "name_turned")}
            tx.execute(update(subscriber).where(of_person, subscriber.c.name == "").values(named))
        if one["language"]:
            tx.execute(update(subscriber).where(of_person, subscriber.c.language == "").values(language=one["language"]))


def _subscribe(
    tx: Transaction, coming: Coming, rows: Sequence[Row[Any]], there: Mapping[int, int], left: Collection[int], come: Come
) -> None:
    values = []
    for row in rows:
        has_left = row.id in left and row.its_state != S.WITHDRAWN
        come.figures["left_here"] += has_left
        values.append(
            {
                "subscriber_id": there[row.id],
                "list_id": coming.here,
                "state": S.WITHDRAWN.value if has_left else row.its_state,
                "requested_at": row.its_requested_at,
                "confirmed_at": row.its_confirmed_at,
                "withdrawn_at": coming.now if has_left else row.its_withdrawn_at,
                "cadence": row.its_cadence,
                "paused_until": row.its_paused_until,
                "takes_all_topics": row.its_takes_all_topics,
                "clicks_allowed_at": row.its_clicks_allowed_at,
            }
        )
    if not values:
        return
    made = insert(subscription).returning(subscription.c.id, sort_by_parameter_order=True)
    ids = tx.execute(made, values).scalars().all()
    come.subscriptions |= dict(zip((row.its_id for row in rows), ids, strict=True))


def _told(
    coming: Coming, numbers: Sequence[int], wordings: Mapping[int, tuple[int | None, str]]
) -> Mapping[int, tuple[str, list[Told]]]:
    """Give what people said about the list there, and about none, with the end of the chain they said it in."""
    stage = coming.stage
    said = (
        select(consent)
        .where(
            consent.c.chain.in_(batches.numbers(stage, numbers)),
            or_(consent.c.list_id == coming.there, consent.c.list_id.is_(None)),
        )
        .order_by(consent.c.chain, consent.c.seq)
    )
    found: dict[int, tuple[str, list[Told]]] = {number: ("", []) for number in numbers}
    for row in stage.execute(said):
        told = found[row.chain][1]
        told.append(_as_told(coming, row, wordings))
        found[row.chain] = (f"chain {row.chain}, act {row.seq}, {row.digest}", told)
    return found


def _as_told(coming: Coming, row: Row[Any], wordings: Mapping[int, tuple[int | None, str]]) -> Told:
    # A no to every list there was one to this list, and is none to the others here.
    is_about = row.list_id is not None or row.act == Act.WITHDRAWN
    wording_id, version = wordings.get(row.wording_id, (None, ""))
    return Told(
        act=row.act,
        at=row.at,
        door=row.door,
        list_id=coming.here if is_about else None,
        form=row.form,
        language=row.language,
        wording_id=wording_id,
        version=version,
        message_id=row.message_id,
        network=row.network,
        agent=row.agent,
        origin_salt=row.origin_salt,
        origin_digest=row.origin_digest,
    )


def _stopping(tx: Transaction, coming: Coming) -> Told:
    number, version = acts.wording_id(tx, _SAID_NO), chain.wording_digest(_SAID_NO)
    return Told(Act.WITHDRAWN, coming.now, Door.COMMAND, coming.here, wording_id=number, version=version)


def _wordings(tx: Transaction, stage: Transaction) -> Mapping[int, tuple[int | None, str]]:
    return {
        row.id: (acts.wording_id(tx, row.text), chain.wording_digest(row.text)) for row in stage.execute(select(wording)).all()
    }


def _keep_out(tx: Transaction, coming: Coming, come: Come) -> None:
    """Let every no to the list, and to every list there, be a no to the list here.

    An address that nobody of the list has is known by its hash alone, which tells nothing under another key: those are lost,
    and counted.
    """
    known = {one.key_id for one in (coming.keyring, *coming.keyring.former)}
    for row in coming.stage.execute(select(suppressions).order_by(suppressions.c.id)).all():
        email_hash = come.hashes.get(row.email_hash)
        if email_hash is None and row.email_hash[:KEY_ID_LENGTH] in known:
            email_hash = row.email_hash
        come.figures["noes" if email_hash else "noes_lost"] += 1
        if email_hash is None:
            continue
        # Erased there is a no to be written to by this list; what stands here of the person is another matter.
        reason = Reason.UNSUBSCRIBED if row.reason == Reason.ERASED else Reason(row.reason)
        if row.complained_at is not None and reason is not Reason.COMPLAINED:
            suppression.suppress(tx, email_hash, Reason.COMPLAINED, row.complained_at, list_id=coming.here)
        suppression.suppress(tx, email_hash, reason, row.at, list_id=coming.here)


def _attributes(tx: Transaction, coming: Coming) -> Mapping[int, int]:
    """Give the attributes of this instance that stand for those the list asks there; asked here of the list as well.

    One of the same key that takes other answers is another one: what people answered to it stays behind.
    """
    found: dict[int, int] = {}
    for row in coming.stage.execute(select(attribute).order_by(attribute.c.id)).all():
        values = dict(row._mapping)  # noqa: SLF001 -- its public name
        del values["id"]
        tx.execute(insert_or_not(attribute).values(values).on_conflict_do_nothing())
        here = tx.execute(select(attribute).where(attribute.c.key == row.key)).one()
        if (here.kind, here.choices) == (row.kind, row.choices):
            found[row.id] = here.id
    for question in coming.stage.execute(select(list_question)).all():
        if question.attribute_id in found:
            tx.execute(
                insert(list_question).values(
                    list_id=coming.here,
                    attribute_id=found[question.attribute_id],
                    position=question.position,
                    is_required=question.is_required,
                )
            )
    return found


def _ids_by_row(rows: Sequence[Row[Any]], tx: Transaction) -> Mapping[int, int]:
    known = _numbers(tx, [row.email_key for row in rows])
    return {row.id: known[row.email_key] for row in rows if row.email_key in known}


def _answer(tx: Transaction, stage: Transaction, asked: Mapping[int, int], ids: Mapping[int, int]) -> None:
    """Keep what people answered there to what nobody asked them here."""
    said = select(attribute_value).where(attribute_value.c.subscriber_id.in_(batches.numbers(stage, ids)))
    values = [
        {
            "subscriber_id": ids[row.subscriber_id],
            "attribute_id": asked[row.attribute_id],
            "text": row.text,
            "folded": row.folded,
            "number": row.number,
        }
        for row in stage.execute(said)
        if row.attribute_id in asked
    ]
    if values:
        tx.execute(insert_or_not(attribute_value).on_conflict_do_nothing(), values)
