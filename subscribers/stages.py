"""All evidence of consent looked over in stages, so that it can be cut at any place and goes on there.

A step looks at no more rows than it is told to, and gives the next place as a value; whoever keeps that loses nothing. What
it finds is what `walk.verify` finds, for whom all of it was there at one moment.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from sqlalchemy import func, select

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from subscribers import seals, walk
from subscribers.sealer import Seal, Sealer, Tally
from subscribers.tables.evidence import consent, evidence_round
from subscribers.tables.lists import subscription
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from subscribers.verification import ChainWalk, Fault, Finding, Stand, chained, covered

# What a seal costs beside its acts, in rows: one of each day of ten years is not looked at in one step.
COST_OF_SEAL = 50


# Kept word for word; whoever changed a million acts is told so by the count.
MOST_FINDINGS = walk.MOST_FINDINGS

BEGINNING = Stand()

# The id of the only row.
_ONLY = 1


class Stage(StrEnum):
    """What is looked at, one after the other."""

    # How they follow on each other.
    SEALS = "seals"
    # Every act behind the one before it.
    CHAINS = "chains"
    # Every act under its seal.
    SEALED = "sealed"
    # Every yes that somebody stands on a list by.
    STANDINGS = "standings"
    THROUGH = "through"


@dataclass(frozen=True, slots=True)
class Place:
    """How far it is."""

    # The last seal when it was begun; those that are made meanwhile are for the next time.
    last_seal: int
    stage: Stage = Stage.SEALS
    stand: Stand = BEGINNING
    # Of the seals: the one before which everything is compared, and what was walked of it.
    seal: int = 0
    act_id: int = 0
    acts: int = 0
    chains: int = 0
    digest: str = ""
    # The last person whose standings were looked at.
    subscriber_id: int = 0

    @property
    def is_through(self) -> bool:
        """Whether nothing is left to be looked at."""
        return self.stage is Stage.THROUGH


@dataclass(frozen=True, slots=True)
class Step:
    """What came out of one step."""

    place: Place
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Round:
    """One time that all evidence is looked over, as far as it is."""

    # How many steps there were since the first round; so that two who go on at once go on once.
    steps: int
    place: Place
    # How many things do not fit, and the first of them.
    faults: int = 0
    findings: tuple[Finding, ...] = ()


def current(tx: Transaction) -> Round | None:
    """Give the round that is under way, or was the last; None before the first."""
    row = tx.execute(select(evidence_round)).one_or_none()
    if row is None:
        return None
    kept = row.place
    place = Place(**{**kept, "stage": Stage(kept["stage"]), "stand": Stand(**kept["stand"])})
    findings = tuple(Finding(**{**one, "fault": Fault(one["fault"])}) for one in row.findings)
    return Round(row.steps, place, row.faults, findings)


def due(tx: Transaction) -> Round | None:
    """Give the round that is to go on, a new one where evidence was sealed since the last; None where nothing is due."""
    known, last = current(tx), seals.last(tx)
    if known is not None and not known.place.is_through:
        return known
    if last is None or (known is not None and known.place.last_seal == last.number):
        return None
    return Round(known.steps if known else 0, Place(last.number))


def taken(tx: Transaction, keyring: Keyring, known: Round, most: int) -> Round:
    """Take the next step of a round: *most* rows at most."""
    made = step(tx, keyring, known.place, most)
    kept = (*known.findings, *made.findings)[:MOST_FINDINGS]
    return Round(known.steps + 1, made.place, known.faults + len(made.findings), kept)


def keep(tx: Transaction, made: Round) -> bool:
    """Keep how far a round is; False where somebody else took the step, and nothing is kept."""
    values = {
        "steps": made.steps,
        "place": asdict(made.place),
        "faults": made.faults,
        "findings": [asdict(one) for one in made.findings],
    }
    adding = insert(evidence_round).values(id=_ONLY, **values)
    follows = evidence_round.c.steps == made.steps - 1
    statement = adding.on_conflict_do_update(index_elements=["id"], set_=values, where=follows)
    return tx.execute(statement.returning(evidence_round.c.id)).one_or_none() is not None


def step(tx: Transaction, keyring: Keyring, place: Place, most: int) -> Step:
    """Look at the next rows, *most* of them at most."""
    if place.stage is Stage.SEALS:
        known = {one.key_id: one for one in _sealers(keyring)}
        return Step(replace(place, stage=Stage.CHAINS), tuple(chained(_seals(tx, place), known)))
    if place.stage is Stage.CHAINS:
        return _chains(tx, place, most)
    if place.stage is Stage.SEALED:
        return _sealed(tx, keyring, place, most)
    if place.stage is Stage.STANDINGS:
        return _standings(tx, place, most)
    return Step(place, ())


def _sealers(keyring: Keyring) -> Sequence[Sealer]:
    return [Sealer(one) for one in (keyring, *keyring.former)]


def _seals(tx: Transaction, place: Place) -> Sequence[Seal]:
    return [one for one in seals.all_seals(tx) if one.number <= place.last_seal]


def _chains(tx: Transaction, place: Place, most: int) -> Step:
    walked = ChainWalk(place.stand, walk.naming(tx, place.stand))
    acts = walk.recorded_behind(tx, place.stand, most)
    found = [finding for act in acts for finding in walked.take(act)]
    if len(acts) == most:
        return Step(replace(place, stand=walked.stand), tuple(found))
    return Step(replace(place, stage=Stage.SEALED, stand=BEGINNING), (*found, *walked.end()))


def _sealed(tx: Transaction, keyring: Keyring, place: Place, most: int) -> Step:
    known = {one.key_id: one for one in _sealers(keyring)}
    found: list[Finding] = []
    before: Seal | None = None
    for seal in _seals(tx, place):
        # Seals of one key after another share the acts among them; another key begins with all of them anew.
        begins_at = before.last_id if before is not None and before.key_id == seal.key_id else 0
        before = seal
        if seal.number <= place.seal or seal.key_id not in known:
            continue
        tally = Tally.so_far(place.acts, place.chains, place.digest)
        last_id, looked = _tallied(tx, known[seal.key_id], tally, (max(begins_at, place.act_id), seal.last_id), most)
        if looked == most:
            ended = replace(place, act_id=last_id, acts=tally.acts, chains=tally.chains, digest=tally.digest)
            return Step(ended, tuple(found))
        found += covered(seal, tally)
        place = replace(place, seal=seal.number, act_id=0, acts=0, chains=0, digest="")
        most -= looked + COST_OF_SEAL
        if most <= 0:
            return Step(place, tuple(found))
    return Step(replace(place, stage=Stage.STANDINGS), tuple(found))


def _tallied(tx: Transaction, sealer: Sealer, tally: Tally, span: tuple[int, int], most: int) -> tuple[int, int]:
    """Add *most* acts of ids above the one and up to the other; gives the id of the last, and how many there were."""
    columns = (consent.c.id, consent.c.chain, consent.c.seq, consent.c.digest)
    following = select(*columns).where(consent.c.id > span[0], consent.c.id <= span[1]).order_by(consent.c.id).limit(most)
    rows = tx.execute(following).all()
    for act_id, chain, seq, digest in rows:
        tally.add(seq, sealer.mark(act_id, chain, seq, digest))
    return (rows[-1].id if rows else span[0]), len(rows)


def _standings(tx: Transaction, place: Place, most: int) -> Step:
    people = select(subscription.c.subscriber_id).where(subscription.c.subscriber_id > place.subscriber_id)
    looked = people.order_by(subscription.c.subscriber_id).limit(most).subquery()
    count, last = tx.execute(select(func.count(), func.max(looked.c.subscriber_id))).one()
    found = tuple(_unproven(tx, place.subscriber_id, last))
    if count < most:
        return Step(replace(place, stage=Stage.THROUGH), found)
    return Step(replace(place, subscriber_id=last), found)


def _unproven(tx: Transaction, behind: int, last: int | None) -> Iterator[Finding]:
    if last is not None:
        yield from walk.unproven_between(tx, behind, last)
