"""What follows from what came back, and from what had come back before; pure.

Only a dead address is kept out at once. Points are computed from the facts each time and stored nowhere, so a fact that is
read anew, or comes late, counts as if it had been known in time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.errors import BadValue
from newsletter.letters.letter import FOR_MANY, LetterKind
from newsletter.returns.fate import ENDS_POINTS, Followed
from newsletter.returns.model import Cause, Kind
from subscribers.sentence import say

# Of these nobody but us is the cause.
OURS = frozenset({Cause.POLICY, Cause.AUTHENTICATION, Cause.CONTENT})

# A mailbox may be full for a holiday, and a host down for a week: one point would keep readers out who are there.
FEWEST_POINTS, MOST_POINTS = 2, 20
# A monthly newsletter needs three months for three points.
SHORTEST_MEMORY, LONGEST_MEMORY = 30, 365

# Servers give up after five days (RFC 5321 4.5.4.1); what comes back later is not about the probe's moment any more.
PROBE_DAYS = 14


@dataclass(frozen=True, slots=True)
class Rules:
    """What a newsletter does about mail that came back."""

    # So many issues that met a full mailbox …
    full_points: int = 3
    # … or days on which an issue came back for another reason that may pass.
    soft_points: int = 5
    # All points are forgotten so many days after the last one.
    forget_days: int = 90
    # Whether one more mail asks before somebody is kept out for points.
    is_probing: bool = True


USUAL = Rules()

_AT_ONCE = {Kind.COMPLAINT: Followed.SUPPRESSED, Kind.OPT_OUT: Followed.LEFT, Kind.UNSUBSCRIBE: Followed.LEFT}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that came back, as far as rules ask about it."""

    kind: Kind
    cause: Cause | None
    at: datetime
    # Of the letter it is about.
    letter_id: int
    letter: LetterKind
    # When that was planned.
    mailed_at: datetime
    # Of facts before this one.
    followed: Followed = Followed.NOTED


def checked(rules: Rules) -> Rules:
    """Give *rules* that no living reader is kept out by for a mishap, and no dead address mailed for years.

    Raises:
        BadValue: a number is out of its bounds.

    """
    _within(say("points for a full mailbox"), rules.full_points, FEWEST_POINTS, MOST_POINTS)
    _within(say("points for what may pass"), rules.soft_points, FEWEST_POINTS, MOST_POINTS)
    _within(say("days until points are forgotten"), rules.forget_days, SHORTEST_MEMORY, LONGEST_MEMORY)
    return rules


def follow(fact: Fact, before: Sequence[Fact], rules: Rules) -> Followed:
    """Decide what follows from *fact*; *before* are the bounces of the same address from the same newsletter."""
    if fact.letter is LetterKind.ANSWER and fact.cause not in OURS:
        # It went to the newsletter itself, and whoever is answered from there sees its Message-ID: a stranger could keep the
        # newsletter's own address out, and no answer of a reader would go on. The staff is told.
        return Followed.NOTED
    if fact.kind is Kind.BOUNCE:
        return _of_bounce(fact, before, rules)
    # A delay ends in a bounce of its own; that something arrived takes nothing back.
    return _AT_ONCE.get(fact.kind, Followed.NOTED)


def _of_bounce(fact: Fact, before: Sequence[Fact], rules: Rules) -> Followed:
    if fact.cause is Cause.ADDRESS_DEAD:
        return Followed.SUPPRESSED
    if fact.cause in OURS:
        return Followed.OURS
    if fact.letter is LetterKind.PROBE:
        in_time = fact.at <= fact.mailed_at + timedelta(days=PROBE_DAYS)
        return Followed.SUPPRESSED if in_time else Followed.NOTED
    if fact.letter not in FOR_MANY:
        # A confirmation that somebody asked for says little about their mailbox in the next months.
        return Followed.NOTED
    if not _is_enough([*before, fact], rules):
        return Followed.POINT
    return Followed.PROBE_OWED if rules.is_probing else Followed.SUPPRESSED


def points(facts: Sequence[Fact], rules: Rules) -> Sequence[Fact]:
    """Give the bounces that count as points, in order: since the last decision, and not forgotten."""
    counted = list[Fact]()
    for fact in sorted(facts, key=lambda one: one.at):
        if fact.followed in ENDS_POINTS:
            counted = []
            continue
        if fact.kind is not Kind.BOUNCE or fact.cause in {*OURS, Cause.ADDRESS_DEAD} or fact.letter not in FOR_MANY:
            continue
        if counted and fact.at - counted[-1].at > timedelta(days=rules.forget_days):
            counted = []
        counted.append(fact)
    return counted


def _is_enough(facts: Sequence[Fact], rules: Rules) -> bool:
    counted = points(facts, rules)
    full = {fact.letter_id for fact in counted if fact.cause is Cause.FULL}
    # One an issue and a day: two issues of one day meet the same trouble.
    soft = {fact.at.date() for fact in counted if fact.cause is not Cause.FULL}
    return len(full) >= rules.full_points or len(soft) >= rules.soft_points


def _within(what: str, value: int, fewest: int, most: int) -> None:
    if not fewest <= value <= most:
        raise BadValue(what, str(value), say("between %(fewest)s and %(most)s", fewest=fewest, most=most))
