"""A text that a guest was asked for, and its life as a table of transitions; pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# How long before the last day somebody is reminded, and how long after it once more; nobody is reminded a third time.
REMIND_BEFORE = timedelta(days=2)
REMIND_AFTER = timedelta(hours=12)
# Whoever was asked or reminded this short before is not reminded of it.
LEAST_NOTICE = timedelta(days=1)

# Enough to tell two versions of a text apart.
FINGERPRINT_DIGITS = 16


class ContributionState(StrEnum):
    """How far a guest's text is."""

    INVITED = "invited"
    WRITING = "writing"
    HANDED_IN = "handed_in"
    # An editor asked the guest whether it may stand as it is now.
    EDITED = "edited"
    AGREED = "agreed"
    WITHDRAWN = "withdrawn"

    @property
    def words(self) -> str:
        """The state as a person reads it."""
        return self.value.replace("_", " ")


C = ContributionState

# Every step there is. What is not here cannot happen.
TRANSITIONS: Mapping[ContributionState, frozenset[ContributionState]] = {
    C.INVITED: frozenset({C.WRITING, C.HANDED_IN, C.WITHDRAWN}),
    C.WRITING: frozenset({C.WRITING, C.HANDED_IN, C.WITHDRAWN}),
    # Until an editor has changed it, the guest may hand it in anew.
    C.HANDED_IN: frozenset({C.HANDED_IN, C.EDITED, C.AGREED, C.WITHDRAWN}),
    C.EDITED: frozenset({C.EDITED, C.AGREED, C.WITHDRAWN}),
    # Edited once more, the guest is asked once more.
    C.AGREED: frozenset({C.EDITED, C.AGREED, C.WITHDRAWN}),
    C.WITHDRAWN: frozenset(),
}

# The guest has something to do by the last day.
OWED = frozenset({C.INVITED, C.WRITING})


class Reminder(StrEnum):
    """Which of the two there are."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Typed:
    """What a guest keeps, as they typed it."""

    title: str = ""
    byline: str = ""
    affiliation: str = ""
    text: str = ""
    # Keys of images of the library.
    portrait: str = ""
    picture: str = ""
    picture_alt: str = ""
    picture_credit: str = ""
    portrait_alt: str = ""
    portrait_credit: str = ""

    @property
    def fingerprint(self) -> str:
        """Names what is kept, for whoever keeps something over it."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:FINGERPRINT_DIGITS]


@dataclass(frozen=True, slots=True)
class Contribution:
    """A text that a guest was asked for."""

    id: int
    issue_id: int
    link_id: int
    # Of the issue, by its title.
    section: str
    # How many are asked for; 0: nobody said.
    words: int
    due_at: datetime
    state: ContributionState
    typed: Typed
    article_id: int | None
    # HTML.
    handed_in: str
    agreed_to: str
    changed_at: datetime
    reminded_at: datetime | None
    reminded_late_at: datetime | None
    # The last time that somebody of the staff did it.
    reminded_by_hand_at: datetime | None = None

    def may_become(self, wanted: ContributionState) -> bool:
        """Whether a step leads there."""
        return wanted in TRANSITIONS[self.state]

    def reminder(self, invited_at: datetime, now: datetime) -> Reminder | None:
        """Say of what the guest is to be reminded now; each at most once, and never of both at a time."""
        if self.state not in OWED or self._was_reminded_by_hand(now):
            return None
        if now >= self.due_at + REMIND_AFTER:
            return Reminder.AFTER if self.reminded_late_at is None else None
        is_soon = self.due_at - REMIND_BEFORE <= now < self.due_at
        return Reminder.BEFORE if is_soon and self.reminded_at is None and now - invited_at >= LEAST_NOTICE else None

    def _was_reminded_by_hand(self, now: datetime) -> bool:
        return self.reminded_by_hand_at is not None and now < self.reminded_by_hand_at + LEAST_NOTICE
