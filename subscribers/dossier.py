"""All evidence of consent about one address, as it would be handed to somebody who asks for proof."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import literal, select

from subscribers import acts, chain, register, seals, walk
from subscribers.address import EmailAddress
from subscribers.consent import Consent
from subscribers.model import Reason, Subscription
from subscribers.sealer import Seal
from subscribers.tables.evidence import suppression
from subscribers.tables.lists import mailing_list
from subscribers.tables.people import subscriber
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from subscribers.verification import ChainWalk, Finding, Recorded


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One act, with what anybody can check it by."""

    consent: Consent
    # The name of the list; empty when the act is about none, or about all of them.
    list_name: str
    # What the digest of the act is the SHA-256 of; the second line is the digest of the act before it.
    digested: str
    # What the salted digests among these lines are made of; None when it was erased or is kept no longer.
    person_salt: str | None
    origin_salt: str | None
    # The seal that covers it, and its day; None before the next one is made.
    seal: int | None
    sealed_on: date | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How the person stands to a list today."""

    list_name: str
    subscription: Subscription


@dataclass(frozen=True, slots=True)
class Refusal:
    """That this address must not be written to: about a list, or, where none is named, at all."""

    list_name: str
    reason: Reason
    at: datetime


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is known of the consent of one address."""

    # The keyed hash by which an address is known of which nothing else is kept.
    email_hash: str
    # Whether somebody has the address at present.
    is_known: bool
    standings: tuple[Standing, ...]
    refusals: tuple[Refusal, ...]
    exhibits: tuple[Exhibit, ...]
    # What does not fit together in the chains of these acts.
    findings: tuple[Finding, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known at all."""
        return not (self.is_known or self.refusals or self.exhibits)


def gather(tx: Transaction, keyring: Keyring, address: EmailAddress) -> Dossier:
    """Give the evidence about an address; whoever was erased is found by its keyed hash, made with whichever key."""
    hashes = [one.hash_address(address.key) for one in (keyring, *keyring.former)]
    names = {row.id: row.name for row in tx.execute(select(mailing_list.c.id, mailing_list.c.name))}
    person = tx.execute(select(subscriber.c.id).where(subscriber.c.email_key == address.key)).scalar_one_or_none()
    standings = register.subscriptions_of(tx, person) if person is not None else ()
    recorded = tuple(walk.recorded(tx, acts.chains_of(hashes)))
    return Dossier(
        email_hash=hashes[0],
        is_known=person is not None,
        standings=tuple(Standing(names.get(one.list_id, ""), one) for one in standings),
        refusals=_refusals(tx, hashes, names),
        exhibits=_exhibits(acts.of_address(tx, *hashes), recorded, tuple(seals.all_seals(tx)), names),
        findings=_findings(recorded),
    )


def findings_of(tx: Transaction, subscriber_id: int) -> tuple[Finding, ...]:
    """Give what does not fit together in the chain of a person."""
    recorded = tuple(walk.recorded(tx, select(literal(subscriber_id))))
    return (*_findings(recorded), *walk.unproven(tx, subscriber_id))


def _refusals(tx: Transaction, email_hashes: Sequence[str], names: Mapping[int | None, str]) -> tuple[Refusal, ...]:
    rows = tx.execute(select(suppression).where(suppression.c.email_hash.in_(email_hashes)).order_by(suppression.c.list_id))
    # EVERY_LIST is the number of no list.
    return tuple(Refusal(names.get(row.list_id, ""), Reason(row.reason), row.at) for row in rows)


def _exhibits(
    said: Sequence[Consent], recorded: Sequence[Recorded], made: Sequence[Seal], names: Mapping[int | None, str]
) -> tuple[Exhibit, ...]:
    by_id = {act.id: act for act in recorded}
    digested = _digested(recorded)
    covering = {act.id: next((seal for seal in made if seal.after_id < act.id <= seal.last_id), None) for act in recorded}
    return tuple(
        Exhibit(
            consent=one,
            list_name=names.get(one.list_id, ""),
            digested=digested[one.id],
            person_salt=by_id[one.id].person_salt,
            origin_salt=by_id[one.id].origin_salt,
            seal=seal.number if (seal := covering[one.id]) else None,
            sealed_on=seal.day if seal else None,
        )
        for one in said
    )


def _digested(recorded: Sequence[Recorded]) -> dict[int, str]:
    """Give, by the id of each act, the lines that its digest is made of."""
    lines = {}
    last: Recorded | None = None
    for act in recorded:
        follows = last is not None and last.link.chain == act.link.chain
        lines[act.id] = act.link.lines(last.digest if last is not None and follows else chain.BEGINNING)
        last = act
    return lines


def _findings(recorded: Sequence[Recorded]) -> tuple[Finding, ...]:
    walked = ChainWalk()
    return (*(finding for act in recorded for finding in walked.take(act)), *walked.end())
