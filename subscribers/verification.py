"""Whether the evidence of consent is whole: every chain and every seal walked in one pass, flat in memory; pure.

Rows go in, in the order of their chains; what does not fit comes out as findings. A row that was changed is one finding, not
one for each that follows it, because each is looked at behind the one that stands there.
"""

import hmac
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from operator import attrgetter

from subscribers import chain as chains
from subscribers.chain import Link
from subscribers.consent import Act
from subscribers.sealer import BEGINNING, Seal, Sealer, Tally


class Fault(StrEnum):
    """What does not fit."""

    ACT_MISSING = "act_missing"
    ACT_CHANGED = "act_changed"
    WORDING_CHANGED = "wording_changed"
    ORIGIN_CHANGED = "origin_changed"
    PERSON_CHANGED = "person_changed"
    SEAL_MISSING = "seal_missing"
    SEAL_CHANGED = "seal_changed"
    SEAL_REPLACED = "seal_replaced"
    SEALED_ACTS_MISSING = "sealed_acts_missing"
    SEALED_ACTS_CHANGED = "sealed_acts_changed"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not fit, in a sentence."""

    fault: Fault
    text: str
    # Whose chain and which act of it; None where it is about a seal.
    chain: int | None = None
    seq: int | None = None
    # The row of the act, where there is one.
    act_id: int | None = None
    seal: int | None = None


@dataclass(slots=True)
class Recorded:
    """An act as it stands in the database; not frozen, because millions are made."""

    id: int
    link: Link
    digest: str
    # Whether the wording is still the one of its digest.
    wording_fits: bool
    network: str
    agent: str
    origin_salt: str | None
    person_salt: str | None
    email_hash: str | None
    # The key of the address of the person whose chain it is; None when nobody has it.
    email_key: str | None


@dataclass(slots=True)
class _Chain:
    """The chain that is walked at the moment."""

    number: int
    seq: int = 0
    digest: str = chains.BEGINNING
    # The act that last said who the person is.
    naming: Recorded | None = None


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a walk through the chains was cut: behind this act."""

    chain: int = 0
    seq: int = 0
    digest: str = chains.BEGINNING


class ChainWalk:
    """Walks the acts of all chains, each once; *stand*: goes on behind that, *naming* being what last said who that is."""

    def __init__(self, stand: Stand | None = None, naming: Recorded | None = None) -> None:
        self._chain = _Chain(stand.chain, stand.seq, stand.digest, naming) if stand is not None and stand.chain else None
        self.acts = 0
        self.chains = 0

    @property
    def stand(self) -> Stand:
        """Where it is."""
        return Stand(self._chain.number, self._chain.seq, self._chain.digest) if self._chain else Stand()

    def take(self, act: Recorded) -> Iterator[Finding]:
        """Look at the next act; those of a chain come one after the other, in their order."""
        if self._chain is None or self._chain.number != act.link.chain:
            yield from self.end()
            self._chain = _Chain(act.link.chain)
            self.chains += 1
        self.acts += 1
        yield from _place(self._chain, act)
        yield from _content(act)
        if act.link.digest(self._chain.digest) != act.digest:
            yield _of_act(act, Fault.ACT_CHANGED, "is not what was recorded, or does not stand where it was")
        self._chain.seq, self._chain.digest = act.link.seq, act.digest
        if act.link.person:
            self._chain.naming = act

    def end(self) -> Iterator[Finding]:
        """Look at the chain as a whole, when its last act was taken."""
        naming = self._chain.naming if self._chain else None
        if naming is not None and not _names_rightly(naming):
            yield _of_act(naming, Fault.PERSON_CHANGED, "is not about the address that the person has now")


def _place(chain: _Chain, act: Recorded) -> Iterator[Finding]:
    expected = chain.seq + 1
    if act.link.seq != expected:
        missing = (
            f"act {expected} is missing"
            if act.link.seq == expected + 1
            else f"acts {expected} to {act.link.seq - 1} are missing"
        )
        yield Finding(Fault.ACT_MISSING, f"Of subscriber {chain.number}, {missing}.", chain.number, expected)


def _content(act: Recorded) -> Iterator[Finding]:
    if not act.wording_fits:
        yield _of_act(act, Fault.WORDING_CHANGED, "has a wording that is not the one of its version, or none any more")
    has_origin = bool(act.network or act.agent)
    if act.origin_salt is None:
        origin_fits = not has_origin
    else:
        origin_fits = chains.origin_digest(act.origin_salt, act.network, act.agent) == act.link.origin
    if not origin_fits:
        yield _of_act(act, Fault.ORIGIN_CHANGED, "has another network address or browser than was recorded")


def _names_rightly(naming: Recorded) -> bool:
    """Whether the act that last said who the person is says what is known of them now."""
    if naming.link.act == Act.ERASED:
        # Without its salt it cannot be told: the hash was moved to another key since.
        is_named = naming.person_salt is None or _is_named(naming, naming.email_hash)
        return naming.email_key is None and is_named
    # Nobody has the number any more: forgotten without an erasure, as somebody who never confirmed is.
    return naming.email_key is None or _is_named(naming, naming.email_key)


