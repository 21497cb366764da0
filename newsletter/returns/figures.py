"""What came back of one letter beside what a relay took and refused of it, as one report."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.mail import figures as mail
from newsletter.mail.delivery import DeliveryState
from newsletter.returns import tallies
from newsletter.returns.limits import Level, complaints_at
from newsletter.returns.model import Cause, Kind
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Counted:
    """So many bounces that have something in common."""

    name: str
    people: int


@dataclass(frozen=True, slots=True)
class Returns:
    """What came back of one letter: each person at most once of each kind."""

    # What a relay took, and what it refused at once, which is no bounce.
    accepted: int
    refused: int
    kinds: Mapping[Kind, int]
    # Of bounces; these add up to them.
    causes: Mapping[Cause, int]
    # The most frequent of bounces, by what stands behind the @, and by what the servers' words have in common.
    domains: tuple[Counted, ...]
    texts: tuple[Counted, ...]
    # Never written to again because of it.
    suppressed: int

    @property
    def bounced(self) -> int:
        """How many bounced."""
        return self.kinds.get(Kind.BOUNCE, 0)

    @property
    def other_domains(self) -> int:
        """How many bounced elsewhere than at the domains that are named: with them it adds up."""
        return self.bounced - sum(one.people for one in self.domains)

    @property
    def other_texts(self) -> int:
        """How many bounced in other words than those that are named."""
        return self.bounced - sum(one.people for one in self.texts)

    @property
    def complaints(self) -> int:
        """How many called it spam."""
        return self.kinds.get(Kind.COMPLAINT, 0)

    @property
    def complaint_rate(self) -> float:
        """The part of those who were accepted that called it spam."""
        return self.complaints / self.accepted if self.accepted else 0.0

    @property
    def level(self) -> Level:
        """How near that is to what large providers bear."""
        return complaints_at(self.complaints, self.accepted)


NOTHING = Returns(0, 0, {}, {}, (), (), 0)


def of_letter(tx: Transaction, letter_id: int, most: int = 10) -> Returns:
    """Count what came back of a letter; *most* domains and texts are named."""
    kept = mail.kept(tx, letter_id)
    counted = tallies.of_letter(tx, letter_id)
    kinds = Counter[Kind]()
    for one in counted.counted:
        kinds[one.kind] += one.people
    return Returns(
        accepted=kept.get(DeliveryState.ACCEPTED, 0),
        refused=kept.get(DeliveryState.REFUSED, 0),
        kinds=dict(kinds),
        causes=counted.bounces(),
        domains=tuple(Counted(one.name, one.bounced) for one in tallies.domains(tx, letter_id, most) if one.bounced),
        texts=tuple(Counted(one.words, one.people) for one in tallies.texts(tx, letter_id, most)),
        suppressed=tallies.suppressed(tx, letter_id),
    )
