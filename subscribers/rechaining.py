"""Acts that another instance recorded, chained anew behind what is known here of each person.

The digest of an act covers the number of its chain and of its list, and both are others here. So an act keeps its moment, its
door and its words, and gets a digest of this instance. In front of those of a person stands one act that says so, and names the
end of the chain that they stood in: whoever kept the evidence of the other instance can compare.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from subscribers import acts, chain
from subscribers.chain import Link
from subscribers.consent import Act, Door
from subscribers.tables.evidence import consent
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Told:
    """An act as the other instance recorded it, about a list of this one (None: about none)."""

    act: str
    at: datetime
    door: str
    list_id: int | None
    form: str = ""
    language: str = ""
    # The row of its wording here.
    wording_id: int | None = None
    # The digest of that wording.
    version: str = ""
    message_id: str = ""
    network: str = ""
    agent: str = ""
    origin_salt: str | None = None
    origin_digest: str = ""


@dataclass(frozen=True, slots=True)
class Witness:
    """A person of this instance, and what they said on the other one."""

    subscriber_id: int
    email_key: str
    # The chain there, how many acts it had, and the digest of the last of them.
    source: str
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Basis:
    """What stands in front of the acts of everybody: when they came, and from where."""

    now: datetime
    wording: str


def append(tx: Transaction, people: Sequence[Witness], basis: Basis) -> int:
    """Append what people said elsewhere to their chains, whose rows this transaction holds; gives how many acts that are."""
    numbered = acts.wording_id(tx, basis.wording)
    heads = acts.heads(tx, [one.subscriber_id for one in people])
    version = chain.wording_digest(basis.wording)
    rows = [
        row
        for one in people
        for row in _rows(one, heads.get(one.subscriber_id, acts.START), _opening(one, basis, numbered, version))
    ]
    if rows:
        tx.execute(insert(consent), rows)
    return len(rows)


def _opening(one: Witness, basis: Basis, wording_id: int | None, version: str) -> Told:
    # About no list: it is no yes to one, and no figure counts it.
    return Told(Act.IMPORTED, basis.now, Door.COMMAND, None, form=one.source, wording_id=wording_id, version=version)


def _rows(one: Witness, head: acts.Head, opening: Told) -> Iterator[Mapping[str, Any]]:
    seq, digest = head.seq, head.digest
    for told in (opening, *one.told):
        seq += 1
        # Who the person is, the first of them says; under which address they said something before stays behind.
        salt = acts.salt() if told is opening else None
        person = chain.person_digest(salt, one.email_key) if salt else ""
        digest = _link(one.subscriber_id, seq, told, person).digest(digest)
        yield {
            "chain": one.subscriber_id,
            "seq": seq,
            "list_id": told.list_id,
            "act": str(told.act),
            "at": told.at,
            "door": str(told.door),
            "form": told.form,
            "language": told.language,
            "wording_id": told.wording_id,
            "message_id": told.message_id,
            "network": told.network,
            "agent": told.agent,
            "origin_salt": told.origin_salt,
            "origin_digest": told.origin_digest,
            "person_salt": salt,
            "person_digest": person,
            "email_hash": None,
            "digest": digest,
        }


def _link(number: int, seq: int, told: Told, person: str) -> Link:
    return Link(
        chain=number,
        seq=seq,
        act=str(told.act),
        at=chain.moment(told.at),
        door=str(told.door),
        list_id=told.list_id,
        form=told.form,
        language=told.language,
        wording=told.version,
        message_id=told.message_id,
        person=person,
        origin=told.origin_digest,
    )