def _is_named(naming: Recorded, name: str | None) -> bool:
    if naming.person_salt is None or name is None:
        return False
    return chains.person_digest(naming.person_salt, name) == naming.link.person


def _of_act(act: Recorded, fault: Fault, words: str) -> Finding:
    link = act.link
    text = f"Of subscriber {link.chain}, act {link.seq} ({link.act}, {link.at}, row {act.id}) {words}."
    return Finding(fault, text, link.chain, link.seq, act.id)


class Cover:
    """What the acts under each seal amount to, in whatever order they are walked."""

    def __init__(self, seals: Sequence[Seal], sealers: Sequence[Sealer], kept_code: str = "") -> None:
        known = {sealer.key_id: sealer for sealer in sealers}
        self._seals = seals
        self._known = known
        # Of a seal that somebody remembers.
        self._kept_code = kept_code.strip().lower()
        # Seals of one key after another share the acts among them; another key begins with all of them anew.
        runs = [(known.get(key_id), tuple(run)) for key_id, run in groupby(seals, attrgetter("key_id"))]
        self._runs = [_Run(sealer, run) for sealer, run in runs if sealer is not None]
        self._last_id = seals[-1].last_id if seals else 0
        # Acts that no seal covers yet.
        self.unsealed = 0

    def add(self, act: Recorded) -> None:
        """Count an act under every seal that covers it."""
        self.unsealed += act.id > self._last_id
        for run in self._runs:
            run.add(act)

    def findings(self) -> Iterator[Finding]:
        """Look at the seals themselves, and compare what they say with what was walked."""
        yield from chained(self._seals, self._known)
        if self._kept_code and self._kept_code not in {seal.code for seal in self._seals}:
            text = f"No seal has the code {self._kept_code}. It was replaced, and so may be whatever it covered."
            yield Finding(Fault.SEAL_REPLACED, text)
        for run in self._runs:
            yield from run.findings()


class _Run:
    """Seals made with one key, one after another."""

    def __init__(self, sealer: Sealer, seals: Sequence[Seal]) -> None:
        self._sealer = sealer
        self._seals = seals
        self._ends = [seal.last_id for seal in seals]
        self._tallies = [Tally() for _ in seals]

    def add(self, act: Recorded) -> None:
        place = bisect_left(self._ends, act.id)
        if place < len(self._seals):
            mark = self._sealer.mark(act.id, act.link.chain, act.link.seq, act.digest)
            self._tallies[place].add(act.link.seq, mark)

    def findings(self) -> Iterator[Finding]:
        for seal, tally in zip(self._seals, self._tallies, strict=True):
            yield from covered(seal, tally)


def covered(seal: Seal, tally: Tally) -> Iterator[Finding]:
    """Compare a seal with what the acts under it amount to."""
    if (tally.acts, tally.chains) != (seal.acts, seal.chains):
        text = (
            f"Seal {seal.number} of {seal.day} covers {seal.acts} acts, among them {seal.chains} that begin a chain; "
            f"{tally.acts} and {tally.chains} are there."
        )
        yield Finding(Fault.SEALED_ACTS_MISSING, text, seal=seal.number)
    elif tally.digest != seal.digest:
        text = f"Seal {seal.number} of {seal.day} was made over other acts than the {seal.acts} that are there."
        yield Finding(Fault.SEALED_ACTS_CHANGED, text, seal=seal.number)


def chained(seals: Sequence[Seal], known: Mapping[str, Sealer]) -> Iterator[Finding]:
    """Look at the seals themselves: whether none is missing, and each is the one that was made."""
    before: Seal | None = None
    for seal in seals:
        expected = before.number + 1 if before else 1
        if seal.number != expected:
            text = f"Seal {expected} is missing; the next one there is number {seal.number} of {seal.day}."
            yield Finding(Fault.SEAL_MISSING, text, seal=expected)
        elif not _is_ours(seal, before, known):
            yield Finding(
                Fault.SEAL_CHANGED, f"Seal {seal.number} of {seal.day} is not the one that was made.", seal=seal.number
            )
        before = seal
    if before is not None and before.key_id not in known:
        text = f"Seal {before.number} of {before.day} was made with a key that is not at hand, and nothing was sealed anew."
        yield Finding(Fault.SEAL_CHANGED, text, seal=before.number)


def _is_ours(seal: Seal, before: Seal | None, known: Mapping[str, Sealer]) -> bool:
    sealer = known.get(seal.key_id)
    if sealer is None:
        # Made with a former key: covered anew by the first one of the next key, which says so by beginning at 0.
        return True
    begins_at = before.last_id if before and before.key_id == seal.key_id else 0
    return seal.after_id == begins_at and hmac.compare_digest(
        seal.code, sealer.code(seal, before.code if before else BEGINNING)
    )
