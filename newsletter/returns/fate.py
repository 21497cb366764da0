"""What became of a returned message, and what followed from it; pure."""

from enum import StrEnum


class Fate(StrEnum):
    """What became of a message or an event."""

    # The same bytes, or the same event of a provider, were here before.
    REPEATED = "repeated"
    # Of this delivery the same was known already.
    AGAIN = "again"
    APPLIED = "applied"
    # Nothing in it is ours: it counts for nothing, whatever address it names.
    UNATTRIBUTED = "unattributed"
    # The delivery it is about is not settled yet, or not known here.
    WAITING = "waiting"
    # A person wrote it, and it is mailed on to where the newsletter is answered.
    FORWARDED = "forwarded"
    # A person wrote it, and it is not mailed on, because there were too many, or nobody to mail it to: kept and listed.
    HELD = "held"
    UNREADABLE = "unreadable"


class Followed(StrEnum):
    """What followed from a fact for the person, or for the issue."""

    # Nothing: it stands in the figures.
    NOTED = "noted"
    # A point against the address.
    POINT = "point"
    # One point too many: a probe is owed to the person, or was mailed.
    PROBE_OWED = "probe-owed"
    PROBED = "probed"
    # Never written to again, on any list.
    SUPPRESSED = "suppressed"
    # The person's own no to one list.
    LEFT = "left"
    # It is our own fault: the staff is told, and no person touched.
    OURS = "ours"


# Behind these the points begin anew: somebody decided over the address, or the probe does.
ENDS_POINTS = frozenset({Followed.PROBE_OWED, Followed.PROBED, Followed.SUPPRESSED})
