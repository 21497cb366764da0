"""Reads all the evidence of consent there is, in the order of its chains, and says whether it is whole."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, exists, func, literal, select, tuple_, type_coerce

from subscribers import batches, chain, seals
from subscribers.chain import Link
from subscribers.consent import Act
from subscribers.model import SubscriptionState
from subscribers.sealer import Sealer
from subscribers.tables.evidence import consent, wording
from subscribers.tables.lists import mailing_list, subscription
from subscribers.tables.people import subscriber
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from subscribers.verification import ChainWalk, Cover, Fault, Finding, Recorded, Stand

# Acts fetched at a time, so that a million of them need no more memory than a few.
CHUNK = 1_000

# Kept word for word; whoever changed a million acts is told so by the count.
MOST_FINDINGS = 100

# The acts by which somebody may stand on a list as confirmed, and those which end that.
PROOFS = (Act.CONFIRMED, Act.IMPORTED, Act.ADDED)
ENDS = (Act.WITHDRAWN, Act.UNDONE)


@dataclass(frozen=True, slots=True)
class Verification:
    """What came out of walking all evidence."""

    acts: int
    chains: int
    seals: int
    # Acts that no seal covers yet: their end could be cut off unseen until the next one is made.
    unsealed: int
    # How many things do not fit, and the first of them.
    faults: int
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        """Whether everything fits."""
        return not self.faults


def verify(
    tx: Transaction, keyring: Keyring, *, kept_code: str = "", progress: Callable[[int], None] = lambda _acts: None
) -> Verification:
    """Walk every chain and every seal; *kept_code* is of one that must be there. *progress* is told of acts done."""
    made = tuple(seals.all_seals(tx))
    # Read before the acts: what a later seal covers might not be among them.
    cover = Cover(made, [Sealer(one) for one in (keyring, *keyring.former)], kept_code)
    walk = ChainWalk()
    kept: list[Finding] = []
    faults = 0
    for finding in _findings(tx, walk, cover, progress):
        faults += 1
        if len(kept) < MOST_FINDINGS:
            kept.append(finding)
    return Verification(walk.acts, walk.chains, len(made), cover.unsealed, faults, tuple(kept))


def count(tx: Transaction) -> int:
    """Count all acts."""
    return tx.execute(select(func.count()).select_from(consent)).scalar_one()


def recorded(tx: Transaction, chains: Select[Any] | None = None) -> Iterator[Recorded]:
    """Give the acts of some chains, or of all, in the order in which a `ChainWalk` takes them."""
    versions = _versions(tx, select(wording))
    named = _acts(tx, subscriber.c.email_key).outerjoin(subscriber, subscriber.c.id == consent.c.chain)
    acts = named.order_by(consent.c.chain, consent.c.seq).execution_options(yield_per=CHUNK)
    if chains is not None:
        acts = acts.where(consent.c.chain.in_(chains))
    for row in tx.execute(acts):
        yield _recorded_of(tuple(row), versions)


def recorded_behind(tx: Transaction, stand: Stand, most: int) -> Sequence[Recorded]:
    """Give the acts that a `ChainWalk` takes behind *stand*, no more than *most*."""
    behind = tuple_(consent.c.chain, consent.c.seq) > tuple_(literal(stand.chain), literal(stand.seq))
    return _read(tx, _some(tx).where(behind).order_by(consent.c.chain, consent.c.seq).limit(most))


def naming(tx: Transaction, stand: Stand) -> Recorded | None:
    """Give the act of the chain that last said who the person is, up to *stand*."""
    said = (consent.c.chain == stand.chain, consent.c.seq <= stand.seq, consent.c.person_digest != "")
    found = _read(tx, _some(tx).where(*said).order_by(consent.c.seq.desc()).limit(1))
    return found[0] if found else None


def _acts(tx: Transaction, email_key: ColumnElement[Any]) -> Select[Any]:
    is_sqlite = tx.dialect.name == "sqlite"
    # SQLite keeps moments as text, spelled as they enter the chain; reading a million of them as moments takes ten seconds.
    at = type_coerce(consent.c.at, Text) if is_sqlite else consent.c.at
    return select(*_PLAIN, at.label("moment"), *_REST, email_key)


def _some(tx: Transaction) -> Select[Any]:
    # In one statement, because an address may change between two; and looked up for each, because a join of some acts with all
    # people may walk all people.
    person = select(subscriber.c.email_key).where(subscriber.c.id == consent.c.chain)
    return _acts(tx, person.correlate(consent).scalar_subquery())


def _read(tx: Transaction, acts: Select[Any]) -> Sequence[Recorded]:
    rows = tx.execute(acts).all()
    used = batches.numbers(tx, sorted({row.wording_id for row in rows if row.wording_id is not None}))
    versions = _versions(tx, select(wording).where(wording.c.id.in_(used)))
    return [_recorded_of(tuple(row), versions) for row in rows]


def _findings(tx: Transaction, walk: ChainWalk, cover: Cover, progress: Callable[[int], None]) -> Iterator[Finding]:
    for act in recorded(tx):
        yield from walk.take(act)
        cover.add(act)
        if walk.acts % CHUNK == 0:
            progress(walk.acts)
    yield from walk.end()
    progress(walk.acts)
    yield from cover.findings()
    yield from unproven(tx)


_PLAIN = (consent.c.id, consent.c.chain, consent.c.seq, consent.c.act)
_REST = (
    consent.c.door,
    consent.c.list_id,
    consent.c.form,
    consent.c.language,
    consent.c.wording_id,
    consent.c.message_id,
    consent.c.person_digest,
    consent.c.origin_digest,
    consent.c.digest,
    consent.c.network,
    consent.c.agent,
    consent.c.origin_salt,
    consent.c.person_salt,
    consent.c.email_hash,
)


@dataclass(frozen=True, slots=True)
class _Version:
    """The version of a wording as it is kept."""

    digest: str
    # Whether the text is still the one of the digest.
    fits: bool


_NO_WORDING = _Version("", fits=True)
_LOST_WORDING = _Version("", fits=False)


def _versions(tx: Transaction, wordings: Select[Any]) -> dict[int | None, _Version]:
    texts = tx.execute(wordings.execution_options(yield_per=CHUNK))
    known: dict[int | None, _Version] = {
        row.id: _Version(row.digest, fits=chain.wording_digest(row.text) == row.digest) for row in texts
    }
    return {None: _NO_WORDING, **known}


def _recorded_of(row: tuple[Any, ...], versions: dict[int | None, _Version]) -> Recorded:
    (
        act_id, number, seq, act, at, door, list_id, form, language, wording_id, message_id, person, origin, digest,
        network, agent, origin_salt, person_salt, email_hash, email_key,
    ) = row  # fmt: skip
    version = versions.get(wording_id, _LOST_WORDING)
    spelled = chain.moment(at) if isinstance(at, datetime) else at
    link = Link(number, seq, act, spelled, door, list_id, form, language, version.digest, message_id, person, origin)
    return Recorded(act_id, link, digest, version.fits, network, agent, origin_salt, person_salt, email_hash, email_key)


def unproven(tx: Transaction, subscriber_id: int | None = None) -> Iterator[Finding]:
    """Give who stands on a list as confirmed although their last word about it in the evidence is no yes: one, or all."""
    standing = _unproven().execution_options(yield_per=CHUNK)
    if subscriber_id is not None:
        standing = standing.where(subscription.c.subscriber_id == subscriber_id)
    yield from _told(tx, standing)


def unproven_between(tx: Transaction, behind: int, last: int) -> Iterator[Finding]:
    """Give those of them whose number is above the one and at most the other."""
    yield from _told(tx, _unproven().where(subscription.c.subscriber_id > behind, subscription.c.subscriber_id <= last))


def _told(tx: Transaction, standing: Select[Any]) -> Iterator[Finding]:
    for number, name in tx.execute(standing):
        yield Finding(
            Fault.UNPROVEN,
            f"Subscriber {number} stands on {name} as confirmed, and their last word about it is no yes.",
            number,
        )


def _unproven() -> Select[Any]:
    end = consent.alias("ending")
    is_ended = exists().where(
        end.c.chain == consent.c.chain, end.c.list_id == consent.c.list_id, end.c.act.in_(ENDS), end.c.seq > consent.c.seq
    )
    proof = exists().where(
        consent.c.chain == subscription.c.subscriber_id,
        consent.c.list_id == subscription.c.list_id,
        consent.c.act.in_(PROOFS),
        ~is_ended,
    )
    return (
        select(subscription.c.subscriber_id, mailing_list.c.name)
        .join(mailing_list, mailing_list.c.id == subscription.c.list_id)
        .where(subscription.c.state == SubscriptionState.CONFIRMED, ~proof)
        .order_by(subscription.c.subscriber_id)
    )
