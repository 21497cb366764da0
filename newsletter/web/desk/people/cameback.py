"""What came back from mail to one person, and how near they are to being kept out for it."""

from dataclasses import dataclass

from newsletter.issues import newsletters
from newsletter.returns import browsing, reckoning
from newsletter.returns.browsing import Line
from newsletter.returns.fate import Followed
from newsletter.returns.model import Kind
from newsletter.returns.reckoning import Points
from newsletter.web.desk.issue.states import ShownState
from newsletter.web.desk.people.scope import seen_newsletters
from newsletter.web.desk.returns import words
from newsletter.web.visits import Visit
from subscribers.model import Reason
from subscribers.transaction import Transaction

# So many are shown; a person of whom more came back is kept out.
MOST = 50

# For what an address is kept out, what came back.
_KINDS = {Reason.BOUNCED: Kind.BOUNCE, Reason.COMPLAINED: Kind.COMPLAINT}


@dataclass(frozen=True, slots=True)
class Returned:
    """Something that came back, and what came of it."""

    line: Line
    kind: ShownState
    # Why it did not arrive; empty for what is no bounce.
    cause: str
    outcome: ShownState


@dataclass(frozen=True, slots=True)
class Against:
    """The points against their address at one newsletter."""

    newsletter: str
    points: Points


@dataclass(frozen=True, slots=True)
class CameBack:
    """All of it that the visitor may see."""

    lines: tuple[Returned, ...]
    against: tuple[Against, ...]
    # There may be more.
    is_cut: bool

    def because(self, reason: Reason) -> Line | None:
        """Give what came back for which an address is kept out; None: it is kept out for something else."""
        kind = _KINDS.get(reason)
        lines = (one.line for one in self.lines)
        return next((one for one in lines if one.kind is kind and one.followed is Followed.SUPPRESSED), None)


def look(tx: Transaction, visit: Visit, subscriber_id: int) -> CameBack:
    """Give what came back, of the newsletters that the visitor looks after."""
    seen = seen_newsletters(visit)
    names = {one.id: one.name for one in newsletters.all_newsletters(tx) if seen is None or one.id in seen}
    found = browsing.of_person(tx, subscriber_id, MOST, seen)
    points = reckoning.points_of(tx, subscriber_id, visit.now)
    return CameBack(
        tuple(_returned(one) for one in found),
        tuple(Against(names[one.newsletter_id], one) for one in points if one.newsletter_id in names),
        is_cut=len(found) == MOST,
    )


def _returned(line: Line) -> Returned:
    return Returned(line, words.KINDS[line.kind], words.cause(line), words.outcome(line))
